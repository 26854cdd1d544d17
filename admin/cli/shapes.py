"""What commands answer as JSON: the management API's own shapes, and a few for what only the host can ask.

They are read from a running server's answers and from the core's values alike. What a newer server tells beyond them
is left out.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

MASK = "********"
Moment = Annotated[
    datetime, PlainSerializer(lambda moment: moment.astimezone(UTC).isoformat(timespec="seconds"), return_type=str)
]
Names = Annotated[list[str], BeforeValidator(sorted)]


class Shape(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True, hide_input_in_errors=True)


class Problem(Shape):
    """Why something was not done."""

    code: str
    what: str
    hint: str


class Failure(Shape):
    """The answer of a command that was not done."""

    error: Problem


class Setting(Shape):
    """One setting; a secret's value is never in it."""

    name: str
    value: str | None
    is_secret: bool
    source: str
    restart: bool
    help: str


class Settings(Shape):
    """All settings."""

    generation: int
    settings: list[Setting]


class Outcome(Shape):
    """What a change of settings means, or would mean."""

    is_valid: bool
    mistakes: list[str]
    changed: Names
    restart: Names
    overruled: Names
    generation: int


class Revision(Shape):
    """One change of the past."""

    number: int
    when: Moment
    by: str
    reason: str
    names: Names


class History(Shape):
    """The last changes, the newest first."""

    revisions: list[Revision]


class Key(Shape):
    """A key of the API, without its text."""

    id: str
    name: str
    scopes: Names
    created: Moment
    created_by: str
    expires: Moment
    last_used: Moment | None
    revoked: Moment | None


class KeyList(Shape):
    """All keys."""

    keys: list[Key]


class NewKey(Shape):
    """A key and, this once, its text."""

    key: Key
    text: str


class Run(Shape):
    """How a run of a job went."""

    started: Moment
    ended: Moment | None
    outcome: str
    said: str


class Job(Shape):
    """One job."""

    name: str
    about: str
    schedule: str
    zone: str
    next_run: Moment | None
    running_since: Moment | None
    is_paused: bool
    last_run: Run | None


class JobList(Shape):
    """All jobs."""

    jobs: list[Job]


class Started(Shape):
    """A run that was started."""

    job: str
    run: str


class Reloaded(Shape):
    """Jobs whose schedule is another now."""

    changed: Names


class Found(Shape):
    """What a check found."""

    name: str
    title: str
    state: str
    what: str
    fix: str
    since: Moment | None
    facts: dict[str, str]


class Examination(Shape):
    """What the doctor found."""

    overall: str
    findings: list[Found]


class VaultShown(Shape):
    """How the vault stands; no value of it."""

    key_source: str
    home: str
    generation: int
    entries: int
    damaged: str | None
    warnings: list[str]


class VaultNames(Shape):
    """The names of the vault's entries."""

    names: Names


class Changed(Shape):
    """The vault's generation after a change."""

    generation: int


class Exported(Shape):
    """Where an export lies."""

    file: str
    entries: int


class MirrorShown(Shape):
    """How far the copy of AutoTask's data is."""

    stage: str
    is_finished: bool
    done: int
    total: int | None
    open_tickets: int
    all_tickets: int
    as_of: Moment | None
    is_current: bool
