"""What the cards of silences ask back, as types. Nothing here acts or renders."""

from dataclasses import dataclass
from typing import Annotated

from cards.asks import Offset
from cards.submission import Submission, Text

WHAT = 60

What = Annotated[str, Text(WHAT)]
"""The key of a topic or a sender: ``ticket:123``, ``contact:31``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSilences(Submission, action="silences.list"):
    """Show a page of what is silenced in this conversation."""

    offset: Offset = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceSender(Submission, action="silences.sender"):
    """Tell this conversation no more of what somebody does."""

    what: What


@dataclass(frozen=True, slots=True, kw_only=True)
class HearAgain(Submission, action="silences.end"):
    """Tell this conversation again; leads back to the list at this place."""

    what: What
    offset: Offset = 0
