"""What Teams tells without anybody having asked: installed, removed, somebody joined. And invokes nobody knows."""

from collections.abc import Iterable

import structlog

from attms_core.model import Conversation, ConversationKind
from bot.channel.answers import text_message
from bot.conversations import Conversations
from bot.delivery import Delivery
from bot.turn import Answer, Body, Nothing, Say, Turn, TurnKind
from cards.welcome import WelcomeCard

log = structlog.get_logger(__name__)

FIRST_STEPS = ("/tickets mine", "/new", "/help")
"""Offered after the welcome."""
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
        if _newcomers(turn):
            await self._joined(turn)
        if turn.kind is TurnKind.UNINSTALLED or _lost_bot(turn):
            await self._conversations.end_internal(turn.conversation)
            await self._conversations.forget_install(turn.conversation)
            return Nothing()
        if turn.kind is TurnKind.INSTALLED or _gained_bot(turn):
            return await self._installed(turn)
        return Nothing()

    async def _installed(self, turn: Turn) -> Answer:
        """Greet once: Teams tells of an installation in two activities, and again at each upgrade."""
        known = await self._conversations.find(turn.conversation.tenant, turn.conversation.id)
        await self._conversations.remember(turn.conversation)
        if known and known.is_installed:
            return Nothing()
        card = WelcomeCard(is_personal=turn.conversation.kind is ConversationKind.PERSONAL)
        return Say(card=card.render(), summary=card.summary(), suggest=FIRST_STEPS)

    async def recheck_internal(self) -> None:
        """End the internal marks where an outsider has come unseen: a job's work."""
        await self._tell_all(await self._conversations.recheck_internal())

    async def _joined(self, turn: Turn) -> None:
        await self._tell_all(await self._conversations.close_to_outsiders(turn.conversation))

    async def _tell_all(self, ended: Iterable[tuple[Conversation, tuple[str, ...]]]) -> None:
        for place, outsiders in ended:
            await self._tell(place, f"Internal notes are no longer shown here: {', '.join(outsiders)} joined.")

    async def _tell(self, place: Conversation, text: str) -> None:
        try:
            await self._conversations.say(place, text_message(text))
        except Delivery as error:
            log.warning("end_of_internal_not_told", conversation=place.id, code=error.code)


def _in_words(turn: Turn) -> Answer:
    """Answer an invoke that we do not offer in the shape that its kind shows to people (Teams: invoke names)."""
    told = {"type": "message", "value": UNKNOWN_INVOKE}
    if turn.invoke_name.startswith("task/") or turn.invoke_name == "message/fetchTask":
        return Body({"task": told})
    if turn.invoke_name.startswith("config/"):
        return Body({"responseType": "config", "config": told})
    if turn.invoke_name.startswith("composeExtension/"):
        return Body({"composeExtension": {"type": "message", "text": UNKNOWN_INVOKE}})
    return Nothing()


def _newcomers(turn: Turn) -> tuple[str, ...]:
    return tuple(mri for mri in turn.members_added if mri != turn.conversation.bot_id)


def _gained_bot(turn: Turn) -> bool:
    return turn.kind is TurnKind.MEMBERS and turn.conversation.bot_id in turn.members_added


def _lost_bot(turn: Turn) -> bool:
    return turn.kind is TurnKind.MEMBERS and turn.conversation.bot_id in turn.members_removed
