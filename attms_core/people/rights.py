"""What a person may do. Pure functions of the person's role, link and limits; refused unless something allows it."""

from typing import TypeVar

from msgspec import Struct, structs

from attms_core.errors import NotAllowed, NotLinked
from attms_core.model import LinkState, Person, PersonRole, Right, Ticket, TicketFilter

T = TypeVar("T")

_RANK = {role: rank for rank, role in enumerate(PersonRole)}
_NEEDS = {
    Right.READ: PersonRole.READER,
    Right.WRITE: PersonRole.TECHNICIAN,
    Right.DISPATCH: PersonRole.DISPATCHER,
    Right.ADMINISTER: PersonRole.ADMINISTRATOR,
}
_CLOSED_OUT = frozenset({LinkState.REFUSED, LinkState.SUSPENDED})
_UNLINKED = {
    LinkState.UNLINKED: "You are not linked to an AutoTask technician.",
    LinkState.PROPOSED: "You have not confirmed yet which AutoTask technician you are.",
    LinkState.SUSPENDED: "Your link to AutoTask is suspended.",
    LinkState.REFUSED: "ATTMS serves members of this organisation only.",
}
_HINTS = {
    LinkState.UNLINKED: "Say: me",
    LinkState.PROPOSED: "Say: me, and press Yes, that is me.",
    LinkState.SUSPENDED: "An administrator can link you again.",
    LinkState.REFUSED: "",
}


class Decision(Struct, frozen=True):
    """Whether it is allowed; if not, why, and what the person can do about it."""

    allowed: bool
    reason: str = ""
    hint: str = ""


ALLOWED = Decision(allowed=True)


def authorize(person: Person, right: Right, *, ticket: Ticket | None = None, others: bool = False) -> Decision:
    """Decide. ``ticket`` is the one it is about; ``others`` says that it gives work to somebody else.

    Everybody may have help. An administrator may administer without a link; all else needs one.
    """
    if right is Right.HELP:
        return ALLOWED
    state = person.link.state
    if state in _CLOSED_OUT or (state is not LinkState.LINKED and right is not Right.ADMINISTER):
        return _not_linked(person)
    needed = _NEEDS[right]
    if others and _RANK[needed] < _RANK[PersonRole.DISPATCHER]:
        needed = PersonRole.DISPATCHER
    if _RANK[person.role] < _RANK[needed]:
        return _role_too_low(person, needed, others=others)
    if ticket is not None and not is_within(person, ticket):
        return Decision(allowed=False, reason="This ticket lies outside the queues or companies of your role.")
    return ALLOWED


def demand(person: Person, right: Right, *, ticket: Ticket | None = None, others: bool = False) -> None:
    """Refuse what ``authorize`` does not allow, with its words. Raises ``NotLinked`` and ``NotAllowed``."""
    decision = authorize(person, right, ticket=ticket, others=others)
    if decision.allowed:
        return
    kind = NotAllowed if person.link.state is LinkState.LINKED else NotLinked
    raise kind(decision.reason, hint=decision.hint)


def is_within(person: Person, ticket: Ticket) -> bool:
    """Say whether a ticket lies within the queues and companies of a person's role."""
    return (person.within_queues is None or ticket.queue in person.within_queues) and (
        person.within_companies is None or ticket.company in person.within_companies
    )


def narrow(person: Person, where: TicketFilter) -> TicketFilter:
    """Narrow a list to what the person may see; nothing at all for somebody who may not read."""
    if not authorize(person, Right.READ).allowed:
        return structs.replace(where, within_queues=(), within_companies=())
    if person.within_queues is None and person.within_companies is None:
        return where
    return structs.replace(
        where,
        within_queues=_both(where.within_queues, person.within_queues),
        within_companies=_both(where.within_companies, person.within_companies),
    )


def _both(left: tuple[T, ...] | None, right: tuple[T, ...] | None) -> tuple[T, ...] | None:
    if left is None or right is None:
        return right if left is None else left
    return tuple(one for one in left if one in right)


def _not_linked(person: Person) -> Decision:
    state = person.link.state
    return Decision(allowed=False, reason=person.link.reason or _UNLINKED[state], hint=_HINTS[state])


def _role_too_low(person: Person, needed: PersonRole, *, others: bool) -> Decision:
    what = "Giving work to others" if others else "This"
    return Decision(
        allowed=False,
        reason=f"{what} needs the role {needed}; yours is {person.role}.",
        hint="An administrator can change your role.",
    )
