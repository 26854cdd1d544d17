"""Subscriptions: what a conversation wants to hear of, who arranged it, and what is told where nothing is chosen."""

from datetime import datetime

from msgspec import Struct

from attms_core.model.change import Event
from attms_core.model.filter import About, Filter
from attms_core.model.ids import TenantId
from attms_core.model.notice import Lane, Mode, SubscriptionId

OF_TICKETS = (
    *(Event.CREATED, Event.ASSIGNED, Event.UNASSIGNED, Event.STATUS, Event.COMPLETED, Event.REOPENED),
    *(Event.PRIORITY, Event.QUEUE, Event.DUE, Event.CONTACT, Event.NOTE_ADDED, Event.TIME_LOGGED),
    *(Event.SLA_75, Event.SLA_90, Event.SLA_BREACHED, Event.DELETED, Event.EDITED),
)
OF_OPPORTUNITIES = (
    *(Event.CREATED, Event.STAGE, Event.STATUS, Event.AMOUNT, Event.CLOSE_DATE, Event.PROBABILITY),
    *(Event.OWNER, Event.CONTACT, Event.EDITED),
)
"""What can happen to them, in the order in which people read it."""
USUAL = frozenset(
    {
        *(Event.CREATED, Event.ASSIGNED, Event.UNASSIGNED, Event.STATUS, Event.COMPLETED, Event.REOPENED),
        *(Event.PRIORITY, Event.QUEUE, Event.NOTE_ADDED, Event.SLA_90, Event.SLA_BREACHED),
    }
)
"""What is told of tickets where no events are named."""


def events_of(about: About) -> tuple[Event, ...]:
    """List what can happen, in the order in which people read it."""
    return OF_TICKETS if about == "ticket" else OF_OPPORTUNITIES


def usual_events(about: About) -> frozenset[Event]:
    """Give what is told where no events are named: of opportunities all."""
    return USUAL if about == "ticket" else frozenset(OF_OPPORTUNITIES)


class Subscription(Struct, frozen=True, kw_only=True):
    """A conversation's wish to hear of changes."""

    id: SubscriptionId
    """Given by the store; zero before that."""
    tenant: TenantId
    lane: Lane
    about: About = "ticket"
    words: str
    """As they would be typed: ``queue:"Service Desk" priority:Critical mode:thread``. Empty takes everything."""
    filter: Filter
    events: frozenset[Event]
    mode: Mode = Mode.BOTH
    is_paused: bool = False
    created_by: str
    """The Entra object id of who arranged it; it shows what this person may see."""
    created_by_name: str
    created_at: datetime
