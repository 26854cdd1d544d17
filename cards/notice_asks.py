"""What the cards of notices ask back, as types. Nothing here acts or renders."""

from typing import Annotated

from cards.submission import OneOf, Submission, Text, does

REPLY = "reply"
EVER = "ever"
TOPIC = 60

TopicKey = Annotated[str, Text(TOPIC)]
"""``ticket:123`` or ``opportunity:5``."""


@does("notice.why")
class WhyNotice(Submission, frozen=True, kw_only=True):
    """Say why this conversation was told of a topic."""

    topic: TopicKey


@does("notice.silence")
class SilenceTopic(Submission, frozen=True, kw_only=True):
    """Tell this conversation no more of a topic: until the customer's next reply, or ever."""

    topic: TopicKey
    until: Annotated[str, OneOf((REPLY, EVER))] = REPLY


@does("subscriptions.list")
class ShowSubscriptions(Submission, frozen=True, kw_only=True):
    """List this conversation's subscriptions."""


@does("subscriptions.edit")
class EditSubscription(Submission, frozen=True, kw_only=True):
    """Show the form of one of this conversation's subscriptions."""

    id: Annotated[str, Text(20)]
    """Its number as text."""


@does("notices.form")
class NoticeChoices(Submission, frozen=True, kw_only=True):
    """Show the form in which somebody chooses what they are told of, and when."""
