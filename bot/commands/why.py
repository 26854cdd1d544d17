"""Why a conversation was told of a ticket or an opportunity: the press on a notice."""

from attms_core.errors import OutOfDate
from attms_core.model import Right, Topic, lane_of
from attms_core.model.silence import read_key
from bot.asking import Asking
from bot.faces.notices import why as why_face
from bot.reply import Reply
from bot.router import Router
from cards.notice_asks import WhyNotice

router = Router()


@router.on(WhyNotice, needs=Right.READ)
async def why(asking: Asking, wish: WhyNotice) -> Reply:
    """Name the rules that told of it here."""
    topic = read_key(wish.topic)
    if not isinstance(topic, Topic):
        raise OutOfDate("This button is damaged.")
    return await why_face(asking, topic, await asking.wants.reasons.of(lane_of(asking.conversation), topic))
