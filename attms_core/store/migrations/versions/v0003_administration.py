"""What an administrator leaves behind: keys of the management API, an audit, the jobs' last runs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    create_api_keys()
    create_audit()
    create_job_runs()


def create_api_keys() -> None:
    """Create API keys."""
    op.create_table(
        "api_keys",
        sa.Column("id", SORTED, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("former_digest", sa.Text, nullable=False),
        sa.Column("former_until", sa.BigInteger),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("last_used", sa.BigInteger),
        sa.Column("revoked", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="api_keys_pkey"),
    )


def create_audit() -> None:
    """Create audit."""
    op.create_table(
        "audit",
        sa.Column("id", ROW, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
    )
    op.create_index("audit_at", "audit", ["at"])


def create_job_runs() -> None:
    """Create job runs."""
    op.create_table(
        "job_runs",
        sa.Column("id", SORTED, nullable=False),
        sa.Column("job", SORTED, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="job_runs_pkey"),
    )
    op.create_index("job_runs_job", "job_runs", ["job", "started"])
