"""What can be ill, how it is found out, and the exact next step: findings for administrators, one word for strangers.

Each subject has a module of checks. They take what they look at by the small Protocols of ``ports``, so nothing here
knows Teams, a listener or a card.
"""

from attms_core.health.clocks import Clocks
from attms_core.health.doctor import Check, Doctor
from attms_core.health.finding import Finding, State, counted, overall, worst_first
from attms_core.health.health import OK, SILENCE, Health
from attms_core.health.instruments import Instruments, make_doctor
from attms_core.health.pulse import Pulse
from attms_core.health.reach import Reach, hosts_allowed

__all__ = [
    "OK",
    "SILENCE",
    "Check",
    "Clocks",
    "Doctor",
    "Finding",
    "Health",
    "Instruments",
    "Pulse",
    "Reach",
    "State",
    "counted",
    "hosts_allowed",
    "make_doctor",
    "overall",
    "worst_first",
]
