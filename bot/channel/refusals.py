"""What the connector's refusals mean to a sender (Teams: status codes of conversational bots)."""

from datetime import timedelta

from bot.channel.decode import Json, part, text
from bot.channel.strict import BadJson, read_object
from bot.delivery import (
    AuthBroken,
    Blocked,
    ConversationGone,
    Delivery,
    Disabled,
    Failed,
    Gone,
    NotInstalled,
    Rejected,
    Throttled,
    TooBig,
    Transient,
    WrongHost,
)

_LONGEST_WAIT = 24 * 3600  # seconds; a longer Retry-After is taken for nonsense
_FORBIDDEN: dict[str, tuple[type[Delivery], str]] = {
    "BotNotInConversationRoster": (NotInstalled, "The app was removed from the conversation"),
    "ForbiddenOperationException": (NotInstalled, "The app is not installed for this person"),
    "ConversationBlockedByUser": (Blocked, "The person has blocked the bot"),
    "MessageWritesBlocked": (Blocked, "The person has blocked the bot or removed the app"),
    "BotDisabledByAdmin": (Disabled, "An administrator of Teams has blocked the bot for the whole tenant"),
    "InvalidBotApiHost": (WrongHost, "The tenant is reached at another cloud's address"),
    "NotEnoughPermissions": (Rejected, "Teams does not let the bot do that there"),
}
_NOT_ALLOWED = (Rejected, "Teams does not let the bot speak there")
_SIMPLE: dict[int, tuple[type[Delivery], str]] = {
    401: (AuthBroken, "Teams refuses the bot's token"),
    413: (TooBig, "The message is too big for Teams"),
}
_PASSING = frozenset({408, 412, 502, 503, 504})
_PERHAPS_DELIVERED = frozenset({502, 503, 504})


def error_for(status: int, retry_after: str, body: bytes) -> Delivery:
    """Choose the error for an answer that is no success. Nothing of the body but its known code is used."""
    if status in _SIMPLE:
        kind, what = _SIMPLE[status]
        return kind(what)
    if status == 429:  # noqa: PLR2004 - HTTP's own number
        return Throttled("Teams asks us to slow down", after=_seconds(retry_after))
    if status in _PASSING:
        return Transient(
            f"The connector failed with {status}",
            after=_seconds(retry_after),
            may_have_arrived=status in _PERHAPS_DELIVERED,
        )
    return _by_code(status, body)


def _by_code(status: int, body: bytes) -> Delivery:
    code, sub_code = _codes(body)
    match status:
        case 403:
            kind, what = _FORBIDDEN.get(code) or _FORBIDDEN.get(sub_code) or _NOT_ALLOWED
            return kind(what)
        case 404 if code == "ConversationNotFound":
            return ConversationGone("The conversation does not exist any more")
        case 404:
            return Gone("The conversation or message does not exist any more")
        case 500:
            return Failed("The connector failed with 500", may_have_arrived=True, repeatable=False)
        case _:
            return Rejected(f"Teams rejects the message with {status}")


def _codes(body: bytes) -> tuple[str, str]:
    try:
        error: Json = part(read_object(body), "error")
    except BadJson:
        return "", ""
    return text(error, "code"), text(error, "subCode")


def _seconds(retry_after: str) -> timedelta | None:
    if not retry_after.isdecimal() or int(retry_after[:6]) > _LONGEST_WAIT:
        return None
    return timedelta(seconds=int(retry_after[:6]))
