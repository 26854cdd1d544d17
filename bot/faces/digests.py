"""Digests: what stands in one, what is set in a conversation, and the form. Decides nothing.

Made of ids by the core, they are given names and words here. Import it by its own name: it knows the words of notices.
"""

from collections.abc import Sequence

from msgspec import structs

from attms_core.errors import Invalid, NotFound
from attms_core.model import ChangeId, Listed, ResourceId, TicketFilter, clock_at
from attms_core.model.digest import DAYS, Digest, DigestId, DigestKind
from attms_core.model.digest_sheet import Part, Section, Sheet, SheetLine
from attms_core.notices.digests import Digests
from bot.asking import Scene
from bot.notices.telling import Naming, fold, lines
from bot.reply import Reply
from cards.digest import DigestCard, DigestLine, DigestPart
from cards.digest_form import DigestFormCard
from cards.digests import DigestsCard
from cards.parts import FieldError
from cards.reader import Reader
from cards.times import ago, moment, span

MOST_TOLD = 2
"""Deeds of others that one ticket shows."""
NAMES = {
    Part.OVERDUE: "Overdue",
    Part.ANSWERED: "The customer waits for an answer",
    Part.PRESSING: "Due soon",
    Part.TODAY: "Due today",
    Part.FRESH: "New",
    Part.CHANGED: "What others did",
    Part.NEW: "New",
    Part.BREACHED: "SLA missed",
    Part.CLOSED: "Closed",
    Part.UNASSIGNED: "Unassigned, the oldest first",
    Part.STALE: "Untouched for a week, the longest first",
}
_PRESSING = frozenset({Part.OVERDUE, Part.BREACHED})
_LEADS = {
    Part.OVERDUE: "{} overdue",
    Part.ANSWERED: "{} waiting for your answer",
    Part.PRESSING: "{} due soon",
    Part.TODAY: "{} more due today",
    Part.FRESH: "{} new",
    Part.NEW: "{} new",
    Part.BREACHED: "{} missed an SLA",
    Part.CLOSED: "{} closed",
    Part.UNASSIGNED: "{} unassigned",
    Part.STALE: "{} untouched",
}
MINE_LISTS = (("My tickets", "tickets mine"), ("My overdue tickets", "tickets mine overdue"))
HERE_LISTS = (("Unassigned", "tickets unassigned"), ("Overdue", "tickets overdue"), ("All open", "tickets open"))


async def digest(scene: Scene, wanted: DigestId, *, digests: Digests) -> Reply:
    """Show a digest as things stand now, by what its maker (the scene's person) may see.

    Raises ``NotFound`` when it was removed, and ``NotLinked`` or ``NotAllowed`` when its maker may read no more.
    """
    known = await digests.get(wanted)
    if known is None or known.maker != scene.person.key:
        raise NotFound("This digest is no longer wanted.")
    sheet = await digests.sheet(scene.person, known, internal=scene.reader.is_internal)
    latest = await scene.desk.page(scene.person, TicketFilter(assignee=scene.person.resource))  # tells how old all is
    reader = structs.replace(scene.reader, zone=known.rhythm.zone, me=_me(scene, known))
    parts = tuple(_part(section, sheet, scene, reader) for section in sheet.sections)
    is_mine = known.kind is DigestKind.MINE
    card = DigestCard(
        heading="Your day" if is_mine else "How the desk stands",
        lead=_lead(sheet),
        about=_about(sheet, known, reader),
        parts=parts,
        counts=() if is_mine else _counts(sheet, scene),
        commands=MINE_LISTS if is_mine else HERE_LISTS,
        as_of=latest.as_of,
        is_current=latest.is_current,
        back="mine" if is_mine else "open",
    )
    return Reply(card.render(reader, scene.fresh_nonce()), card.summary())


def digest_settings(scene: Scene, found: Sequence[Digest], *, is_personal: bool, said: str = "") -> Reply:
    """Show which digests come here, and when."""
    card = DigestsCard(digests=tuple(found), is_personal=is_personal, said=said)
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def digest_form(
    scene: Scene,
    kind: DigestKind,
    known: Digest | None = None,
    *,
    time: str = "",
    days: Sequence[str] = (),
    zone: str = "",
    error: Invalid | None = None,
) -> Reply:
    """Ask when it shall come; a refused value comes back at its field, as typed."""
    is_refused = error is not None
    minute = known.rhythm.minute if known else 450
    card = DigestFormCard(
        kind=kind,
        time=time if is_refused else f"{minute // 60:02}:{minute % 60:02}",
        days=tuple(days) if is_refused else tuple(DAYS[day] for day in (known.rhythm.days if known else range(5))),
        zone=zone if is_refused else known.rhythm.zone if known else scene.reader.zone or "UTC",
        error=FieldError(what=str(error), legal=error.legal, more=error.hint) if error else None,
        field=error.field if error else "",
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def _me(scene: Scene, known: Digest) -> ResourceId | None:
    return scene.person.resource if known.kind is DigestKind.MINE else None


def _lead(sheet: Sheet) -> str:
    """Say in a sentence how much there is."""
    count = f"{sheet.open}{'+' if sheet.is_more_open else ''}"
    whole = f"{count} open {'ticket' if count == '1' else 'tickets'}"
    told = [
        _LEADS[each.part].format(f"{each.total}{'+' if each.is_more else ''}")
        for each in sheet.sections
        if each.part in _LEADS
    ]
    if told:
        return f"{whole}: {', '.join(told)}."
    if not sheet.open:
        return "Nothing is open. Enjoy it." if sheet.kind is DigestKind.MINE else "Nothing is open here."
    return f"{whole}, and nothing presses."


def _about(sheet: Sheet, known: Digest, reader: Reader) -> str:
    since = f"New means since {moment(sheet.since, reader)}."
    if known.kind is DigestKind.MINE:
        return f"Your own tickets. {since}"
    covers = "what is subscribed to here" if sheet.is_narrowed else f"all that {known.created_by_name} may see"
    return f"Covers {covers}. {since}"


def _part(section: Section, sheet: Sheet, scene: Scene, reader: Reader) -> DigestPart:
    return DigestPart(
        name=NAMES[section.part],
        lines=tuple(_line(line, section.part, sheet, scene, reader) for line in section.lines),
        total=section.total,
        is_more=section.is_more,
        is_pressing=section.part in _PRESSING,
    )


def _line(line: SheetLine, part: Part, sheet: Sheet, scene: Scene, reader: Reader) -> DigestLine:
    ticket, is_elsewhere = line.ticket, part is Part.CHANGED
    due = None if is_elsewhere else ticket.next
    return DigestLine(
        ticket=ticket.id,
        number=ticket.number,
        title=ticket.title,
        company=ticket.company_name or scene.desk.company_name(ticket.company),
        state="" if is_elsewhere else _state(ticket, scene, is_mine=sheet.kind is DigestKind.MINE),
        clock=clock_at(*due, reader.now, created=ticket.created, is_paused=ticket.is_paused) if due else None,
        told=_told(line, part, sheet, scene, reader),
    )


def _state(ticket: Listed, scene: Scene, *, is_mine: bool) -> str:
    known = [scene.desk.label("priority", ticket.priority), scene.desk.label("status", ticket.status)]
    if not is_mine:
        known.append("unassigned" if ticket.assignee is None else scene.desk.resource_name(ticket.assignee))
    return " · ".join(known)


def _told(line: SheetLine, part: Part, sheet: Sheet, scene: Scene, reader: Reader) -> tuple[str, ...]:
    """Say what is worth knowing of a ticket in this part."""
    if part is Part.CHANGED:
        naming = Naming(names=scene.desk, reader=reader, contacts=sheet.contacts)
        deeds = fold({ChangeId(-at): change for at, change in enumerate(line.changes)}, {})
        said = [each.what for each in lines(deeds, naming)]
        return tuple(said[-MOST_TOLD:])
    if part is Part.STALE and line.at is not None:
        return (f"No activity for {span(reader.now - line.at)}",)
    if part is Part.UNASSIGNED and line.ticket.created is not None:
        return (f"Waits for somebody since {moment(line.ticket.created, reader)}",)
    return (f"The customer wrote {ago(line.at, reader)}",) if line.at is not None else ()


def _counts(sheet: Sheet, scene: Scene) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    queues = tuple(
        ("no queue" if queue is None else scene.desk.label("queue", queue), count) for queue, count in sheet.by_queue
    )
    people = tuple(
        ("nobody" if who is None else scene.desk.resource_name(ResourceId(who)), count)
        for who, count in sheet.by_technician
    )
    return (("Open by queue", queues), ("Open by technician", people))
