"""Taking, assigning, status and priority: by button with its form, and by words."""

from collections.abc import Awaitable, Callable

from attms_core.errors import ChangedMeanwhile, Invalid
from attms_core.model import Right, Ticket, Wish
from bot import faces
from bot.asking import Asking
from bot.grammar import reference_first
from bot.reply import Reply
from bot.router import Router
from cards.asks import (
    AssignForm,
    AssignTicket,
    OfTicket,
    PriorityForm,
    SetPriority,
    SetStatus,
    StatusForm,
    TakeTicket,
    TryAgain,
)

router = Router()
ME = frozenset({"me", "myself"})


@router.on(TakeTicket, needs=Right.WRITE)
async def take(asking: Asking, wish: TakeTicket) -> Reply:
    """Assign it to whoever pressed."""
    return await _do(asking, wish, lambda: asking.desk.take(asking.asker(), wish.ticket, seen=wish.seen))


@router.on(AssignForm, needs=Right.WRITE)
async def assign_form(asking: Asking, wish: AssignForm) -> Reply:
    """Ask to whom."""
    return await faces.assign_form(asking, wish)


@router.on(AssignTicket, needs=Right.WRITE)
async def assign(asking: Asking, wish: AssignTicket) -> Reply:
    """Assign it to a colleague."""
    colleague = wish.resource
    if colleague is None:
        return await faces.assign_form(asking, wish, error=Invalid("Choose a colleague.", field="resource"))
    deed = lambda: asking.desk.assign(asking.asker(), wish.ticket, colleague, seen=wish.seen)  # noqa: E731 - one deed, said once
    return await _do(asking, wish, deed, form=faces.assign_form)


@router.on(StatusForm, needs=Right.WRITE)
async def status_form(asking: Asking, wish: StatusForm) -> Reply:
    """Ask which."""
    return await faces.status_form(asking, wish)


@router.on(SetStatus, needs=Right.WRITE)
async def set_status(asking: Asking, wish: SetStatus) -> Reply:
    """Set the status."""
    status = wish.status
    if status is None:
        return await faces.status_form(asking, wish, error=Invalid("Choose a status.", field="status"))
    deed = lambda: asking.desk.set_status(asking.asker(), wish.ticket, status, seen=wish.seen)  # noqa: E731 - one deed, said once
    return await _do(asking, wish, deed, form=faces.status_form)


@router.on(PriorityForm, needs=Right.WRITE)
async def priority_form(asking: Asking, wish: PriorityForm) -> Reply:
    """Ask which."""
    return await faces.priority_form(asking, wish)


@router.on(SetPriority, needs=Right.WRITE)
async def set_priority(asking: Asking, wish: SetPriority) -> Reply:
    """Set the priority."""
    priority = wish.priority
    if priority is None:
        return await faces.priority_form(asking, wish, error=Invalid("Choose a priority.", field="priority"))
    deed = lambda: asking.desk.set_priority(asking.asker(), wish.ticket, priority, seen=wish.seen)  # noqa: E731 - one deed, said once
    return await _do(asking, wish, deed, form=faces.priority_form)


@router.command(
    "assign",
    usage="assign NUMBER NAME",
    help="Assign a ticket to a colleague, or to yourself with: me.",
    needs=Right.WRITE,
)
async def assign_words(asking: Asking, words: str) -> Reply:
    """Assign by words."""
    ticket, name = await _ticket_and(asking, words, "assign NUMBER NAME")
    to = asking.asker().resource if name.casefold() in ME else asking.desk.colleague_named(name).id
    done = await asking.desk.assign(asking.asker(), ticket.id, to)
    return await faces.done(asking, done)


@router.command("status", usage="status NUMBER NAME", help="Set a ticket's status.", needs=Right.WRITE)
async def status_words(asking: Asking, words: str) -> Reply:
    """Set the status by words."""
    ticket, name = await _ticket_and(asking, words, "status NUMBER NAME")
    status = asking.desk.choice_named("status", name)
    return await faces.done(asking, await asking.desk.set_status(asking.asker(), ticket.id, status.value))


@router.command("priority", usage="priority NUMBER NAME", help="Set a ticket's priority.", needs=Right.WRITE)
async def priority_words(asking: Asking, words: str) -> Reply:
    """Set the priority by words."""
    ticket, name = await _ticket_and(asking, words, "priority NUMBER NAME")
    priority = asking.desk.choice_named("priority", name)
    return await faces.done(asking, await asking.desk.set_priority(asking.asker(), ticket.id, priority.value))


@router.on(TryAgain, needs=Right.WRITE)
async def again(asking: Asking, wish: TryAgain) -> Reply:
    """Ask the same of AutoTask once more, because the person says so; a value that is refused goes back to its form."""
    asked = await asking.desk.wish(wish.wish)
    try:
        done = await asking.desk.again(asking.asker(), asked)
    except (ChangedMeanwhile, Invalid) as error:
        return await faces.refused(asking, asked, error, trace=asking.turn.id)
    return await faces.done(asking, done)


async def _do(
    asking: Asking,
    wish: OfTicket,
    deed: Callable[[], Awaitable[Wish]],
    *,
    form: "faces.Form | None" = None,
) -> Reply:
    """Do it and show the fresh card; a value that is refused goes back to its form, a stale card is mended."""
    try:
        done = await deed()
    except ChangedMeanwhile as error:
        return await faces.ticket(asking, wish.ticket, notice=str(error), back=wish.back, back_offset=wish.back_offset)
    except Invalid as error:
        if form is None:
            raise
        return await form(asking, wish, error=error)
    return await faces.done(asking, done, back=wish.back, back_offset=wish.back_offset)


async def _ticket_and(asking: Asking, words: str, usage: str) -> tuple[Ticket, str]:
    named, rest = reference_first(words)
    if named is None or not rest:
        raise Invalid(f"Say it like this: {usage}", hint="For example: assign T20261124.0001 me")
    return await asking.desk.find(asking.person, str(named)), rest
