"""What reaches the listener by a detour, under another name or in another spelling opens nothing."""

import asyncio

import pytest

from tests.admin_api.conftest import Listener

CONFIG = "/api/v1/config"


async def _talk(api: Listener, head: str, *, host: str | None = None) -> str:
    """Send a head as it is, with the right key; give the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    named = f"Host: 127.0.0.1:{api.port}" if host is None else host
    lines = [line for line in (head.partition("\n")[0], named, *head.split("\n")[1:]) if line]
    writer.write(("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1"))
    try:
        return (await asyncio.wait_for(reader.read(), 10)).decode()
    finally:
        writer.close()
        await writer.wait_closed()


def _status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
async def test_this_machine_is_served_under_its_names_with_the_port(api: Listener, host: str) -> None:
    head = f"GET {CONFIG} HTTP/1.1\nX-API-Key: {api.root}"
    assert _status(await _talk(api, head, host=f"Host: {host}:{api.port}")) == 200


@pytest.mark.parametrize(
    "host",
    [
        "Host: evil.example:{port}",
        "Host: localhost",
        "Host: localhost:1",
        "Host: localhost.:{port}",
        "Host: localhost.evil.example:{port}",
        "Host: 127.0.0.1.evil.example:{port}",
        "Host: 127.1:{port}",
        "Host: 0.0.0.0:{port}",
        "Host: 2130706433:{port}",
        "Host: [::ffff:127.0.0.1]:{port}",
        "Host: user@localhost:{port}",
        "Host: ",
        "",
        "Host: localhost:{port}\r\nHost: localhost:{port}",
        "Host: localhost:{port}\r\nHost: evil.example",
    ],
)
async def test_another_host_is_answered_421_or_400_whatever_key_it_brings(api: Listener, host: str) -> None:
    head = f"GET {CONFIG} HTTP/1.1\nX-API-Key: {api.root}"
    answer = await _talk(api, head, host=host.format(port=api.port))
    assert _status(answer) in {400, 421}
    assert "settings" not in answer


@pytest.mark.parametrize("path", [CONFIG, "/api/status/health", "/api/", "/nowhere"])
async def test_forwarded_requests_are_answered_400(api: Listener, path: str) -> None:
    for header in (
        "Forwarded: for=127.0.0.1",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: localhost",
        "x-forwarded-proto: https",
        "X-Forwarded-Anything: 1",
        "X-Real-IP: 127.0.0.1",
        "Via: 1.1 proxy",
        "X-Original-URL: /api/v1/status/live",
        "X-HTTP-Method-Override: DELETE",
    ):
        answer = await _talk(api, f"GET {path} HTTP/1.1\nX-API-Key: {api.root}\n{header}")
        assert _status(answer) == 400
        assert '"code": "proxied"' in answer


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
async def test_pages_of_other_origins_are_answered_403(api: Listener, origin: str) -> None:
    said = await api.get(CONFIG, headers={"Origin": origin.format(port=api.port)})
    assert (said.status, said.body["code"]) == (403, "foreign-origin")
    assert "Access-Control-Allow-Origin" not in said.headers


async def test_its_own_origin_is_let_through(api: Listener) -> None:
    assert (await api.get(CONFIG, headers={"Origin": f"http://127.0.0.1:{api.port}"})).status == 200


SPELLINGS = (
    "/api/v1/config/",
    "/api/v1/config;x=1",
    "/api/v1/config.json",
    "/api/v1//config",
    "//api/v1/config",
    "/api//v1/config",
    "/api/v1/./config",
    "/api/v1/status/../config",
    "/api/v1/status/live/../../config",
    "/api/v1/%63onfig",
    "/api/v1/config%00",
    "/api/v1/config%20",
    "/api/v1/config%2f",
    "/api/v1/status%2f..%2fconfig",
    "/api%2fv1%2fconfig",
    "/api/v1/..%2fv1/config",
    "/api/v1/%2e%2e/v1/config",
    "/api\\v1\\config",
    "/API/v1/config",
    "/api/V1/config",
    "/api/v2/config",
    "/api/v1/config\xe9",
    "http://127.0.0.1/api/v1/config",
    "http://evil.example/api/v1/config",
    "api/v1/config",
    "*",
)


@pytest.mark.parametrize("key", ["right", "none"])
async def test_another_spelling_of_a_path_opens_nothing(api: Listener, key: str) -> None:
    shown = f"\nX-API-Key: {api.root}" if key == "right" else ""
    for target in SPELLINGS:
        answer = await _talk(api, f"GET {target} HTTP/1.1{shown}")
        assert _status(answer) in {400, 404}, target
        assert "settings" not in answer


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "OPTIONS", "TRACE", "PROPFIND", "get", "HACK"])
async def test_a_method_that_is_not_for_this_is_answered_405_and_says_which_are(api: Listener, method: str) -> None:
    answer = await _talk(api, f"{method} {CONFIG} HTTP/1.1\nX-API-Key: {api.root}")
    assert _status(answer) in {400, 405}
    if _status(answer) == 405:
        assert "\r\nAllow: GET,HEAD\r\n" in answer
    assert "settings" not in answer


async def test_connect_opens_no_tunnel(api: Listener) -> None:
    answer = await _talk(api, f"CONNECT 127.0.0.1:{api.port} HTTP/1.1\nX-API-Key: {api.root}")
    assert _status(answer) in {400, 404, 405}


async def test_head_needs_the_same_key_and_has_no_body(api: Listener) -> None:
    assert (await api.ask("HEAD", CONFIG, key=None)).status == 401
    said = await api.ask("HEAD", CONFIG)
    assert (said.status, said.text) == (200, "")


async def test_an_unknown_path_is_a_404_problem_with_or_without_a_key(api: Listener) -> None:
    for key in ("", None):
        said = await api.get("/api/v1/nowhere", key=key)
        assert (said.status, said.headers["Content-Type"]) == (404, "application/problem+json; charset=utf-8")


async def test_every_answer_forbids_keeping_it_and_names_no_library(api: Listener) -> None:
    for said in (await api.get(CONFIG), await api.get("/nowhere"), await api.get(CONFIG, key=None)):
        assert said.headers["Cache-Control"] == "no-store"
        assert said.headers["X-Content-Type-Options"] == "nosniff"
        assert said.headers["Server"] == "attms"
        assert len(said.headers["x-trace-id"]) == 16
