"""Opportunities, time and service levels among the changes.

Tickets that are here already are looked at once: what they have reached by then is no news.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def where(sqlite: str, postgresql: str) -> dict[str, Any]:
    """Give the condition of a partial index."""
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """Make a column of whole numbers: ids, moments."""
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Make a column of text."""
    return sa.Column(name, sa.Text, nullable=nullable)


UNDECIDED = where("is_undecided = 1", "is_undecided = true")
OF_OPPORTUNITY = where("opportunity IS NOT NULL", "opportunity IS NOT NULL")
HAS_LEVEL = where("level_at IS NOT NULL", "level_at IS NOT NULL")
LOOK_ONCE = "UPDATE tickets SET level_at = 0 WHERE next_due < 9223372036854775807"

VISIBILITY = """
UPDATE changes SET after = coalesce(
    (SELECT CAST(notes.publish AS TEXT) FROM notes WHERE notes.tenant = changes.tenant AND notes.id = changes.note),
    'null'
) WHERE what = 'note-added'
"""
"""A change told a note's title, which may be internal; from now on it tells who may see the note."""


def upgrade() -> None:
    """Widen changes and tickets, and create the new tables."""
    widen_changes()
    op.execute(VISIBILITY)
    op.add_column("tickets", number("level_at", nullable=True))
    op.execute(LOOK_ONCE)
    op.create_index("tickets_level", "tickets", ["tenant", "level_at"], **HAS_LEVEL)
    create_levels()
    create_time_entries()
    create_opportunities()


def widen_changes() -> None:
    """Let a change be about an opportunity. SQLite cannot loosen a column, so there the table is copied."""
    with op.batch_alter_table("changes") as changes:
        changes.alter_column("ticket", existing_type=sa.BigInteger(), nullable=True)
        changes.add_column(number("opportunity", nullable=True))
        changes.add_column(number("entry", nullable=True))
    op.create_index("changes_opportunity", "changes", ["tenant", "opportunity", "at", "id"], **OF_OPPORTUNITY)


def create_levels() -> None:
    """Create levels."""
    op.create_table(
        "levels",
        text("tenant"),
        number("ticket"),
        text("clock"),
        text("level"),
        sa.PrimaryKeyConstraint("tenant", "ticket", "clock", "level", name="levels_pkey"),
    )


def create_time_entries() -> None:
    """Create time entries."""
    op.create_table(
        "time_entries",
        text("tenant"),
        number("id"),
        number("ticket"),
        number("resource"),
        text("hours"),
        number("creator", nullable=True),
        number("created", nullable=True),
        number("last_modified", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="time_entries_pkey"),
    )
    op.create_index("time_entries_ticket", "time_entries", ["tenant", "ticket"])


def create_opportunities() -> None:
    """Create opportunities."""
    op.create_table(
        "opportunities",
        text("tenant"),
        number("id"),
        text("title"),
        *map(number, ("company", "owner", "stage", "status")),
        *map(text, ("amount", "cost")),
        number("probability"),
        text("close_date", nullable=True),
        text("start_date", nullable=True),
        number("contact", nullable=True),
        *map(text, ("description", "next_step")),
        number("lead_source", nullable=True),
        number("rating", nullable=True),
        number("category", nullable=True),
        number("created", nullable=True),
        number("creator", nullable=True),
        number("closed_at", nullable=True),
        number("lost_at", nullable=True),
        number("last_activity", nullable=True),
        text("udfs"),
        sa.Column("is_undecided", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="opportunities_pkey"),
    )
    op.create_index("opportunities_undecided", "opportunities", ["tenant", "id"], **UNDECIDED)
