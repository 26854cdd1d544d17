"""Between an error and a stored outcome: a refusal is kept so that a second delivery tells the same story."""

from attms_core.errors import (
    AttmsError,
    Busy,
    ChangedMeanwhile,
    CredentialsRefused,
    ImpersonationRefused,
    Invalid,
    NotAllowed,
    NotConnected,
    NotFound,
    OutcomeUnknown,
    Required,
    Unreachable,
)
from attms_core.model import Outcome, Wish, WishState

_KEPT: tuple[type[AttmsError], ...] = (
    Busy,
    ChangedMeanwhile,
    CredentialsRefused,
    ImpersonationRefused,
    Invalid,
    NotAllowed,
    NotConnected,
    NotFound,
    OutcomeUnknown,
    Required,
    Unreachable,
)
_BY_CODE = {kind.code: kind for kind in _KEPT}


def refusal(error: AttmsError, wish: Wish) -> Outcome:
    """Keep what a refusal said."""
    field = error.field if isinstance(error, Invalid) else ""
    legal = error.legal if isinstance(error, Invalid) else ()
    return Outcome(ticket=wish.ticket, code=error.code, message=str(error), hint=error.hint, field=field, legal=legal)


def error_of(wish: Wish) -> AttmsError | None:
    """Give again what a wish was refused with; none for one that was done or is under way."""
    if wish.state not in {WishState.REFUSED, WishState.UNKNOWN}:
        return None
    outcome = wish.outcome
    kind = _BY_CODE.get(outcome.code, NotAllowed)
    if issubclass(kind, Invalid):
        return kind(outcome.message, field=outcome.field, legal=outcome.legal, hint=outcome.hint)
    return kind(outcome.message, hint=outcome.hint)
