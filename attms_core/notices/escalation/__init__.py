"""Who is told when nobody takes a ticket: ladders in words, how they are set, and how tickets climb them.

What people silence does not count here: an escalation is never silenced, so ``notices.silences`` is elsewhere.
"""

from attms_core.notices.escalation.climbing import Called, Escalation, called, step_of
from attms_core.notices.escalation.ladders import (
    EVERYBODY,
    MOST_STEPS,
    Ladders,
    spoken,
    target_of_person,
    target_of_place,
)

__all__ = [
    "EVERYBODY",
    "MOST_STEPS",
    "Called",
    "Escalation",
    "Ladders",
    "called",
    "spoken",
    "step_of",
    "target_of_person",
    "target_of_place",
]
