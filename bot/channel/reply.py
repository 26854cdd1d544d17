"""Brings an answer to Teams by the turn's context: as a message, an edit, or the answer of an invoke.

How answers look is decided in ``answers``; here is only which way they go, and what happens when they cannot.
"""

import structlog
from botbuilder.core import TurnContext

from attms_core.model import ConversationKind
from bot.channel.adapter import answer_invoke, post, post_alone, replace
from bot.channel.answers import Wire, card_message, invoke_answer, message_of, short_of, suggestions, text_message
from bot.channel.connector import NO_PRIVACY
from bot.delivery import Blocked, Delivery, Gone, Later, TooBig
from bot.turn import Answer, Problem, Replace, Say, Turn, TurnKind

log = structlog.get_logger()

UNANSWERED = "I cannot answer privately here. Install me for yourself, and ask me in our own chat."
"""What a channel hears when somebody's private question could not be answered anywhere; never what was asked."""
TROUBLE = "Teams has trouble with my answer. Look in our own chat, or ask me again in a minute."
"""The same, while it is Teams that fails: the answer may have arrived."""
_PRESSED = frozenset({TurnKind.SUBMIT, TurnKind.EXECUTE})


async def deliver(context: TurnContext, turn: Turn, answer: Answer) -> None:
    """Send an answer. Whatever Teams refuses is logged; an invoke's answer then says so in words."""
    try:
        await _send(context, turn, answer)
    except Delivery as error:
        log.warning("answer_not_delivered", code=error.code, kind=turn.kind, conversation=turn.conversation.id)
        if turn.is_invoke:
            await answer_invoke(context, *invoke_answer(turn, Problem(error.code, str(error), 502)))


async def apologise(context: TurnContext, turn: Turn, error: Exception) -> None:
    """Answer a turn that broke by our fault: the log gets the error, the person a code to tell."""
    log.error("turn_failed", kind=turn.kind, error=type(error).__name__, exc_info=error)
    text = (
        f"Something went wrong on our side. Please try again. If it stays, tell your administrator the code {turn.id}."
    )
    await deliver(context, turn, Problem("internal", text, 500))


async def _send(context: TurnContext, turn: Turn, answer: Answer) -> None:
    if turn.is_invoke:
        if turn.kind is TurnKind.EXECUTE and isinstance(answer, Say):
            await _post(context, turn, answer)
        await answer_invoke(context, *invoke_answer(turn, answer))
    elif isinstance(answer, Replace) and turn.reply_to:
        await _edit(context, turn, turn.reply_to, answer)
    else:
        await _post(context, turn, answer)


async def _edit(context: TurnContext, turn: Turn, activity_id: str, answer: Replace) -> None:
    message = card_message(answer.card, answer.summary)
    try:
        await replace(context, activity_id, message)
    except Gone:
        await _post(context, turn, answer)
    except TooBig:
        await _say(context, turn, short_of(message))


async def _post(context: TurnContext, turn: Turn, answer: Answer) -> None:
    message = message_of(answer)
    if message is None:
        return
    try:
        await _say(context, turn, message)
    except TooBig:
        await _say(context, turn, short_of(message))
    if further := suggestions(turn, answer):
        await _suggest(context, further)


async def _suggest(context: TurnContext, message: Wire) -> None:
    """Say how to go on; the answer stands there already, so what hinders this hinders nothing else."""
    try:
        await post(context, message)
    except Delivery as error:
        log.info("suggestions_not_delivered", code=error.code)


async def _say(context: TurnContext, turn: Turn, message: Wire) -> None:
    """Post a message; what is for the person alone and is not taken so goes to the chat of the two.

    Whatever the reason (Teams: targeted messages). A message that had arrived though Teams failed with it is then
    there twice, for the same pair of eyes; to hear nothing would be worse.
    """
    if not _is_private(turn):
        await post(context, message)
        return
    try:
        await post(context, message, privately=True)
    except (*NO_PRIVACY, Later) as error:
        log.info("private_answer_refused", code=error.code, conversation=turn.conversation.id)
        await _say_alone(context, message)


async def _say_alone(context: TurnContext, message: Wire) -> None:
    """Answer in the chat with the person; only if that fails too, say so, and no more than that, for all to see."""
    try:
        await post_alone(context, message)
    except (*NO_PRIVACY, Blocked, Later) as error:
        log.info("chat_refused", code=error.code)
        await post(context, text_message(TROUBLE if isinstance(error, Later) else UNANSWERED))


def _is_private(turn: Turn) -> bool:
    """Say whether what is newly said must be for the person alone.

    Asked privately, answered privately. And in a channel or group a press does not tell whether its card was private:
    what is said in the place of a card that is not there any more might have been for one pair of eyes.
    """
    return turn.is_targeted or (turn.kind in _PRESSED and turn.conversation.kind is not ConversationKind.PERSONAL)
