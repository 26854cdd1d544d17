"""What a linked person wants to hear of, and when not: choices and quiet hours. Values only; no clock is read here."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from attms_core.model.change import Event
from attms_core.model.notice import Owed, Personal, RuleKind

MINUTES = 24 * 60
WEEK = 7
ALL_DAYS = frozenset(range(WEEK))


class Matter(StrEnum):
    """What a notice in somebody's own chat is about, as they choose it: finer than ``Personal`` where it matters."""

    ASSIGNED = "assigned"
    ANSWERED = "answered"
    MENTIONED = "mentioned"
    SLA_75 = "sla-75"
    SLA_90 = "sla-90"
    SLA_BREACHED = "sla-breached"
    ESCALATION = "escalation"
    """A ladder came to this person. The ladder decides that, so it cannot be switched off here."""
    SUBSCRIBED = "subscribed"
    """A subscription of the person's own chat; it is paused or removed where it was made."""


CHOSEN = tuple(matter for matter in Matter if matter not in {Matter.ESCALATION, Matter.SUBSCRIBED})
"""What can be switched off."""
_BY_EVENT: Mapping[Event, Matter] = {
    Event.SLA_75: Matter.SLA_75,
    Event.SLA_90: Matter.SLA_90,
    Event.SLA_BREACHED: Matter.SLA_BREACHED,
}
_BY_RULE: Mapping[RuleKind, Matter] = {
    RuleKind.ESCALATION: Matter.ESCALATION,
    RuleKind.SUBSCRIPTION: Matter.SUBSCRIBED,
}
_BY_PERSONAL: Mapping[str, Matter] = {
    Personal.ASSIGNED: Matter.ASSIGNED,
    Personal.ANSWERED: Matter.ANSWERED,
    Personal.MENTIONED: Matter.MENTIONED,
}


def matter_of(owed: Owed) -> Matter | None:
    """Say what a row is about; none for what nobody chooses: edits, digests, the truth of a standing card."""
    if owed.rule is None:
        return None
    if owed.rule.kind is not RuleKind.PERSONAL:
        return _BY_RULE.get(owed.rule.kind)
    if owed.rule.name == Personal.SLA:
        return _BY_EVENT.get(owed.event) if owed.event else None
    return _BY_PERSONAL.get(owed.rule.name)


class Quiet(Struct, frozen=True, kw_only=True):
    """Hours in which nothing is told: by the wall clock of a zone, on days from Monday (0) to Sunday (6)."""

    start: int = 0
    """The minute of the day at which it begins, 0 to 1439."""
    end: int = 0
    """The minute at which it ends, 1 to 1440 (24:00); at or before ``start`` it is that of the next day."""
    days: frozenset[int] = frozenset()
    """On which it begins: Friday's 19:00 to 07:00 ends on Saturday."""
    whole_days: frozenset[int] = frozenset()
    """Quiet from midnight to midnight."""
    zone: str = ""
    """An IANA name; empty for that of the person's chat, which Teams tells."""

    def covers(self, day: int, minute: int) -> bool:
        """Say whether a minute of a weekday is quiet."""
        if day in self.whole_days:
            return True
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        return (day in self.days and minute >= self.start) or ((day - 1) % WEEK in self.days and minute < self.end)

    @property
    def edges(self) -> tuple[int, ...]:
        """The minutes of the day at which it can begin or end."""
        return tuple(sorted({0, self.start, self.end % MINUTES}))

    @property
    def is_never(self) -> bool:
        """Say whether no minute of the week is quiet."""
        return not any(self.covers(day, minute) for day in range(WEEK) for minute in self.edges)

    @property
    def is_always(self) -> bool:
        """Say whether every minute of the week is quiet, so that nothing would ever be told."""
        return all(self.covers(day, minute) for day in range(WEEK) for minute in self.edges)


class Preferences(Struct, frozen=True, kw_only=True):
    """A person's choices. As they stand here they hold for whoever has chosen nothing."""

    off: frozenset[Matter] = frozenset({Matter.SLA_75})
    """What is not told at all."""
    through: frozenset[Matter] = frozenset({Matter.SLA_BREACHED, Matter.ESCALATION})
    """What is told in quiet hours too."""
    quiet: Quiet | None = None

    def wants(self, matter: Matter) -> bool:
        """Say whether it is told at all."""
        return matter not in self.off
