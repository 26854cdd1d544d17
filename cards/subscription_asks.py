"""What the cards of subscriptions and company groups ask back, as types. Nothing here acts or renders.

``words`` are a whole subscription as it is typed; ``id`` is the one that is being changed, empty for a new one.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from attms_core.model.change import Event
from attms_core.model.filter import About
from attms_core.model.notice import Mode
from cards.submission import OneOf, Several, Submission, Text, Typed, Whole

TICKET: Final = "ticket"
OPPORTUNITY: Final = "opportunity"
HERE, EVERYWHERE = "here", "everywhere"
NO, YES = "no", "yes"
TYPED = 600
"""Characters: more than somebody may type, so that words which are too long come back whole with the reason."""
WORDS = 4_000
"""Characters of words with all their names spelled out."""
NAME = 60
COMPANY = 120
COMPANIES = 4_000
EVENTS = tuple(event.value for event in Event)
MODES = (Mode.BOTH.value, Mode.UPDATE.value, Mode.THREAD.value)

TypedWords = Annotated[str, Text(TYPED)]
SubscriptionNumber = Annotated[str, Text(20)]
AboutWord = Annotated[About, OneOf((TICKET, OPPORTUNITY))]
Place = Annotated[str, OneOf((HERE, EVERYWHERE))]
Offset = Annotated[int, Whole(1_000_000)]
GroupName = Annotated[str, Text(NAME)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionForm(Submission, action="subscriptions.form"):
    """Show the form, filled in with these words."""

    words: Annotated[str, Text(WORDS)] = ""
    about: AboutWord = TICKET
    id: SubscriptionNumber = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSubscription(Submission, action="subscriptions.preview"):
    """Show what the filled-in form would tell."""

    about: AboutWord = TICKET
    id: SubscriptionNumber = ""
    queue: Annotated[tuple[int, ...], Typed(Several(Whole()))] = ()
    priority: Annotated[tuple[int, ...], Typed(Several(Whole()))] = ()
    company: Annotated[str, Typed(Text(COMPANY))] = ""
    """A company's id, or a group's name with an @ before it."""
    events: Annotated[tuple[str, ...], Typed(Several(OneOf(EVENTS)))] = ()
    mode: Annotated[str, Typed(OneOf(MODES))] = Mode.BOTH.value
    more: Annotated[str, Typed(Text(WORDS))] = ""
    """All that the inputs cannot say, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSubscription(Submission, action="subscriptions.save"):
    """Keep it: from now on the conversation is told."""

    words: TypedWords
    id: SubscriptionNumber = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSubscription(Submission, action="subscriptions.sample"):
    """Post the card of the latest ticket that it would have told of."""

    words: TypedWords
    id: SubscriptionNumber = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSubscription(Submission, action="subscriptions.drop"):
    """Leave a preview or a form without a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSubscriptions(Submission, action="subscriptions.page"):
    """List subscriptions from a place on."""

    place: Place = HERE
    offset: Offset = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSubscription(Submission):
    """What is about one subscription, with the page of the list that it stands on."""

    id: SubscriptionNumber
    place: Place = HERE
    offset: Offset = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSubscription(OfSubscription, action="subscriptions.pause"):
    """Tell nothing by it until it is resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSubscription(OfSubscription, action="subscriptions.resume"):
    """Tell by it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSubscription(OfSubscription, action="subscriptions.remove"):
    """Take it away; it is asked once whether that is meant."""

    sure: Annotated[str, OneOf((NO, YES))] = NO


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGroups(Submission, action="groups.list"):
    """List the company groups from a place on."""

    offset: Offset = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupForm(Submission, action="groups.form"):
    """Show the form of a group; of a new one without a name."""

    name: GroupName = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveGroup(Submission, action="groups.save"):
    """Keep a group with the companies that stand in the form."""

    group: GroupName = ""
    """The group that is changed; empty for a new one."""
    name: Annotated[str, Typed(Text(NAME))] = ""
    companies: Annotated[str, Typed(Text(COMPANIES))] = ""
    """One a line."""
    company: Annotated[str, Typed(Text(COMPANY))] = ""
    """One more, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveGroup(Submission, action="groups.remove"):
    """Take a group away; it is asked once whether that is meant."""

    name: GroupName
    sure: Annotated[str, OneOf((NO, YES))] = NO
