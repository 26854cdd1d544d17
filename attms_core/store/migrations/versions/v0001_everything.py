"""Everything that the first version keeps.

Written out, not taken from the tables of today: a migration says what was true when it was made.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def where(sqlite: str, postgresql: str) -> dict[str, Any]:
    """Give the condition of a partial index."""
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}


OPEN = where("is_open = 1", "is_open = true")
DONE = where("is_open = 0", "is_open = false")
UNASSIGNED = where("is_open = 1 AND assignee IS NULL", "is_open = true AND assignee IS NULL")
ALIVE = where("is_dead = 0", "is_dead = false")
LINKED = where("state = 'linked'", "state = 'linked'")

SEARCH = """
CREATE VIRTUAL TABLE tickets_search
USING fts5(words, tokenize = 'ascii', prefix = '2 3', columnsize = 0)
"""
"""The words come folded and separated by spaces: this tokenizer takes everything beyond ASCII for a letter.

Nobody asks how long a ticket is, so that is not kept. Positions are: without them FTS5 cannot skip in its lists.
"""


def upgrade() -> None:
    """Create all tables."""
    create_tickets()
    create_ticket_indexes()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SEARCH)
    else:
        create_tickets_search()
    create_changes()
    create_companies()
    create_company_words()
    create_contacts()
    create_conversations()
    create_entities()
    create_notes()
    create_outbox()
    create_people()
    create_resource_roles()
    create_resources()
    create_roles()
    create_syncs()
    create_wishes()


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """Make a column of whole numbers: ids, moments, counts."""
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def text(name: str, kind: sa.types.TypeEngine[str] | None = None, *, nullable: bool = False) -> sa.Column[str]:
    """Make a column of text."""
    return sa.Column(name, kind or sa.Text(), nullable=nullable)


def flag(name: str) -> sa.Column[bool]:
    """Make a column of yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def create_changes() -> None:
    """Create changes."""
    op.create_table(
        "changes",
        sa.Column("id", ROW, primary_key=True, autoincrement=True),
        text("tenant"),
        number("ticket"),
        text("what"),
        text("before"),
        text("after"),
        text("author_kind"),
        number("author_id", nullable=True),
        text("author_wish", nullable=True),
        number("at"),
        number("note", nullable=True),
    )
    op.create_index("changes_ticket", "changes", ["tenant", "ticket", "at", "id"])


def create_companies() -> None:
    """Create companies."""
    op.create_table(
        "companies",
        text("tenant"),
        number("id"),
        text("name"),
        flag("is_active"),
        text("phone"),
        number("last_modified", nullable=True),
        text("folded", SORTED),
        sa.PrimaryKeyConstraint("tenant", "id", name="companies_pkey"),
    )
    op.create_index("companies_folded", "companies", ["tenant", "folded", "id"])


def create_company_words() -> None:
    """Create company words."""
    op.create_table(
        "company_words",
        text("tenant"),
        text("word", SORTED),
        number("company"),
        sa.PrimaryKeyConstraint("tenant", "word", "company", name="company_words_pkey"),
    )
    op.create_index("company_words_company", "company_words", ["tenant", "company"])


def create_contacts() -> None:
    """Create contacts."""
    op.create_table(
        "contacts",
        text("tenant"),
        number("id"),
        number("company"),
        text("first_name"),
        text("last_name"),
        text("email"),
        text("phone"),
        flag("is_active"),
        number("last_modified", nullable=True),
        text("folded", SORTED),
        text("words"),
        sa.PrimaryKeyConstraint("tenant", "id", name="contacts_pkey"),
    )
    op.create_index("contacts_company", "contacts", ["tenant", "company", "folded", "id"])


def create_conversations() -> None:
    """Create conversations."""
    op.create_table(
        "conversations",
        text("tenant"),
        text("id", SORTED),
        text("kind"),
        text("service_url"),
        text("bot_id"),
        text("user_mri", nullable=True),
        text("object_id", nullable=True),
        text("team_id", nullable=True),
        text("channel_id", nullable=True),
        text("timezone", nullable=True),
        text("locale", nullable=True),
        flag("is_installed"),
        flag("is_internal"),
        number("seen_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="conversations_pkey"),
    )


def create_entities() -> None:
    """Create entities."""
    op.create_table(
        "entities",
        text("tenant"),
        text("entity"),
        text("fields"),
        number("at"),
        sa.PrimaryKeyConstraint("tenant", "entity", name="entities_pkey"),
    )


def create_notes() -> None:
    """Create notes."""
    op.create_table(
        "notes",
        text("tenant"),
        number("id"),
        number("ticket"),
        text("title"),
        text("text"),
        number("note_type"),
        number("publish"),
        number("created", nullable=True),
        number("creator", nullable=True),
        number("contact", nullable=True),
        number("last_activity", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="notes_pkey"),
    )
    op.create_index("notes_ticket", "notes", ["tenant", "ticket"])


def create_outbox() -> None:
    """Create outbox."""
    op.create_table(
        "outbox",
        text("tenant"),
        text("conversation"),
        text("activity", SORTED),
        number("ticket", nullable=True),
        text("wish", nullable=True),
        number("version"),
        number("attempts"),
        number("due_at"),
        number("claimed_until"),
        flag("is_dead"),
        text("reason"),
        number("died_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "conversation", "activity", name="outbox_pkey"),
    )
    op.create_index("outbox_due", "outbox", ["due_at"], **ALIVE)


def create_people() -> None:
    """Create people."""
    op.create_table(
        "people",
        text("tenant"),
        text("object_id", SORTED),
        text("name"),
        text("email"),
        text("state"),
        number("resource", nullable=True),
        text("decided_by"),
        number("decided_at", nullable=True),
        text("reason"),
        text("role"),
        text("within_queues", nullable=True),
        text("within_companies", nullable=True),
        number("checked_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "object_id", name="people_pkey"),
    )
    op.create_index("people_resource", "people", ["tenant", "resource"], unique=True, **LINKED)


def create_resource_roles() -> None:
    """Create resource roles."""
    op.create_table(
        "resource_roles",
        text("tenant"),
        number("id"),
        number("resource"),
        number("role"),
        flag("is_active"),
        flag("is_default"),
        sa.PrimaryKeyConstraint("tenant", "id", name="resource_roles_pkey"),
    )
    op.create_index("resource_roles_resource", "resource_roles", ["tenant", "resource"])


def create_resources() -> None:
    """Create resources."""
    op.create_table(
        "resources",
        text("tenant"),
        number("id"),
        text("first_name"),
        text("last_name"),
        text("email"),
        text("user_name"),
        flag("is_active"),
        number("license_type", nullable=True),
        number("default_role", nullable=True),
        text("email_key"),
        text("user_key"),
        sa.PrimaryKeyConstraint("tenant", "id", name="resources_pkey"),
    )
    op.create_index("resources_email", "resources", ["tenant", "email_key"])
    op.create_index("resources_user", "resources", ["tenant", "user_key"])


def create_roles() -> None:
    """Create roles."""
    op.create_table(
        "roles",
        text("tenant"),
        number("id"),
        text("name"),
        flag("is_active"),
        sa.PrimaryKeyConstraint("tenant", "id", name="roles_pkey"),
    )


def create_syncs() -> None:
    """Create syncs."""
    op.create_table(
        "syncs",
        text("tenant"),
        text("name", SORTED),
        number("position", nullable=True),
        number("done"),
        number("total", nullable=True),
        number("finished_at", nullable=True),
        number("checked_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "name", name="syncs_pkey"),
    )


def create_tickets() -> None:
    """Create tickets."""
    op.create_table(
        "tickets",
        sa.Column("docid", ROW, primary_key=True, autoincrement=True),
        text("tenant"),
        number("id"),
        text("number"),
        text("title"),
        number("company"),
        number("status"),
        number("priority"),
        text("description"),
        text("resolution"),
        number("contact", nullable=True),
        number("queue", nullable=True),
        number("assignee", nullable=True),
        number("assignee_role", nullable=True),
        number("category", nullable=True),
        number("ticket_type", nullable=True),
        number("issue_type", nullable=True),
        number("sub_issue_type", nullable=True),
        number("source", nullable=True),
        number("sla", nullable=True),
        text("external_id"),
        number("created", nullable=True),
        number("creator", nullable=True),
        number("due", nullable=True),
        number("first_response_due", nullable=True),
        number("first_response_at", nullable=True),
        number("resolution_plan_due", nullable=True),
        number("resolution_plan_at", nullable=True),
        number("resolved_due", nullable=True),
        number("resolved_at", nullable=True),
        text("sla_paused_hours", nullable=True),
        number("completed_at", nullable=True),
        number("last_activity", nullable=True),
        number("last_activity_by", nullable=True),
        number("last_modified", nullable=True),
        text("udfs"),
        flag("is_open"),
        number("next_due"),
        number("notes_synced_at", nullable=True),
        sa.UniqueConstraint("tenant", "id", name="tickets_id"),
    )


def create_ticket_indexes() -> None:
    """Create ticket indexes."""
    op.create_index("tickets_company", "tickets", ["tenant", "company", "is_open", "next_due", "id"])
    op.create_index("tickets_done", "tickets", ["tenant", "next_due", "id"], **DONE)
    op.create_index("tickets_done_assignee", "tickets", ["tenant", "assignee", "next_due", "id"], **DONE)
    op.create_index("tickets_done_queue", "tickets", ["tenant", "queue", "next_due", "id"], **DONE)
    op.create_index("tickets_done_priority", "tickets", ["tenant", "priority", "next_due", "id"], **DONE)
    op.create_index("tickets_number", "tickets", ["tenant", "number"])
    op.create_index("tickets_open", "tickets", ["tenant", "next_due", "id"], **OPEN)
    op.create_index("tickets_open_assignee", "tickets", ["tenant", "assignee", "next_due", "id"], **OPEN)
    op.create_index("tickets_open_newest", "tickets", ["tenant", "id"], **OPEN)
    op.create_index("tickets_open_priority", "tickets", ["tenant", "priority", "next_due", "id"], **OPEN)
    op.create_index("tickets_open_queue", "tickets", ["tenant", "queue", "next_due", "id"], **OPEN)
    op.create_index("tickets_open_status", "tickets", ["tenant", "status", "next_due", "id"], **OPEN)
    op.create_index("tickets_open_unassigned", "tickets", ["tenant", "next_due", "id"], **UNASSIGNED)


def create_tickets_search() -> None:
    """Create tickets search."""
    op.create_table(
        "tickets_search",
        sa.Column("docid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
    )
    op.create_index("tickets_search_words", "tickets_search", ["words"], postgresql_using="gin")


def create_wishes() -> None:
    """Create wishes."""
    op.create_table(
        "wishes",
        text("tenant"),
        text("id", SORTED),
        text("key"),
        text("kind"),
        text("person_tenant"),
        text("person_object"),
        text("person_name"),
        number("resource"),
        number("ticket", nullable=True),
        text("before"),
        text("asked"),
        text("state"),
        text("outcome"),
        text("conversation"),
        text("message", nullable=True),
        number("asked_at"),
        number("ended_at", nullable=True),
        number("about", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="wishes_pkey"),
        sa.UniqueConstraint("tenant", "key", name="wishes_key"),
    )
    op.create_index("wishes_about", "wishes", ["tenant", "about", "asked_at"])
    op.create_index("wishes_asked", "wishes", ["tenant", "asked_at", "id"])
    op.create_index("wishes_state", "wishes", ["tenant", "state", "asked_at"])
