"""Callouts from AutoTask: how they stand, set up, repair, rotate, remove. Their address and secret are never told."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.refusals import Refusal
from admin.api.shapes import Moment
from attms_core.callouts import Hook as Told
from attms_core.callouts import Standing
from attms_core.errors import OperatorNeeded, OutcomeUnknown
from attms_core.keys import Scope

SUBJECT = "callouts"
PATH = "/api/v1/callouts"


class Hook(Shape):
    """One of our webhooks in AutoTask."""

    kind: str = Field(description="`tickets` or `notes`.")
    webhook: int | None = Field(description="AutoTask's id; null when there is none.")
    troubles: list[str] = Field(description="What is wrong with it: `missing`, `inactive`, `wrong-url` and others.")
    said: list[str] = Field(description="The same in words.")
    heard: int = Field(description="Callouts from it since the start.")
    last_heard: Moment | None
    last_number: int | None = Field(description="AutoTask numbers its callouts.")
    gaps: int = Field(description="Numbers that never came; AutoTask leaves some out by itself.")


class CalloutStanding(Shape):
    """How callouts stand."""

    is_set_up: bool
    looked: Moment | None
    hooks: list[Hook]
    missed: int = Field(description="Callouts that AutoTask gave up within the hour.")
    missed_said: str = Field(description="Why, in AutoTask's words.")
    refused: int = Field(description="Callouts without our signature since the start.")
    left_to_polls: int = Field(description="Hints that were left to polls since the start.")
    mended: list[str] = Field(description="What ATTMS mended last by itself.")
    mended_at: Moment | None


class Removed(Shape):
    """What was taken away."""

    webhooks: int


async def _show(administration: Administration, _: Call) -> Reply:
    with _told():
        return Reply(answer=_shown(await administration.callouts.look()))


async def _create(administration: Administration, call: Call) -> Reply:
    with _told():
        return _done(await administration.callouts.create(by=call.actor))


async def _repair(administration: Administration, call: Call) -> Reply:
    with _told():
        return _done(await administration.callouts.repair(by=call.actor))


async def _rotate(administration: Administration, call: Call) -> Reply:
    with _told():
        return _done(await administration.callouts.rotate(by=call.actor))


async def _remove(administration: Administration, call: Call) -> Reply:
    with _told():
        removed = await administration.callouts.remove(by=call.actor)
    return Reply(answer=Removed(webhooks=removed), facts={"webhooks": str(removed)})


@contextmanager
def _told() -> Iterator[None]:
    """Refuse what an administrator has to change first, and what AutoTask left open: asked again, it goes on there."""
    try:
        yield
    except (OperatorNeeded, OutcomeUnknown) as error:
        raise Refusal(status=409, code=error.code, detail=str(error), hint=error.hint) from error


def _done(seen: Standing) -> Reply:
    ids = " ".join(f"{hook.kind}:{hook.id}" for hook in seen.hooks)
    return Reply(answer=_shown(seen), facts={"webhooks": ids, "troubles": str(len(seen.troubles))})


def _shown(seen: Standing) -> CalloutStanding:
    return CalloutStanding(
        is_set_up=seen.is_set_up,
        looked=seen.at,
        hooks=[_hook(hook) for hook in seen.hooks],
        missed=seen.missed,
        missed_said=seen.said,
        refused=seen.refused,
        left_to_polls=seen.dropped,
        mended=list(seen.mended),
        mended_at=seen.mended_at,
    )


def _hook(hook: Told) -> Hook:
    line = hook.line
    return Hook(
        kind=str(hook.kind),
        webhook=hook.id,
        troubles=[str(trouble) for trouble in hook.troubles],
        said=hook.sentences(),
        heard=line.count if line else 0,
        last_heard=line.last if line else None,
        last_number=line.sequence if line else None,
        gaps=line.gaps if line else 0,
    )


_CANNOT = {409: "Something has to be changed first, or AutoTask's answer was lost; the hint says what to do."}
_NONE = {404: "Callouts are not set up.", **_CANNOT}

OPERATIONS = (
    Operation(
        name="callouts.show",
        subject=SUBJECT,
        method="GET",
        path=PATH,
        title="Show how callouts from AutoTask stand",
        about="Asks AutoTask for its webhooks. Polls go on whatever is found.",
        scope=Scope.CALLOUTS_READ,
        handle=_show,
        answers={200: Answer(CalloutStanding, "How they stand.")},
        refusals=_CANNOT,
    ),
    Operation(
        name="callouts.create",
        subject=SUBJECT,
        method="POST",
        path=PATH,
        title="Set callouts up",
        about="Makes address, secret and the webhooks that are missing. Asked again, it goes on where it ended.",
        scope=Scope.CALLOUTS_WRITE,
        handle=_create,
        answers={200: Answer(CalloutStanding, "How they stand now.")},
        refusals=_CANNOT,
        changes=True,
    ),
    Operation(
        name="callouts.repair",
        subject=SUBJECT,
        method="POST",
        path=f"{PATH}/repair",
        title="Repair callouts",
        about="Makes the webhooks what they should be, missing and switched off ones too.",
        scope=Scope.CALLOUTS_WRITE,
        handle=_repair,
        answers={200: Answer(CalloutStanding, "How they stand now.")},
        refusals=_NONE,
        changes=True,
    ),
    Operation(
        name="callouts.rotate",
        subject=SUBJECT,
        method="POST",
        path=f"{PATH}/rotate",
        title="Take another address and secret for callouts",
        about="The old ones hold on for an hour after AutoTask was told.",
        scope=Scope.CALLOUTS_WRITE,
        handle=_rotate,
        answers={200: Answer(CalloutStanding, "How they stand now.")},
        refusals=_NONE,
        changes=True,
    ),
    Operation(
        name="callouts.remove",
        subject=SUBJECT,
        method="DELETE",
        path=PATH,
        title="Remove callouts",
        about="Takes webhooks, address and secret away. AutoTask is polled on.",
        scope=Scope.CALLOUTS_WRITE,
        handle=_remove,
        answers={200: Answer(Removed, "They are gone.")},
        refusals=_NONE,
        changes=True,
    ),
)
