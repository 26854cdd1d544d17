"""Who may arrange what a place hears: in one's own chat whoever may read, elsewhere who may dispatch."""

from attms_core.errors import NotAllowed, NotLinked
from attms_core.model import Lane, LinkState, Person, Right, person_of
from attms_core.people import authorize


def demand(person: Person, right: Right) -> None:
    """Raise ``NotLinked`` or ``NotAllowed`` when somebody lacks a right."""
    decision = authorize(person, right)
    if decision.allowed:
        return
    kind = NotAllowed if person.link.state is LinkState.LINKED else NotLinked
    raise kind(decision.reason, hint=decision.hint)


def may_look(person: Person, lane: Lane) -> None:
    """Check that somebody may see and change what is arranged for a lane; an administrator may everywhere."""
    whose = person_of(lane)
    if whose == person.key.object_id:
        demand(person, Right.READ)
    elif not authorize(person, Right.ADMINISTER).allowed:
        if whose is not None:
            raise NotAllowed("This is somebody else's chat.", hint="Subscribe in your own chat, or in a channel.")
        demand(person, Right.DISPATCH)


def may_listen(person: Person, lane: Lane) -> None:
    """Check that somebody may arrange what a lane hears: it shows what they may see, so they have to be linked."""
    may_look(person, lane)
    demand(person, Right.READ)
