"""The cards of notices: what a conversation is told, and why."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from attms_core.model import (
    Choice,
    Clock,
    ClockState,
    CompanyId,
    NoteId,
    NoteLine,
    Opportunity,
    OpportunityDetail,
    OpportunityId,
    ResourceId,
    Ticket,
    TicketDetail,
    TicketId,
    Topic,
)
from cards.elements import Json
from cards.notice import NoticeCard
from cards.notice_bulk import BulkCard, BulkRow
from cards.notice_lines import Line
from cards.notice_morning import Held, MorningCard
from cards.notice_opportunity import OpportunityCard
from cards.notice_reply import ReplyCard
from cards.notice_why import Reason, WhyCard
from cards.reader import Reader

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NAMES = (
    "T20261124.0001 Mail does not arrive since the morning",
    "T20261124.0002 VPN drops every ten minutes for the whole accounting department in the branch office",
    "T20261123.0017 New laptop",
)


def notices(say: Callable[[str], str], reader: Reader, nonce: str) -> dict[str, Json]:
    """Render them."""
    shown = {**_standing(say), **_replies(say), **_many(say), **_reasons(say)}
    return {name: card.render(reader, nonce) for name, card in shown.items()}


def lines(say: Callable[[str], str]) -> tuple[Line, ...]:
    return (
        Line(what=say("Ana Ruiz moved it: Triage → Service Desk"), at=NOW - timedelta(minutes=9)),
        Line(what=say("Assigned to Sam Okafor (by Ana Ruiz)"), at=NOW - timedelta(minutes=8)),
        Line(
            what=say("Maria Lopez (customer) wrote"),
            at=NOW - timedelta(minutes=1),
            quote=say("It dropped again while I was on a call.\nCan somebody ring me before noon?"),
        ),
    )


def detail(say: Callable[[str], str]) -> TicketDetail:
    return TicketDetail(
        ticket=Ticket(
            id=TicketId(7001),
            number="T20261124.0002",
            title=say("VPN drops every ten minutes for the whole accounting department in the branch office"),
            company=CompanyId(12),
            status=8,
            priority=4,
            queue=8,
            created=NOW - timedelta(hours=20),
            description=say("Since the update on Monday the tunnel drops.\nAffected: 14 people."),
        ),
        company_name=say("Harbor & Finch Architects LLP"),
        contact_name=say("Maria Lopez"),
        assignee_name=say("Sam Okafor"),
        status=Choice(value=8, label=say("In Progress")),
        priority=Choice(value=4, label=say("Critical")),
        queue=Choice(value=8, label=say("Service Desk")),
        clock=_clock(ClockState.NEAR, 25),
        notes=(_note(say),),
        hidden_notes=2,
        url="https://ww14.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=7001",
        as_of=NOW,
    )


def _clock(state: ClockState, minutes: int) -> Clock:
    left = timedelta(minutes=minutes)
    return Clock(name="resolution", due=NOW + left, state=state, left=left)


def _note(say: Callable[[str], str]) -> NoteLine:
    return NoteLine(
        id=NoteId(1),
        title=say("Call"),
        text=say("Asked the provider; a line card is being replaced."),
        author=say("Sam Okafor"),
        is_internal=False,
        is_customer=False,
        created=NOW - timedelta(minutes=50),
    )


def _opportunity(say: Callable[[str], str]) -> OpportunityDetail:
    return OpportunityDetail(
        opportunity=Opportunity(
            id=OpportunityId(5),
            title=say("Firewall renewal for three branches"),
            company=CompanyId(12),
            owner=ResourceId(4),
            stage=201,
            status=1,
            amount=Decimal("18400.00"),
            probability=60,
            close_date=date(2026, 12, 18),
            next_step=say("Send the revised offer."),
        ),
        company_name=say("Harbor & Finch Architects LLP"),
        owner_name=say("Ana Ruiz"),
        stage=Choice(value=201, label=say("Proposal")),
        status=Choice(value=1, label=say("Active")),
        as_of=NOW,
    )


def _standing(say: Callable[[str], str]) -> dict[str, NoticeCard | OpportunityCard]:
    told, whole = lines(say), detail(say)
    missed = Line(what=say("Resolution missed: it was due today 10:20"), at=NOW, style="attention")
    done = Line(what=say("Completed by Sam Okafor"), at=NOW, style="good")
    warned = Line(what=say("Resolution: 90 % of the time is gone, due in 25 min"), at=NOW, style="warning")
    return {
        "notice": NoticeCard(detail=whole, told=told),
        "notice-missed": NoticeCard(detail=whole, told=(missed,)),
        "notice-near": NoticeCard(detail=whole, told=(warned,)),
        "notice-done": NoticeCard(detail=whole, told=(done,)),
        "notice-much": NoticeCard(detail=whole, told=told * 4),
        "notice-true": NoticeCard(detail=whole),
        "notice-sample": NoticeCard(detail=whole, told=told[:1], lead=say("A sample")),
        "notice-opportunity": OpportunityCard(
            detail=_opportunity(say),
            told=(Line(what=say("Ana Ruiz set the stage: Qualification → Proposal"), at=NOW - timedelta(minutes=2)),),
        ),
        "notice-opportunity-bare": OpportunityCard(
            detail=replace(
                _opportunity(say),
                opportunity=replace(_opportunity(say).opportunity, close_date=None, next_step="", title=""),
                is_current=False,
                as_of=NOW - timedelta(hours=2),
            )
        ),
    }


def _replies(say: Callable[[str], str]) -> dict[str, ReplyCard]:
    told, ticket = lines(say), detail(say).ticket
    topic = Topic(ticket=ticket.id)
    waits = Line(what=say("Nobody has taken this for 30 min, since today 10:00"), style="attention")
    return {
        "reply": ReplyCard(name=say(NAMES[1]), topic=topic, told=told[2:], ticket=ticket),
        "reply-escalation": ReplyCard(name=say(NAMES[1]), topic=topic, told=(waits,), ticket=ticket, can_take=True),
        "reply-opportunity": ReplyCard(
            name=say("Firewall renewal"), topic=Topic(opportunity=OpportunityId(5)), told=told[:2]
        ),
    }


def _many(say: Callable[[str], str]) -> dict[str, BulkCard | MorningCard]:
    rows = tuple(BulkRow(ticket=TicketId(at), name=say(NAMES[at % 3])) for at in range(37))
    told = lines(say)
    held = tuple(
        Held(row=rows[at], place=say("Brightwater Dental · New"), told=told[:at], clock=clock)
        for at, clock in enumerate((None, _clock(ClockState.BREACHED, -90), _clock(ClockState.NEAR, 40)))
    )
    return {
        "bulk": BulkCard(what=say("Ana Ruiz moved 37 tickets to Service Desk"), rows=rows, words=say("tickets mine")),
        "bulk-opportunities": BulkCard(
            what=say("5 opportunities were created"), rows=tuple(replace(row, ticket=None) for row in rows[:5])
        ),
        "morning": MorningCard(held=held[::-1]),
        "morning-much": MorningCard(held=(replace(held[2], told=told * 2),) * 14),
    }


def _reasons(say: Callable[[str], str]) -> dict[str, WhyCard]:
    reasons = (
        Reason(
            rule=say('Subscription 12 of this channel, made by Ana Ruiz: queue:"Service Desk" priority:critical,high'),
            because=say("The last time: Ana Ruiz moved it: Triage → Service Desk"),
        ),
        Reason(rule=say("The escalation of Service Desk, set by Ana Ruiz, tells when nobody has taken a ticket.")),
    )
    why = WhyCard(
        name=say(NAMES[1]), topic="ticket:7001", reasons=reasons, subscriptions=("12",), ticket=TicketId(7001)
    )
    return {
        "why": why,
        "why-personal": replace(why, is_personal=True, subscriptions=("12", "13", "14")),
        "why-nothing": replace(why, reasons=(), subscriptions=(), ticket=None),
    }
