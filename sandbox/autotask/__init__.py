"""A stand-in for the Autotask PSA REST API that tells the truth, quirks and refusals included.

Start with `AutotaskSandbox`. What Autotask does belongs here; what the product makes of it does not.
"""

from sandbox.autotask.clock import Clock
from sandbox.autotask.faults import Fault, Faults
from sandbox.autotask.life import Life
from sandbox.autotask.limits import Limits
from sandbox.autotask.quirks import Quirks
from sandbox.autotask.seed_base import Person, demo_people
from sandbox.autotask.server import Credentials, Seen
from sandbox.autotask.service import AutotaskSandbox
from sandbox.autotask.world import World

__all__ = [
    "AutotaskSandbox",
    "Clock",
    "Credentials",
    "Fault",
    "Faults",
    "Life",
    "Limits",
    "Person",
    "Quirks",
    "Seen",
    "World",
    "demo_people",
]
