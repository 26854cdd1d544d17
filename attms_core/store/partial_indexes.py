"""Indexes of some rows alone, or of a kind that one engine has. Others stand with their tables.

No statement needs to know them, and they make SQLAlchemy load both dialects: whoever compares tables with a database
imports this, a start does not.
"""

from sqlalchemy import Index, Table, and_, false, true

from attms_core.store.notice_tables import owed
from attms_core.store.tables import changes, contacts, opportunities, people, ticket_words, tickets


def _index(table: Table, name: str, *columns: str, where: object, unique: bool = False) -> None:
    found = (table.c[column] for column in columns)
    Index(f"{table.name}_{name}", *found, unique=unique, sqlite_where=where, postgresql_where=where)


_OPEN = tickets.c.is_open == true()
_DONE = tickets.c.is_open == false()
# Open lists in the order of their next due time: each filter alone is one walk along one index.
_index(tickets, "open", "tenant", "next_due", "id", where=_OPEN)
_index(tickets, "open_assignee", "tenant", "assignee", "next_due", "id", where=_OPEN)
_index(tickets, "open_unassigned", "tenant", "next_due", "id", where=and_(_OPEN, tickets.c.assignee.is_(None)))
_index(
    tickets,
    "open_unassigned_queue",
    "tenant",
    "queue",
    "next_due",
    "id",
    where=and_(_OPEN, tickets.c.assignee.is_(None)),
)
_index(tickets, "open_queue", "tenant", "queue", "next_due", "id", where=_OPEN)
_index(tickets, "open_status", "tenant", "status", "next_due", "id", where=_OPEN)
_index(tickets, "open_priority", "tenant", "priority", "next_due", "id", where=_OPEN)
_index(tickets, "open_newest", "tenant", "id", where=_OPEN)
# Digests tell the longest untouched, and the oldest that nobody has: they read as many as they show.
_index(tickets, "open_activity", "tenant", "last_activity", "id", where=_OPEN)
_index(tickets, "open_unassigned_oldest", "tenant", "id", where=and_(_OPEN, tickets.c.assignee.is_(None)))
# Completed tickets have no due time, so theirs is the order of their ids.
_index(tickets, "done", "tenant", "next_due", "id", where=_DONE)
_index(tickets, "done_assignee", "tenant", "assignee", "next_due", "id", where=_DONE)
_index(tickets, "done_queue", "tenant", "queue", "next_due", "id", where=_DONE)
_index(tickets, "done_priority", "tenant", "priority", "next_due", "id", where=_DONE)
# Whoever looks for service levels reads only what is near.
_index(tickets, "level", "tenant", "level_at", where=tickets.c.level_at.is_not(None))
Index("ticket_words_words", ticket_words.c.words, postgresql_using="gin")

_index(contacts, "name", "tenant", "folded", "id", where=contacts.c.is_active == true())
_index(changes, "opportunity", "tenant", "opportunity", "at", "id", where=changes.c.opportunity.is_not(None))
_index(opportunities, "undecided", "tenant", "id", where=opportunities.c.is_undecided == true())
_index(people, "resource", "tenant", "resource", where=people.c.state == "linked", unique=True)

_ALIVE = owed.c.is_dead == false()
_TRUTH = and_(owed.c.kind == "truth", _ALIVE)
_index(owed, "lane", "tenant", "lane", "due_at", "id", where=_ALIVE)
_index(owed, "dead", "tenant", "died_at", where=owed.c.is_dead == true())
_index(owed, "edit", "tenant", "lane", "activity", where=owed.c.kind == "edit", unique=True)
_index(owed, "truth", "tenant", "lane", "topic", where=_TRUTH, unique=True)
