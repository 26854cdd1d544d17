"""The tables of notices: who wants to hear of what, what is owed to whom, and what stands where."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text

from attms_core.store.columns import ROW, SORTED, flag, maybe, metadata, text, whole

# One row is one message owed, or a part of one: what waits for the same conversation and topic is folded.
owed = Table(
    "owed",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    text("tenant"),
    text("lane", SORTED),
    text("kind"),
    text("topic"),
    maybe("change"),
    text("rule"),
    text("event"),
    text("mode"),
    text("activity", SORTED),
    Column("wish", Text),
    flag("is_held"),
    whole("at"),
    whole("due_at"),
    whole("version"),
    whole("attempts"),
    flag("is_dead"),
    text("reason"),
    maybe("died_at"),
)

# Where something is or was owed. ``due_at`` is that of the earliest row that waits, or never; the three others are the
# token buckets, each as the moment at which it is full again.
lanes = Table(
    "lanes",
    metadata,
    text("tenant"),
    text("lane", SORTED),
    whole("due_at"),
    whole("claimed_until"),
    text("claimed_by"),
    whole("full_second"),
    whole("full_half_minute"),
    whole("full_hour"),
    text("trouble"),
    maybe("trouble_at"),
    PrimaryKeyConstraint("tenant", "lane", name="lanes_pkey"),
    Index("lanes_due", "due_at"),
)

# The card that stands for a ticket or an opportunity in a conversation, and what it was told for last.
posts = Table(
    "posts",
    metadata,
    text("tenant"),
    text("lane", SORTED),
    text("topic", SORTED),
    text("conversation"),
    text("activity"),
    text("thread"),
    text("told"),
    whole("posted_at"),
    whole("told_at"),
    PrimaryKeyConstraint("tenant", "lane", "topic", name="posts_pkey"),
    Index("posts_topic", "tenant", "topic"),
    Index("posts_activity", "tenant", "conversation", "activity"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    text("tenant"),
    text("lane", SORTED),
    text("about"),
    text("words"),
    text("filter"),
    text("events"),
    text("mode"),
    flag("is_paused"),
    text("created_by"),
    text("created_by_name"),
    whole("created_at"),
    whole("changed_at"),
    Index("subscriptions_lane", "tenant", "lane"),
)

company_groups = Table(
    "company_groups",
    metadata,
    text("tenant"),
    text("name", SORTED),
    text("companies"),
    text("changed_by"),
    whole("changed_at"),
    PrimaryKeyConstraint("tenant", "name", name="company_groups_pkey"),
)

# Rises whenever a subscription or a company group changes, so that what is compiled from them is known to be old.
books = Table(
    "books",
    metadata,
    text("tenant"),
    whole("generation"),
    PrimaryKeyConstraint("tenant", name="books_pkey"),
)

preferences = Table(
    "preferences",
    metadata,
    text("tenant"),
    text("object_id", SORTED),
    text("events"),
    text("quiet"),
    whole("changed_at"),
    PrimaryKeyConstraint("tenant", "object_id", name="preferences_pkey"),
)

silences = Table(
    "silences",
    metadata,
    text("tenant"),
    text("lane", SORTED),
    text("what", SORTED),
    text("until"),
    text("by_name"),
    whole("since"),
    PrimaryKeyConstraint("tenant", "lane", "what", name="silences_pkey"),
    Index("silences_what", "tenant", "what"),
)

digests = Table(
    "digests",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    text("tenant"),
    text("lane", SORTED),
    text("kind"),
    text("days"),
    whole("minute"),
    text("zone"),
    flag("is_paused"),
    text("created_by"),
    text("created_by_name"),
    whole("next_at"),
    maybe("last_at"),
    Index("digests_lane", "tenant", "lane", "kind", unique=True),
    Index("digests_next", "tenant", "next_at"),
)

# What is done about tickets that nobody takes, queue by queue, and how far it has come with each of them.
ladders = Table(
    "ladders",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    text("tenant"),
    whole("queue"),
    text("steps"),
    flag("is_paused"),
    text("created_by"),
    text("created_by_name"),
    whole("changed_at"),
    Index("ladders_queue", "tenant", "queue", unique=True),
)

climbs = Table(
    "climbs",
    metadata,
    text("tenant"),
    whole("ladder"),
    whole("ticket"),
    whole("since"),
    whole("step"),
    PrimaryKeyConstraint("tenant", "ladder", "ticket", name="climbs_pkey"),
)
