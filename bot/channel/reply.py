"""Brings an answer to Teams by the turn's context: as a message, an edit, or the answer of an invoke.

How answers look is decided in ``answers``; here is only which way they go, and what happens when they cannot.
"""

import structlog
from botbuilder.core import TurnContext

from bot.channel.adapter import answer_invoke, post, replace
from bot.channel.answers import card_message, invoke_answer, message_of
from bot.delivery import Delivery, Gone
from bot.turn import Answer, Problem, Replace, Say, Turn, TurnKind

log = structlog.get_logger()


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
            await _post(context, answer)
        await answer_invoke(context, *invoke_answer(turn, answer))
    elif isinstance(answer, Replace) and turn.reply_to:
        await _edit(context, turn.reply_to, answer)
    else:
        await _post(context, answer)


async def _edit(context: TurnContext, message: str, answer: Replace) -> None:
    try:
        await replace(context, message, card_message(answer.card, ""))
    except Gone:
        await _post(context, answer)


async def _post(context: TurnContext, answer: Answer) -> None:
    message = message_of(answer)
    if message is not None:
        await post(context, message)
