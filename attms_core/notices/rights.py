"""Who may arrange what a place hears: in one's own chat whoever may read, elsewhere who may dispatch.

``instead`` is what somebody who may not can do, for the refusal.
"""

from attms_core.errors import NotAllowed
from attms_core.model import Lane, Person, Right, person_of
from attms_core.people import authorize, demand

IN_OWN_CHAT = "Ask a dispatcher, or do it in our own chat: there it needs no more than your link."


def may_read(person: Person, lane: Lane) -> None:
    """Check that somebody may see what is arranged for a lane: whoever may read, but not in somebody else's chat."""
    if person_of(lane) in {None, person.key.object_id}:
        demand(person, Right.READ)
    else:
        may_look(person, lane)


def may_look(person: Person, lane: Lane, *, instead: str = IN_OWN_CHAT) -> None:
    """Check that somebody may see and change what is arranged for a lane; an administrator may everywhere."""
    whose = person_of(lane)
    if whose == person.key.object_id:
        demand(person, Right.READ)
    elif not authorize(person, Right.ADMINISTER).allowed:
        if whose is not None:
            raise NotAllowed("This is somebody else's chat.", hint="Do it in your own chat, or in a channel.")
        _may_decide(person, instead)


def may_listen(person: Person, lane: Lane, *, instead: str = IN_OWN_CHAT) -> None:
    """Check that somebody may arrange what a lane hears: it shows what they may see, so they have to be linked."""
    may_look(person, lane, instead=instead)
    demand(person, Right.READ)


def _may_decide(person: Person, instead: str) -> None:
    """Leave to dispatchers what others hear, too; who is not linked hears that first."""
    demand(person, Right.READ)
    decision = authorize(person, Right.DISPATCH)
    if not decision.allowed:
        what = "What others are told here is for dispatchers to decide."
        raise NotAllowed(f"{what} {decision.reason}", hint=instead)
