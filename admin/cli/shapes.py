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

    # Each is built when a command answers with it: one needs two or three of all these.
    model_config = ConfigDict(
        frozen=True, extra="ignore", from_attributes=True, hide_input_in_errors=True, defer_build=True
    )


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


class CalloutHook(Shape):
    """One of our webhooks in AutoTask."""

    kind: str
    webhook: int | None
    troubles: list[str]
    said: list[str]
    heard: int
    last_heard: Moment | None
    last_number: int | None
    gaps: int


class CalloutStanding(Shape):
    """How callouts stand."""

    is_set_up: bool
    looked: Moment | None
    hooks: list[CalloutHook]
    missed: int
    missed_said: str
    refused: int
    left_to_polls: int
    mended: list[str]
    mended_at: Moment | None


class CalloutsRemoved(Shape):
    """How many webhooks were taken away."""

    webhooks: int


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


class LaneWaits(Shape):
    """What waits for one conversation."""

    lane: str
    name: str
    waiting: int
    oldest: Moment
    due_at: Moment
    attempts: int
    held_until: Moment | None
    trouble: str
    trouble_at: Moment | None


class OutboxWaiting(Shape):
    """What waits."""

    rows: int
    lanes: int
    page: list[LaneWaits]


class DeadReason(Shape):
    """Why messages were given up."""

    code: str
    what: str
    count: int
    last: Moment


class DeadLetter(Shape):
    """Something that was given up."""

    id: int
    lane: str
    name: str
    kind: str
    topic: str
    event: str
    rule: str
    at: Moment
    reason: str
    died_at: Moment
    attempts: int


class OutboxDead(Shape):
    """What was given up."""

    reasons: list[DeadReason]
    letters: list[DeadLetter]
    next: int | None


class LettersCounted(Shape):
    """How many it were."""

    count: int


class Reachable(Shape):
    """Somebody, or a conversation of several."""

    lane: str
    name: str
    kind: str
    can_be_reached: bool
    way: str
    why: str
    fix: str
    seen_at: Moment | None
    told_at: Moment | None
    error: str
    error_at: Moment | None


class ReachRoster(Shape):
    """Who can be reached."""

    reached: int
    closed: int
    roster: list[Reachable]
