"""What the cards of notices ask back, as types. Nothing here acts or renders."""

from dataclasses import dataclass
from typing import Annotated

from cards.submission import OneOf, Submission, Text

REPLY = "reply"
EVER = "ever"
TOPIC = 60

TopicKey = Annotated[str, Text(TOPIC)]
"""``ticket:123`` or ``opportunity:5``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNotice(Submission, action="notice.why"):
    """Say why this conversation was told of a topic."""

    topic: TopicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceTopic(Submission, action="notice.silence"):
    """Tell this conversation no more of a topic: until the customer's next reply, or ever."""

    topic: TopicKey
    until: Annotated[str, OneOf((REPLY, EVER))] = REPLY


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSubscriptions(Submission, action="subscriptions.list"):
    """List this conversation's subscriptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSubscription(Submission, action="subscriptions.edit"):
    """Show the form of one of this conversation's subscriptions."""

    id: Annotated[str, Text(20)]
    """Its number as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeChoices(Submission, action="notices.form"):
    """Show the form in which somebody chooses what they are told of, and when."""
