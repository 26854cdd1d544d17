"""The outbox: what waits to be told in Teams, what was given up and why; given up things sent again or forgotten."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.shapes import FROM_TEXT, WHOLE, Moment
from attms_core.keys import Scope
from attms_core.model import OwedId
from attms_core.notices.letters import MOST, Chosen, Letter, Named

SUBJECT = "outbox"
LARGEST = 2**53
Count = Annotated[int, Field(ge=1, le=MOST), FROM_TEXT]
Offset = Annotated[int, Field(ge=0, le=10_000_000), FROM_TEXT]
Number = Annotated[int, Field(ge=1, le=LARGEST), WHOLE]
Numbers = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,14}(,[1-9][0-9]{0,14}){0,199}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,59}$")]


class Page(Shape):
    """Which page."""

    limit: Count = Field(default=100, description="How many rows at most.")
    offset: Offset = Field(default=0, description="How many rows to leave out first.")


class Lane(Shape):
    """What waits for one conversation."""

    lane: str = Field(description="The conversation's id, or `person:` and an object id in Entra.")
    name: str
    waiting: int
    oldest: Moment = Field(description="When the oldest of it happened.")
    due_at: Moment = Field(description="When the first of it is, or was, due.")
    attempts: int = Field(description="How often the one that was refused most has been tried.")
    held_until: Moment | None = Field(description="Teams, or its limits, asked to wait until then.")
    trouble: str = Field(description="Why it waits; empty where nothing is wrong.")
    trouble_at: Moment | None


class Waiting(Shape):
    """What waits, the longest due first."""

    rows: int = Field(description="Of all lanes.")
    lanes: int
    page: list[Lane]


class Reason(Shape):
    """Why messages were given up."""

    code: str = Field(description="`delivery-blocked`, `delivery-not-installed`, ...")
    what: str
    count: int
    last: Moment


class DeadLetter(Shape):
    """Something that was given up."""

    id: int
    lane: str
    name: str
    kind: str = Field(description="`news`, `digest` or `edit`.")
    topic: str = Field(description="`ticket:123`, `opportunity:5`, or empty.")
    event: str
    rule: str = Field(description="Who wanted it told: `subscription:12`, `personal:assigned`, `escalation:3.1`.")
    at: Moment = Field(description="When it happened.")
    reason: str
    died_at: Moment
    attempts: int


class Dead(Shape):
    """What was given up, the latest first."""

    reasons: list[Reason]
    letters: list[DeadLetter]
    next: int | None = Field(description="Ask with this offset for more; null when there is no more.")


class ChosenBody(Shape):
    """Which of what was given up: exactly one of the three."""

    ids: list[Number] = Field(default=[], max_length=500)
    reason: Code | None = Field(default=None, description="All that were given up for it, by its code.")
    all: bool = False


class ChosenQuery(Shape):
    """Which of what was given up: exactly one of the three."""

    ids: Numbers | None = Field(default=None, description="Numbers, with commas between.")
    reason: Code | None = Field(default=None, description="All that were given up for it, by its code.")
    all: Literal["true"] | None = None


class Counted(Shape):
    """How many it were."""

    count: int


async def _waiting(administration: Administration, call: Call) -> Reply:
    wanted = call.read(Page)
    found = await administration.letters.waiting(limit=wanted.limit, offset=wanted.offset)
    return Reply(answer=Waiting(rows=found.rows, lanes=found.lanes, page=[_lane(each) for each in found.page]))


async def _dead(administration: Administration, call: Call) -> Reply:
    wanted = call.read(Page)
    found = await administration.letters.dead(limit=wanted.limit, offset=wanted.offset)
    reasons = [
        Reason(code=each.code, what=each.what, count=each.count, last=each.last)
        for each in await administration.letters.reasons()
    ]
    following = wanted.offset + wanted.limit if len(found) == wanted.limit else None
    return Reply(answer=Dead(reasons=reasons, letters=[_letter(each) for each in found], next=following))


async def _resend(administration: Administration, call: Call) -> Reply:
    body = call.read(ChosenBody)
    chosen = Chosen(ids=tuple(map(OwedId, body.ids)), reason=body.reason or "", is_all=body.all)
    count = await administration.letters.resend(chosen)
    return Reply(answer=Counted(count=count), facts={"count": str(count)})


async def _drop(administration: Administration, call: Call) -> Reply:
    wanted = call.read(ChosenQuery)
    ids = tuple(OwedId(int(each)) for each in wanted.ids.split(",")) if wanted.ids else ()
    chosen = Chosen(ids=ids, reason=wanted.reason or "", is_all=wanted.all is not None)
    count = await administration.letters.drop(chosen)
    return Reply(answer=Counted(count=count), facts={"count": str(count)})


def _lane(named: Named) -> Lane:
    wait = named.wait
    return Lane(
        lane=wait.lane,
        name=named.name,
        waiting=wait.waiting,
        oldest=wait.oldest,
        due_at=wait.due_at,
        attempts=wait.attempts,
        held_until=wait.held_until,
        trouble=wait.trouble,
        trouble_at=wait.trouble_at,
    )


def _letter(letter: Letter) -> DeadLetter:
    owed, dead = letter.letter.owed, letter.letter
    return DeadLetter(
        id=owed.id,
        lane=owed.lane,
        name=letter.name,
        kind=owed.kind,
        topic=owed.topic.key if owed.topic else "",
        event=owed.event or "",
        rule=owed.rule.key if owed.rule else "",
        at=owed.at,
        reason=dead.reason,
        died_at=dead.died_at,
        attempts=owed.attempts,
    )


def _tell_body(call: Call) -> Mapping[str, str]:
    body = call.read(ChosenBody)
    return _told(",".join(map(str, body.ids)), body.reason, is_all=body.all)


def _tell_query(call: Call) -> Mapping[str, str]:
    wanted = call.read(ChosenQuery)
    return _told(wanted.ids or "", wanted.reason, is_all=wanted.all is not None)


def _told(ids: str, reason: str | None, *, is_all: bool) -> dict[str, str]:
    given = {"ids": ids[:500], "reason": reason or "", "all": "true" if is_all else ""}
    return {name: value for name, value in given.items() if value}


_DEAD = "/api/v1/outbox/dead"

OPERATIONS = (
    Operation(
        name="outbox.waiting",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/outbox",
        title="See what waits to be told",
        scope=Scope.OUTBOX_READ,
        query=Page,
        handle=_waiting,
        answers={200: Answer(Waiting, "What waits, conversation by conversation.")},
    ),
    Operation(
        name="outbox.dead",
        subject=SUBJECT,
        method="GET",
        path=_DEAD,
        title="See what was given up",
        scope=Scope.OUTBOX_READ,
        query=Page,
        handle=_dead,
        answers={200: Answer(Dead, "A page, and all reasons.")},
    ),
    Operation(
        name="outbox.resend",
        subject=SUBJECT,
        method="POST",
        path=f"{_DEAD}/resend",
        title="Send again what was given up",
        about="It is due at once, and shows how things stand when it is sent. What cannot arrive is given up anew.",
        scope=Scope.OUTBOX_WRITE,
        body=ChosenBody,
        handle=_resend,
        answers={200: Answer(Counted, "So many are on their way.")},
        changes=True,
        tell=_tell_body,
    ),
    Operation(
        name="outbox.drop",
        subject=SUBJECT,
        method="DELETE",
        path=_DEAD,
        title="Forget what was given up",
        scope=Scope.OUTBOX_WRITE,
        query=ChosenQuery,
        handle=_drop,
        answers={200: Answer(Counted, "So many were forgotten.")},
        changes=True,
        tell=_tell_query,
    ),
)
