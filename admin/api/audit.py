"""Who asked for what, and what came of it: the audit, page by page."""

from typing import Annotated

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.shapes import FROM_TEXT, Moment
from attms_core.keys import Scope

MOST = 200
RowId = Annotated[int, Field(ge=1, le=2**53), FROM_TEXT]


class Page(Shape):
    """Which page."""

    before: RowId | None = Field(default=None, description="Only rows before the one with this id.")
    limit: Annotated[int, Field(ge=1, le=MOST), FROM_TEXT] = Field(default=50, description="How many rows at most.")


class Row(Shape):
    """One call, or one step of it."""

    id: int
    at: Moment
    actor: str = Field(description="`key:<id>`, `host:<user>` or `stranger`.")
    action: str
    target: str
    outcome: str = Field(description="`asked` stands before a change; then `done`, `refused` or `broke`.")
    detail: dict[str, str]
    trace: str = Field(description="Stands in the answer's header x-trace-id and in the log.")


class Rows(Shape):
    """A page, the newest row first."""

    rows: list[Row]
    next: int | None = Field(description="Ask for the rows before this id; null when there are none.")


async def _page(administration: Administration, call: Call) -> Reply:
    wanted = call.read(Page)
    found = await administration.audit.page(wanted.before, wanted.limit)
    rows = [
        Row(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            target=row.target,
            outcome=row.outcome,
            detail=dict(row.detail),
            trace=row.trace,
        )
        for row in found
    ]
    return Reply(answer=Rows(rows=rows, next=rows[-1].id if len(rows) == wanted.limit else None))


OPERATIONS = (
    Operation(
        name="audit.page",
        subject="audit",
        method="GET",
        path="/api/v1/audit",
        title="Read the audit",
        scope=Scope.AUDIT_READ,
        query=Page,
        handle=_page,
        answers={200: Answer(Rows, "A page.")},
    ),
)
