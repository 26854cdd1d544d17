"""Whether a conversation may see internal notes."""

from attms_core.errors import Invalid
from attms_core.model import Right
from bot import faces
from bot.asking import Asking
from bot.conversations import is_personal
from bot.reply import Reply
from bot.router import Router

router = Router()
_WORDS = {"on": True, "off": False}


@router.command(
    "internal",
    usage="internal on | off",
    help="Let this conversation see internal notes, or not. It ends by itself when a guest joins.",
    needs=Right.DISPATCH,
)
async def internal(asking: Asking, words: str) -> Reply:
    """Mark the conversation."""
    on = _WORDS.get(words.casefold())
    if on is None:
        raise Invalid("Say it like this: internal on, or internal off")
    if is_personal(asking.conversation):
        return faces.told(asking, "This chat is yours alone: internal notes are always shown here.")
    await asking.conversations.set_internal(asking.person, asking.conversation, on=on)
    if on:
        return faces.told(asking, "Internal notes are shown here from now on.")
    return faces.told(asking, "Internal notes are no longer shown here.")
