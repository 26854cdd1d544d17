"""Bodies and parameters: exactly what is declared, or nothing is done and every mistake is told."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.admin_api.conftest import Listener

KEYS, UPDATE = "/api/v1/keys", "/api/v1/config/update"
JSON = {"Content-Type": "application/json"}
GOOD = b'{"name": "a", "scopes": ["status:read"]}'


@pytest.mark.parametrize(
    ("sent", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"days": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"name": "a", "name": "b", "scopes": ["status:read"]}', "application/json", 400),
        (b"\xff\xfe{}", "application/json", 400),
        (b"\xef\xbb\xbf" + GOOD, "application/json", 400),
        (b'{"name": "\\ud800", "scopes": ["status:read"]}', "application/json", 422),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
        (GOOD, "text/plain", 415),
        (GOOD, "application/x-www-form-urlencoded", 415),
        (GOOD, "multipart/form-data; boundary=x", 415),
        (GOOD, "application/json; charset=utf-16", 415),
        (GOOD, "application/jsonx", 415),
        (GOOD, "application/json; charset=utf-8", 201),
    ],
)
async def test_only_plain_json_is_read(api: Listener, sent: bytes, kind: str, status: int) -> None:
    said = await api.post(KEYS, data=sent, headers={"Content-Type": kind})
    assert said.status == status, said.text


async def test_a_compressed_body_is_answered_415(api: Listener) -> None:
    said = await api.post(KEYS, data=GOOD, headers={**JSON, "Content-Encoding": "gzip"})
    assert said.status == 415


async def test_a_body_that_is_too_large_is_answered_413(api: Listener) -> None:
    assert (await api.post(KEYS, data=b"x" * (64 * 1024 + 1), headers=JSON)).status == 413


async def test_every_mistake_is_told_at_once_and_no_value_is_repeated(api: Listener) -> None:
    sent = {"name": "", "scopes": ["all:of-it", "hunter2"], "days": 366, "admin": True}
    said = await api.post(KEYS, json=sent)
    assert said.status == 422
    where = {mistake["where"] for mistake in said.body["mistakes"]}
    assert where == {"body.name", "body.scopes.0", "body.scopes.1", "body.days", "body.admin"}
    assert "hunter2" not in said.text


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["status:read", "status:read"]},
        {"name": "a", "scopes": "status:read"},
        {"name": "a", "scopes": ["status:read"], "days": "30"},
        {"name": "a", "scopes": ["status:read"], "days": True},
        {"name": "a", "scopes": ["status:read"], "days": 1.5},
        {"name": "a\u202eb", "scopes": ["status:read"]},
        {"name": "a\nb", "scopes": ["status:read"]},
        {"name": "a" * 201, "scopes": ["status:read"]},
    ],
)
async def test_what_does_not_fit_is_answered_422(api: Listener, sent: object) -> None:
    assert (await api.post(KEYS, json=sent)).status == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/audit?limit=2", 200),
        ("/api/v1/audit?limit=0", 422),
        ("/api/v1/audit?limit=201", 422),
        ("/api/v1/audit?limit=+5", 422),
        ("/api/v1/audit?limit=%D9%A5", 422),
        ("/api/v1/audit?limit=1e1", 422),
        ("/api/v1/audit?limit=5&limit=5", 422),
        ("/api/v1/audit?limit=5&more=1", 422),
        ("/api/v1/audit?before=" + "9" * 30, 422),
        ("/api/v1/config?x", 422),
        ("/api/status/live?x=1", 422),
        ("/api/v1/people?tenant=x", 422),
        ("/api/v1/people/not-an-id", 404),
        ("/api/v1/scheduler/jobs/no", 404),
    ],
)
async def test_addresses_say_exactly_what_is_declared(api: Listener, path: str, status: int) -> None:
    assert (await api.get(path)).status == status


async def test_a_body_where_none_is_wanted_is_answered_400(api: Listener) -> None:
    assert (await api.post("/api/v1/scheduler/reload", json={})).status == 400
    assert (await api.ask("GET", "/api/v1/config", json={})).status == 400


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
async def test_no_bytes_at_all_break_it(wide: Listener, sent: bytes) -> None:
    said = await wide.post(UPDATE, data=sent, headers=JSON)
    assert said.status in {400, 422}
