"""What is said of a press whose form was used before for something else: what came of that, and nothing of this."""

from attms_core.errors import Invalid
from attms_core.model import Wish, WishKind, WishState
from attms_core.model.ticket import CUSTOMER_VISIBLE
from bot.asking import Scene
from bot.notices.telling import happened
from cards.text import plain

AGAIN = "What stands below was not saved: press the button again if you want it as well."
QUOTED = 60
"""Characters of what was asked for before, or of why it was refused, that are said again."""


def used(scene: Scene, earlier: Wish) -> Invalid:
    """Say what a form was used for before. It belongs to no field; the form that shows it can be sent at once."""
    return Invalid(f"This form was used already: {_came(scene, earlier)}. {AGAIN}")


def _came(scene: Scene, earlier: Wish) -> str:
    if earlier.state is WishState.DONE:
        return f"{_thing(scene, earlier)} was saved"
    if earlier.state is WishState.REFUSED:
        return f"{_thing(scene, earlier)} was refused ({plain(earlier.outcome.message, most=2 * QUOTED)})"
    if earlier.state is WishState.UNKNOWN:
        return f"it is not certain whether {_thing(scene, earlier)} was saved; look into AutoTask"
    return f"{_thing(scene, earlier)} is being saved"


def _thing(scene: Scene, earlier: Wish) -> str:
    """Quote what was asked for; of an internal note no word where others read."""
    if earlier.kind is WishKind.UPDATE_TICKET:
        return f'"{happened(scene.desk, earlier)}"'
    is_public = earlier.kind is WishKind.CREATE_TICKET or earlier.asked.get("publish") == CUSTOMER_VISIBLE
    is_shown = is_public or scene.reader.is_internal
    title = f' "{plain(str(earlier.asked.get("title", "")), most=QUOTED)}"' if is_shown else ""
    return f"the ticket{title}" if earlier.kind is WishKind.CREATE_TICKET else f"the note{title}"
