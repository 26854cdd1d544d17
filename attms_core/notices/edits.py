"""Edits of cards that stand in a conversation already."""

from datetime import datetime

from attms_core.model import Lane, Owed, OwedKind, Topic, Wish, lane_of
from attms_core.store import conversations, owed
from attms_core.store.database import Tx


def owe_outcome(tx: Tx, wish: Wish, at: datetime) -> None:
    """Owe the pressed card what comes of its wish; nothing when the wish was typed.

    The card is rendered when it is sent: of a wish that is still under way, the sender waits for the end.
    """
    if wish.message is None:
        return
    tenant, ticket = wish.person.tenant, wish.outcome.ticket or wish.ticket
    known = conversations.get(tx, tenant, wish.conversation)
    edit = Owed(
        tenant=tenant,
        lane=lane_of(known) if known else Lane(wish.conversation),
        kind=OwedKind.EDIT,
        due_at=at,
        at=at,
        topic=Topic(ticket=ticket) if ticket is not None else None,
        activity=wish.message,
        wish=wish.id,
    )
    owed.owe(tx, [edit], at)
