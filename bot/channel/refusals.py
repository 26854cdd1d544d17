"""What the connector's refusals mean to a sender (Teams: status codes of conversational bots)."""

from datetime import timedelta

from bot.channel.decode import Json, part, text
from bot.channel.strict import BadJson, read_object
from bot.delivery import AuthBroken, Blocked, Delivery, Gone, NotInstalled, Rejected, Throttled, TooBig, Transient

_LONGEST_WAIT = 24 * 3600  # seconds; a longer Retry-After is taken for nonsense
_FORBIDDEN: dict[str, type[Delivery]] = {
    "BotNotInConversationRoster": NotInstalled,
    "ForbiddenOperationException": NotInstalled,
    "ConversationBlockedByUser": Blocked,
    "MessageWritesBlocked": Blocked,
    "BotDisabledByAdmin": Blocked,
}
_SIMPLE: dict[int, tuple[type[Delivery], str]] = {
    401: (AuthBroken, "Teams refuses the bot's token"),
    404: (Gone, "The conversation or message does not exist any more"),
    413: (TooBig, "The message is too big for Teams"),
}
_PASSING = frozenset({408, 412, 500, 502, 503, 504})
_NOT_TO_REPEAT = 500
_PERHAPS_DELIVERED = frozenset({500, 502, 503, 504})


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
            repeatable=status != _NOT_TO_REPEAT,
        )
    if status == 403:  # noqa: PLR2004 - HTTP's own number
        return _forbidden(body)
    return Rejected(f"Teams rejects the message with {status}")


def _forbidden(body: bytes) -> Delivery:
    try:
        error: Json = part(read_object(body), "error")
    except BadJson:
        error = {}
    kind = _FORBIDDEN.get(text(error, "code")) or _FORBIDDEN.get(text(error, "subCode"), Rejected)
    return kind("Teams does not let the bot speak there")


def _seconds(retry_after: str) -> timedelta | None:
    if not retry_after.isdecimal() or int(retry_after[:6]) > _LONGEST_WAIT:
        return None
    return timedelta(seconds=int(retry_after[:6]))
