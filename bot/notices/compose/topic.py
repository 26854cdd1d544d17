"""One topic of one conversation: the card that stands for it, edited or posted, and the replies beneath.

A channel's card says what changed; people's words and what must be seen are replies. In a chat with one person an edit
would be seen by nobody, so news is said as well, and after half a day the card is posted anew.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from attms_core.model import (
    ChangeId,
    Event,
    Mode,
    OpportunityDetail,
    Owed,
    OwedKind,
    Post,
    ResourceId,
    RuleKind,
    Ticket,
    TicketDetail,
    Told,
    Topic,
)
from attms_core.model.change import DELETED
from attms_core.notices.escalation import Called
from bot.notices import telling
from bot.notices.compose.mentions import Mentions
from bot.notices.compose.place import Place, news_of
from bot.notices.compose.plates import Card, Plate, Plates, Same
from bot.notices.compose.sheets import Sheets
from bot.notices.message import Activity, Message, Way
from bot.notices.telling import Deed, Names, Naming
from cards.notice import NoticeCard
from cards.notice_lines import Concerned, Line
from cards.notice_opportunity import OpportunityCard
from cards.notice_reply import ReplyCard
from cards.reader import Reader
from cards.said import SaidCard
from cards.times import moment, span

STANDS = timedelta(hours=12)
"""So long the card in a chat with one person is edited; later news brings it anew, to the end of the chat."""
TOO_BIG = "The whole card is too big for Teams."
HELD = "Held back by your quiet hours"
NOTHING_LEFT, NO_CARD = "it was undone again", "no card stands here to be brought up to date"


class Workshop(Struct, frozen=True, kw_only=True):
    """What topics are composed with."""

    names: Names
    sheets: Sheets
    plates: Plates
    mentions: Mentions


class Story(Struct, frozen=True, kw_only=True):
    """What is told of a topic by one batch of rows."""

    topic: Topic
    detail: TicketDetail | OpportunityDetail | None
    """None of what is gone."""
    deeds: tuple[Deed, ...]
    called: Called | None = None
    concerned: Mapping[ResourceId, Concerned] = field(default_factory=dict)
    lead: str = ""
    pressed: tuple[Line, ...] = ()
    """What was done through the card since it was told something."""

    @property
    def ticket(self) -> Ticket | None:
        """The ticket as it is now."""
        return self.detail.ticket if isinstance(self.detail, TicketDetail) else None

    def has_part(self, resource: ResourceId) -> bool:
        """Say whether a technician has or had the ticket, or did something to it."""
        if self.ticket is not None and self.ticket.assignee == resource:
            return True
        return any(
            resource in {deed.change.before, deed.change.after, *(author.id for author in deed.authors)}
            for deed in self.deeds
        )

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is left to tell."""
        return not self.deeds and self.called is None

    @property
    def name(self) -> str:
        """Name what it is about."""
        if isinstance(self.detail, TicketDetail):
            return f"{self.detail.ticket.number} {self.detail.ticket.title or '(no title)'}"
        if isinstance(self.detail, OpportunityDetail):
            return f"{self.detail.opportunity.title or '(no title)'}, {self.detail.company_name}"
        gone = next((str(deed.change.before) for deed in self.deeds if deed.change.what == DELETED), "")
        return gone or ("The ticket" if self.topic.ticket is not None else "The opportunity")

    def key(self, form: str) -> tuple[object, ...]:
        """Name a card of this story, so that it is made once for all who see the same."""
        who = tuple(self.concerned.items())
        called = self.called and (self.called.ladder.id, self.called.since)
        return (form, self.topic, Same(self.detail), self.deeds, called, who, self.lead, self.pressed)


class Topics:
    """Composes messages about one topic."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop

    async def messages(self, place: Place, topic: Topic, rows: Sequence[Owed], post: Post | None) -> list[Message]:
        """Make the messages for rows that still hold, all of this topic."""
        news = news_of(rows)
        if not news:
            return [await self._truth(place, topic, rows, post)]
        story = await self.story(place, topic, news)
        if story.is_empty:
            return [await self._truth(place, topic, rows, post, undone=True)]
        if post is None or _is_old(post, news, place):
            story = await self._mentioning(place, story)
            return [self._root(place, story, rows)]
        reply = await self._reply(place, topic, [row for row in news if _is_replied(row, place)])
        edited = [row for row in rows if reply is None or row not in reply.settles]
        return [self._edit(place, story, edited, post), *((reply,) if reply else ())]

    async def story(self, place: Place, topic: Topic, rows: Sequence[Owed]) -> Story:
        """Gather what rows tell of a topic."""
        numbers = [row.change for row in rows if row.change is not None]
        called = next((found for row in rows if (found := place.facts.called.get(row.id))), None)
        lead = HELD if any(row.is_held for row in rows) else ""
        deeds = place.facts.deeds(numbers)
        detail = await self._detail(place, topic, numbers)
        return Story(topic=topic, detail=detail, deeds=deeds, called=called, lead=lead)

    async def _detail(
        self, place: Place, topic: Topic, numbers: Sequence[ChangeId]
    ) -> TicketDetail | OpportunityDetail | None:
        latest, now = max(numbers, default=ChangeId(0)), place.reader.now
        if topic.ticket is not None:
            internal = place.reader.is_internal
            return await self.shop.sheets.ticket(topic.ticket, internal=internal, latest=latest, now=now)
        if topic.opportunity is not None:
            return await self.shop.sheets.opportunity(topic.opportunity, latest=latest, now=now)
        return None

    async def _truth(
        self, place: Place, topic: Topic, rows: Sequence[Owed], post: Post | None, *, undone: bool = False
    ) -> Message:
        """Bring a standing card up to date; it goes on saying what it was told for last, and what was done on it."""
        if post is None:
            return Message(way=Way.NOTHING, settles=tuple(rows), reason=NOTHING_LEFT if undone else NO_CARD)
        numbers = _told_last(post)
        deeds = place.facts.deeds(numbers)
        latest = [row.change for row in rows if row.change is not None]
        detail = await self._detail(place, topic, [*numbers, *latest])
        pressed = self._pressed(place, post) if detail is not None else ()
        story = Story(topic=topic, detail=detail, deeds=deeds, pressed=pressed)
        plate = self._plate(place, story)
        return replace(self._message(Way.EDIT, place, story, plate, rows, told=()), edits=post.activity)

    def _pressed(self, place: Place, post: Post) -> tuple[Line, ...]:
        """Say what was done last through a standing card; what is told after that says it in its own words."""
        for wish in place.facts.pressed:
            ended = wish.ended_at or wish.asked_at
            if wish.message == post.activity and wish.ticket == post.topic.ticket and ended >= post.told_at:
                said = f"{telling.happened(self.shop.names, wish)} ({wish.person_name})"
                return (Line(what=said, at=ended, style="warning" if wish.outcome.reverted else "good"),)
        return ()

    def _root(self, place: Place, story: Story, rows: Sequence[Owed]) -> Message:
        way = Way.ROOT if story.detail else Way.SAY
        return self._message(way, place, story, self._plate(place, story), rows, told=told_of(rows, place))

    def _edit(self, place: Place, story: Story, rows: Sequence[Owed], post: Post) -> Message:
        plate = self._plate(place, story)
        message = self._message(Way.EDIT, place, story, plate, rows, told=told_of(rows, place))
        return replace(message, edits=post.activity)

    async def _reply(self, place: Place, topic: Topic, rows: Sequence[Owed]) -> Message | None:
        """Tell rows by a message beside the card; not what is gone, or came to nothing."""
        story = await self.story(place, topic, rows)
        if story.is_empty or story.detail is None:
            return None
        story = await self._mentioning(place, story)
        plate = self.shop.plates.of(story.key("reply"), _reader(place, story), lambda: self._reply_card(place, story))
        return self._message(Way.REPLY, place, story, plate, rows, told=told_of(rows, place))

    def _plate(self, place: Place, story: Story) -> Plate:
        return self.shop.plates.of(story.key("root"), _reader(place, story), lambda: self._card(place, story))

    def _card(self, place: Place, story: Story) -> Card:
        told = self.lines(place, story)
        if isinstance(story.detail, TicketDetail):
            quoted = frozenset(deed.note.id for deed in story.deeds if deed.note)
            return NoticeCard(detail=story.detail, told=told, lead=story.lead, quoted=quoted)
        if isinstance(story.detail, OpportunityDetail):
            return OpportunityCard(detail=story.detail, told=told, lead=story.lead)
        what = f"{story.name}: {told[-1].what}" if told else f"{story.name} is no longer in AutoTask."
        return SaidCard(what=what, more="Nothing more can be done with it here.")

    def _reply_card(self, place: Place, story: Story) -> Card:
        return ReplyCard(
            name=story.name,
            topic=story.topic,
            told=self.lines(place, story),
            ticket=story.ticket,
            can_take=story.called is not None,
        )

    def lines(self, place: Place, story: Story) -> tuple[Line, ...]:
        """Say what happened, as this place may read it."""
        facts = place.facts
        naming = Naming(
            names=self.shop.names,
            reader=place.reader,
            ticket=story.ticket,
            contacts=facts.contacts,
            companies=facts.companies,
        )
        said = telling.lines(story.deeds, naming, concerned=story.concerned)
        return (*said, *((waiting(story.called, place),) if story.called else ()), *story.pressed)

    async def _mentioning(self, place: Place, story: Story) -> Story:
        """Find out who is mentioned: in conversations of several, whoever was given the ticket and still has it."""
        ticket = story.ticket
        if place.is_personal or ticket is None or ticket.assignee is None:
            return story
        is_given = any(deed.event is Event.ASSIGNED and deed.change.after == ticket.assignee for deed in story.deeds)
        holder = place.facts.holders.get(ticket.assignee) if is_given else None
        person = place.facts.people.get(holder) if holder else None
        found = await self.shop.mentions.of(place.conversation, person) if person else None
        if found is None:
            return story
        return replace(story, concerned={ticket.assignee: found})

    def _message(
        self, way: Way, place: Place, story: Story, plate: Plate, rows: Sequence[Owed], *, told: tuple[Told, ...]
    ) -> Message:
        """Make a message of a plate. One that Teams calls too big says what its line of the activity feed says."""

        def short() -> Activity:
            said = SaidCard(what=plate.summary, more=TOO_BIG, ticket=story.ticket.id if story.ticket else None)
            return self.shop.plates.fresh(place.reader, said).print()

        return Message(way=way, settles=tuple(rows), activity=plate.print(), short=short, topic=story.topic, told=told)


def _reader(place: Place, story: Story) -> Reader:
    """Give who reads a card: somebody whose technician plays no part in it reads what everybody does."""
    reader = place.reader
    if reader.me is None or story.has_part(reader.me):
        return reader
    kind = (reader.zone, reader.locale, reader.is_internal)
    return place.facts.reader(kind, lambda: replace(reader, me=None))


def waiting(called: Called, place: Place) -> Line:
    """Say that nobody has a ticket, since when."""
    waited = span(place.reader.now - called.since)
    since = moment(called.since, place.reader)
    return Line(what=f"Nobody has taken this for {waited}, since {since}", style="attention")


def _is_old(post: Post, news: Sequence[Owed], place: Place) -> bool:
    """Say whether a card stands too far up to be seen: in channels nobody looks for it, its thread comes up."""
    is_seen_by_edits = all(_is_subscribed(row) and row.mode is Mode.UPDATE for row in news)
    return place.is_personal and not is_seen_by_edits and place.reader.now - post.posted_at >= STANDS


def _is_subscribed(row: Owed) -> bool:
    return row.rule is not None and row.rule.kind is RuleKind.SUBSCRIPTION


def _is_replied(row: Owed, place: Place) -> bool:
    """Say whether a row is told by a message of its own beside the card."""
    if not _is_subscribed(row):
        return True
    if row.mode is Mode.UPDATE:
        return False
    if place.is_personal or row.mode is Mode.THREAD:
        return True
    return row.event is Event.NOTE_ADDED


def told_of(rows: Sequence[Owed], place: Place) -> tuple[Told, ...]:
    """Note what a card is told for, the latest first; what is told together has one moment."""
    at = place.reader.now
    news = (row for row in reversed(rows) if row.kind is OwedKind.NEWS)
    return tuple(Told(at=at, rule=row.rule, event=row.event, change=row.change) for row in news)


def _told_last(post: Post) -> list[ChangeId]:
    """Give the changes of what a card was told for last."""
    if not post.told:
        return []
    return [each.change for each in post.told if each.at == post.told[0].at and each.change is not None]
