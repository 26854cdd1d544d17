"""Every call with a key is taken down; a change that cannot be is not done; no secret stands anywhere."""

import logging
from typing import Any

import pytest

from attms_core.errors import StoreUnavailable
from attms_core.keys import Scope
from tests.admin_api.conftest import Listener
from tests.support.administration import PERSON
from tests.support.fake_autotask import ANA

AUDIT, KEYS, UPDATE = "/api/v1/audit", "/api/v1/keys", "/api/v1/config/update"
CANARY = "canary-4b1d-in-a-cage"


async def _rows(api: Listener) -> list[dict[str, Any]]:
    """The audit, the oldest row first, without what the making of keys left there."""
    rows: list[dict[str, Any]] = (await api.get(f"{AUDIT}?limit=200")).body["rows"]
    return [row for row in reversed(rows) if row["action"] not in {"audit.page", "keys.created"}]


async def test_a_read_is_taken_down(api: Listener) -> None:
    said = await api.get("/api/v1/scheduler/jobs/count")
    row = (await _rows(api))[-1]
    assert (row["action"], row["target"], row["outcome"]) == ("scheduler.show", "count", "done")
    assert (row["actor"], row["trace"]) == (f"key:{api.root.split('_')[1]}", said.headers["x-trace-id"])


async def test_a_change_is_taken_down_before_and_after(api: Listener) -> None:
    said = await api.post(f"/api/v1/people/{PERSON}/link", json={"resource": ANA, "name": "Ana"})
    rows = [row for row in await _rows(api) if row["action"] == "people.link"]
    assert [row["outcome"] for row in rows] == ["asked", "done"]
    assert {row["trace"] for row in rows} == {said.headers["x-trace-id"]}
    assert rows[0]["detail"] == {"resource": str(ANA)}


async def test_what_was_refused_is_taken_down_with_its_word(api: Listener) -> None:
    await api.post(KEYS, json={"name": 1})
    await api.get(KEYS, key="wrong")
    await api.get("/api/v1/scheduler/jobs/nobody")
    told = [(row["actor"][:4], row["action"], row["outcome"], row["detail"].get("code")) for row in await _rows(api)]
    assert told[-3:] == [
        ("key:", "keys.create", "refused", "invalid"),
        ("stra", "keys.list", "refused", None),
        ("key:", "scheduler.show", "refused", "not-found"),
    ]


async def test_the_audit_is_read_page_by_page_the_newest_first(api: Listener) -> None:
    for _ in range(5):
        await api.get("/api/v1/config")
    first = (await api.get(f"{AUDIT}?limit=2")).body
    second = (await api.get(f"{AUDIT}?limit=2&before={first['next']}")).body
    ids = [row["id"] for row in first["rows"] + second["rows"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4


async def test_a_change_that_cannot_be_taken_down_is_not_done(api: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(**_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(api.administration.audit, "record", full)
        said = await api.post(UPDATE, json={"changes": {"poll_seconds": 60}})
        read = await api.get("/api/v1/config")
    assert (said.status, said.body["detail"], said.headers["Retry-After"]) == (503, "The disk is full.", "5")
    assert api.administration.configuration.current.poll_seconds == 30
    assert read.status == 200


async def test_guesses_that_are_slowed_down_do_not_fill_the_audit(api: Listener) -> None:
    for _ in range(30):
        await api.get(KEYS, key="wrong")
    assert len([row for row in await _rows(api) if row["actor"] == "stranger"]) == 10


async def test_no_secret_stands_in_answers_audit_log_or_store(
    api: Listener, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    made = (await api.post(KEYS, json={"name": "a", "scopes": [Scope.KEYS_READ]})).body["text"]
    before = len(api.texts)
    await api.post(UPDATE, json={"changes": {"bot_secret": CANARY}})
    await api.post(UPDATE, json={"changes": {"bot_secret": CANARY, "poll_seconds": CANARY}})
    await api.post(UPDATE, json={"changes": {CANARY: CANARY}, "dry_run": CANARY})
    await api.post("/api/v1/config/validate", json={"changes": {"bot_secret": CANARY, "bot_app_id": 1}})
    await api.get("/api/v1/config/history")
    await api.get(f"/api/v1/config?key={made}", key=made)
    await api.get(KEYS, key=made + "x")
    await api.get(f"{AUDIT}?limit=200")
    printed = capsys.readouterr()
    seen = [*api.texts[before:], caplog.text, printed.out, printed.err]
    kept = [path.read_bytes() for path in api.ground.folder.rglob("*") if path.is_file()]
    for secret in (made, made.split("_")[2], api.root):
        assert not any(secret in text for text in seen)
        assert not any(secret.encode() in content for content in kept)
    assert not any(CANARY in text.replace(f"body.changes.{CANARY}", "") for text in seen)
    assert not any(CANARY.encode() in content for content in kept)
