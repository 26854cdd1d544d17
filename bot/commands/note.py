"""Notes: internal unless the person says otherwise, and then confirmed with the names of those who will read it."""

from attms_core.desk import AskedBefore
from attms_core.errors import ImpersonationRefused, Invalid
from attms_core.model import Right
from bot import faces
from bot.asking import Asking
from bot.grammar import reference_first
from bot.reply import Reply
from bot.router import Router
from cards.asks import CUSTOMER, AddNote, ConfirmCustomerNote, NoteForm

router = Router()


@router.on(NoteForm, needs=Right.WRITE)
async def note_form(asking: Asking, wish: NoteForm) -> Reply:
    """Ask for the text."""
    return await faces.note_form(asking, wish)


@router.on(AddNote, needs=Right.WRITE)
async def add_note(asking: Asking, wish: AddNote) -> Reply:
    """Add an internal note, or ask once more before a customer reads it."""
    if wish.visible == CUSTOMER and wish.text.strip():
        return await faces.confirm_note(asking, wish, text=wish.text)
    return await _add(asking, wish, wish.text, customer=False)


@router.on(ConfirmCustomerNote, needs=Right.WRITE)
async def confirm_note(asking: Asking, wish: ConfirmCustomerNote) -> Reply:
    """Add the note that the customer will read."""
    return await _add(asking, wish, wish.text, customer=True)


@router.command(
    "note",
    usage="note NUMBER TEXT",
    help="Add an internal note. To write to the customer, use the Note button of the ticket's card.",
    needs=Right.WRITE,
)
async def note_words(asking: Asking, words: str) -> Reply:
    """Add an internal note by words, line by line as they were typed."""
    named, text = reference_first(words)
    if named is None or not text:
        raise Invalid("Say it like this: note NUMBER TEXT", hint="The note will be internal.")
    ticket = await asking.desk.find(asking.person, str(named))
    return await faces.done(asking, await asking.desk.add_note(asking.asker(), ticket.id, text))


async def _add(asking: Asking, wish: AddNote | ConfirmCustomerNote, text: str, *, customer: bool) -> Reply:
    try:
        done = await asking.desk.add_note(asking.asker(), wish.ticket, text, customer=customer)
    except (Invalid, ImpersonationRefused) as error:
        return await faces.note_form(asking, wish, error=error, text=text)
    except AskedBefore as error:
        return await faces.note_form(asking, wish, error=faces.used(asking, error.wish), text=text)
    return await faces.done(asking, done, back=wish.back, back_offset=wish.back_offset)
