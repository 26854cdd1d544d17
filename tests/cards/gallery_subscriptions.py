"""The cards of subscriptions and company groups in every state, for the gallery."""

from collections.abc import Callable

from msgspec.structs import replace

from attms_core.model import Choice, Company, CompanyId, TicketId
from attms_core.model.change import Event
from attms_core.model.notice import Mode, SubscriptionId
from cards.elements import Json
from cards.parts import FieldError
from cards.reader import Reader
from cards.subscription_asks import EVERYWHERE, OPPORTUNITY, TICKET
from cards.subscription_form import Filled, FormCard
from cards.subscription_groups import GroupFormCard, GroupLine, GroupsCard
from cards.subscription_parts import SubscriptionLine
from cards.subscription_preview import Example, PreviewCard
from cards.subscriptions import SubscriptionsCard

WORDS = 'queue:"Service Desk" priority:Critical,High company:@vip -from:monitoring'
USUAL = (Event.CREATED, Event.ASSIGNED, Event.STATUS, Event.NOTE_ADDED, Event.SLA_90, Event.SLA_BREACHED)
PLAIN = "Queue: Service Desk; Priority: Critical or High; Company: @vip; From: not monitoring"
Say = Callable[[str], str]


def line(say: Say, at: int = 12) -> SubscriptionLine:
    return SubscriptionLine(
        id=SubscriptionId(at),
        about=TICKET,
        words=say(WORDS),
        filter=say(PLAIN),
        events=USUAL,
        mode=Mode.BOTH,
        maker=say("Ana Ruiz"),
    )


def subscriptions(say: Say, reader: Reader, nonce: str) -> dict[str, Json]:
    return {**lists(say, reader, nonce), **previews(say, reader, nonce), **forms(say, reader, nonce)}


def lists(say: Say, reader: Reader, nonce: str) -> dict[str, Json]:
    one = line(say)
    sales = replace(
        one,
        id=SubscriptionId(13),
        about=OPPORTUNITY,
        words="about:opportunities",
        filter="",
        events=(Event.STAGE,),
        mode=Mode.THREAD,
    )
    page = (one, replace(sales, is_paused=True), replace(one, id=SubscriptionId(14), mode=Mode.UPDATE, maker=""))
    shown = {
        "subscriptions": SubscriptionsCard(lines=page, total=3, here="this channel"),
        "subscriptions-middle": SubscriptionsCard(
            lines=tuple(line(say, at) for at in range(5)), total=23, offset=5, here="you", said="Saved."
        ),
        "subscriptions-none": SubscriptionsCard(lines=(), total=0, here="this chat"),
        "subscriptions-everywhere": SubscriptionsCard(
            lines=(replace(one, where=say("Ana's own chat")),), total=1, place=EVERYWHERE
        ),
        "subscriptions-nowhere": SubscriptionsCard(lines=(), total=0, place=EVERYWHERE),
        "subscriptions-remove": SubscriptionsCard(lines=(), total=3, asks_about=one),
    }
    groups = (
        GroupLine(name=say("vip"), companies=(say("Brightwater Dental"), say("Northgate Logistics"))),
        GroupLine(name="many", companies=tuple(say(f"Company {at}") for at in range(12))),
        GroupLine(name="empty", companies=()),
    )
    grouped = {
        "groups": GroupsCard(lines=groups, total=8, offset=5),
        "groups-read": GroupsCard(lines=groups, total=9, can_change=False, said=say("@vip is saved.")),
        "groups-none": GroupsCard(lines=(), total=0),
        "groups-remove": GroupsCard(lines=(), total=3, asks_about=groups[0]),
    }
    return {name: card.render(reader, nonce) for name, card in (shown | grouped).items()}


def previews(say: Say, reader: Reader, nonce: str) -> dict[str, Json]:
    whole = PreviewCard(
        line=replace(line(say), id=SubscriptionId(0)),
        typed=say("queue service priority critical,high"),
        here="this channel",
        clauses=(
            ("Queue", say("Service Desk")),
            ("Priority", say("Critical or High")),
            ("Company", say("@vip (2 companies)")),
            ("Not from", say("monitoring")),
        ),
        replay="In the last 7 days: 43 posts, 6 a day (busiest day 12).",
        overlaps=(say('subscription 3: queue:"Service Desk"'), *(f"subscription {at}: all tickets" for at in range(4))),
        examples=tuple(
            Example(
                name=say(f"T20261124.000{at} VPN drops every ten minutes for the whole accounting department"),
                what=say("status changed, note added"),
                ago="2 h ago",
                ticket=TicketId(at) if at else None,
            )
            for at in range(3)
        ),
    )
    bare = replace(whole, clauses=(), replay="", overlaps=(), examples=(), here="you")
    shown = {
        "subscribe": whole,
        "subscribe-change": replace(whole, line=line(say), said="The sample is below."),
        "subscribe-all": replace(
            bare, line=replace(bare.line, about=OPPORTUNITY, words="", filter="", events=(Event.STAGE,))
        ),
    }
    return {name: card.render(reader, nonce) for name, card in shown.items()}


def forms(say: Say, reader: Reader, nonce: str) -> dict[str, Json]:
    companies = tuple(Company(id=CompanyId(at), name=say(f"Company {at}")) for at in range(1, 4))
    form = FormCard(
        about=TICKET,
        here="this channel",
        filled=Filled(events=tuple(event.value for event in USUAL)),
        queues=(Choice(value=29682833, label=say("Service Desk")), Choice(value=8, label="Field Work")),
        priorities=(Choice(value=4, label="Critical"), Choice(value=1, label=say("High"))),
        companies=companies,
        groups=(say("vip"),),
    )
    refused = replace(
        form,
        id=SubscriptionId(12),
        filled=Filled(
            queue=(8, 99),
            priority=(4, 1),
            company="77",
            company_name=say("Brightwater Dental"),
            mode=Mode.THREAD,
            more=say("titel:printer"),
        ),
        errors={
            "more": FieldError(what=say('There is no field "titel".'), more=say("Did you mean title?")),
            "events": FieldError(what="Choose at least one."),
            "elsewhere": FieldError(what=say("This conversation has 50 subscriptions already."), legal=(say("x"),)),
        },
    )
    group = GroupFormCard(offered=companies)
    shown: dict[str, FormCard | GroupFormCard] = {
        "subscribe-form": form,
        "subscribe-form-refused": refused,
        "subscribe-form-sales": replace(form, about=OPPORTUNITY, groups=(), companies=()),
        "group-form": group,
        "group-form-refused": replace(
            group,
            group=say("vip"),
            companies=say("Contoso\nFabrikam"),
            errors={
                "companies": FieldError(what=say('There is no company "Fabrikam".'), legal=(say("Contoso"),)),
                "elsewhere": FieldError(what=say("Only a dispatcher may change groups.")),
            },
        ),
    }
    return {name: card.render(reader, nonce) for name, card in shown.items()}
