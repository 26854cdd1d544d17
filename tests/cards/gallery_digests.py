"""The cards of digests and silences in every state, for the gallery."""

from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from attms_core.model import Clock, ClockState, Lane, TenantId, TicketId
from attms_core.model.digest import Digest, DigestId, DigestKind, Rhythm
from attms_core.model.silence import Until
from cards.digest import DigestCard, DigestLine, DigestPart
from cards.digest_form import DigestFormCard
from cards.digests import DigestsCard
from cards.elements import Json
from cards.parts import FieldError
from cards.reader import Reader
from cards.silences import ChooseSenderCard, SenderOption, SilencedCard, SilenceLine, SilencesCard

TITLES = ("Printer on fire", "VPN drops every ten minutes for the whole accounting department", "New laptop")
COMPANIES = ("Brightwater Dental", "Harbor & Finch Architects LLP", "Northgate Logistics")
MORNING = Rhythm(days=(0, 1, 2, 3, 4), minute=450, zone="Europe/Berlin")
Say = Callable[[str], str]


def digests(say: Say, reader: Reader, nonce: str) -> dict[str, Json]:
    """Render them."""
    shown = {
        "digest-mine": mine(say, reader),
        "digest-here": here(say, reader),
        "digest-quiet": replace(mine(say, reader), lead="3 open tickets, and nothing presses.", parts=()),
        "digest-crowded": replace(
            here(say, reader), parts=tuple(part(f"Part {at}", 4, say, reader) for at in range(9))
        ),
        "digest-old": replace(mine(say, reader), as_of=reader.now - timedelta(hours=3), is_current=False),
        **settings(say, reader),
        **forms(say),
        **silences(say),
    }
    return {name: card.render(reader, nonce) for name, card in shown.items()}


def mine(say: Say, reader: Reader) -> DigestCard:
    waiting = part("The customer waits for an answer", 1, say, reader, told="The customer wrote 3 h ago")
    changed = part("What others did", 2, say, reader, told="Sam Okafor set the priority: Low → Critical")
    return DigestCard(
        heading="Your day",
        lead=say("12 open tickets: 2 overdue, 1 waiting for your answer, 9 more due today."),
        about="Your own tickets. New means since yesterday 07:30.",
        parts=(
            replace(part("Overdue", 2, say, reader), is_pressing=True),
            waiting,
            part("Due today", 9, say, reader),
            changed,
        ),
        commands=(("My tickets", "tickets mine"), ("My overdue tickets", "tickets mine overdue")),
    )


def here(say: Say, reader: Reader) -> DigestCard:
    queues = tuple((say(name), count) for name, count in (("Service Desk", 41), ("Field Work", 7), ("no queue", 1)))
    people = tuple((f"Technician {at}", 20 - at) for at in range(9))
    return DigestCard(
        heading="How the desk stands",
        lead="49 open tickets: 6 new, 4 closed, 12 unassigned.",
        about=say("Covers all that Ana Ruiz may see. New means since Fri 08:00."),
        parts=(
            part("New", 6, say, reader),
            replace(part("Unassigned, the oldest first", 300, say, reader), is_more=True),
            part("Untouched for a week, the longest first", 2, say, reader, told="No activity for 12 d"),
        ),
        counts=(("Open by queue", queues), ("Open by technician", people)),
        commands=(("Unassigned", "tickets unassigned"), ("All open", "tickets open")),
        back="open",
    )


def part(name: str, total: int, say: Say, reader: Reader, *, told: str = "") -> DigestPart:
    clocks = (-185, 25, None)
    lines = tuple(
        DigestLine(
            ticket=TicketId(7000 + at),
            number=f"T20261124.{at:04}",
            title=say(TITLES[at % 3]),
            company=say(COMPANIES[at % 3]),
            state=say("High · In Progress · Sam Okafor"),
            clock=clock(minutes, reader) if (minutes := clocks[at % 3]) is not None else None,
            told=(say(told),) if told else (),
        )
        for at in range(min(total, 4))
    )
    return DigestPart(name=name, lines=lines, total=total)


def clock(minutes: int, reader: Reader) -> Clock:
    left = timedelta(minutes=minutes)
    state = ClockState.BREACHED if minutes < 0 else ClockState.NEAR
    return Clock(name="resolution", due=reader.now + left, state=state, left=left)


def settings(say: Say, reader: Reader) -> dict[str, DigestsCard]:
    own = Digest(
        id=DigestId(1),
        tenant=TenantId("t"),
        lane=Lane("person:o"),
        kind=DigestKind.MINE,
        rhythm=MORNING,
        created_by="o",
        created_by_name=say("Ana Ruiz"),
        next_at=reader.now + timedelta(hours=21),
    )
    desk = replace(own, kind=DigestKind.HERE, is_paused=True, rhythm=Rhythm(days=(0, 3), minute=480, zone="UTC"))
    return {
        "digests-none": DigestsCard(digests=(), is_personal=True),
        "digests-none-here": DigestsCard(digests=(), is_personal=False),
        "digests-mine": DigestsCard(digests=(own,), is_personal=True, said=say("Your tickets: every day.")),
        "digests-both": DigestsCard(digests=(own, desk), is_personal=True),
        "digests-here": DigestsCard(digests=(desk,), is_personal=False),
    }


def forms(say: Say) -> dict[str, DigestFormCard]:
    plain = DigestFormCard(kind=DigestKind.MINE, time="07:30", days=("mon", "tue", "wed"), zone="Europe/Berlin")
    wrong = FieldError(what=say("'7 o'clock' is no time of the day."), more="Write it like this: 07:30")
    nowhere = FieldError(what=say("'Berlin' is no time zone."), more="Write it like this: Europe/Berlin")
    return {
        "digest-form": plain,
        "digest-form-time": replace(plain, time=say("7 o'clock"), days=(), error=wrong, field="time"),
        "digest-form-zone": replace(plain, kind=DigestKind.HERE, zone=say("Berlin"), error=nowhere, field="zone"),
    }


def silences(say: Say) -> dict[str, SilencedCard | SilencesCard | ChooseSenderCard]:
    ticket = SilencedCard(
        name=say("T20261124.0001 Printer on fire"),
        what="ticket:7001",
        until=Until.REPLY,
        ticket=TicketId(7001),
        hear="hear T20261124.0001",
    )
    robot = SilencedCard(
        name=say("Robot Monitoring (technician)"),
        what="resource:7",
        until=Until.EVER,
        is_sender=True,
        hear=say("hear sender Robot Monitoring"),
        is_personal=False,
    )
    lines = (
        silent(say("T20261124.0001 Printer on fire"), "", "T20261124.0001", say),
        silent(say("Kim Lee"), say("contact at Brightwater Dental"), say("Kim Lee"), say),
        replace(silent("A ticket that you may not see", "", "it", say), until=Until.EVER),
    )
    people = tuple(
        SenderOption(name=say("Kim Lee"), about=say(f"contact at {name}"), what=f"contact:{at}")
        for at, name in enumerate(COMPANIES)
    )
    return {
        "silenced": ticket,
        "silenced-for-good": replace(ticket, until=Until.EVER, ticket=None, hear="", is_personal=False),
        "silenced-sender": robot,
        "silences": SilencesCard(lines=lines, total=3),
        "silences-page": SilencesCard(lines=lines, total=19, offset=8, said=say("T20261124.0009 is told here again.")),
        "silences-none": SilencesCard(lines=()),
        "silence-who": ChooseSenderCard(said=say("kim"), options=people),
    }


def silent(name: str, about: str, hear: str, say: Say) -> SilenceLine:
    return SilenceLine(
        name=name,
        about=about,
        what="ticket:7001",
        hear=hear,
        until=Until.REPLY,
        by_name=say("Ana Ruiz"),
        since="since today 10:12",
    )
