"""The OpenAPI 3.1 document, made from the same declarations that requests are checked against."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from admin.api.gates import KEY_HEADER
from admin.api.operation import Operation, Shape
from admin.api.reading import MEDIA_TYPE
from web import problems

VERSION = "1"
_REF = "#/components/schemas/{model}"
_ABOUT = """\
Manages an installation of ATTMS. It is served on the machine itself only, at 127.0.0.1.

Every operation but the one-word status needs a key that holds the scope named with it. Make one on the host with
`attms keys create`. Send it as `Authorization: Bearer attms_...` or as `X-API-Key`, exactly once, never in an address.

A key that is missing, wrong, expired, revoked or without the scope is always answered the same way: 401.
Errors are problem documents (RFC 9457). Fields that are not declared here are refused.
"""
_EVERYWHERE = {
    400: "The request is malformed or was forwarded by a proxy.",
    403: "A page of another origin sent it.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    421: "The Host is not this machine's.",
    422: "Something in it does not fit; `mistakes` names every one.",
}
_WITH_KEY = {
    401: "No key was shown that may do this.",
    429: "Too many wrong keys from this address, or too many requests with this key; see Retry-After.",
    503: "It cannot be done now: the store is unavailable, an operator is needed, or too much is under way.",
}
_WITH_BODY = {415: "The body is not JSON in UTF-8."}
_WITH_PLACE = {404: "There is no such thing."}


class Mistaken(Shape):
    """One mistake in what was sent."""

    where: str
    what: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 writes it."""

    type: str
    title: str
    status: int
    code: str = Field(default="", description="A stable word for machines.")
    detail: str = Field(default="", description="What happened.")
    hint: str = Field(default="", description="What to do next.")
    trace: str = Field(default="", description="Stands in every log line of the request.")
    mistakes: list[Mistaken] = Field(default=[], description="Every mistake, where there can be several.")


def make(operations: Sequence[Operation]) -> dict[str, Any]:
    """Make the document."""
    _, defined = models_json_schema([(shape, "validation") for shape in _shapes(operations)], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "ATTMS management API", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.subject for each in operations)],
        "paths": _paths(operations),
        "components": {"schemas": defined["$defs"], "securitySchemes": _SCHEMES},
    }


def refusals_of(operation: Operation) -> dict[int, str]:
    """Say with which statuses an operation refuses, and when."""
    said = dict(_EVERYWHERE)
    if operation.scope is not None:
        said |= _WITH_KEY
    if operation.body is not None:
        said |= _WITH_BODY
    if operation.place.model_fields:
        said |= _WITH_PLACE
    return dict(sorted((said | dict(operation.refusals)).items()))


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "attms_<id>_<secret>_<check>"},
    "header": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
}


def _shapes(operations: Iterable[Operation]) -> list[type[BaseModel]]:
    shapes: list[type[BaseModel]] = [Problem]
    for each in operations:
        shapes += [answer.shape for answer in each.answers.values()]
        shapes += [each.body] if each.body else []
    return list(dict.fromkeys(shapes))


def _paths(operations: Iterable[Operation]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _entry(each)
    for each in operations:
        if each.alias is not None:
            older = _entry(each) | {
                "operationId": f"{each.name}.unversioned",
                "deprecated": True,
                "description": f"The same as `{each.path}`, which is to be used instead.",
            }
            paths.setdefault(each.alias, {})[each.method.lower()] = older
    return paths


def _entry(operation: Operation) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.subject],
        "summary": operation.title,
        "description": operation.about,
        "security": _security(operation),
        "parameters": [*_parameters("path", operation.place), *_parameters("query", operation.query)],
        "responses": {str(status): _answer(answer.shape, answer.about) for status, answer in operation.answers.items()},
    }
    for status, about in refusals_of(operation).items():
        if status not in operation.answers:
            entry["responses"][str(status)] = _refusal(about)
        else:
            _join(entry["responses"][str(status)], about)
    if operation.body is not None:
        entry["requestBody"] = {"required": True, "content": {MEDIA_TYPE: {"schema": _ref(operation.body)}}}
    return entry


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.scope is None:
        return []
    either: list[dict[str, list[str]]] = [{"bearer": [operation.scope]}, {"header": [operation.scope]}]
    return [{}, *either] if operation.is_open_without_key else either


def _parameters(place: str, shape: type[BaseModel]) -> list[dict[str, Any]]:
    schema = shape.model_json_schema(ref_template=_REF)
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "in": place,
            "required": name in needed,
            "description": about.pop("description", ""),
            "schema": about,
        }
        for name, about in schema.get("properties", {}).items()
    ]


def _answer(shape: type[BaseModel], about: str) -> dict[str, Any]:
    return {"description": about, "content": {MEDIA_TYPE: {"schema": _ref(shape)}}}


def _refusal(about: str) -> dict[str, Any]:
    return {"description": about, "content": {problems.MEDIA_TYPE: {"schema": _ref(Problem)}}}


def _join(answer: dict[str, Any], about: str) -> None:
    """Tell of a status that stands for an answer and for a refusal."""
    answer["description"] += f" Or: {about}"
    answer["content"] |= _refusal(about)["content"]


def _ref(shape: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=shape.__name__)}
