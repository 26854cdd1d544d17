"""The tables. Moments are BIGINT milliseconds since 1970 in UTC.

Every table carries its tenant, but those of the installation itself: its vault, API keys, audit and jobs. The
migrations build the same; a test compares the two. Statements live in the module of their subject.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    true,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine

metadata = MetaData()

NEVER = 2**63 - 1
"""``next_due`` of a ticket without one: it sorts last on both engines, and by the index."""

# Sorted and ranged by code point on both engines, whatever the database's locale.
SORTED = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite makes only an INTEGER primary key the row's own number, which its full-text table refers to.
ROW = BigInteger().with_variant(Integer(), "sqlite")


def _id(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _text(name: str, kind: TypeEngine[str] | None = None) -> Column[str]:
    return Column(name, kind or Text(), nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


tickets = Table(
    "tickets",
    metadata,
    Column("docid", ROW, primary_key=True, autoincrement=True),
    _text("tenant"),
    _id("id"),
    _text("number"),
    _text("title"),
    _id("company"),
    _id("status"),
    _id("priority"),
    _text("description"),
    _text("resolution"),
    _maybe("contact"),
    _maybe("queue"),
    _maybe("assignee"),
    _maybe("assignee_role"),
    _maybe("category"),
    _maybe("ticket_type"),
    _maybe("issue_type"),
    _maybe("sub_issue_type"),
    _maybe("source"),
    _maybe("sla"),
    _text("external_id"),
    _maybe("created"),
    _maybe("creator"),
    _maybe("due"),
    _maybe("first_response_due"),
    _maybe("first_response_at"),
    _maybe("resolution_plan_due"),
    _maybe("resolution_plan_at"),
    _maybe("resolved_due"),
    _maybe("resolved_at"),
    Column("sla_paused_hours", Text),
    _maybe("completed_at"),
    _maybe("last_activity"),
    _maybe("last_activity_by"),
    _maybe("last_modified"),
    _text("udfs"),
    _flag("is_open"),
    _id("next_due"),
    _maybe("notes_synced_at"),
    _maybe("level_at"),
    UniqueConstraint("tenant", "id", name="tickets_id"),
)


def _ticket_index(name: str, *columns: str, where: object = None) -> None:
    Index(f"tickets_{name}", *(tickets.c[c] for c in columns), sqlite_where=where, postgresql_where=where)


_OPEN = tickets.c.is_open == true()
_DONE = tickets.c.is_open == false()
# Open lists in the order of their next due time: each filter alone is one walk along one index.
_ticket_index("open", "tenant", "next_due", "id", where=_OPEN)
_ticket_index("open_assignee", "tenant", "assignee", "next_due", "id", where=_OPEN)
_ticket_index(
    "open_unassigned", "tenant", "next_due", "id", where=and_(tickets.c.is_open == true(), tickets.c.assignee.is_(None))
)
_ticket_index("open_queue", "tenant", "queue", "next_due", "id", where=_OPEN)
_ticket_index("open_status", "tenant", "status", "next_due", "id", where=_OPEN)
_ticket_index("open_priority", "tenant", "priority", "next_due", "id", where=_OPEN)
_ticket_index("open_newest", "tenant", "id", where=_OPEN)
# Completed tickets have no due time, so theirs is the order of their ids.
_ticket_index("done", "tenant", "next_due", "id", where=_DONE)
_ticket_index("done_assignee", "tenant", "assignee", "next_due", "id", where=_DONE)
_ticket_index("done_queue", "tenant", "queue", "next_due", "id", where=_DONE)
_ticket_index("done_priority", "tenant", "priority", "next_due", "id", where=_DONE)
_ticket_index("company", "tenant", "company", "is_open", "next_due", "id")
_ticket_index("number", "tenant", "number")
# Whoever looks for service levels reads only what is near.
_ticket_index("level", "tenant", "level_at", where=tickets.c.level_at.is_not(None))

# PostgreSQL's side of the search; on SQLite ``tickets_search`` is an FTS5 table (rowid, words).
tickets_search = Table(
    "tickets_search",
    metadata,
    Column("docid", BigInteger, primary_key=True, autoincrement=False),
    Column("words", TSVECTOR, nullable=False),
    Index("tickets_search_words", "words", postgresql_using="gin"),
)

notes = Table(
    "notes",
    metadata,
    _text("tenant"),
    _id("id"),
    _id("ticket"),
    _text("title"),
    _text("text"),
    _id("note_type"),
    _id("publish"),
    _maybe("created"),
    _maybe("creator"),
    _maybe("contact"),
    _maybe("last_activity"),
    PrimaryKeyConstraint("tenant", "id", name="notes_pkey"),
    Index("notes_ticket", "tenant", "ticket"),
)

companies = Table(
    "companies",
    metadata,
    _text("tenant"),
    _id("id"),
    _text("name"),
    _flag("is_active"),
    _text("phone"),
    _maybe("last_modified"),
    _text("folded", SORTED),
    PrimaryKeyConstraint("tenant", "id", name="companies_pkey"),
    Index("companies_folded", "tenant", "folded", "id"),
)

company_words = Table(
    "company_words",
    metadata,
    _text("tenant"),
    _text("word", SORTED),
    _id("company"),
    PrimaryKeyConstraint("tenant", "word", "company", name="company_words_pkey"),
    Index("company_words_company", "tenant", "company"),
)

contacts = Table(
    "contacts",
    metadata,
    _text("tenant"),
    _id("id"),
    _id("company"),
    _text("first_name"),
    _text("last_name"),
    _text("email"),
    _text("phone"),
    _flag("is_active"),
    _maybe("last_modified"),
    _text("folded", SORTED),
    _text("words"),
    PrimaryKeyConstraint("tenant", "id", name="contacts_pkey"),
    Index("contacts_company", "tenant", "company", "folded", "id"),
)

resources = Table(
    "resources",
    metadata,
    _text("tenant"),
    _id("id"),
    _text("first_name"),
    _text("last_name"),
    _text("email"),
    _text("user_name"),
    _flag("is_active"),
    _maybe("license_type"),
    _maybe("default_role"),
    _text("email_key"),
    _text("user_key"),
    PrimaryKeyConstraint("tenant", "id", name="resources_pkey"),
    Index("resources_email", "tenant", "email_key"),
    Index("resources_user", "tenant", "user_key"),
)

roles = Table(
    "roles",
    metadata,
    _text("tenant"),
    _id("id"),
    _text("name"),
    _flag("is_active"),
    PrimaryKeyConstraint("tenant", "id", name="roles_pkey"),
)

resource_roles = Table(
    "resource_roles",
    metadata,
    _text("tenant"),
    _id("id"),
    _id("resource"),
    _id("role"),
    _flag("is_active"),
    _flag("is_default"),
    PrimaryKeyConstraint("tenant", "id", name="resource_roles_pkey"),
    Index("resource_roles_resource", "tenant", "resource"),
)

entities = Table(
    "entities",
    metadata,
    _text("tenant"),
    _text("entity"),
    _text("fields"),
    _id("at"),
    PrimaryKeyConstraint("tenant", "entity", name="entities_pkey"),
)

syncs = Table(
    "syncs",
    metadata,
    _text("tenant"),
    _text("name", SORTED),
    _maybe("position"),
    _id("done"),
    _maybe("total"),
    _maybe("finished_at"),
    _maybe("checked_at"),
    PrimaryKeyConstraint("tenant", "name", name="syncs_pkey"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    _text("tenant"),
    _maybe("ticket"),
    _text("what"),
    _text("before"),
    _text("after"),
    _text("author_kind"),
    _maybe("author_id"),
    Column("author_wish", Text),
    _id("at"),
    _maybe("note"),
    _maybe("opportunity"),
    _maybe("entry"),
    Index("changes_ticket", "tenant", "ticket", "at", "id"),
)
_OF_OPPORTUNITY = changes.c.opportunity.is_not(None)
Index(
    "changes_opportunity",
    *(changes.c.tenant, changes.c.opportunity, changes.c.at, changes.c.id),
    sqlite_where=_OF_OPPORTUNITY,
    postgresql_where=_OF_OPPORTUNITY,
)

# Each level that a ticket's clock has reached, once for all processes and for ever.
levels = Table(
    "levels",
    metadata,
    _text("tenant"),
    _id("ticket"),
    _text("clock"),
    _text("level"),
    PrimaryKeyConstraint("tenant", "ticket", "clock", "level", name="levels_pkey"),
)

time_entries = Table(
    "time_entries",
    metadata,
    _text("tenant"),
    _id("id"),
    _id("ticket"),
    _id("resource"),
    _text("hours"),
    _maybe("creator"),
    _maybe("created"),
    _maybe("last_modified"),
    PrimaryKeyConstraint("tenant", "id", name="time_entries_pkey"),
    Index("time_entries_ticket", "tenant", "ticket"),
)

opportunities = Table(
    "opportunities",
    metadata,
    _text("tenant"),
    _id("id"),
    _text("title"),
    _id("company"),
    _id("owner"),
    _id("stage"),
    _id("status"),
    _text("amount"),
    _text("cost"),
    _id("probability"),
    Column("close_date", Text),
    Column("start_date", Text),
    _maybe("contact"),
    _text("description"),
    _text("next_step"),
    _maybe("lead_source"),
    _maybe("rating"),
    _maybe("category"),
    _maybe("created"),
    _maybe("creator"),
    _maybe("closed_at"),
    _maybe("lost_at"),
    _maybe("last_activity"),
    _text("udfs"),
    _flag("is_undecided"),
    PrimaryKeyConstraint("tenant", "id", name="opportunities_pkey"),
)
_UNDECIDED = opportunities.c.is_undecided == true()
Index(
    "opportunities_undecided",
    *(opportunities.c.tenant, opportunities.c.id),
    sqlite_where=_UNDECIDED,
    postgresql_where=_UNDECIDED,
)

wishes = Table(
    "wishes",
    metadata,
    _text("tenant"),
    _text("id", SORTED),
    _text("key"),
    _text("kind"),
    _text("person_tenant"),
    _text("person_object"),
    _text("person_name"),
    _id("resource"),
    _maybe("ticket"),
    _text("before"),
    _text("asked"),
    _text("state"),
    _text("outcome"),
    _text("conversation"),
    Column("message", Text),
    _id("asked_at"),
    _maybe("ended_at"),
    _maybe("about"),
    PrimaryKeyConstraint("tenant", "id", name="wishes_pkey"),
    UniqueConstraint("tenant", "key", name="wishes_key"),
)
Index("wishes_state", wishes.c.tenant, wishes.c.state, wishes.c.asked_at)
Index("wishes_about", wishes.c.tenant, wishes.c.about, wishes.c.asked_at)
Index("wishes_asked", wishes.c.tenant, wishes.c.asked_at, wishes.c.id)

people = Table(
    "people",
    metadata,
    _text("tenant"),
    _text("object_id", SORTED),
    _text("name"),
    _text("email"),
    _text("state"),
    _maybe("resource"),
    _text("decided_by"),
    _maybe("decided_at"),
    _text("reason"),
    _text("role"),
    Column("within_queues", Text),
    Column("within_companies", Text),
    _maybe("checked_at"),
    PrimaryKeyConstraint("tenant", "object_id", name="people_pkey"),
)
_LINKED = people.c.state == "linked"
Index(
    "people_resource",
    people.c.tenant,
    people.c.resource,
    unique=True,
    sqlite_where=_LINKED,
    postgresql_where=_LINKED,
)

conversations = Table(
    "conversations",
    metadata,
    _text("tenant"),
    _text("id", SORTED),
    _text("kind"),
    _text("service_url"),
    _text("bot_id"),
    Column("user_mri", Text),
    Column("object_id", Text),
    Column("team_id", Text),
    Column("channel_id", Text),
    Column("timezone", Text),
    Column("locale", Text),
    _flag("is_installed"),
    _flag("is_internal"),
    _maybe("seen_at"),
    PrimaryKeyConstraint("tenant", "id", name="conversations_pkey"),
)

outbox = Table(
    "outbox",
    metadata,
    _text("tenant"),
    _text("conversation"),
    _text("activity", SORTED),
    _maybe("ticket"),
    Column("wish", Text),
    _id("version"),
    _id("attempts"),
    _id("due_at"),
    _id("claimed_until"),
    _flag("is_dead"),
    _text("reason"),
    _maybe("died_at"),
    PrimaryKeyConstraint("tenant", "conversation", "activity", name="outbox_pkey"),
)
_ALIVE = outbox.c.is_dead == false()
Index("outbox_due", outbox.c.due_at, sqlite_where=_ALIVE, postgresql_where=_ALIVE)

# One row holds the vault, where the database is its home; others say which generation of a vault was seen last, and one
# counts how often the lead among several processes was taken.
vault = Table(
    "vault",
    metadata,
    _text("name", SORTED),
    _id("generation"),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("name", name="vault_pkey"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _text("id", SORTED),
    _text("name"),
    _text("scopes"),
    _text("digest"),
    _text("former_digest"),
    _maybe("former_until"),
    _id("created"),
    _text("created_by"),
    _id("expires"),
    _maybe("last_used"),
    _maybe("revoked"),
    PrimaryKeyConstraint("id", name="api_keys_pkey"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    _id("at"),
    _text("actor"),
    _text("action"),
    _text("target"),
    _text("outcome"),
    _text("detail"),
    _text("trace"),
    Index("audit_at", "at"),
)

job_runs = Table(
    "job_runs",
    metadata,
    _text("id", SORTED),
    _text("job", SORTED),
    _id("started"),
    _maybe("ended"),
    _text("outcome"),
    _text("said"),
    PrimaryKeyConstraint("id", name="job_runs_pkey"),
    Index("job_runs_job", "job", "started"),
)
