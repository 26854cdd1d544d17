"""What the cards of subscriptions and company groups ask back, as types. Nothing here acts or renders.

``words`` are a whole subscription as it is typed; ``id`` is the one that is being changed, empty for a new one.
"""

from typing import Annotated, Final

from attms_core.model.change import Event
from attms_core.model.filter import About
from attms_core.model.notice import Mode
from cards.submission import OneOf, Several, Submission, Text, Typed, Whole, does

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


@does("subscriptions.form")
class SubscriptionForm(Submission, frozen=True, kw_only=True):
    """Show the form, filled in with these words."""

    words: Annotated[str, Text(WORDS)] = ""
    about: AboutWord = TICKET
    id: SubscriptionNumber = ""


@does("subscriptions.preview")
class PreviewSubscription(Submission, frozen=True, kw_only=True):
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


@does("subscriptions.save")
class SaveSubscription(Submission, frozen=True, kw_only=True):
    """Keep it: from now on the conversation is told."""

    words: TypedWords
    id: SubscriptionNumber = ""


@does("subscriptions.sample")
class SampleSubscription(Submission, frozen=True, kw_only=True):
    """Post the card of the latest ticket that it would have told of."""

    words: TypedWords
    id: SubscriptionNumber = ""


@does("subscriptions.drop")
class DropSubscription(Submission, frozen=True, kw_only=True):
    """Leave a preview or a form without a change."""


@does("subscriptions.page")
class ListSubscriptions(Submission, frozen=True, kw_only=True):
    """List subscriptions from a place on."""

    place: Place = HERE
    offset: Offset = 0


class OfSubscription(Submission, frozen=True, kw_only=True):
    """What is about one subscription, with the page of the list that it stands on."""

    id: SubscriptionNumber
    place: Place = HERE
    offset: Offset = 0


@does("subscriptions.pause")
class PauseSubscription(OfSubscription, frozen=True, kw_only=True):
    """Tell nothing by it until it is resumed."""


@does("subscriptions.resume")
class ResumeSubscription(OfSubscription, frozen=True, kw_only=True):
    """Tell by it again."""


@does("subscriptions.remove")
class RemoveSubscription(OfSubscription, frozen=True, kw_only=True):
    """Take it away; it is asked once whether that is meant."""

    sure: Annotated[str, OneOf((NO, YES))] = NO


@does("groups.list")
class ListGroups(Submission, frozen=True, kw_only=True):
    """List the company groups from a place on."""

    offset: Offset = 0


@does("groups.form")
class GroupForm(Submission, frozen=True, kw_only=True):
    """Show the form of a group; of a new one without a name."""

    name: GroupName = ""


@does("groups.save")
class SaveGroup(Submission, frozen=True, kw_only=True):
    """Keep a group with the companies that stand in the form."""

    group: GroupName = ""
    """The group that is changed; empty for a new one."""
    name: Annotated[str, Typed(Text(NAME))] = ""
    companies: Annotated[str, Typed(Text(COMPANIES))] = ""
    """One a line."""
    company: Annotated[str, Typed(Text(COMPANY))] = ""
    """One more, by its id."""


@does("groups.remove")
class RemoveGroup(Submission, frozen=True, kw_only=True):
    """Take a group away; it is asked once whether that is meant."""

    name: GroupName
    sure: Annotated[str, OneOf((NO, YES))] = NO
