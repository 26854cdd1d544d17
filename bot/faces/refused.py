"""What came of a wish that was not done, shown from the wish alone: the form with the refusal and all that was typed.

For cards that are made long after the form was sent: a late answer, a restart, a second try.
"""

from attms_core.desk import Draft
from attms_core.errors import AttmsError, ChangedMeanwhile, ImpersonationRefused, Invalid
from attms_core.model import CompanyId, ContactId, ResourceId, Seen, TicketId, Wish, WishKind
from attms_core.model.ticket import CUSTOMER_VISIBLE
from bot import problems
from bot.asking import Scene
from bot.faces import forms
from bot.faces.tickets import ticket as ticket_card
from bot.reply import Reply
from cards.asks import CUSTOMER, INTERNAL, AddNote, AssignTicket, SetPriority, SetStatus

UNSEEN = Seen(status=0, priority=0, queue=None, assignee=None)
"""The forms show the ticket as it is now; what an earlier card showed no longer matters."""


async def refused(scene: Scene, wish: Wish, error: AttmsError, *, trace: str) -> Reply:
    """Show the refusal where the person can mend it; else what happened, and what to do next."""
    if isinstance(error, ChangedMeanwhile) and wish.ticket is not None:
        return await ticket_card(scene, wish.ticket, notice=str(error))
    form = await _form(scene, wish, error)
    if form is not None:
        return form
    return problems.reply(error, scene.reader, scene.fresh_nonce(), trace=trace, wish=wish, ticket=wish.ticket)


async def _form(scene: Scene, wish: Wish, error: AttmsError) -> Reply | None:
    """Give the form back: where another value helps, and where much was typed that shall not be lost."""
    if not isinstance(error, Invalid | ImpersonationRefused):
        return None
    if wish.kind is WishKind.CREATE_TICKET:
        draft, typed = _typed(wish)
        return await forms.new_ticket(scene, draft, error=error, typed=typed)
    if wish.ticket is None:
        return None
    if wish.kind is WishKind.ADD_NOTE:
        return await _note(scene, wish, wish.ticket, error)
    return await _field(scene, wish, wish.ticket, error) if isinstance(error, Invalid) else None


async def _note(scene: Scene, wish: Wish, ticket: TicketId, error: AttmsError) -> Reply | None:
    """Give the text back, unless it is internal and the conversation is not."""
    is_public = wish.asked.get("publish") == CUSTOMER_VISIBLE
    if not is_public and not scene.reader.is_internal:
        return None
    asked = AddNote(ticket=ticket, visible=CUSTOMER if is_public else INTERNAL)
    return await forms.note_form(scene, asked, error=error, text=str(wish.asked.get("text", "")))


async def _field(scene: Scene, wish: Wish, ticket: TicketId, error: Invalid) -> Reply | None:
    status, priority, assignee = (_whole(wish.asked.get(name)) for name in ("status", "priority", "assignee"))
    if status is not None:
        return await forms.status_form(scene, SetStatus(ticket=ticket, seen=UNSEEN, status=status), error=error)
    if priority is not None:
        return await forms.priority_form(scene, SetPriority(ticket=ticket, seen=UNSEEN, priority=priority), error=error)
    if assignee is not None:
        asked = AssignTicket(ticket=ticket, seen=UNSEEN, resource=ResourceId(assignee))
        return await forms.assign_form(scene, asked, error=error)
    return None


def _typed(wish: Wish) -> tuple[Draft, dict[str, str]]:
    """Give back what was typed into the form of a refused ticket."""
    asked = dict(wish.asked)
    company, contact, queue, priority = (
        _whole(asked.pop(n, None)) for n in ("company", "contact", "queue", "priority")
    )
    draft = Draft(
        company=None if company is None else CompanyId(company),
        contact=None if contact is None else ContactId(contact),
        title=str(asked.pop("title", "")),
        description=str(asked.pop("description", "")),
        queue=queue,
        priority=priority,
    )
    asked.pop("status", None)
    return draft, {name: str(value) for name, value in asked.items() if value is not None}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
