"""What somebody sees of a subscription before it is saved. Values only."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.model import Event, Mode, Subscription, Topic
from attms_core.model.filter import About, Filter


class Verdict(StrEnum):
    """How a new subscription lies to one that is there."""

    SAME = "same"
    """They tell the same."""
    COVERED = "covered"
    """All of the new one is told already by the other."""
    COVERS = "covers"
    """The new one tells all that the other tells, and more."""
    SOME = "some"
    """They may both tell of the same change."""
    NONE = "none"
    """They never do."""


class Overlap(Struct, frozen=True):
    """A subscription of the same conversation, not paused, that tells some of the same."""

    subscription: Subscription
    verdict: Verdict


class Example(Struct, frozen=True, kw_only=True):
    """A change that would have been told."""

    topic: Topic
    title: str
    """The ticket's number and title, or the opportunity's title."""
    event: Event
    at: datetime


class Replay(Struct, frozen=True, kw_only=True):
    """What a subscription would have told lately, counted as the sender would have folded it."""

    days: float = 7.0
    """How many days were looked at: fewer than seven where changes are known for less, or were too many."""
    changes: int = 0
    """Changes that match."""
    posts: int = 0
    """Messages that people would have seen arrive; silent edits of a card do not count."""
    busiest: int = 0
    """Messages on the busiest of those days."""
    is_cut: bool = False
    """There were too many changes: only the latest were looked at."""
    examples: tuple[Example, ...] = ()
    """The latest, each of another topic, three at most."""

    @property
    def per_day(self) -> float:
        """Messages a day."""
        return self.posts / self.days if self.days else 0.0


class Preview(Struct, frozen=True, kw_only=True):
    """A subscription that is not saved yet, and what comes of it."""

    about: About
    words: str
    """As they would be typed, in the tenant's own spelling."""
    filter: Filter
    events: frozenset[Event]
    mode: Mode
    overlaps: tuple[Overlap, ...] = ()
    """The most telling first."""
    replay: Replay
