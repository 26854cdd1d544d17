"""May we write in people's names? Told by the last writes: AutoTask's metadata names no such right.

One finding for each entity that people change through us.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attms_core.errors import ImpersonationRefused
from attms_core.health.finding import Finding, Subject, lasting
from attms_core.model import ResourceId, TenantId, Wish, WishKind, WishState
from attms_core.store import wishes
from attms_core.store.database import Database

TICKETS = Subject("impersonation-tickets", "Writing tickets in people's names")
NOTES = Subject("impersonation-notes", "Writing notes in people's names")

KINDS: Mapping[Subject, frozenset[WishKind]] = {
    TICKETS: frozenset({WishKind.CREATE_TICKET, WishKind.UPDATE_TICKET}),
    NOTES: frozenset({WishKind.ADD_NOTE}),
}
ENTITIES = {TICKETS: "Tickets", NOTES: "Ticket Notes"}
LOOKED_AT = 300
"""The last wishes; what was refused before them has been mended or forgotten."""
NAMED = 3
"""People named in a sentence."""


async def look(subject: Subject, database: Database, tenant: TenantId, *, writes: bool, now: datetime) -> Finding:
    """Judge by each person's last write of this kind."""
    if not writes:
        return subject.fine("Writing is switched off, so nobody's name is needed.")
    last = await database.read(lambda tx: wishes.last(tx, tenant, LOOKED_AT))
    return judge(subject, [wish for wish in last if wish.kind in KINDS[subject]], now)


def judge(subject: Subject, last: Sequence[Wish], now: datetime) -> Finding:
    """Judge by wishes of one entity, the newest first."""
    newest: dict[ResourceId, Wish] = {}
    for wish in last:
        if _tells(wish):
            newest.setdefault(wish.resource, wish)
    refused = [wish for wish in newest.values() if wish.state is WishState.REFUSED]
    done = [wish for wish in newest.values() if wish.state is WishState.DONE]
    if not newest:
        return subject.unknown("Nobody has written through ATTMS yet, so AutoTask has not shown whether it lets us.")
    if not refused:
        return subject.fine(f"AutoTask took the last one {_ago(done[0], now)}.")
    names = ", ".join(wish.person_name for wish in refused[:NAMED])
    more = f" and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
    if done:
        what = f"AutoTask does not let ATTMS write in the name of {names}{more}; of others it does."
        return subject.warning(what, _levels(subject, is_ours=False))
    what = f"AutoTask refused every name ATTMS wrote in, the last one {_ago(refused[0], now)}: {names}{more}."
    return subject.ill(what, _levels(subject, is_ours=True))


def _tells(wish: Wish) -> bool:
    refused = wish.state is WishState.REFUSED and wish.outcome.code == ImpersonationRefused.code
    return refused or wish.state is WishState.DONE


def _ago(wish: Wish, now: datetime) -> str:
    return f"{lasting(now - (wish.ended_at or wish.asked_at))} ago"


def _levels(subject: Subject, *, is_ours: bool) -> str:
    entity = ENTITIES[subject]
    ours = (
        f'in the level of ATTMS\'s API user, under "Impersonation", tick Add and Edit for {entity}; ' if is_ours else ""
    )
    return (
        f"In AutoTask open Admin > Resources/Users > Security Levels: {ours}in the level of these people, under "
        f'"Other", tick "Allow impersonation of resources with this security level".'
    )
