"""The one place that turns errors into cards: what happened, what to do next, and the code and trace that find it."""

import structlog

from attms_core.errors import (
    AskDifferently,
    AttmsError,
    Busy,
    ImpersonationRefused,
    Invalid,
    NotConnected,
    NotLinked,
    OperatorNeeded,
    OutcomeUnknown,
    OutOfDate,
    TryLater,
    WritesOff,
)
from attms_core.model import TicketId, Wish, WishState
from bot.reply import Reply
from cards.not_connected import NotConnectedCard
from cards.problem import ProblemCard
from cards.read_only import ReadOnlyCard
from cards.reader import Reader
from cards.unknown_outcome import UnknownOutcomeCard

log = structlog.get_logger(__name__)

_NEXT: tuple[tuple[type[AttmsError], str], ...] = (
    (OutOfDate, "Ask for the card again."),
    (NotLinked, "Say: me"),
    (Busy, "Wait a moment, then try again."),
    (TryLater, "Nothing was changed. Try again in a little while."),
    (ImpersonationRefused, "Nothing was changed. An administrator of AutoTask has to allow it."),
    (OperatorNeeded, "An administrator has to look at this."),
    (AskDifferently, "Try it another way, or say: help"),
)
"""What to do next, by the nearest kind, where the error itself does not say."""


def reply(
    error: AttmsError,
    reader: Reader,
    nonce: str,
    *,
    trace: str,
    wish: Wish | None = None,
    ticket: TicketId | None = None,
) -> Reply:
    """Explain an error. ``wish`` is what it came of, for trying again; ``ticket`` the way back."""
    if isinstance(error, NotConnected):
        card = NotConnectedCard(next=error.hint) if error.hint else NotConnectedCard()
        return Reply(card.render(reader), card.summary())
    if isinstance(error, WritesOff):
        off = ReadOnlyCard(would=str(error), switch=error.hint, ticket=ticket)
        return Reply(off.render(reader, nonce), off.summary())
    if isinstance(error, OutcomeUnknown) and wish:
        unknown = UnknownOutcomeCard(what=_named(wish), wish=wish.id, trace=trace, ticket=wish.ticket)
        return Reply(unknown.render(reader, nonce), unknown.summary())
    return _problem(error, reader, nonce, trace=trace, wish=wish, ticket=ticket)


def bug(reader: Reader, nonce: str, *, trace: str) -> Reply:
    """Own up to a fault of ours."""
    card = ProblemCard(
        what="Something went wrong here.",
        next="It has been written down. If it happens again, give this code to your administrator.",
        code="internal",
        trace=trace,
        commands=("help",),
    )
    return Reply(card.render(reader, nonce), card.summary())


def _problem(
    error: AttmsError, reader: Reader, nonce: str, *, trace: str, wish: Wish | None, ticket: TicketId | None
) -> Reply:
    card = ProblemCard(
        what=str(error),
        next=_next(error, wish),
        legal=error.legal if isinstance(error, Invalid) else (),
        code=error.code,
        trace=trace,
        again=wish.id if wish and isinstance(error, TryLater) else None,
        ticket=ticket,
        commands=("me",) if isinstance(error, NotLinked) else (),
    )
    return Reply(card.render(reader, nonce), card.summary())


def _next(error: AttmsError, wish: Wish | None) -> str:
    usual = next((text for kind, text in _NEXT if isinstance(error, kind)), "")
    if isinstance(error, TryLater) and wish and wish.state is WishState.REFUSED and error.hint:
        return f"Nothing was changed. {error.hint}"
    return error.hint or usual


def _named(wish: Wish) -> str:
    return {"create-ticket": "the new ticket", "update-ticket": "the change", "add-note": "the note"}[wish.kind]
