"""The words of open tickets are told apart from those of completed ones: each begins with a mark."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SQLITE = """
UPDATE tickets_search SET words = ltrim(replace(substr(words, 6), ' ', ' \u2039'))
WHERE rowid IN (SELECT docid FROM tickets WHERE is_open = 1)
"""
"""A ticket's words began with "\u203aopen". Completed tickets keep their "\u203adone", which nobody can look for."""

POSTGRESQL = """
UPDATE tickets_search SET words = array_to_tsvector(ARRAY(
    SELECT '\u2039' || word FROM unnest(tsvector_to_array(words)) AS word WHERE word <> '\u203aopen'
))
WHERE docid IN (SELECT docid FROM tickets WHERE is_open = true)
"""


def where(sqlite: str, postgresql: str) -> dict[str, Any]:
    """Give the condition of a partial index."""
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}


UNASSIGNED = where("is_open = 1 AND assignee IS NULL", "is_open = true AND assignee IS NULL")


def upgrade() -> None:
    """Mark the words, and index what nobody has in a queue."""
    op.execute(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL)
    op.create_index("tickets_open_unassigned_queue", "tickets", ["tenant", "queue", "next_due", "id"], **UNASSIGNED)
