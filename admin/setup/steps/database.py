"""Where ATTMS keeps its own data: a file on this machine, or a PostgreSQL server."""

from urllib.parse import urlsplit

from admin.setup.fields import Choice, Field, Found, Mark, Report, good, text
from admin.setup.ports import Tools
from admin.setup.steps.step import Patch, Step, secret
from attms_core.errors import Invalid
from attms_core.settings import Settings
from attms_core.store.trial import Trial

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_LOOKS = "It looks like postgresql://user:password@host:5432/database"


def address(typed: str) -> str:
    """Take a PostgreSQL address. Raises ``Invalid``."""
    value = text(typed)
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        raise Invalid("This is no address.", hint=_LOOKS) from None
    if parts.scheme == "postgres":
        value, parts = "postgresql" + value.removeprefix("postgres"), parts._replace(scheme="postgresql")
    if parts.scheme != "postgresql" or not parts.hostname or not parts.path.strip("/"):
        raise Invalid("This is no PostgreSQL address.", hint=_LOOKS)
    return value


def chosen(patch: Patch, settings: Settings) -> Patch:
    """Make the one setting out of both fields."""
    engine = patch.get("engine") or engine_of(settings)
    url = patch.get("database_url")
    if engine == SQLITE:
        return {"database_url": None}
    if not url and settings.database_url is None:
        raise Invalid("The server's address is needed.", field="database_url", hint=_LOOKS)
    return {"database_url": url} if url else {}


def engine_of(settings: Settings) -> str:
    """Say which engine the settings choose."""
    return SQLITE if settings.database_url is None else POSTGRESQL


async def look(settings: Settings, tools: Tools) -> Report:
    """Connect, ask for the version, see whether tables can be made. Raises ``UnfitDatabase``."""
    if settings.database_url is None:
        return _fits(await tools.try_file(settings.data_dir))
    return _fits(await tools.try_server(secret(settings.database_url)))


def _fits(trial: Trial) -> Report:
    there = (
        "ATTMS's tables are there already; they are kept, and brought up to date at the start."
        if trial.has_tables
        else "It is empty; ATTMS makes its tables at the start."
    )
    return good(
        f"{trial.engine} will do.",
        Found(mark=Mark.GOOD, what=f"The data goes to {trial.place}, and tables can be made there."),
        Found(mark=Mark.GOOD, what=there),
    )


STEP = Step(
    name="database",
    title="Database",
    why="ATTMS keeps a copy of AutoTask's tickets, so that lists come at once, and a little of its own: who is who, "
    "what was asked, what is still to be told.",
    where=(),
    fields=(
        Field(
            name="engine",
            label="Where to keep it",
            decides="database_url",
            also_called=("database", "engine"),
            choices=(
                Choice(
                    value=SQLITE,
                    label="On this machine (SQLite)",
                    help="Nothing to install. Right for one machine, up to a million tickets. Back up the data folder.",
                ),
                Choice(
                    value=POSTGRESQL,
                    label="On a PostgreSQL server",
                    help="Needed when ATTMS runs on more than one machine. Version 12 or newer.",
                ),
            ),
        ),
        Field(
            name="database_url",
            label="Server's address",
            help="With user, password and the name of an empty database that belongs to this user.",
            example="postgresql://attms:password@db.example.com:5432/attms",
            is_secret=True,
            is_optional=True,
            only_if=("engine", POSTGRESQL),
            also_called=("url", "postgresql", "dsn", "connection string"),
            read=address,
        ),
    ),
    look=look,
    adjust=chosen,
    says={"engine": engine_of},
)
