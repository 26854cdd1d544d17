"""The words of tickets stand in the order of lists, with tags for what filters ask."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

SQLITE_TABLE = """
CREATE VIRTUAL TABLE ticket_words USING fts5(
    words, tokenize = "ascii tokenchars '-'", prefix = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
    detail = none, columnsize = 0
)
"""
"""The words come folded and separated by spaces: this tokenizer takes everything beyond ASCII for a letter, and here
the sign of a number too.

Each beginning of a word has a list of its own, since FTS5 would make one of many lists before it gave the first row; so
few words begin alike any further that these may be put together. Where in a ticket a word stands, and how long a
ticket is, nobody asks: that is not kept.
"""
SQLITE = """
INSERT INTO ticket_words (rowid, words)
SELECT ({rank} << 32) + tickets.docid, replace(replace(ifnull(words, ''), '\u2039', ''), '\u203adone', '')
    || ' \u2039q' || ifnull(queue, '') || ' \u2039c' || company || ' \u2039a' || ifnull(assignee, '')
    || ' \u2039s' || status || ' \u2039p' || priority
    || ' \u2039a' || ifnull(assignee, '') || '\u2039q' || ifnull(queue, '')
FROM tickets LEFT JOIN tickets_search ON tickets_search.rowid = tickets.docid
WHERE is_open = {is_open} ORDER BY {order}
"""
SQLITE_OPEN = """
CASE WHEN next_due = 9223372036854775807 THEN 536870912 + min(max(tickets.id, 0), 536870911)
    ELSE min(max(next_due / 60000, 0), 536870911) END
"""
SQLITE_DONE = "(1073741824 + min(max(tickets.id, 0), 536870911))"
POSTGRESQL = """
INSERT INTO ticket_words (place, words)
SELECT (CASE WHEN NOT is_open THEN 1073741824 + least(greatest(tickets.id, 0), 536870911)
        WHEN next_due = 9223372036854775807 THEN 536870912 + least(greatest(tickets.id, 0), 536870911)
        ELSE least(greatest(next_due / 60000, 0), 536870911) END << 32) + tickets.docid,
    array_to_tsvector(
        ARRAY(SELECT ltrim(word, '\u2039') FROM unnest(tsvector_to_array(words)) AS word WHERE word <> '\u203adone')
        || ARRAY['\u2039q' || coalesce(queue::text, ''), '\u2039c' || company,
            '\u2039a' || coalesce(assignee::text, ''), '\u2039s' || status, '\u2039p' || priority,
            '\u2039a' || coalesce(assignee::text, '') || '\u2039q' || coalesce(queue::text, '')]
    )
FROM tickets LEFT JOIN tickets_search USING (docid)
"""


def upgrade() -> None:
    """Make the words anew."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_TABLE)
        op.execute(SQLITE.format(rank=SQLITE_OPEN, is_open=1, order="1"))
        # By far the most are completed: they come along an index, which gives their places in order.
        op.execute(SQLITE.format(rank=SQLITE_DONE, is_open=0, order="tickets.tenant, next_due, tickets.id"))
    else:
        op.create_table(
            "ticket_words",
            sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        )
        # A process of the version before that writes a ticket now waits, and then fails: its words would be lost.
        op.execute("LOCK TABLE tickets IN SHARE MODE")
        op.execute(POSTGRESQL)
        op.create_index("ticket_words_words", "ticket_words", ["words"], postgresql_using="gin")
    op.drop_table("tickets_search")
