"""One ticket: by number, id or link; from a row of a list; anew."""

from attms_core.errors import Invalid
from attms_core.model import Right
from bot import faces
from bot.asking import Asking
from bot.grammar import reference_first
from bot.reply import Reply
from bot.router import Router
from cards.asks import CancelForm, RefreshTicket, ShowTicket

router = Router()


@router.command(
    "ticket",
    usage="ticket NUMBER",
    help="Show a ticket by its number, its id or a link pasted from AutoTask.",
    needs=Right.READ,
    examples=(),
    aliases=("show",),
)
async def ticket(asking: Asking, words: str) -> Reply:
    """Answer with the ticket's card."""
    named, _ = reference_first(words)
    if named is None:
        raise Invalid("Say which ticket.", field="ticket", hint="For example: ticket T20261124.0001")
    found = await asking.desk.find(asking.person, str(named))
    return await faces.ticket(asking, found.id)


@router.on(ShowTicket, needs=Right.READ)
async def show(asking: Asking, wish: ShowTicket) -> Reply:
    """Answer with the ticket's card, with a way back to its list."""
    return await faces.ticket(asking, wish.ticket, back=wish.back, back_offset=wish.back_offset)


@router.on(RefreshTicket, needs=Right.READ)
async def refresh(asking: Asking, wish: RefreshTicket) -> Reply:
    """Answer with the ticket's card as it is now."""
    return await faces.ticket(asking, wish.ticket, back=wish.back, back_offset=wish.back_offset)


@router.on(CancelForm, needs=Right.READ)
async def cancel(asking: Asking, wish: CancelForm) -> Reply:
    """Leave a form: back to the ticket, or to nothing at all."""
    if wish.ticket is None:
        return faces.cancelled(asking)
    return await faces.ticket(asking, wish.ticket, back=wish.back, back_offset=wish.back_offset)
