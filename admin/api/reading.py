"""Requests against their declarations: what does not fit is refused whole, with every mistake at once."""

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from admin.api.operation import Operation
from admin.api.refusals import Mistake, Refusal, wrong

MEDIA_TYPE = "application/json"
_SAID = {
    "extra_forbidden": "is not known here",
    "missing": "is missing",
}


async def read(operation: Operation, request: web.Request) -> dict[type[BaseModel], BaseModel]:
    """Read path, query and body. Raises ``Refusal``: 400, 404, 415 or 422."""
    given: dict[type[BaseModel], BaseModel] = {
        operation.place: _place(operation.place, request),
        operation.query: _query(operation.query, request),
    }
    text = await request.read()
    if operation.body is None:
        if text:
            raise Refusal(status=400, code="body-unwanted", detail="This takes no body.")
        return given
    return given | {operation.body: _body(operation.body, request, text)}


def _place(shape: type[BaseModel], request: web.Request) -> BaseModel:
    try:
        return shape.model_validate(dict(request.match_info), strict=False)
    except ValidationError:
        raise Refusal(status=404, code="not-found", detail="There is nothing at this path.") from None


def _query(shape: type[BaseModel], request: web.Request) -> BaseModel:
    query = request.query
    twice = sorted({name for name in query if len(query.getall(name)) > 1})
    if twice:
        raise wrong([Mistake(f"query.{_shown(name)}", "stands there more than once") for name in twice])
    try:
        return shape.model_validate(dict(query), strict=False)
    except ValidationError as error:
        raise wrong(_mistakes("query", error)) from None


def _body(shape: type[BaseModel], request: web.Request, text: bytes) -> BaseModel:
    kinds = request.headers.getall(hdrs.CONTENT_TYPE, [])
    charset = (request.charset or "utf-8").lower() if len(kinds) == 1 else ""
    if request.content_type != MEDIA_TYPE or charset != "utf-8" or hdrs.CONTENT_ENCODING in request.headers:
        raise Refusal(status=415, code="not-json", detail=f"Send {MEDIA_TYPE} in UTF-8, not compressed.")
    _parse(text)
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        raise wrong(_mistakes("body", error)) from None


def _parse(text: bytes) -> None:
    """Refuse what is no JSON, or JSON that two readers could read differently."""
    try:
        json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise Refusal(status=400, code="bad-json", detail="The body is no plain JSON.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _mistakes(root: str, error: ValidationError) -> list[Mistake]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [Mistake(_where([root, *each["loc"]]), _said(each["type"], each["msg"])) for each in found]


def _said(kind: str, message: str) -> str:
    return _SAID.get(kind, message.removeprefix("Value error, "))


def _where(path: Iterable[object]) -> str:
    return ".".join(_shown(str(step)) for step in path)


def _shown(name: str) -> str:
    """Show a name that a stranger chose: short, and nothing in it that a terminal obeys."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:60])
