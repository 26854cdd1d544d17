"""Callouts from AutoTask as accelerators: signed hints that make the mirror read a ticket anew, and their upkeep.

Nothing a callout says is believed but which record it is about. The HTTP route and AutoTask's wire are elsewhere.
"""

from attms_core.callouts.callouts import Callouts
from attms_core.callouts.entries import CALLOUTS, OFF, ROOT, Keeping, check
from attms_core.callouts.heard import Line
from attms_core.callouts.plan import Hook, Standing, Trouble
from attms_core.callouts.reception import Place, Reception

__all__ = [
    "CALLOUTS",
    "OFF",
    "ROOT",
    "Callouts",
    "Hook",
    "Keeping",
    "Line",
    "Place",
    "Reception",
    "Standing",
    "Trouble",
    "check",
]
