"""Ladders: what is done, queue by queue, about tickets that nobody takes. Values only; who climbs is elsewhere."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from attms_core.model.ids import TenantId, TicketId
from attms_core.model.notice import Lane

LadderId = NewType("LadderId", int)


class TargetKind(StrEnum):
    """Who is told at a step."""

    PLACE = "place"
    """A channel or a group chat."""
    PERSON = "person"
    EVERYONE = "everyone"
    """All linked people who may work tickets of the queue."""


class Target(Struct, frozen=True, kw_only=True):
    """One of those who are told at a step."""

    kind: TargetKind
    lane: Lane | None = None
    """None for everyone."""
    name: str = ""
    """A person's name when the ladder was set; of a place its kind: ``channel``, ``group chat``."""


class Step(Struct, frozen=True, kw_only=True):
    """One step of a ladder."""

    after: timedelta
    """So long nobody has the ticket."""
    targets: tuple[Target, ...]


class Ladder(Struct, frozen=True, kw_only=True):
    """The ladder of one queue, the earliest step first."""

    tenant: TenantId
    queue: int
    steps: tuple[Step, ...]
    created_by: str
    """The object id of whoever set it last: its cards show what this person may see."""
    created_by_name: str
    changed_at: datetime
    """When it was set or went on after a pause: no ticket counts from earlier than that."""
    is_paused: bool = False
    id: LadderId = LadderId(0)
    """Given by the store."""

    def reached(self, waited: timedelta) -> int:
        """Count the steps that a ticket has reached when nobody has had it for so long."""
        return sum(step.after <= waited for step in self.steps)


class Climb(Struct, frozen=True, kw_only=True):
    """How far a ticket has come on a ladder."""

    ladder: LadderId
    ticket: TicketId
    since: datetime
    """Since when nobody has it, as the ladder counts."""
    step: int
    """How many steps were called, from 1 on."""
