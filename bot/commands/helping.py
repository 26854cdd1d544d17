"""Help, made of what is declared, and of no more than the person may do."""

from attms_core.model import Person, Right
from attms_core.people import authorize
from bot import faces
from bot.asking import Asking
from bot.reply import Reply
from bot.router import Router


def make(everything: Router) -> Router:
    """Build the help of a whole router."""
    router = Router()

    @router.command("help", usage="help", help="Show this.", needs=Right.HELP, aliases=("?", "hello", "hi", "start"))
    async def help_(asking: Asking, _words: str) -> Reply:
        """Answer with all that the person may say."""
        return faces.help_card(asking, everything.open_to(asking.person, _may))

    return router


def _may(person: Person, right: Right) -> bool:
    return authorize(person, right).allowed
