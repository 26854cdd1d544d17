"""Who one is here: the link to AutoTask, the role, and its limits."""

from attms_core.model import LinkState, Right
from bot import faces
from bot.asking import Asking
from bot.conversations import is_personal
from bot.reply import Reply
from bot.router import Router
from cards.asks import ConfirmLink, DeclineLink

router = Router()
FIRST = (("My tickets", "tickets mine"), ("Help", "help"))
NOTICES = ("What I am told", "notices")


@router.command(
    "me",
    usage="me",
    help="Show which AutoTask technician you are, and what you may do here.",
    needs=Right.HELP,
    examples=("me",),
    aliases=("whoami",),
)
async def me(asking: Asking, _words: str) -> Reply:
    """Answer with the person's own card."""
    is_told = asking.person.link.state is LinkState.LINKED and is_personal(asking.conversation)
    return faces.me(asking, commands=(NOTICES,) if is_told else ())


@router.on(ConfirmLink, needs=Right.HELP)
async def confirm(asking: Asking, wish: ConfirmLink) -> Reply:
    """Link the person to the resource that was proposed, and to no other."""
    if asking.person.link.state is not LinkState.PROPOSED or asking.person.link.resource != wish.resource:
        return faces.me(asking)
    linked = await asking.people.confirm(asking.person)
    return faces.me(asking, linked, said="You are linked.", commands=(*FIRST, NOTICES))


@router.on(DeclineLink, needs=Right.HELP)
async def decline(asking: Asking, _wish: DeclineLink) -> Reply:
    """Leave the person unlinked."""
    if asking.person.link.state is not LinkState.PROPOSED:
        return faces.me(asking)
    return faces.me(asking, await asking.people.decline(asking.person))
