"""How an ``Answer`` looks on the wire: outgoing activities and invoke bodies as plain dicts.

Which of the two a turn gets, and sending, is decided elsewhere. Bodies: Teams, Universal Actions for Adaptive
Cards; dialogs; typeahead search.
"""

from typing import Any

from attms_core.model import ConversationKind
from bot.channel.words import LONGEST, clean
from bot.turn import Answer, Body, Choices, Nothing, Problem, Replace, Say, Toast, Turn, TurnKind

Wire = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
_TOAST = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"
_FOUND = "application/vnd.microsoft.search.searchResponse"
MOST_CHOICES = 15
MOST_SUGGESTED = 3
"""Teams shows three suggestions now, and showed six before."""
TOO_BIG = "The answer is too big for Teams. Ask for less of it."
_LONGEST_SUMMARY = 300


def attachment(card: Wire) -> Wire:
    """Wrap a card as a message carries it."""
    return {"contentType": CARD, "content": card}


def card_message(card: Wire, summary: str) -> Wire:
    """Make a message of a card alone: text beside it would split the message (Teams: cards).

    The summary is the line of the activity feed; a card that comes without one is told by its fallback text.
    """
    line = clean(summary or str(card.get("fallbackText") or ""), _LONGEST_SUMMARY)
    message: Wire = {"type": "message", "attachments": [attachment(card)]}
    return {**message, "summary": line} if line else message


def text_message(text: str) -> Wire:
    """Make a message of plain text, in which nothing is markup."""
    return {"type": "message", "text": text[:LONGEST], "textFormat": "plain"}


def suggestions(turn: Turn, answer: Answer) -> Wire | None:
    """Return what to post after an answer: words to go on with, as buttons above the compose box too.

    They are a message of their own because Teams shows no suggested actions with a card, and none where it is not the
    two of us. Its text names them for those whose Teams shows no such buttons (Teams: suggested actions).
    """
    if not isinstance(answer, Say) or not answer.suggest or turn.conversation.kind is not ConversationKind.PERSONAL:
        return None
    words = answer.suggest[:MOST_SUGGESTED]
    named = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    actions = [{"type": "imBack", "title": each, "value": each} for each in words]
    message = text_message(f"Next, you could say {named}.")
    return {**message, "suggestedActions": {"to": [turn.person_mri], "actions": actions}}


def short_of(message: Wire) -> Wire:
    """Return what to post in the place of a message that is too big: its line of the activity feed."""
    return text_message(message.get("summary") or message.get("text") or TOO_BIG)


def message_of(answer: Answer) -> Wire | None:
    """Return what to post for an answer; none when there is nothing to say."""
    match answer:
        case Say(card=dict() as card):
            return card_message(card, answer.summary or answer.text or "")
        case Say():
            return text_message(answer.text) if answer.text else None
        case Replace():
            return card_message(answer.card, answer.summary)
        case Toast() | Problem():
            return text_message(answer.text)
        case Choices() | Body() | Nothing():
            return None


def invoke_answer(turn: Turn, answer: Answer) -> tuple[int, Any]:
    """Return HTTP status and body that answer an invoke; no body for one that we do not know.

    Teams shows people an error for any other status, and wants no more of most kinds (Teams: invoke names).
    """
    if isinstance(answer, Nothing) and turn.kind is TurnKind.INVOKE:
        return 200, None
    return 200, answer.content if isinstance(answer, Body) else _body(turn, answer)


def _body(turn: Turn, answer: Answer) -> Wire:
    if turn.kind is TurnKind.EXECUTE:
        return _execute_body(answer)
    if turn.kind is TurnKind.SEARCH:
        return _search_body(answer)
    if turn.invoke_name.startswith("task/"):
        return {"task": _task_body(answer)}
    if turn.invoke_name.startswith("composeExtension/"):
        return {"composeExtension": {"type": "message", "text": _text_of(answer)}}
    return {}


def late_answer(turn: Turn) -> tuple[int, Any]:
    """Answer an invoke whose handler takes longer than Teams waits."""
    return invoke_answer(turn, Toast("This takes longer than usual. The result will appear here."))


def _execute_body(answer: Answer) -> Wire:
    if isinstance(answer, Replace):
        return {"statusCode": 200, "type": CARD, "value": answer.card}
    if isinstance(answer, Problem):
        return _error_body(answer)
    return {"statusCode": 200, "type": _TOAST, "value": _text_of(answer)}


def _search_body(answer: Answer) -> Wire:
    if isinstance(answer, Problem):
        return _error_body(answer)
    found = answer.found[:MOST_CHOICES] if isinstance(answer, Choices) else ()
    results = [{"title": title, "value": value} for title, value in found]
    return {"statusCode": 200, "type": _FOUND, "value": {"results": results}}


def _error_body(problem: Problem) -> Wire:
    value = {"code": problem.code, "message": problem.text}
    return {"statusCode": problem.status, "type": _ERROR, "value": value}


def _task_body(answer: Answer) -> Wire:
    card = answer.card if isinstance(answer, Say | Replace) else None
    if card is not None:
        return {"type": "continue", "value": {"card": attachment(card)}}
    return {"type": "message", "value": _text_of(answer)}


def _text_of(answer: Answer) -> str:
    match answer:
        case Say():
            return answer.text or answer.summary or "Done."
        case Toast() | Problem():
            return answer.text
        case Replace() | Choices() | Body() | Nothing():
            return "Done."
