"""One ticket: by number, id or link; from a row of a list; anew."""

from attms_core.errors import Invalid, NotFound
from attms_core.model import Right, Wish, WishState
from bot import faces
from bot.asking import Asking
from bot.grammar import reference_first, reference_within
from bot.reply import Reply
from bot.router import Router
from cards.asks import CancelForm, RefreshTicket, ShowTicket, ViewTicket

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
    named = reference_first(words)[0] or reference_within(words)
    if named is None:
        what = f'"{words[:40]}" is no number of a ticket.' if words else "Say which ticket."
        raise Invalid(what, field="ticket", hint="For example: ticket T20261124.0001")
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


@router.on(ViewTicket, needs=Right.READ)
async def view(asking: Asking, wish: ViewTicket) -> Reply:
    """Answer with this person's own view; what was done last stays on top of it."""
    done = await _done(asking, wish) if wish.wish else None
    if done is None:
        return await faces.ticket(asking, wish.ticket, back=wish.back, back_offset=wish.back_offset)
    return await faces.done(asking, done, back=wish.back, back_offset=wish.back_offset, by=done.person_name)


async def _done(asking: Asking, view: ViewTicket) -> Wish | None:
    """Find what was done to this very ticket: a view is asked for by whoever sees the card, and proves nothing."""
    try:
        known = await asking.desk.wish(view.wish)
    except NotFound:
        return None
    is_of_it = view.ticket in {known.ticket, known.outcome.ticket}
    return known if is_of_it and known.state is WishState.DONE else None


@router.on(CancelForm, needs=Right.READ)
async def cancel(asking: Asking, wish: CancelForm) -> Reply:
    """Leave a form: back to the ticket, or to nothing at all."""
    if wish.ticket is None:
        return faces.cancelled(asking)
    return await faces.ticket(asking, wish.ticket, back=wish.back, back_offset=wish.back_offset)
