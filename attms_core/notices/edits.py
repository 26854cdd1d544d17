"""Edits of cards that stand in a conversation already."""

from datetime import datetime

from attms_core.model import EditSubject, Wish
from attms_core.store import outbox
from attms_core.store.database import Tx


def owe_outcome(tx: Tx, wish: Wish, at: datetime) -> None:
    """Owe the pressed card what comes of its wish; nothing when the wish was typed.

    The card is rendered when it is sent: of a wish that is still under way, the sender waits for the end.
    """
    if wish.message is None:
        return
    subject = EditSubject(ticket=wish.outcome.ticket or wish.ticket, wish=wish.id)
    outbox.owe(tx, wish.person.tenant, wish.conversation, wish.message, subject, at)
