"""Every card in every state that people can meet, by name. Text is the caller's, so that hostile text can be put in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
from msgspec.structs import replace

from attms_core.health import Finding, State
from attms_core.model import (
    Choice,
    Clock,
    ClockState,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Link,
    LinkState,
    NoteId,
    NoteLine,
    Person,
    PersonKey,
    PersonRole,
    Resource,
    ResourceId,
    TenantId,
    Ticket,
    TicketDetail,
    TicketId,
    TicketLine,
    TicketPage,
    WishId,
)
from cards.elements import Json
from cards.health import HealthCard
from cards.help import HelpCard, HelpEntry, HelpGroup
from cards.me import MeCard
from cards.new_ticket import CompanyStepCard, Demanded, NewTicketCard
from cards.not_connected import NotConnectedCard
from cards.note_forms import ConfirmNoteCard, NoteCard
from cards.parts import FieldError
from cards.problem import ProblemCard
from cards.read_only import ReadOnlyCard
from cards.reader import Reader
from cards.said import SaidCard
from cards.saving import SavingCard
from cards.suggestion import SuggestionCard
from cards.ticket import TicketCard
from cards.ticket_forms import AssignCard, PriorityCard, StatusCard
from cards.tickets import TicketsCard
from cards.unknown_outcome import UnknownOutcomeCard
from cards.welcome import WelcomeCard
from tests.cards.gallery_choices import choices
from tests.cards.gallery_digests import digests
from tests.cards.gallery_escalation import escalation
from tests.cards.gallery_notices import notices
from tests.cards.gallery_subscriptions import subscriptions

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"
READER = Reader(zone="Europe/Madrid", now=NOW, can_write=True, is_internal=True, me=ResourceId(9))
TRACE = "0123456789abcdef"
WISH = WishId("0123456789abcdef0123456789abcdef")
HIGH = Choice(value=1, label="High", sort_order=2)
MEDIUM = Choice(value=2, label="Medium", sort_order=3, is_default=True)
CRITICAL = Choice(value=4, label="Critical", sort_order=1)
STATUSES = (
    Choice(value=1, label="New"),
    Choice(value=8, label="In Progress"),
    Choice(value=7, label="Waiting Customer"),
    Choice(value=5, label="Complete"),
)
QUEUES = (Choice(value=29682833, label="Service Desk"), Choice(value=8, label="Field Work"))
TITLES = (
    "Mail does not arrive since the morning",
    "VPN drops every ten minutes for the whole accounting department in the branch office",
    "New laptop",
    "Printer on the second floor smears",
    "Backup failed on SRV-FILE-02",
    "Password reset",
    "Phone extension for a new colleague",
    "Shared calendar shows the wrong zone",
)
COMPANIES = ("Brightwater Dental", "Harbor & Finch Architects LLP", "Northgate Logistics")
NAMES = ("Ana Ruiz", "Sam Okafor", None)


def clock(state: ClockState, minutes: int, name: str = "resolution") -> Clock:
    left = timedelta(minutes=minutes)
    return Clock(name=name, due=NOW + left, state=state, left=left)


CLOCKS = (
    clock(ClockState.BREACHED, -185),
    clock(ClockState.BREACHED, -20, "first response"),
    clock(ClockState.NEAR, 25, "first response"),
    clock(ClockState.RUNNING, 130),
    clock(ClockState.RUNNING, 1500, "resolution plan"),
    clock(ClockState.PAUSED, 2000),
    clock(ClockState.RUNNING, 5000, "due"),
    None,
)


def line(at: int, say: Callable[[str], str]) -> TicketLine:
    return TicketLine(
        id=TicketId(7000 + at),
        number=f"T20261124.{at + 1:04}",
        title=say(TITLES[at % 8]),
        company_name=say(COMPANIES[at % 3]),
        status=replace(STATUSES[at % 3], label=say(STATUSES[at % 3].label)),
        priority=replace((CRITICAL, HIGH, MEDIUM)[at % 3], label=say((CRITICAL, HIGH, MEDIUM)[at % 3].label)),
        assignee_name=say(name) if (name := NAMES[at % 3]) else None,
        clock=CLOCKS[at % 8],
    )


def page(say: Callable[[str], str] = str, *, count: int = 8, offset: int = 0, total: int = 8) -> TicketPage:
    return TicketPage(lines=tuple(line(at, say) for at in range(count)), offset=offset, total=total, as_of=NOW)


def bare(whole: TicketPage) -> TicketPage:
    """Leave out what a ticket need not have."""
    return replace(
        whole, lines=tuple(replace(each, company_name="", assignee_name=None, clock=None) for each in whole.lines)
    )


def note(at: int, say: Callable[[str], str], *, is_internal: bool, is_customer: bool = False) -> NoteLine:
    return NoteLine(
        id=NoteId(at),
        title=say("Call"),
        text=say("Asked the provider; a line card is being replaced.\n\nThey call back before noon."),
        author=say("Maria Lopez" if is_customer else "Sam Okafor"),
        is_internal=is_internal,
        is_customer=is_customer,
        created=NOW - timedelta(minutes=17 * at),
    )


def detail(say: Callable[[str], str] = str) -> TicketDetail:
    return TicketDetail(
        ticket=Ticket(
            id=TicketId(7001),
            number="T20261124.0002",
            title=say(TITLES[1]),
            company=CompanyId(12),
            status=8,
            priority=4,
            queue=8,
            assignee=ResourceId(4),
            created=NOW - timedelta(hours=20),
            description=say(
                "Since the update on Monday the tunnel drops.\nAffected: 14 people.\n\nRestarting helps briefly."
            ),
        ),
        company_name=say(COMPANIES[1]),
        contact_name=say("Maria Lopez"),
        assignee_name=say("Sam Okafor"),
        status=STATUSES[1],
        priority=CRITICAL,
        queue=QUEUES[1],
        clock=CLOCKS[2],
        notes=(note(1, say, is_internal=True), note(2, say, is_internal=False, is_customer=True)),
        hidden_notes=0,
        url="https://ww14.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=7001",
        as_of=NOW,
    )


def person(state: LinkState, say: Callable[[str], str] = str, reason: str = "") -> Person:
    return Person(
        key=PersonKey(TenantId("t"), "o"),
        name=say("Ana Ruiz"),
        email=say("ana.ruiz@example.com"),
        role=PersonRole.TECHNICIAN,
        link=Link(state=state, resource=ResourceId(9), reason=say(reason) if reason else ""),
    )


def cards(say: Callable[[str], str] = str, reader: Reader = READER) -> dict[str, Json]:
    """Render them all, as Teams reads them: parts that are encoded already are decoded again."""
    rendered = {
        **lists(say, reader),
        **tickets(say, reader),
        **forms(say, reader),
        **new_tickets(say, reader),
        **answers(say, reader),
        **healths(say, reader),
        **choices(say, reader, NONCE),
        **digests(say, reader, NONCE),
        **notices(say, reader, NONCE),
        **escalation(say, reader, NONCE),
        **subscriptions(say, reader, NONCE),
    }
    return {name: orjson.loads(orjson.dumps(card)) for name, card in rendered.items()}


def lists(say: Callable[[str], str], reader: Reader) -> dict[str, Json]:
    old = replace(page(say, count=3, total=3), as_of=NOW - timedelta(minutes=12), is_current=False)
    shown = {
        "list": TicketsCard(title=say("Your open tickets"), filter=say("mine"), page=page(say)),
        "list-middle": TicketsCard(title="Open tickets", filter="open", page=page(say, offset=8, total=43)),
        "list-thousands": TicketsCard(title="Open tickets", filter="open", page=page(say, total=1000)),
        "list-old": TicketsCard(title="Your open tickets", filter="mine", page=old),
        "list-reading": TicketsCard(
            title="Your open tickets", filter="", page=replace(page(say, count=2, total=2), reading=1200)
        ),
        "list-empty": TicketsCard(
            title="Your overdue tickets",
            filter="mine overdue",
            page=page(count=0, total=0),
            suggestions=("tickets mine", "tickets unassigned"),
        ),
        "list-past-its-end": TicketsCard(title="Open tickets", filter="open", page=page(count=0, total=3, offset=8)),
        "list-never": TicketsCard(
            title="Open", filter="", page=replace(page(count=0, total=0), as_of=None, is_current=False)
        ),
        "list-of-nobody": TicketsCard(
            title="Unassigned tickets", filter="unassigned", page=bare(page(say)), says_whose=True
        ),
    }
    return {name: card.render(reader) for name, card in shown.items()}


def tickets(say: Callable[[str], str], reader: Reader) -> dict[str, Json]:
    whole = detail(say)
    bare = replace(
        whole, contact_name=None, assignee_name=None, queue=None, clock=None, notes=(), url="", hidden_notes=2
    )
    empty = replace(bare, ticket=replace(bare.ticket, description="", title="", created=None), hidden_notes=0)
    long = replace(
        whole,
        ticket=replace(whole.ticket, description=say("All of it. ") * 200, assignee=ResourceId(9)),
        clock=CLOCKS[0],
        notes=whole.notes * 3,
        hidden_notes=1,
        as_of=NOW - timedelta(hours=3),
        is_current=False,
    )
    shown = {
        "ticket": TicketCard(detail=whole),
        "ticket-taken": TicketCard(detail=long, notice=say("Now with Ana Ruiz."), notice_style="good", back="mine"),
        "ticket-changed": TicketCard(
            detail=bare,
            notice="Changed meanwhile: status is now In Progress.",
            notice_style="warning",
            refresh_for=("29:1abc",),
        ),
        "ticket-read": TicketCard(detail=whole, can_write=False, refresh_for=("29:1abc",), wish=WISH),
        "ticket-empty": TicketCard(detail=empty, back=say("search vpn"), back_offset=8),
    }
    return {name: card.render(reader, NONCE) for name, card in shown.items()}


def forms(say: Callable[[str], str], reader: Reader) -> dict[str, Json]:
    whole = detail(say)
    people = tuple(
        Resource(id=ResourceId(at), first_name=say(first), last_name=last)
        for at, (first, last) in enumerate([("Ana", "Ruiz"), ("Sam", "Okafor"), ("Lee", "Tanaka")], 4)
    )
    many = tuple(replace(people[at % 3], id=ResourceId(at)) for at in range(300))
    refused = FieldError(what=say("AutoTask refuses this value."), legal=(say("New"), "Complete"))
    nobody = replace(whole, assignee_name=None, contact_name=None)
    shown: dict[str, AssignCard | StatusCard | PriorityCard | NoteCard | ConfirmNoteCard] = {
        "assign": AssignCard(detail=whole, colleagues=people),
        "assign-refused": AssignCard(detail=nobody, colleagues=people, chosen=ResourceId(4), error=refused),
        "assign-many": AssignCard(detail=whole, colleagues=many),
        "status": StatusCard(detail=whole, statuses=STATUSES, back="mine"),
        "status-refused": StatusCard(detail=whole, statuses=STATUSES, chosen=5, error=refused),
        "priority": PriorityCard(detail=whole, priorities=(CRITICAL, HIGH, MEDIUM)),
        "note": NoteCard(detail=whole),
        "note-refused": NoteCard(detail=nobody, text=say("typed before"), is_for_customer=True, error=refused),
        "note-not-allowed": NoteCard(detail=whole, text=say("typed before"), error=barred(say)),
        "note-confirm": ConfirmNoteCard(detail=whole, text=say("We replace the router tomorrow at nine.")),
    }
    return {name: card.render(reader, NONCE) for name, card in shown.items()}


def barred(say: Callable[[str], str]) -> FieldError:
    """Give a refusal that no other value mends."""
    return FieldError(
        what=say("AutoTask does not let ATTMS create TicketNotes in your name."),
        more=say(
            'In AutoTask, Admin > Resources/Users > Security Levels: (1) in the level of the API user, under "'
            'Impersonation", tick Add for TicketNotes; (2) in the level of the person, under "Other", tick "Allow '
            'impersonation of resources with this security level", and grant the right to create them.'
        ),
    )


def new_tickets(say: Callable[[str], str], reader: Reader) -> dict[str, Json]:
    found = tuple(Company(id=CompanyId(at), name=say(name)) for at, name in enumerate(COMPANIES, 1))
    people = tuple(
        Contact(id=ContactId(at), company=CompanyId(2), first_name=say(name), last_name="", email=say("m@example.com"))
        for at, name in enumerate(("Maria Lopez", "Jo Finch"), 30)
    )
    step = NewTicketCard(
        company=CompanyId(2),
        company_name=say(COMPANIES[1]),
        contacts=people,
        queues=QUEUES,
        priorities=(CRITICAL, HIGH, MEDIUM),
    )
    refused = replace(
        step,
        title=say("VPN drops"),
        description=say("Since Monday.\nAll of accounting."),
        contact=ContactId(31),
        queue=8,
        priority=4,
        demanded=demanded(say),
        errors={
            "queue": FieldError(what=say("This queue does not exist."), legal=(say("Service Desk"),)),
            "purchaseOrderNumber": FieldError(what="AutoTask needs this field."),
            "elsewhere": FieldError(what=say("AutoTask refuses something that is not in this form.")),
        },
    )
    shown: dict[str, CompanyStepCard | NewTicketCard] = {
        "new-company": CompanyStepCard(companies=found),
        "new-company-bare": CompanyStepCard(),
        "new-company-found": CompanyStepCard(companies=found[:1], search=say("bri"), kept_title=say("VPN drops")),
        "new-company-nothing": CompanyStepCard(search=say("qqq")),
        "new-ticket": step,
        "new-ticket-refused": refused,
        "new-ticket-bare": replace(step, contacts=(), queues=(), priorities=()),
    }
    return {name: card.render(reader, NONCE) for name, card in shown.items()}


def demanded(say: Callable[[str], str]) -> tuple[Demanded, ...]:
    return (
        Demanded(name="purchaseOrderNumber", length=50, value=say("PO-1")),
        Demanded(
            name="issue_type",
            choices=(Choice(value=10, label=say("Network")), Choice(value=11, label="Mail")),
            value="10",
        ),
        Demanded(name="Asset tag", label=say("Asset tag"), data_type="boolean", value="true"),
        Demanded(name="due", data_type="datetime"),
        Demanded(name="resolution", length=32000, value=say("long")),
    )


def answers(say: Callable[[str], str], reader: Reader) -> dict[str, Json]:
    groups = (
        HelpGroup(
            name="Tickets",
            entries=(
                HelpEntry(
                    usage="tickets mine", help="your open tickets, the next SLA due first", example="tickets mine"
                ),
                HelpEntry(
                    usage="tickets company NAME", help="open tickets of a company", example="tickets company Acme"
                ),
                HelpEntry(usage="ticket NUMBER", help="one ticket"),
            ),
        ),
        HelpGroup(
            name=say("You"), entries=(HelpEntry(usage=say("me"), help=say("your link and rights"), example=say("me")),)
        ),
    )
    linked = person(LinkState.LINKED, say)
    return {
        "help": HelpCard(groups=groups).render(reader, NONCE),
        "me": MeCard(
            person=linked, resource_name=say("Ana Ruiz"), commands=((say("Be Sam Okafor"), say("be sam")),)
        ).render(reader, NONCE),
        "me-limited": MeCard(
            person=linked,
            resource_name="Ana Ruiz",
            queue_names=(say("Service Desk"),),
            company_names=(),
            said=say("You are now Ana Ruiz."),
        ).render(replace(reader, can_write=False), NONCE),
        "me-proposed": MeCard(person=person(LinkState.PROPOSED, say), resource_name=say("Ana Ruiz")).render(
            reader, NONCE
        ),
        "me-unlinked": MeCard(person=person(LinkState.UNLINKED, say, "Two technicians have your address.")).render(
            reader, NONCE
        ),
        "me-refused": MeCard(person=person(LinkState.REFUSED, say)).render(reader, NONCE),
        "problem": ProblemCard(
            what=say("AutoTask is not answering."),
            next=say("Try again in a minute."),
            code="unreachable",
            trace=TRACE,
            again=WISH,
        ).render(reader, NONCE),
        "problem-legal": ProblemCard(
            what="There is no such queue.",
            legal=(say("Service Desk"), "Field Work"),
            code="invalid",
            trace=TRACE,
            ticket=TicketId(1),
            commands=("help",),
        ).render(reader, NONCE),
        "read-only": ReadOnlyCard(
            would=say("It would have written status Complete on T20261124.0002."), ticket=TicketId(7001)
        ).render(reader, NONCE),
        "said": SaidCard(
            what=say("Nothing was created."), more=say("What you typed is gone."), commands=("new",)
        ).render(reader, NONCE),
        "said-short": SaidCard(
            what=say("Status is now Complete: T20261124.0002 VPN drops (Complete)"),
            more="The whole card is too big for Teams.",
            ticket=TicketId(7001),
        ).render(reader, NONCE),
        "saving": SavingCard().render(reader),
        "suggestion": SuggestionCard(said=say("tickes mine"), suggestion="tickets mine", run="tickets mine").render(
            reader, NONCE
        ),
        "suggestion-none": SuggestionCard(said=say("qwertz"), suggestion=None, run="help").render(reader, NONCE),
        "unknown-outcome": UnknownOutcomeCard(
            what=say("a note on T20261124.0002"), wish=WISH, trace=TRACE, ticket=TicketId(7001), url=detail().url
        ).render(reader, NONCE),
        "not-connected": NotConnectedCard().render(reader),
        "welcome": WelcomeCard(is_personal=True).render(),
        "welcome-channel": WelcomeCard(is_personal=False).render(),
    }


def healths(say: Callable[[str], str], reader: Reader) -> dict[str, Json]:
    fine = tuple(finding(f"Check {at}", State.OK, say) for at in range(9))
    ill = finding(
        "AutoTask sign-in",
        State.ILL,
        say,
        "AutoTask refuses ATTMS's API user, secret or integration code.",
        "In AutoTask open Admin > Resources/Users (HR) > the API user: it must be active and not locked; generate "
        "a new secret there. Then type: attms config set autotask_secret",
    )
    warning = finding(
        "Bot secret's last day",
        State.WARNING,
        say,
        "Only 9 days left until the secret ends.",
        "In the Azure portal open Microsoft Entra ID > App registrations > the bot > Certificates & secrets > New "
        "client secret, and copy its Value. Then type: attms config set bot_secret",
    )
    disk = finding("Disk space", State.WARNING, say, "Only 612 MiB are free.", "Make room: du -xh /srv/attms | sort -h")
    unknown = finding("Clock", State.UNKNOWN, say, "No service has told the time.")
    shown = {
        "health": HealthCard(findings=(warning, *fine, ill, disk, unknown)),
        "health-fine": HealthCard(findings=fine),
        "health-warning": HealthCard(findings=(*fine, replace(warning, since=None))),
        "health-unknown": HealthCard(findings=(*fine, unknown)),
        "health-nothing": HealthCard(findings=()),
        "health-many": HealthCard(findings=(ill,) * 25),
    }
    return {name: card.render(reader, NONCE) for name, card in shown.items()}


def finding(title: str, state: State, say: Callable[[str], str], what: str = "It is.", fix: str = "") -> Finding:
    since = None if state is State.OK else NOW - timedelta(minutes=140)
    return Finding(
        name="check", title=say(title), state=state, what=say(what), fix=say(fix) if fix else "", since=since
    )
