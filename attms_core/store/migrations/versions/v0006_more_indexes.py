"""Indexes for what digests and silences look for: idle tickets, tickets that nobody has, and contacts by name."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def where(sqlite: str, postgresql: str) -> dict[str, Any]:
    """Give the condition of a partial index."""
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}


OPEN = where("is_open = 1", "is_open = true")
UNASSIGNED = where("is_open = 1 AND assignee IS NULL", "is_open = true AND assignee IS NULL")
ACTIVE = where("is_active = 1", "is_active = true")


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("tickets_open_activity", "tickets", ["tenant", "last_activity", "id"], **OPEN)
    op.create_index("tickets_open_unassigned_oldest", "tickets", ["tenant", "id"], **UNASSIGNED)
    op.create_index("contacts_name", "contacts", ["tenant", "folded", "id"], **ACTIVE)
