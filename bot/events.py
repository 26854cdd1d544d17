"""What Teams tells without anybody having asked: installed, removed, somebody joined. And invokes nobody knows."""

import structlog

from attms_core.errors import AttmsError
from attms_core.model import ConversationKind
from bot.conversations import Conversations
from bot.delivery import Delivery
from bot.turn import Answer, Body, Nothing, Say, Turn, TurnKind
from cards.welcome import WelcomeCard

log = structlog.get_logger(__name__)

FIRST_STEPS = ("/tickets mine", "/new", "/help")
"""Offered above the compose box beside the welcome."""
UNKNOWN_INVOKE = "ATTMS does not know this button. Say help to see what it can do."


class Events:
    """Answers the turns that are no question."""

    def __init__(self, *, conversations: Conversations) -> None:
        self._conversations = conversations

    async def answer(self, turn: Turn) -> Answer:
        """Answer an event or an unknown invoke; most events want no answer."""
        if turn.kind is TurnKind.INVOKE:
            return _in_words(turn)
        if not turn.conversation.id:
            return Nothing()
        if turn.kind is TurnKind.MEMBERS:
            self._conversations.meet_anew(turn.conversation)
        if turn.kind is TurnKind.UNINSTALLED or _lost_bot(turn):
            await self._conversations.forget_install(turn.conversation)
            return Nothing()
        if turn.kind is TurnKind.INSTALLED or _gained_bot(turn):
            return await self._installed(turn)
        if turn.kind is TurnKind.MEMBERS and turn.members_added:
            return await self._joined(turn)
        return Nothing()

    async def _installed(self, turn: Turn) -> Answer:
        """Greet once: Teams tells of an installation in two activities, and again at each upgrade."""
        known = await self._conversations.find(turn.conversation.tenant, turn.conversation.id)
        await self._conversations.remember(turn.conversation)
        if known and known.is_installed:
            return Nothing()
        card = WelcomeCard(is_personal=turn.conversation.kind is ConversationKind.PERSONAL)
        return Say(card=card.render(), summary=card.summary(), suggest=FIRST_STEPS)

    async def _joined(self, turn: Turn) -> Answer:
        try:
            outsiders = await self._conversations.close_to_outsiders(turn.conversation)
        except Delivery as error:
            outsiders = await self._close_unseen(turn, error)
        if not outsiders:
            return Nothing()
        return Say(
            text=f"Internal notes are no longer shown here: {', '.join(outsiders)} joined.",
            summary="Internal notes are no longer shown here",
        )

    async def _close_unseen(self, turn: Turn, error: AttmsError) -> tuple[str, ...]:
        """When the roster cannot be read after somebody joined, the safe side is closed."""
        known = await self._conversations.find(turn.conversation.tenant, turn.conversation.id)
        if known is None or not known.is_internal:
            return ()
        log.warning("roster_unreadable", code=error.code)
        await self._conversations.set_internal(known, on=False)
        return ("somebody whose membership Teams did not tell",)


def _in_words(turn: Turn) -> Answer:
    """Answer an invoke that we do not offer in the shape that its kind shows to people (Teams: invoke names)."""
    if turn.invoke_name.startswith("task/"):
        return Body({"task": {"type": "message", "value": UNKNOWN_INVOKE}})
    if turn.invoke_name.startswith("composeExtension/"):
        return Body({"composeExtension": {"type": "message", "text": UNKNOWN_INVOKE}})
    return Nothing()


def _gained_bot(turn: Turn) -> bool:
    return turn.kind is TurnKind.MEMBERS and turn.conversation.bot_id in turn.members_added


def _lost_bot(turn: Turn) -> bool:
    return turn.kind is TurnKind.MEMBERS and turn.conversation.bot_id in turn.members_removed
