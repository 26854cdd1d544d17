"""The address that AutoTask calls, as strangers, repeaters and AutoTask itself find it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.callouts_wire import signature
from tests.callouts.desk import Desk, opened


@pytest.fixture
async def desk(at: AutotaskSandbox, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(at, tmp_path) as made:
        await made.callouts.create(by="a test")
        yield made


def plain(ticket: int, **said: Any) -> bytes:
    return json.dumps({"Action": "Update", "Guid": "g", "EntityType": "Ticket", "Id": ticket, **said}).encode()


async def signed(desk: Desk, raw: bytes, **headers: str) -> int:
    return (await desk.send(desk.path, raw, **{"X-Hook-Signature": signature(desk.secret, raw), **headers})).status


async def test_a_signed_hint_is_taken_at_once_and_a_repeated_one_reads_nothing(desk: Desk) -> None:
    raw = plain(desk.some_ticket(), SequenceNumber=1)
    assert await signed(desk, raw) == 202
    await desk.heard()
    assert await signed(desk, raw) == 202
    assert await signed(desk, plain(desk.some_ticket(), SequenceNumber=2)) == 202
    await desk.heard()
    assert len(desk.mirror.read) == 2


async def test_what_is_not_signed_with_our_secret_is_refused_and_read_by_nobody(desk: Desk) -> None:
    raw = plain(desk.some_ticket())
    for header in ("", "sha1=", "sha1=AAAA", signature("another", raw), signature(desk.secret, raw + b" ")):
        answer = await desk.send(desk.path, raw, **{"X-Hook-Signature": header})
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"
        assert set(await answer.json()) == {"type", "title", "status", "trace"}
    assert (await desk.send(desk.path, raw)).status == 401
    assert desk.mirror.read == []
    assert (await desk.callouts.look()).refused == 6


async def test_a_signature_is_looked_at_before_anything_is_read(desk: Desk) -> None:
    assert (await desk.send(desk.path, b"{nonsense")).status == 401
    assert await signed(desk, b"{nonsense") == 400
    assert await signed(desk, b"[1]") == 400


@pytest.mark.parametrize("path", ["", "x", "{path}x", "{path}/", "{path}/on", "{path}/off/off", "%00", "é"])
async def test_a_wrong_address_is_like_any_that_is_not_there(desk: Desk, path: str) -> None:
    raw = plain(desk.some_ticket())
    answer = await desk.send(path.format(path=desk.path), raw, **{"X-Hook-Signature": signature(desk.secret, raw)})
    other = await desk.session.post(desk.base.with_path("/not/there"), data=raw)
    ours, theirs = await answer.json(), await other.json()
    assert answer.status == other.status == 404
    assert {**ours, "trace": ""} == {**theirs, "trace": ""}


async def test_other_methods_and_other_bodies_are_refused(desk: Desk) -> None:
    url = desk.base.with_path(f"/hooks/autotask/{desk.path}")
    looked = await desk.session.get(url)
    assert (looked.status, looked.headers["Allow"]) == (405, "POST")
    assert (await desk.session.get(desk.base.with_path("/hooks/autotask/x"))).status == 404
    raw = plain(desk.some_ticket())
    assert await signed(desk, raw, **{"Content-Type": "application/x-www-form-urlencoded"}) == 415
    assert await signed(desk, raw, **{"Content-Encoding": "gzip"}) == 415
    assert (await desk.send(desk.path, b"x" * (256 * 1024 + 1))).status == 413


async def test_what_carries_two_signatures_is_refused(desk: Desk) -> None:
    raw = plain(desk.some_ticket())
    both = [("X-Hook-Signature", signature(desk.secret, raw)), ("X-Hook-Signature", "sha1=AAAA")]
    url = desk.base.with_path(f"/hooks/autotask/{desk.path}")
    answer = await desk.session.post(url, data=raw, headers=[("Content-Type", "application/json"), *both])
    assert answer.status == 401


async def test_who_fails_too_often_is_told_so_and_who_signs_is_still_heard(desk: Desk) -> None:
    raw = plain(desk.some_ticket())
    statuses = [(await desk.send(desk.path, raw)).status for _ in range(21)]
    assert statuses == [401] * 20 + [429]
    assert (await desk.send(desk.path, raw)).headers["Retry-After"] == "60"
    assert await signed(desk, raw) == 202


async def test_that_a_webhook_was_switched_off_is_heard_whether_it_is_signed_or_not_and_once_a_minute(
    desk: Desk,
) -> None:
    assert (await desk.send(f"{desk.path}/off", b"")).status == 202
    assert (await desk.send(f"{desk.path}/off", b"anything")).status == 202
    assert await signed(desk, json.dumps({"Action": "Deactivated", "Guid": "g"}).encode()) == 202
    assert desk.alarms == ["off"]


async def test_while_callouts_are_not_set_up_there_is_no_such_address(at: AutotaskSandbox, tmp_path: Path) -> None:
    async with opened(at, tmp_path) as desk:
        assert (await desk.send("x")).status == 404
