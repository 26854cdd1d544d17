"""How the installation feels, for administrators. Details go to a private chat alone."""

from datetime import timedelta

from attms_core.errors import NotFound
from attms_core.model import Right
from bot import faces
from bot.asking import Asking
from bot.conversations import is_personal
from bot.reply import Reply
from bot.router import Router

router = Router()
WITHIN = timedelta(seconds=2)
"""A pressed button is answered within three; what takes longer is looked at on, and told at the next press."""


@router.command(
    "health",
    usage="health",
    help="See what is wrong with this installation, and the next step for each.",
    needs=Right.ADMINISTER,
    aliases=("doctor",),
)
async def health(asking: Asking, _words: str) -> Reply:
    """Examine, and answer as the place allows."""
    if asking.doctor is None:
        raise NotFound("There is nobody here to ask how it is.", hint="On the host type: attms doctor")
    findings = await asking.doctor.examine(within=WITHIN)
    if not is_personal(asking.conversation):
        return faces.health_line(asking, findings)
    return faces.health(asking, findings)
