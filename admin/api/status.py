"""Is it alive, ready and well? One word for everybody; with a key, what exactly is not."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Handle, Operation, Reply, Shape
from admin.api.shapes import Moment, Text
from attms_core.health import Finding, State, overall, worst_first
from attms_core.keys import Scope
from web.status import HEALTH, LIVE, OK, READY

WITHIN = timedelta(seconds=2)
"""Whoever asks how it is does not wait for a check that hangs."""


class Found(Shape):
    """What a check found out."""

    name: str
    title: str
    state: State
    what: str
    fix: str = Field(description="The exact next step; empty where there is nothing to do.")
    since: Moment | None
    facts: dict[str, str]


class Status(Shape):
    """One word."""

    status: str = Field(description="`ok`, or one word that says what is wrong.")


class Detail(Shape):
    """What stands behind the one word."""

    live: str
    ready: str
    generation: int = Field(description="How often the configuration was changed.")
    findings: list[Found] = Field(description="What is not well, the worst first.")


class Health(Status):
    """How everything stands: without a key the one word alone."""

    detail: Detail | None = None


class Names(Shape):
    """Which checks."""

    names: Annotated[Text | None, Field(description="Names of checks, with commas between; all without it.")] = None


class Examination(Shape):
    """What the doctor found."""

    overall: State
    findings: list[Found]


def found(finding: Finding) -> Found:
    """Show a finding."""
    return Found(
        name=finding.name,
        title=finding.title,
        state=finding.state,
        what=finding.what,
        fix=finding.fix,
        since=finding.since,
        facts=dict(finding.facts),
    )


async def _health(administration: Administration, call: Call) -> Reply:
    word = await administration.well()
    if call.caller is None:
        return _said(Health(status=word))
    findings = await administration.doctor.examine(within=WITHIN)
    detail = Detail(
        live=await administration.live(),
        ready=await administration.ready(),
        generation=administration.configuration.generation,
        findings=[found(finding) for finding in worst_first(findings) if finding.state is not State.OK],
    )
    return _said(Health(status=word, detail=detail))


async def _examine(administration: Administration, call: Call) -> Reply:
    names = call.read(Names).names
    wanted = None if names is None else [name.strip() for name in names.split(",") if name.strip()]
    findings = await administration.doctor.examine(names=wanted)
    return Reply(answer=Examination(overall=overall(findings), findings=[found(each) for each in findings]))


async def _live(administration: Administration, _: Call) -> Reply:
    return _said(Status(status=await administration.live()))


async def _ready(administration: Administration, _: Call) -> Reply:
    return _said(Status(status=await administration.ready()))


def _said(status: Status) -> Reply:
    return Reply(answer=status, status=200 if status.status == OK else 503)


def _question(name: str, path: str, title: str, handle: Handle) -> Operation:
    return Operation(
        name=f"status.{name}",
        subject="status",
        method="GET",
        path=path.replace("/api/", "/api/v1/"),
        alias=path,
        title=title,
        about="Open to whoever reaches the listener. One word.",
        scope=None,
        handle=handle,
        answers={200: Answer(Status, "Yes."), 503: Answer(Status, "No, and one word that says why.")},
    )


OPERATIONS = (
    _question("live", LIVE, "Does the process turn?", _live),
    _question("ready", READY, "Can it do its work?", _ready),
    Operation(
        name="status.health",
        subject="status",
        method="GET",
        path=HEALTH.replace("/api/", "/api/v1/"),
        alias=HEALTH,
        title="Is all well, here and with those it depends on?",
        about="Without a key it is one word. With a key that holds the scope it tells what is not well.",
        scope=Scope.STATUS_READ,
        is_open_without_key=True,
        handle=_health,
        answers={200: Answer(Health, "All is well."), 503: Answer(Health, "Something is not.")},
    ),
    Operation(
        name="doctor.examine",
        subject="status",
        method="GET",
        path="/api/v1/doctor",
        title="Look at everything that can be ill",
        about="Runs the checks side by side and answers when all have ended: some seconds.",
        scope=Scope.STATUS_READ,
        query=Names,
        handle=_examine,
        answers={200: Answer(Examination, "What was found, in the order of the checks.")},
    ),
)
