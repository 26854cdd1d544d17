"""Notices: subscriptions, personal choices, escalation, and what is owed to whom."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def where(sqlite: str, postgresql: str) -> dict[str, Any]:
    """Give the condition of a partial index."""
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}


def row() -> sa.Column[int]:
    """Make a key that counts by itself."""
    return sa.Column("id", ROW, primary_key=True, autoincrement=True)


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """Make a column of whole numbers: ids, moments."""
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Make a column of text."""
    return sa.Column(name, sa.Text, nullable=nullable)


def key(name: str) -> sa.Column[str]:
    """Make a column of text that is sorted by code point."""
    return sa.Column(name, SORTED, nullable=False)


def flag(name: str) -> sa.Column[bool]:
    """Make a column of yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


ALIVE = where("is_dead = 0", "is_dead = false")
DEAD = where("is_dead = 1", "is_dead = true")
EDIT = where("kind = 'edit'", "kind = 'edit'")
TRUTH = where("kind = 'truth' AND is_dead = 0", "kind = 'truth' AND is_dead = false")


def upgrade() -> None:
    """Create the tables of notices."""
    op.create_index("changes_at", "changes", ["tenant", "at", "id"])
    create_owed()
    create_lanes()
    create_posts()
    create_subscriptions()
    create_choices()
    create_digests()
    create_ladders()
    op.create_index("conversations_person", "conversations", ["tenant", "object_id"])
    move_outbox()


def create_owed() -> None:
    """Create what is owed."""
    op.create_table(
        "owed",
        row(),
        text("tenant"),
        key("lane"),
        *map(text, ("kind", "topic")),
        number("change", nullable=True),
        *map(text, ("rule", "event", "mode")),
        key("activity"),
        text("wish", nullable=True),
        flag("is_held"),
        *map(number, ("at", "due_at", "version", "attempts")),
        flag("is_dead"),
        text("reason"),
        number("died_at", nullable=True),
    )
    op.create_index("owed_lane", "owed", ["tenant", "lane", "due_at", "id"], **ALIVE)
    op.create_index("owed_dead", "owed", ["tenant", "died_at"], **DEAD)
    op.create_index("owed_edit", "owed", ["tenant", "lane", "activity"], unique=True, **EDIT)
    op.create_index("owed_truth", "owed", ["tenant", "lane", "topic"], unique=True, **TRUTH)


def create_lanes() -> None:
    """Create lanes."""
    op.create_table(
        "lanes",
        text("tenant"),
        key("lane"),
        *map(number, ("due_at", "claimed_until")),
        text("claimed_by"),
        *map(number, ("full_second", "full_half_minute", "full_hour")),
        text("trouble"),
        number("trouble_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "lane", name="lanes_pkey"),
    )
    op.create_index("lanes_due", "lanes", ["due_at"])


def create_posts() -> None:
    """Create posts."""
    op.create_table(
        "posts",
        text("tenant"),
        key("lane"),
        key("topic"),
        *map(text, ("conversation", "activity", "thread", "told")),
        *map(number, ("posted_at", "told_at")),
        sa.PrimaryKeyConstraint("tenant", "lane", "topic", name="posts_pkey"),
    )
    op.create_index("posts_topic", "posts", ["tenant", "topic"])
    op.create_index("posts_activity", "posts", ["tenant", "conversation", "activity"])


def create_subscriptions() -> None:
    """Create subscriptions, company groups, and the count of their changes."""
    op.create_table(
        "subscriptions",
        row(),
        text("tenant"),
        key("lane"),
        *map(text, ("about", "words", "filter", "events", "mode")),
        flag("is_paused"),
        *map(text, ("created_by", "created_by_name")),
        *map(number, ("created_at", "changed_at")),
    )
    op.create_index("subscriptions_lane", "subscriptions", ["tenant", "lane"])
    op.create_table(
        "company_groups",
        text("tenant"),
        key("name"),
        *map(text, ("companies", "changed_by")),
        number("changed_at"),
        sa.PrimaryKeyConstraint("tenant", "name", name="company_groups_pkey"),
    )
    op.create_table("books", text("tenant"), number("generation"), sa.PrimaryKeyConstraint("tenant", name="books_pkey"))


def create_choices() -> None:
    """Create what people choose for themselves: which events, and silence."""
    op.create_table(
        "preferences",
        text("tenant"),
        key("object_id"),
        *map(text, ("events", "quiet")),
        number("changed_at"),
        sa.PrimaryKeyConstraint("tenant", "object_id", name="preferences_pkey"),
    )
    op.create_table(
        "silences",
        text("tenant"),
        key("lane"),
        key("what"),
        *map(text, ("until", "by_name")),
        number("since"),
        sa.PrimaryKeyConstraint("tenant", "lane", "what", name="silences_pkey"),
    )
    op.create_index("silences_what", "silences", ["tenant", "what"])


def create_digests() -> None:
    """Create digests."""
    op.create_table(
        "digests",
        row(),
        text("tenant"),
        key("lane"),
        *map(text, ("kind", "days")),
        number("minute"),
        text("zone"),
        flag("is_paused"),
        *map(text, ("created_by", "created_by_name")),
        number("next_at"),
        number("last_at", nullable=True),
    )
    op.create_index("digests_lane", "digests", ["tenant", "lane", "kind"], unique=True)
    op.create_index("digests_next", "digests", ["tenant", "next_at"])


def create_ladders() -> None:
    """Create ladders, and how far tickets have come on them."""
    op.create_table(
        "ladders",
        row(),
        text("tenant"),
        number("queue"),
        text("steps"),
        flag("is_paused"),
        *map(text, ("created_by", "created_by_name")),
        number("changed_at"),
    )
    op.create_index("ladders_queue", "ladders", ["tenant", "queue"], unique=True)
    op.create_table(
        "climbs",
        text("tenant"),
        *map(number, ("ladder", "ticket", "since", "step")),
        sa.PrimaryKeyConstraint("tenant", "ladder", "ticket", name="climbs_pkey"),
    )


LANE = """
    CASE WHEN c.kind = 'personal' AND c.object_id IS NOT NULL THEN 'person:' || c.object_id ELSE o.conversation END
"""
EDITS = "outbox o LEFT JOIN conversations c ON c.tenant = o.tenant AND c.id = o.conversation"


def move_outbox() -> None:
    """Carry edits that are owed over, those given up too."""
    op.execute(
        f"""
        INSERT INTO owed (tenant, lane, kind, topic, rule, event, mode, activity, wish, is_held, at, due_at, version,
            attempts, is_dead, reason, died_at)
        SELECT o.tenant, {LANE}, 'edit', CASE WHEN o.ticket IS NULL THEN '' ELSE 'ticket:' || o.ticket END,
            '', '', 'both', o.activity, o.wish, false, o.due_at, o.due_at, o.version, o.attempts, o.is_dead, o.reason,
            o.died_at
        FROM {EDITS} ORDER BY o.due_at, o.activity
        """  # noqa: S608 - made of constants
    )
    op.execute(
        f"""
        INSERT INTO lanes (tenant, lane, due_at, claimed_until, claimed_by, full_second, full_half_minute, full_hour,
            trouble)
        SELECT tenant, lane, min(CASE WHEN is_dead THEN {2**63 - 1} ELSE due_at END), 0, '', 0, 0, 0, ''
        FROM owed GROUP BY tenant, lane
        """  # noqa: S608 - made of constants
    )
    op.drop_index("outbox_due", "outbox")
    op.drop_table("outbox")
