"""What quiet hours held back, told together: one card for all of it, the most pressing first."""

from collections.abc import Mapping
from datetime import UTC, datetime

from attms_core.model import Clock, ClockState, Owed, TicketDetail, Topic, next_clock
from bot.notices.compose.bulk import ticket_name
from bot.notices.compose.place import Place
from bot.notices.compose.topic import Story, Topics
from bot.notices.message import Message, Way
from cards.notice_bulk import BulkRow
from cards.notice_morning import Held, MorningCard

FEW = 2
"""From so many topics on, what was held back is one card of its own."""
_PRESSING = (ClockState.BREACHED, ClockState.NEAR, ClockState.RUNNING, ClockState.PAUSED)
_NEVER = datetime.max.replace(tzinfo=UTC)


async def message(place: Place, held: Mapping[Topic, list[Owed]], topics: Topics) -> Message | None:
    """Make the one message; none when all of it was undone meanwhile."""
    clocks = {topic: _clock(place, topic) for topic in held}
    ordered = sorted(held, key=lambda topic: _pressing(clocks[topic]))
    stories = [await topics.story(place, topic, held[topic]) for topic in ordered]
    shown = [_held(place, story, topics, clocks[story.topic]) for story in stories if not story.is_empty]
    if not shown:
        return None
    plate = topics.shop.plates.fresh(place.reader, MorningCard(held=tuple(shown)))
    return Message(way=Way.SAY, settles=tuple(row for rows in held.values() for row in rows), activity=plate.print())


def _held(place: Place, story: Story, topics: Topics, clock: Clock | None) -> Held:
    detail = story.detail
    company = detail.company_name if detail else ""
    ticket = story.ticket
    name = ticket_name(ticket) if ticket else story.name
    row = BulkRow(ticket=ticket.id if ticket else None, name=name)
    status = f" · {detail.status.label}" if isinstance(detail, TicketDetail) else ""
    return Held(row=row, place=f"{company}{status}", told=topics.lines(place, story), clock=clock)


def _clock(place: Place, topic: Topic) -> Clock | None:
    ticket = place.facts.tickets.get(topic.ticket) if topic.ticket is not None else None
    return next_clock(ticket, place.reader.now) if ticket else None


def _pressing(clock: Clock | None) -> tuple[int, datetime]:
    return (_PRESSING.index(clock.state), clock.due) if clock else (len(_PRESSING), _NEVER)
