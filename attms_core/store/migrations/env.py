"""How Alembic runs a migration here: on the connection it is given, inside the caller's transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    version_table="alembic_version",
)
context.run_migrations()
