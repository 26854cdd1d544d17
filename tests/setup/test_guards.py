"""What opens the set-up, and all that does not, by real HTTP on real sockets."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from admin.setup.api import COOKIE
from admin.setup.gate import guard
from admin.setup.listener import listening
from admin.setup.progress import CLOSED
from admin.setup.setup import SetupClosed
from tests.setup.conftest import PERSON, Browser, Console, Desk

READ = "/api/setup"


async def raw(port: int, text: str, host: str = "127.0.0.1") -> tuple[int, str]:
    """Send bytes as they are; give the status and everything that came back."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(text.encode())
    await writer.drain()
    answer = (await asyncio.wait_for(reader.read(), 10)).decode(errors="replace")
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1]) if answer else 0, answer


def request(port: int, *, line: str = "GET / HTTP/1.1", hosts: tuple[str, ...] | None = None, more: str = "") -> str:
    named = "".join(f"Host: {host}\r\n" for host in ((f"127.0.0.1:{port}",) if hosts is None else hosts))
    return f"{line}\r\n{named}{more}Connection: close\r\n\r\n"


@pytest.mark.parametrize("host", ["localhost:{}", "127.0.0.1:{}", "[::1]:{}", "localhost", "LOCALHOST:{}"])
async def test_names_of_this_machine_are_let_in(desk: Desk, host: str) -> None:
    port = desk.listener.port
    assert (await raw(port, request(port, hosts=(host.format(port),))))[0] == 200


@pytest.mark.parametrize(
    "hosts",
    [
        ("attacker.example",),
        ("127.0.0.1.attacker.example:{}",),
        ("localhost:1",),
        ("localhost.:{}",),
        ("127.1:{}",),
        ("0.0.0.0:{}",),
        ("127.0.0.1:{}@attacker.example",),
        ("",),
        (),
        ("127.0.0.1:{}", "127.0.0.1:{}"),
        ("127.0.0.1:{}", "attacker.example"),
    ],
)
async def test_any_other_host_is_misdirected(desk: Desk, hosts: tuple[str, ...]) -> None:
    port = desk.listener.port
    status, _ = await raw(port, request(port, hosts=tuple(host.format(port) for host in hosts)))
    assert status == (421 if len(hosts) == 1 and hosts != ("",) else status)
    assert status in {400, 421}


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded: for=127.0.0.1",
        "X-Forwarded-For: 127.0.0.1",
        "x-forwarded-host: localhost",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Anything: 1",
        "X-Real-IP: 127.0.0.1",
        "Via: 1.1 proxy",
        "X-Original-URL: /api/setup",
        "X-HTTP-Method-Override: DELETE",
        "CF-Connecting-IP: 127.0.0.1",
    ],
)
async def test_no_proxy_stands_between(desk: Desk, header: str) -> None:
    port = desk.listener.port
    assert (await raw(port, request(port, more=f"{header}\r\n")))[0] == 403


@pytest.mark.parametrize(
    "header",
    [
        "Origin: https://attacker.example",
        "Origin: null",
        "Origin: http://localhost:1",
        "Origin: https://127.0.0.1:{}",
        "Origin: http://localhost:{}",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: Same-Origin",
    ],
)
async def test_no_other_page_gets_in(desk: Desk, header: str) -> None:
    port = desk.listener.port
    assert (await raw(port, request(port, more=f"{header.format(port)}\r\n")))[0] == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_our_own_page_gets_in(desk: Desk, site: str) -> None:
    port = desk.listener.port
    more = f"Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: {site}\r\n"
    assert (await raw(port, request(port, more=more)))[0] == 200


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{}/", "http://attacker.example/", "//attacker.example/", "*", "127.0.0.1:{}"]
)
async def test_only_a_path_can_be_asked_for(desk: Desk, target: str) -> None:
    port = desk.listener.port
    assert (await raw(port, request(port, line=f"GET {target.format(port)} HTTP/1.1")))[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/setup/",
        "/api/setup/x",
        "/api/setup/../setup",
        "/api//setup",
        "/api/setup;x",
        "/api/setup%2f",
        "/api/setup/session/x",
        "/API/setup",
        "/steps/autotask/",
        "/steps/../finish",
        "/steps/%2e%2e/finish",
        "/assets/../templates/base.html",
        "/assets/%2e%2e%2fsetup.py",
        "/assets/..%2f..%2fsetup.py",
        "/SetupWizard.aspx/anything",
        "/setup",
        "/index.html",
    ],
)
async def test_a_path_that_looks_like_another_opens_nothing(desk: Desk, browser: Browser, path: str) -> None:
    port = desk.listener.port
    kept = next(each for each in browser.session.cookie_jar if each.key == COOKIE)
    cookie = f"Cookie: {COOKIE}={kept.value}\r\n"
    status, answer = await raw(port, request(port, line=f"GET {path} HTTP/1.1", more=cookie))
    assert status in {400, 404}
    assert "autotask_user" not in answer


@pytest.mark.parametrize("method", ["HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"])
async def test_a_method_that_is_not_named_opens_nothing(desk: Desk, method: str) -> None:
    port = desk.listener.port
    assert (await raw(port, request(port, line=f"{method} {READ} HTTP/1.1")))[0] in {400, 404, 405}


@pytest.mark.parametrize(
    "path", [READ, "/api/setup/clicks", "/api/setup/packages/attms.zip"], ids=["state", "clicks", "package"]
)
async def test_nothing_is_read_without_a_session(stranger: Browser, path: str) -> None:
    answer = await stranger.send("GET", path)
    assert answer.status == 401
    assert "autotask" not in answer.content.decode().lower()


@pytest.mark.parametrize("path", ["/steps/autotask", "/finish", "/clicks"])
async def test_pages_lead_to_the_code_without_a_session(stranger: Browser, path: str) -> None:
    answer = await stranger.send("GET", path)
    assert (answer.status, answer.response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/setup/steps/database"),
        ("POST", "/api/setup/steps/database/test"),
        ("POST", "/api/setup/steps/graph/skip"),
        ("POST", "/api/setup/finish"),
    ],
)
async def test_a_cookie_without_the_token_writes_nothing(desk: Desk, browser: Browser, method: str, path: str) -> None:
    browser.token = "x" * 43
    assert (await browser.send(method, path, {})).status == 401
    browser.token = ""
    assert (await browser.send(method, path, {})).status == 401
    assert desk.keeping.kept == {}


async def test_the_token_stands_on_no_page(desk: Desk, browser: Browser) -> None:
    for path in ("/steps/autotask", "/finish", "/clicks", "/api/setup"):
        assert browser.token not in (await browser.send("GET", path)).content.decode()


async def test_the_code_opens_one_browser_once(desk: Desk, stranger: Browser) -> None:
    code = desk.console.code
    assert await stranger.enter(code) == 200
    cookie = next(each for each in stranger.session.cookie_jar if each.key == COOKIE)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert await stranger.enter(code) == 429


async def test_the_code_holds_a_quarter_of_an_hour(desk: Desk, stranger: Browser) -> None:
    desk.clock.later(timedelta(minutes=15))
    assert await stranger.enter(desk.console.code) == 429


async def test_a_code_with_wrong_tries_is_taken_back(desk: Desk, stranger: Browser) -> None:
    for _ in range(5):
        assert await stranger.enter("x" * 43) == 403
    assert await stranger.enter(desk.console.code) == 429
    desk.clock.later(timedelta(minutes=1))
    assert (await stranger.send("POST", "/api/setup/code", {})).body["is_new"] is True
    assert await stranger.enter(desk.console.code) == 200


async def test_a_code_that_holds_is_not_printed_over(desk: Desk, stranger: Browser) -> None:
    desk.clock.later(timedelta(minutes=5))
    assert (await stranger.send("POST", "/api/setup/code", {})).body["is_new"] is False
    assert len(desk.console.printed) == 1


async def test_the_code_has_256_bits_and_is_never_answered(desk: Desk, stranger: Browser) -> None:
    assert len(desk.console.code) == 43
    assert desk.console.code not in (await stranger.send("GET", "/")).content.decode()


async def test_another_code_ends_the_session_before(desk: Desk, browser: Browser) -> None:
    desk.clock.later(timedelta(minutes=1))
    await browser.send("POST", "/api/setup/code", {})
    old = browser.token
    assert await browser.enter(desk.console.code) == 200
    browser.token = old
    assert (await browser.send("POST", "/api/setup/finish", {})).status == 401


async def test_a_session_ends_by_itself(desk: Desk, browser: Browser) -> None:
    desk.clock.later(timedelta(hours=8))
    assert (await browser.send("GET", READ)).status == 401


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"code": "x"}', "text/plain", 415),
        ('{"code": "x"}', "application/x-www-form-urlencoded", 415),
        ('{"code": "x"', "application/json", 400),
        ("[1]", "application/json", 400),
        ('{"code": 1}', "application/json", 422),
        ('{"code": "x", "more": 1}', "application/json", 422),
        ('{"code": "x", "code": "y"}', "application/json", 400),
        ("{}", "application/json", 422),
        ("[" * 50_000, "application/json", 400),
        ('{"code": "' + "x" * 70_000 + '"}', "application/json", 413),
        ('{"code": "\\ud800"}', "application/json", 403),
    ],
)
async def test_a_body_is_strict(desk: Desk, body: str, kind: str, status: int) -> None:
    port = desk.listener.port
    head = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    got, _ = await raw(port, request(port, line="POST /api/setup/session HTTP/1.1", more=head) + body)
    assert got == status


@pytest.mark.parametrize("values", [{"nothing": "x"}, {"engine": 1}, {"engine": "x" * 20_000}, {"engine": None}])
async def test_values_are_strict(browser: Browser, values: dict[str, object]) -> None:
    assert (await browser.send("PUT", "/api/setup/steps/database", {"values": values})).status == 422


async def test_every_answer_says_what_a_page_may_do(desk: Desk, browser: Browser) -> None:
    for path in ("/", "/finish", "/nowhere", "/assets/setup.js", READ):
        headers = (await browser.send("GET", path)).response.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"


def test_no_page_has_script_or_style_of_its_own() -> None:
    for page in Path("admin/setup/templates").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert " style=" not in text
        assert " onclick=" not in text
        assert "|safe" not in text
        assert text.count("<script") == text.count("<script src=")


async def finish(desk: Desk, browser: Browser) -> None:
    for step in ("autotask", "bot", "database", "administrator"):
        await desk.setup.save(step, desk.values(step), untested=True)
    assert (await browser.send("POST", "/api/setup/finish", {})).status == 200


async def test_closed_is_closed_for_whoever_still_holds_it(desk: Desk, browser: Browser) -> None:
    await finish(desk, browser)
    for method, path in (("GET", "/"), ("GET", READ), ("POST", "/api/setup/session"), ("GET", "/nowhere")):
        answer = await browser.send(method, path, {} if method == "POST" else None)
        assert (answer.status, answer.body["code"]) == (410, "setup-closed")
    with pytest.raises(SetupClosed):
        await desk.setup.save("administrator", {"administrators": PERSON})
    with pytest.raises(SetupClosed):
        await desk.setup.test("administrator", {})
    with pytest.raises(SetupClosed):
        await desk.setup.skip("graph")
    with pytest.raises(SetupClosed):
        await desk.setup.finish(by="somebody")


async def test_whoever_finishes_gets_the_answer_although_the_listener_goes(desk: Desk, stranger: Browser) -> None:
    for step in ("autotask", "bot", "database", "administrator"):
        await desk.setup.save(step, desk.values(step), untested=True)
    console, opened = Console(), asyncio.Event()

    async def serve() -> None:
        async with listening(desk.setup, port=0, tell=console, now=desk.clock) as listener:
            stranger.base = listener.url.rstrip("/")
            opened.set()
            await listener.until_closed()

    serving = asyncio.create_task(serve())
    await opened.wait()
    assert await stranger.enter(console.code) == 200
    assert (await stranger.send("POST", "/api/setup/finish", {})).body == {"closed": True}
    await asyncio.wait_for(serving, 30)


async def test_once_closed_no_listener_opens(desk: Desk, browser: Browser) -> None:
    await finish(desk, browser)
    console = Console()
    with pytest.raises(SetupClosed):
        async with listening(desk.setup, port=0, tell=console, now=desk.clock):
            pass
    assert console.printed == []


async def test_closed_elsewhere_closes_here(desk: Desk, browser: Browser) -> None:
    desk.keeping.unseen[CLOSED] = json.dumps({"by": "the terminal"})
    assert (await browser.send("GET", READ)).status == 410
    await asyncio.wait_for(desk.listener.until_closed(), 10)


async def test_only_the_host_opens_it_again(desk: Desk, browser: Browser) -> None:
    await finish(desk, browser)
    await desk.setup.reopen()
    async with listening(desk.setup, port=0, tell=Console(), now=desk.clock) as again:
        assert (await raw(again.port, request(again.port)))[0] == 200


@pytest.mark.parametrize(
    "peer", [("192.0.2.7", 5), ("172.17.0.1", 5), ("::ffff:192.0.2.7", 5, 0, 0), ("", 5), None, "x"]
)
async def test_a_peer_that_is_not_this_machine_is_refused(desk: Desk, peer: object) -> None:
    async def reach(_: web.Request) -> web.StreamResponse:
        pytest.fail("somebody from elsewhere came through")

    transport = mock.Mock()
    transport.get_extra_info.return_value = peer
    port = desk.listener.port
    asked = make_mocked_request("GET", "/", headers={"Host": f"127.0.0.1:{port}"}, transport=transport)
    assert (await guard(desk.setup, port)(asked, reach)).status == 403


async def test_it_listens_on_this_machine_alone_in_both_families(desk: Desk) -> None:
    port = desk.listener.port
    assert (await raw(port, request(port, hosts=(f"[::1]:{port}",)), host="::1"))[0] == 200
