"""Why a request is not done, with its status and headers. What our own errors become stands in ``web.problems``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from attms_core.errors import Busy, TryLater
from web.problems import problem
from web.trace import trace_of

CHALLENGE = 'Bearer realm="attms", charset="UTF-8"'
RETRY_SECONDS = 5.0
"""How soon to ask again where nobody knows better."""


class Mistake(Struct, frozen=True):
    """One thing that is wrong in what was sent."""

    where: str
    what: str


@dataclass(kw_only=True, eq=False)
class Refusal(Exception):
    """The request is answered with a problem document."""

    status: int
    code: str
    detail: str
    hint: str = ""
    mistakes: Sequence[Mistake] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def not_let_in() -> Refusal:
    """Refuse whoever shows no key that opens this: one answer, whatever is wrong with the key."""
    return Refusal(
        status=401,
        code="not-let-in",
        detail="A key that may do this is needed: missing, wrong, expired, revoked or for other things, it is all one.",
        hint="Send one header, Authorization: Bearer attms_... Make a key with: attms keys create",
        headers={"WWW-Authenticate": CHALLENGE},
    )


def too_many(seconds: float, what: str) -> Refusal:
    """Refuse for a while."""
    headers = {"Retry-After": str(max(1, ceil(seconds)))}
    return Refusal(status=429, code="too-many", detail=what, hint="Wait as Retry-After says.", headers=headers)


def wrong(mistakes: Sequence[Mistake]) -> Refusal:
    """Refuse what does not fit its declaration, with every mistake at once."""
    said = "; ".join(f"{mistake.where}: {mistake.what}" for mistake in mistakes)
    return Refusal(status=422, code="invalid", detail=said, mistakes=mistakes)


def wait_for(error: TryLater) -> Refusal:
    """Turn an error that may pass by itself into a refusal that says when to ask again."""
    seconds = error.after.total_seconds() if error.after else RETRY_SECONDS
    return Refusal(
        status=429 if isinstance(error, Busy) else 503,
        code=error.code,
        detail=str(error),
        hint=error.hint,
        headers={"Retry-After": str(max(1, ceil(seconds)))},
    )


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer refusals with problem documents; leave what else is raised to ``web.problems``."""
    try:
        return await handler(request)
    except TryLater as error:
        return _answer(wait_for(error), request)
    except Refusal as refusal:
        return _answer(refusal, request)


def _answer(refusal: Refusal, request: web.Request) -> web.Response:
    answer = problem(
        refusal.status,
        code=refusal.code,
        detail=refusal.detail,
        hint=refusal.hint,
        trace=trace_of(request),
        mistakes=[{"where": mistake.where, "what": mistake.what} for mistake in refusal.mistakes],
    )
    answer.headers.update(refusal.headers)
    return answer
