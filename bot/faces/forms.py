"""The forms: assign, status, priority, note, new ticket. A refused value comes back at its field, as typed."""

from collections.abc import Mapping, Sequence

from attms_core.desk import Draft
from attms_core.errors import AttmsError, Invalid, Required
from attms_core.model import TicketDetail
from bot.asking import Scene
from bot.reply import Reply
from cards.asks import CUSTOMER, AddNote, AssignTicket, ConfirmCustomerNote, OfTicket, SetPriority, SetStatus
from cards.new_ticket import CompanyStepCard, Demanded, NewTicketCard
from cards.note_forms import ConfirmNoteCard, NoteCard
from cards.parts import FieldError
from cards.ticket_forms import AssignCard, PriorityCard, StatusCard

USUAL = frozenset({"company", "contact", "title", "description", "queue", "priority"})
"""Fields that every new ticket's form has."""
MISSING = "AutoTask takes no ticket without this."


async def assign_form(scene: Scene, wish: OfTicket, *, error: Invalid | None = None) -> Reply:
    """Ask to whom."""
    card = AssignCard(
        detail=await _detail(scene, wish),
        colleagues=tuple(scene.desk.assignable()),
        chosen=wish.resource if isinstance(wish, AssignTicket) else None,
        error=_shown(error),
        back=wish.back,
        back_offset=wish.back_offset,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


async def status_form(scene: Scene, wish: OfTicket, *, error: Invalid | None = None) -> Reply:
    """Ask which status."""
    card = StatusCard(
        detail=await _detail(scene, wish),
        statuses=scene.desk.choices("status"),
        chosen=wish.status if isinstance(wish, SetStatus) else None,
        error=_shown(error),
        back=wish.back,
        back_offset=wish.back_offset,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


async def priority_form(scene: Scene, wish: OfTicket, *, error: Invalid | None = None) -> Reply:
    """Ask which priority."""
    card = PriorityCard(
        detail=await _detail(scene, wish),
        priorities=scene.desk.choices("priority"),
        chosen=wish.priority if isinstance(wish, SetPriority) else None,
        error=_shown(error),
        back=wish.back,
        back_offset=wish.back_offset,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


async def note_form(scene: Scene, wish: OfTicket, *, error: AttmsError | None = None, text: str = "") -> Reply:
    """Ask for the note."""
    for_customer = isinstance(wish, ConfirmCustomerNote) or (isinstance(wish, AddNote) and wish.visible == CUSTOMER)
    card = NoteCard(
        detail=await _detail(scene, wish),
        text=text,
        is_for_customer=for_customer,
        error=_shown(error),
        back=wish.back,
        back_offset=wish.back_offset,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


async def confirm_note(scene: Scene, wish: OfTicket, *, text: str) -> Reply:
    """Name who will read the note, and ask once more."""
    detail = await _detail(scene, wish)
    card = ConfirmNoteCard(detail=detail, text=text, back=wish.back, back_offset=wish.back_offset)
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


async def choose_company(scene: Scene, draft: Draft, *, search: str = "", error: Invalid | None = None) -> Reply:
    """Ask for the company of a new ticket."""
    card = CompanyStepCard(
        companies=tuple(await scene.desk.companies(scene.person, search)),
        search=search,
        company=draft.company,
        kept_title=draft.title,
        kept_description=draft.description,
        error=_shown(error),
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


async def new_ticket(
    scene: Scene,
    draft: Draft,
    *,
    error: AttmsError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Reply:
    """Ask for the rest of a new ticket, and for what AutoTask demands beyond the usual."""
    if draft.company is None:
        return await choose_company(scene, draft)
    card = NewTicketCard(
        company=draft.company,
        company_name=scene.desk.company_name(draft.company),
        contacts=tuple(await scene.desk.contacts(scene.person, draft.company)),
        queues=scene.desk.choices("queue"),
        priorities=scene.desk.choices("priority"),
        contact=draft.contact,
        title=draft.title,
        description=draft.description,
        queue=draft.queue,
        priority=draft.priority,
        demanded=_demanded(scene, error, typed or {}),
        errors=_errors(error),
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def _demanded(scene: Scene, error: AttmsError | None, typed: Mapping[str, str]) -> tuple[Demanded, ...]:
    fields = [error.field] if isinstance(error, Invalid) and error.field else []
    names: Sequence[str] = [*dict.fromkeys([*scene.desk.demanded(), *typed, *fields])]
    asked = (_demand(scene, name, typed.get(name, "")) for name in names if name not in USUAL)
    return tuple(each for each in asked if each is not None)


def _demand(scene: Scene, name: str, value: str) -> Demanded | None:
    field = scene.desk.field(name)
    if field is None or field.is_read_only:
        return None
    return Demanded(
        name=name,
        label=field.label,
        data_type=field.data_type,
        length=field.length,
        choices=field.active() if field.is_picklist else (),
        value=value,
    )


def _errors(error: AttmsError | None) -> dict[str, FieldError]:
    if error is None:
        return {}
    field = error.field if isinstance(error, Invalid) else ""
    legal = error.legal if isinstance(error, Invalid) else ()
    # AutoTask calls a missing field by its wire name; where the field stands, that says less than plain words.
    what = MISSING if isinstance(error, Required) and field not in USUAL else str(error)
    return {field: FieldError(what=what, legal=legal, more=_more(error))}


def _shown(error: AttmsError | None) -> FieldError | None:
    if error is None:
        return None
    legal = error.legal if isinstance(error, Invalid) else ()
    return FieldError(what=str(error), legal=legal, more=_more(error))


def _more(error: AttmsError) -> str:
    """Say who can mend what no other value would."""
    return "" if isinstance(error, Invalid) else error.hint


async def _detail(scene: Scene, wish: OfTicket) -> TicketDetail:
    return await scene.desk.detail(scene.person, wish.ticket, internal=scene.reader.is_internal)
