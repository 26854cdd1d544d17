"""The OpenAPI document and its page: whole, true to what is served, the same for everybody."""

import re

import jsonschema
import pytest

from admin.api.listener import OPERATIONS
from attms_core.keys import Scope
from tests.admin_api.conftest import Listener

DOCUMENT, PAGE = "/api/v1/openapi.json", "/api/"


async def test_every_operation_is_described_with_its_scope_and_its_refusals(api: Listener) -> None:
    document = (await api.get(DOCUMENT, key=None)).body
    assert document["openapi"].startswith("3.1")
    for each in OPERATIONS:
        told = document["paths"][each.path][each.method.lower()]
        assert (told["operationId"], "deprecated" in told) == (each.name, False)
        assert {"400", "421", "422"} <= told["responses"].keys()
        if each.scope is not None:
            assert {"bearer": [each.scope]} in told["security"]
            assert {"401", "429", "503"} <= told["responses"].keys()
        if each.alias is not None:
            assert document["paths"][each.alias][each.method.lower()]["deprecated"] is True


async def test_every_scope_opens_something(api: Listener) -> None:
    assert {each.scope for each in OPERATIONS} - {None} == set(Scope)


async def test_everything_named_in_the_document_is_in_it_and_is_a_schema(api: Listener) -> None:
    said = await api.get(DOCUMENT, key=None)
    schemas = said.body["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', said.text)) <= schemas.keys()
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


async def test_all_that_is_served_is_in_the_document_but_the_document_itself(api: Listener) -> None:
    document = (await api.get(DOCUMENT, key=None)).body
    for path in document["paths"]:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            place = path.replace("{name}", "x").replace("{id}", "aaaaaaaa").replace("{object_id}", "x")
            said = await api.ask(method, place, key=None)
            is_told = method.lower() in document["paths"][path]
            assert (said.status == 405) is not is_told, (method, path)


@pytest.mark.parametrize("path", [PAGE, "/api/v1/docs"])
async def test_the_page_tells_every_operation_and_brings_nothing_from_outside(api: Listener, path: str) -> None:
    said = await api.get(path, key=None)
    assert said.text.startswith("<!doctype html>")
    for each in OPERATIONS:
        assert f'id="{each.name}"' in said.text
    policy = said.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"<script|<link|<img|<iframe|src=|@import|url\(", said.text)
    assert set(re.findall(r'href="([^"#]+)"', said.text)) == {DOCUMENT}
