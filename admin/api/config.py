"""The settings: read with secrets masked, check, change all or nothing, look back, go back."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.refusals import Mistake, wrong
from admin.api.shapes import WHOLE, Moment, Text
from attms_core.config import Revision, Setting, Verdict
from attms_core.keys import Scope

SUBJECT = "config"
MASK = "********"
LONGEST = 8192
"""Characters of a value: a certificate with its key fits."""
NEVER = 2**53
"""Beyond every number of ours, and within what every reader of JSON can hold."""


class SettingShown(Shape):
    """One setting. A secret's value is never shown."""

    name: str
    value: str | None = Field(description="Null where it is unset; ******** for a secret that is set.")
    is_secret: bool
    source: str = Field(description="Who decided it: `environment`, `file`, `vault` or `default`.")
    restart: bool = Field(description="A change takes a restart.")
    help: str


class Settings(Shape):
    """All settings, and how often they were changed."""

    generation: int
    settings: list[SettingShown]


def _text(value: object) -> object:
    """Take a number or a yes or no as the text that the environment would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value) if isinstance(value, int) else value


def _whole(value: str | None) -> str | None:
    if value is not None and "\0" in value:
        raise ValueError("holds a NUL")
    return value


Value = Annotated[
    str | None,
    Field(max_length=LONGEST),
    BeforeValidator(_text),
    AfterValidator(_whole),
    WithJsonSchema({"type": ["string", "integer", "boolean", "null"], "maxLength": LONGEST, "pattern": "^[^\\x00]*$"}),
]
Number = Annotated[int, Field(ge=0, le=NEVER), WHOLE]
SettingName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,99}$")]
Changes = Annotated[
    dict[SettingName, Value],
    Field(
        min_length=1,
        max_length=100,
        description="Values by name; null takes one out, and its default holds.",
        json_schema_extra={"additionalProperties": False},
    ),
]


class Wanted(Shape):
    """Settings that somebody thinks of."""

    changes: Changes


class Update(Shape):
    """Settings that are to change, all or none."""

    changes: Changes
    reason: Text = Field(default="", description="Stands in the history.")
    expect: Number | None = Field(
        default=None, description="The generation it was thought out for; another one refuses it."
    )
    dry_run: bool = Field(default=False, description="Only check.")


class BackTo(Shape):
    """Where to go back to."""

    number: Number = Field(description="A change of the history: it and all that came after it are undone.")


class Outcome(Shape):
    """What a change means, or would mean."""

    is_valid: bool
    mistakes: list[str] = Field(description="Every mistake at once.")
    changed: list[str] = Field(description="Names that are another now, or would be.")
    restart: list[str] = Field(description="Names that take a restart.")
    overruled: list[str] = Field(description="Names that the environment decides, whatever is stored.")
    generation: int = Field(description="The configuration's generation now.")


class Past(Shape):
    """One change of the past; no values."""

    number: int
    when: Moment
    by: str
    reason: str
    names: list[str]


class History(Shape):
    """The last changes, the newest first."""

    revisions: list[Past]


async def _read(administration: Administration, _: Call) -> Reply:
    configuration = administration.configuration
    shown = [_setting(setting) for setting in configuration.read()]
    return Reply(answer=Settings(generation=configuration.generation, settings=shown))


async def _validate(administration: Administration, call: Call) -> Reply:
    changes = call.read(Wanted).changes
    return Reply(answer=_outcome(administration, administration.configuration.check(changes)))


async def _update(administration: Administration, call: Call) -> Reply:
    body, configuration = call.read(Update), administration.configuration
    if body.dry_run:
        return Reply(answer=_outcome(administration, configuration.check(body.changes)))
    verdict = await configuration.patch(body.changes, by=call.actor, reason=body.reason, expect=body.expect)
    return _changed(administration, verdict)


async def _history(administration: Administration, _: Call) -> Reply:
    revisions = sorted(administration.configuration.history(), key=lambda each: each.number, reverse=True)
    return Reply(answer=History(revisions=[_past(revision) for revision in revisions]))


async def _rollback(administration: Administration, call: Call) -> Reply:
    number = call.read(BackTo).number
    return _changed(administration, await administration.configuration.rollback(number, by=call.actor))


def _changed(administration: Administration, verdict: Verdict) -> Reply:
    outcome = _outcome(administration, verdict)
    if not outcome.is_valid:
        raise wrong([Mistake("body.changes", mistake) for mistake in outcome.mistakes])
    return Reply(answer=outcome, facts={"changed": " ".join(outcome.changed), "generation": str(outcome.generation)})


def _outcome(administration: Administration, verdict: Verdict) -> Outcome:
    return Outcome(
        is_valid=not verdict.mistakes,
        mistakes=list(verdict.mistakes),
        changed=sorted(verdict.changed),
        restart=sorted(verdict.restart),
        overruled=sorted(verdict.overruled),
        generation=administration.configuration.generation,
    )


def _setting(setting: Setting) -> SettingShown:
    value = MASK if setting.is_secret and setting.value is not None else setting.value
    return SettingShown(
        name=setting.name,
        value=value,
        is_secret=setting.is_secret,
        source=setting.source,
        restart=setting.restart,
        help=setting.help,
    )


def _past(revision: Revision) -> Past:
    return Past(
        number=revision.number,
        when=revision.when,
        by=revision.by,
        reason=revision.reason,
        names=sorted(revision.names),
    )


def _tell_wanted(call: Call) -> Mapping[str, str]:
    return {"names": _names(call.read(Wanted).changes)}


def _tell_update(call: Call) -> Mapping[str, str]:
    body = call.read(Update)
    return {"names": _names(body.changes), "reason": body.reason, "dry_run": str(body.dry_run).lower()}


def _tell_back(call: Call) -> Mapping[str, str]:
    return {"number": str(call.read(BackTo).number)}


def _names(changes: Mapping[str, object]) -> str:
    """Name what is to change; the values are nobody's business here."""
    return " ".join(sorted(changes))


_AFTER = {200: Answer(Outcome, "What it means.")}
_CHANGED = {409: "The configuration was changed meanwhile: its generation is not the expected one."}

OPERATIONS = (
    Operation(
        name="config.read",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/config",
        title="Read the settings",
        about="Secrets are masked.",
        scope=Scope.CONFIG_READ,
        handle=_read,
        answers={200: Answer(Settings, "All settings.")},
    ),
    Operation(
        name="config.validate",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/config/validate",
        title="Check settings that are wanted",
        about="Changes nothing. Mistakes are an answer here, and no refusal.",
        scope=Scope.CONFIG_READ,
        body=Wanted,
        handle=_validate,
        answers=_AFTER,
        tell=_tell_wanted,
    ),
    Operation(
        name="config.update",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/config/update",
        alias="/api/config/update",
        title="Change settings",
        about="All or none: one mistake refuses the whole, and a running bot goes on as it was. "
        "With `dry_run` it only says what it would mean.",
        scope=Scope.CONFIG_WRITE,
        body=Update,
        handle=_update,
        answers=_AFTER,
        refusals=_CHANGED,
        changes=True,
        tell=_tell_update,
    ),
    Operation(
        name="config.history",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/config/history",
        title="List the last changes",
        scope=Scope.CONFIG_READ,
        handle=_history,
        answers={200: Answer(History, "The last 20 changes.")},
    ),
    Operation(
        name="config.rollback",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/config/rollback",
        title="Undo a change and all that came after it",
        about="The undoing is a change too, and stands in the history.",
        scope=Scope.CONFIG_WRITE,
        body=BackTo,
        handle=_rollback,
        answers=_AFTER,
        refusals={**_CHANGED, 404: "There is no such change in the history."},
        changes=True,
        tell=_tell_back,
    ),
)
