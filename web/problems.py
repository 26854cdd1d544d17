"""Errors as problem documents (RFC 9457). They say what the sender may know, and nothing of our insides."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web

from attms_core.errors import (
    AskDifferently,
    AttmsError,
    Busy,
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    NotLinked,
    OperatorNeeded,
    TryLater,
)
from web.trace import trace_of

_TITLES = {int(each): each.phrase for each in HTTPStatus}
MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[AttmsError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (NotLinked, 403),
    (ChangedMeanwhile, 409),
    (AskDifferently, 422),
    (Busy, 429),
    (TryLater, 503),
    (OperatorNeeded, 503),
)


def problem(
    status: int,
    *,
    code: str = "",
    detail: str = "",
    hint: str = "",
    trace: str = "",
    mistakes: Sequence[Mapping[str, str]] = (),
) -> web.Response:
    """Write a problem document; empty parts are left out. ``mistakes`` are its member of that name."""
    title = _TITLES.get(status, "Error")
    parts = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, "hint": hint}
    body = {name: value for name, value in {**parts, "trace": trace, "mistakes": list(mistakes)}.items() if value}
    return web.Response(status=status, text=json.dumps(body), content_type=MEDIA_TYPE)


def problem_of(request: web.Request, error: web.HTTPException | AttmsError) -> web.StreamResponse:
    """Turn a refusal or an error of ours into a problem document; what is no error, such as a redirect, stays."""
    if isinstance(error, AttmsError):
        return problem(_status_of(error), code=error.code, detail=str(error), hint=error.hint, trace=trace_of(request))
    return _http_problem(request, error)


def _http_problem(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    if error.status < HTTPStatus.BAD_REQUEST:
        return error
    answer = problem(error.status, trace=trace_of(request))
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in error.headers:
            answer.headers[name] = error.headers[name]
    return answer


def _status_of(error: AttmsError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
