"""Taking, assigning, status and priority: by button with its form, and by words."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from attms_core.desk import AskedBefore, Asker
from attms_core.errors import ChangedMeanwhile, Invalid
from attms_core.model import PersonKey, ResourceId, Right, Seen, Ticket, TicketId, Wish
from bot import faces
from bot.asking import Asking
from bot.grammar import reference_first
from bot.reply import Reply
from bot.router import Router
from cards.asks import (
    AssignForm,
    AssignTicket,
    OfSeenTicket,
    PriorityForm,
    SetPriority,
    SetStatus,
    StatusForm,
    TakeTicket,
    TryAgain,
)

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

router = Router()
ME = frozenset({"me", "myself"})
A_NUMBER = "T20261124.0001"
_TO = re.compile(r"to\s+", re.IGNORECASE)


class Setting(Protocol[T_contra]):
    """A deed of the desk that sets one field of a ticket."""

    async def __call__(self, asker: Asker, ticket: TicketId, to: T_contra, /, *, seen: Seen | None = None) -> Wish:
        """Set it."""
        ...


@router.on(TakeTicket, needs=Right.WRITE)
async def take(asking: Asking, wish: TakeTicket) -> Reply:
    """Assign it to whoever pressed."""
    return await _do(asking, wish, lambda: asking.desk.take(asking.asker(), wish.ticket, seen=wish.seen))


router.on(AssignForm, needs=Right.WRITE)(faces.assign_form)
router.on(StatusForm, needs=Right.WRITE)(faces.status_form)
router.on(PriorityForm, needs=Right.WRITE)(faces.priority_form)


@router.on(AssignTicket, needs=Right.WRITE)
async def assign(asking: Asking, wish: AssignTicket) -> Reply:
    """Assign it to a colleague."""
    missing = Invalid("Choose a colleague.", field="resource")
    return await _set(asking, wish, wish.resource, asking.desk.assign, form=faces.assign_form, missing=missing)


@router.on(SetStatus, needs=Right.WRITE)
async def set_status(asking: Asking, wish: SetStatus) -> Reply:
    """Set the status."""
    missing = Invalid("Choose a status.", field="status")
    return await _set(asking, wish, wish.status, asking.desk.set_status, form=faces.status_form, missing=missing)


@router.on(SetPriority, needs=Right.WRITE)
async def set_priority(asking: Asking, wish: SetPriority) -> Reply:
    """Set the priority."""
    missing = Invalid("Choose a priority.", field="priority")
    return await _set(asking, wish, wish.priority, asking.desk.set_priority, form=faces.priority_form, missing=missing)


@router.command(
    "assign",
    usage="assign NUMBER NAME",
    help="Assign a ticket to a colleague, or to yourself with: me.",
    needs=Right.WRITE,
)
async def assign_words(asking: Asking, words: str) -> Reply:
    """Assign by words."""
    ticket, name = await _ticket_and(asking, words, "assign", example="me")
    done = await asking.desk.assign(asking.asker(), ticket.id, await _colleague(asking, name))
    return await faces.done(asking, done)


@router.command("status", usage="status NUMBER NAME", help="Set a ticket's status.", needs=Right.WRITE)
async def status_words(asking: Asking, words: str) -> Reply:
    """Set the status by words."""
    return await _set_named(asking, words, "status", asking.desk.set_status)


@router.command("priority", usage="priority NUMBER NAME", help="Set a ticket's priority.", needs=Right.WRITE)
async def priority_words(asking: Asking, words: str) -> Reply:
    """Set the priority by words."""
    return await _set_named(asking, words, "priority", asking.desk.set_priority)


@router.on(TryAgain, needs=Right.WRITE)
async def again(asking: Asking, wish: TryAgain) -> Reply:
    """Ask the same of AutoTask once more, because the person says so; a value that is refused goes back to its form."""
    asked = await asking.desk.wish(wish.wish)
    try:
        done = await asking.desk.again(asking.asker(), asked)
    except (ChangedMeanwhile, Invalid) as error:
        return await faces.refused(asking, asked, error, trace=asking.turn.id)
    return await faces.done(asking, done)


async def _set(
    asking: Asking, wish: OfSeenTicket, value: T | None, deed: Setting[T], *, form: faces.Form, missing: Invalid
) -> Reply:
    """Set what was chosen; where nothing was, ask once more."""
    if value is None:
        return await form(asking, wish, error=missing)
    return await _do(asking, wish, lambda: deed(asking.asker(), wish.ticket, value, seen=wish.seen), form=form)


async def _colleague(asking: Asking, said: str) -> ResourceId:
    """Find who is meant: me, somebody whom Teams marks as mentioned and who is linked, or whoever has the name."""
    name = said[found.end() :] if (found := _TO.match(said)) else said
    if name.casefold() in ME:
        return asking.asker().resource
    if name.startswith("@") and (linked := await _mentioned(asking, name)) is not None:
        return linked
    return asking.desk.colleague_named(name.removeprefix("@")).id


async def _mentioned(asking: Asking, name: str) -> ResourceId | None:
    """Give the technician of whoever is mentioned; none when that is not one linked person alone."""
    marked = asking.turn.mentions
    meant = [each for each in marked if len(marked) == 1 or name.casefold() == f"@{each.name}".casefold()]
    if len(meant) != 1 or meant[0].object_id is None:
        return None
    key = PersonKey(asking.person.key.tenant, meant[0].object_id)
    person = (await asking.people.those({key})).get(key)
    return person.resource if person else None


async def _set_named(asking: Asking, words: str, field: str, deed: Setting[int]) -> Reply:
    legal = [choice.label for choice in asking.desk.choices(field)]
    ticket, name = await _ticket_and(asking, words, field, example=legal[-1] if legal else "NAME", legal=legal)
    choice = asking.desk.choice_named(field, name)
    return await faces.done(asking, await deed(asking.asker(), ticket.id, choice.value))


async def _do(
    asking: Asking,
    wish: OfSeenTicket,
    deed: Callable[[], Awaitable[Wish]],
    *,
    form: faces.Form | None = None,
) -> Reply:
    """Do it and show the fresh card; a value that is refused goes back to its form, a stale card is mended.

    So does one that was chosen in a form which was used before, for another.
    """
    try:
        done = await deed()
    except ChangedMeanwhile as error:
        return await faces.ticket(asking, wish.ticket, notice=str(error), back=wish.back, back_offset=wish.back_offset)
    except (AskedBefore, Invalid) as error:
        if form is None:
            raise
        refused = error if isinstance(error, Invalid) else faces.used(asking, error.wish)
        return await form(asking, wish, error=refused)
    return await faces.done(asking, done, back=wish.back, back_offset=wish.back_offset)


async def _ticket_and(
    asking: Asking, words: str, verb: str, *, example: str, legal: Sequence[str] = ()
) -> tuple[Ticket, str]:
    """Take a ticket and a name apart; a full stop ends a sentence, not a name. Raises ``Invalid`` with an example."""
    named, rest = reference_first(words)
    name = rest.rstrip(" .")
    if named is None or not name:
        hint = f"For example: {verb} {named or A_NUMBER} {example}"
        raise Invalid(f"Say it like this: {verb} NUMBER NAME", hint=hint, legal=legal)
    return await asking.desk.find(asking.person, str(named)), name
