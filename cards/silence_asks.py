"""What the cards of silences ask back, as types. Nothing here acts or renders."""

from typing import Annotated

from cards.asks import Offset
from cards.submission import Submission, Text, does

WHAT = 60

What = Annotated[str, Text(WHAT)]
"""The key of a topic or a sender: ``ticket:123``, ``contact:31``."""


@does("silences.list")
class ListSilences(Submission, frozen=True, kw_only=True):
    """Show a page of what is silenced in this conversation."""

    offset: Offset = 0


@does("silences.sender")
class SilenceSender(Submission, frozen=True, kw_only=True):
    """Tell this conversation no more of what somebody does."""

    what: What


@does("silences.end")
class HearAgain(Submission, frozen=True, kw_only=True):
    """Tell this conversation again; leads back to the list at this place."""

    what: What
    offset: Offset = 0
