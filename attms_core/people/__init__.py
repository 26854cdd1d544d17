"""Who speaks, whom they are in AutoTask, and what they may do. It knows nothing of Teams but a roster that it asks."""

from attms_core.people.people import People
from attms_core.people.rights import Decision, authorize, demand, narrow
from attms_core.people.roster import Roster

__all__ = ["Decision", "People", "Roster", "authorize", "demand", "narrow"]
