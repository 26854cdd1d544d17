"""Who can be reached in Teams, and why others cannot."""

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.shapes import Moment
from attms_core.keys import Scope
from attms_core.notices.reach import CLOSED, Reached, Way


class One(Shape):
    """Somebody who is linked, or a channel or group chat that is told something."""

    lane: str = Field(description="`person:` and the object id in Entra, or the conversation's id.")
    name: str
    kind: str = Field(description="`person`, `channel`, `group chat`, or `conversation` of one that is not known.")
    can_be_reached: bool
    way: Way
    why: str = Field(description="Why not, in a sentence.")
    fix: str = Field(description="What to do; empty where there is nothing to do.")
    seen_at: Moment | None = Field(description="When somebody was met there last, as far as it was taken down.")
    told_at: Moment | None = Field(description="When something about a ticket arrived there last.")
    error: str = Field(description="What Teams said last when something did not arrive.")
    error_at: Moment | None


class Roster(Shape):
    """All of them, those who cannot be reached first."""

    reached: int
    closed: int
    roster: list[One]


async def _list(administration: Administration, _: Call) -> Reply:
    found = await administration.reach.everybody()
    closed = sum(each.way in CLOSED for each in found)
    return Reply(answer=Roster(reached=len(found) - closed, closed=closed, roster=[_one(each) for each in found]))


def _one(each: Reached) -> One:
    return One(
        lane=each.lane,
        name=each.name,
        kind=each.kind,
        can_be_reached=each.way not in CLOSED,
        way=each.way,
        why=each.why,
        fix=each.fix,
        seen_at=each.seen_at,
        told_at=each.told_at,
        error=each.error,
        error_at=each.error_at,
    )


OPERATIONS = (
    Operation(
        name="people.reach",
        subject="people",
        method="GET",
        path="/api/v1/reach",
        title="See who can be reached",
        about="Everybody who is linked, and every channel and group chat with subscriptions, digests or escalation.",
        scope=Scope.PEOPLE_READ,
        handle=_list,
        answers={200: Answer(Roster, "All of them.")},
    ),
)
