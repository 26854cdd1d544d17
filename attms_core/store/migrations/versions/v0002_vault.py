"""A home for the sealed vault."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "vault",
        sa.Column("name", SORTED, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="vault_pkey"),
    )
