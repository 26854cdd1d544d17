"""The tables. Moments are BIGINT milliseconds since 1970 in UTC.

Every table carries its tenant, but those of the installation itself: its vault, API keys, audit and jobs. The
migrations build the same; a test compares the two. Statements live in the module of their subject; what notices need
is in ``notice_tables``, and indexes of some rows alone in ``partial_indexes``.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from attms_core.store.columns import ROW, SORTED, Searched, flag, maybe, metadata, text, whole

NEVER = 2**63 - 1
"""``next_due`` of a ticket without one: it sorts last on both engines, and by the index."""

tickets = Table(
    "tickets",
    metadata,
    Column("docid", ROW, primary_key=True, autoincrement=True),
    text("tenant"),
    whole("id"),
    text("number"),
    text("title"),
    whole("company"),
    whole("status"),
    whole("priority"),
    text("description"),
    text("resolution"),
    maybe("contact"),
    maybe("queue"),
    maybe("assignee"),
    maybe("assignee_role"),
    maybe("category"),
    maybe("ticket_type"),
    maybe("issue_type"),
    maybe("sub_issue_type"),
    maybe("source"),
    maybe("sla"),
    text("external_id"),
    maybe("created"),
    maybe("creator"),
    maybe("due"),
    maybe("first_response_due"),
    maybe("first_response_at"),
    maybe("resolution_plan_due"),
    maybe("resolution_plan_at"),
    maybe("resolved_due"),
    maybe("resolved_at"),
    Column("sla_paused_hours", Text),
    maybe("completed_at"),
    maybe("last_activity"),
    maybe("last_activity_by"),
    maybe("last_modified"),
    text("udfs"),
    flag("is_open"),
    whole("next_due"),
    maybe("notes_synced_at"),
    maybe("level_at"),
    UniqueConstraint("tenant", "id", name="tickets_id"),
    Index("tickets_company", "tenant", "company", "is_open", "next_due", "id"),
    Index("tickets_number", "tenant", "number"),
)

# PostgreSQL's words of tickets; on SQLite ``ticket_words`` is an FTS5 table (rowid, words).
ticket_words = Table(
    "ticket_words",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("words", Searched(), nullable=False),
)

notes = Table(
    "notes",
    metadata,
    text("tenant"),
    whole("id"),
    whole("ticket"),
    text("title"),
    text("text"),
    whole("note_type"),
    whole("publish"),
    maybe("created"),
    maybe("creator"),
    maybe("contact"),
    maybe("last_activity"),
    PrimaryKeyConstraint("tenant", "id", name="notes_pkey"),
    Index("notes_ticket", "tenant", "ticket"),
)

companies = Table(
    "companies",
    metadata,
    text("tenant"),
    whole("id"),
    text("name"),
    flag("is_active"),
    text("phone"),
    maybe("last_modified"),
    text("folded", SORTED),
    PrimaryKeyConstraint("tenant", "id", name="companies_pkey"),
    Index("companies_folded", "tenant", "folded", "id"),
)

company_words = Table(
    "company_words",
    metadata,
    text("tenant"),
    text("word", SORTED),
    whole("company"),
    PrimaryKeyConstraint("tenant", "word", "company", name="company_words_pkey"),
    Index("company_words_company", "tenant", "company"),
)

contacts = Table(
    "contacts",
    metadata,
    text("tenant"),
    whole("id"),
    whole("company"),
    text("first_name"),
    text("last_name"),
    text("email"),
    text("phone"),
    flag("is_active"),
    maybe("last_modified"),
    text("folded", SORTED),
    text("words"),
    PrimaryKeyConstraint("tenant", "id", name="contacts_pkey"),
    Index("contacts_company", "tenant", "company", "folded", "id"),
)

resources = Table(
    "resources",
    metadata,
    text("tenant"),
    whole("id"),
    text("first_name"),
    text("last_name"),
    text("email"),
    text("user_name"),
    flag("is_active"),
    maybe("license_type"),
    maybe("default_role"),
    text("email_key"),
    text("user_key"),
    PrimaryKeyConstraint("tenant", "id", name="resources_pkey"),
    Index("resources_email", "tenant", "email_key"),
    Index("resources_user", "tenant", "user_key"),
)

roles = Table(
    "roles",
    metadata,
    text("tenant"),
    whole("id"),
    text("name"),
    flag("is_active"),
    PrimaryKeyConstraint("tenant", "id", name="roles_pkey"),
)

resource_roles = Table(
    "resource_roles",
    metadata,
    text("tenant"),
    whole("id"),
    whole("resource"),
    whole("role"),
    flag("is_active"),
    flag("is_default"),
    PrimaryKeyConstraint("tenant", "id", name="resource_roles_pkey"),
    Index("resource_roles_resource", "tenant", "resource"),
)

entities = Table(
    "entities",
    metadata,
    text("tenant"),
    text("entity"),
    text("fields"),
    whole("at"),
    PrimaryKeyConstraint("tenant", "entity", name="entities_pkey"),
)

syncs = Table(
    "syncs",
    metadata,
    text("tenant"),
    text("name", SORTED),
    maybe("position"),
    whole("done"),
    maybe("total"),
    maybe("finished_at"),
    maybe("checked_at"),
    PrimaryKeyConstraint("tenant", "name", name="syncs_pkey"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    text("tenant"),
    maybe("ticket"),
    text("what"),
    text("before"),
    text("after"),
    text("author_kind"),
    maybe("author_id"),
    Column("author_wish", Text),
    whole("at"),
    maybe("note"),
    maybe("opportunity"),
    maybe("entry"),
    Index("changes_ticket", "tenant", "ticket", "at", "id"),
    Index("changes_at", "tenant", "at", "id"),
)

# Each level that a ticket's clock has reached, once for all processes and for ever.
levels = Table(
    "levels",
    metadata,
    text("tenant"),
    whole("ticket"),
    text("clock"),
    text("level"),
    PrimaryKeyConstraint("tenant", "ticket", "clock", "level", name="levels_pkey"),
)

time_entries = Table(
    "time_entries",
    metadata,
    text("tenant"),
    whole("id"),
    whole("ticket"),
    whole("resource"),
    text("hours"),
    maybe("creator"),
    maybe("created"),
    maybe("last_modified"),
    PrimaryKeyConstraint("tenant", "id", name="time_entries_pkey"),
    Index("time_entries_ticket", "tenant", "ticket"),
)

opportunities = Table(
    "opportunities",
    metadata,
    text("tenant"),
    whole("id"),
    text("title"),
    whole("company"),
    whole("owner"),
    whole("stage"),
    whole("status"),
    text("amount"),
    text("cost"),
    whole("probability"),
    Column("close_date", Text),
    Column("start_date", Text),
    maybe("contact"),
    text("description"),
    text("next_step"),
    maybe("lead_source"),
    maybe("rating"),
    maybe("category"),
    maybe("created"),
    maybe("creator"),
    maybe("closed_at"),
    maybe("lost_at"),
    maybe("last_activity"),
    text("udfs"),
    flag("is_undecided"),
    PrimaryKeyConstraint("tenant", "id", name="opportunities_pkey"),
)

wishes = Table(
    "wishes",
    metadata,
    text("tenant"),
    text("id", SORTED),
    text("key"),
    text("kind"),
    text("person_tenant"),
    text("person_object"),
    text("person_name"),
    whole("resource"),
    maybe("ticket"),
    text("before"),
    text("asked"),
    text("state"),
    text("outcome"),
    text("conversation"),
    Column("message", Text),
    whole("asked_at"),
    maybe("ended_at"),
    maybe("about"),
    PrimaryKeyConstraint("tenant", "id", name="wishes_pkey"),
    UniqueConstraint("tenant", "key", name="wishes_key"),
)
Index("wishes_state", wishes.c.tenant, wishes.c.state, wishes.c.asked_at)
Index("wishes_about", wishes.c.tenant, wishes.c.about, wishes.c.asked_at)
Index("wishes_asked", wishes.c.tenant, wishes.c.asked_at, wishes.c.id)

people = Table(
    "people",
    metadata,
    text("tenant"),
    text("object_id", SORTED),
    text("name"),
    text("email"),
    text("state"),
    maybe("resource"),
    text("decided_by"),
    maybe("decided_at"),
    text("reason"),
    text("role"),
    Column("within_queues", Text),
    Column("within_companies", Text),
    maybe("checked_at"),
    PrimaryKeyConstraint("tenant", "object_id", name="people_pkey"),
)

conversations = Table(
    "conversations",
    metadata,
    text("tenant"),
    text("id", SORTED),
    text("kind"),
    text("service_url"),
    text("bot_id"),
    Column("user_mri", Text),
    Column("object_id", Text),
    Column("team_id", Text),
    Column("channel_id", Text),
    Column("timezone", Text),
    Column("locale", Text),
    flag("is_installed"),
    flag("is_internal"),
    maybe("seen_at"),
    PrimaryKeyConstraint("tenant", "id", name="conversations_pkey"),
    Index("conversations_person", "tenant", "object_id"),
)

# One row holds the vault, where the database is its home; others say which generation of a vault was seen last, and one
# counts how often the lead among several processes was taken.
vault = Table(
    "vault",
    metadata,
    text("name", SORTED),
    whole("generation"),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("name", name="vault_pkey"),
)

api_keys = Table(
    "api_keys",
    metadata,
    text("id", SORTED),
    text("name"),
    text("scopes"),
    text("digest"),
    text("former_digest"),
    maybe("former_until"),
    whole("created"),
    text("created_by"),
    whole("expires"),
    maybe("last_used"),
    maybe("revoked"),
    PrimaryKeyConstraint("id", name="api_keys_pkey"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    whole("at"),
    text("actor"),
    text("action"),
    text("target"),
    text("outcome"),
    text("detail"),
    text("trace"),
    Index("audit_at", "at"),
)

job_runs = Table(
    "job_runs",
    metadata,
    text("id", SORTED),
    text("job", SORTED),
    whole("started"),
    maybe("ended"),
    text("outcome"),
    text("said"),
    PrimaryKeyConstraint("id", name="job_runs_pkey"),
    Index("job_runs_job", "job", "started"),
)
