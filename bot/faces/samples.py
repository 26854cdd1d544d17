"""A sample of what a subscription tells: the card of something of the last days, as it would have been told."""

from msgspec import structs

from attms_core.errors import NotFound
from attms_core.notices.subscribing import Example
from bot.asking import Asking
from bot.conversations import is_personal
from bot.reply import Reply
from cards.notice import NoticeCard
from cards.notice_lines import Line
from cards.notice_opportunity import OpportunityCard
from cards.parts import capital
from cards.subscription_parts import EVENT_WORDS

LEAD = "A sample: like this it would have been told."


async def sample_of(asking: Asking, example: Example) -> Reply:
    """Show it to all who read along here. Raises ``NotFound`` when it is gone, or not for this person to see."""
    reader = asking.reader if is_personal(asking.conversation) else structs.replace(asking.reader, me=None)
    card = await _card(asking, example, (Line(what=capital(EVENT_WORDS[example.event]), at=example.at),))
    return Reply(card.render(reader, asking.fresh_nonce()), card.summary())


async def _card(asking: Asking, example: Example, told: tuple[Line, ...]) -> NoticeCard | OpportunityCard:
    topic, desk = example.topic, asking.desk
    if topic.ticket is not None:
        detail = await desk.detail(asking.person, topic.ticket, internal=asking.reader.is_internal)
        return NoticeCard(detail=detail, told=told, lead=LEAD)
    if topic.opportunity is not None:
        found = await desk.opportunity(asking.person, topic.opportunity)
        return OpportunityCard(detail=found, told=told, lead=LEAD)
    raise NotFound("There is nothing to show.")
