"""Keys: which open what, and that all others look alike from outside."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from attms_core.keys import Scope
from tests.admin_api.conftest import Listener, Said

CONFIG, KEYS = "/api/v1/config", "/api/v1/keys"
DAY = timedelta(days=1)
Try = Callable[[Listener], Awaitable[Said]]


async def _missing(api: Listener) -> Said:
    return await api.get(CONFIG, key=None)


async def _wrong(api: Listener) -> Said:
    last = "a" if api.root[-1] != "a" else "b"
    return await api.get(CONFIG, key=api.root[:-1] + last)


async def _expired(api: Listener) -> Said:
    key = await api.ground.key(lifetime=DAY)
    api.ground.clock.pass_(days=2)
    return await api.get(CONFIG, key=key)


async def _revoked(api: Listener) -> Said:
    key = await api.ground.key()
    await api.administration.keys.revoke(key.split("_")[1], by="a test")
    return await api.get(CONFIG, key=key)


async def _out_of_scope(api: Listener) -> Said:
    scopes = [scope for scope in Scope if scope is not Scope.CONFIG_READ]
    return await api.get(CONFIG, key=await api.ground.key(scopes))


async def _twice(api: Listener) -> Said:
    return await api.get(CONFIG, headers={"X-API-Key": api.root})


async def _basic(api: Listener) -> Said:
    return await api.get(CONFIG, key=None, headers={"Authorization": f"Basic {api.root}"})


async def _two_spaces(api: Listener) -> Said:
    return await api.get(CONFIG, key=None, headers={"Authorization": f"Bearer  {api.root}"})


async def _in_cookie(api: Listener) -> Said:
    return await api.get(CONFIG, key=None, headers={"Cookie": f"X-API-Key={api.root}; Authorization=Bearer {api.root}"})


async def _in_address(api: Listener) -> Said:
    return await api.get(f"{CONFIG}?api_key={api.root}&access_token={api.root}&X-API-Key={api.root}", key=None)


async def _garbled(api: Listener) -> Said:
    return await api.get(CONFIG, key="\u20ac" * 500)


async def _empty(api: Listener) -> Said:
    return await api.get(CONFIG, key=None, headers={"X-API-Key": ""})


BAD: list[Try] = [
    _wrong,
    _expired,
    _revoked,
    _out_of_scope,
    _twice,
    _basic,
    _two_spaces,
    _in_cookie,
    _in_address,
    _garbled,
    _empty,
]


def _face(said: Said) -> tuple[object, ...]:
    """What can be seen from outside, less what is another for every request."""
    headers = {name: value for name, value in said.headers.items() if name not in {"Date", "x-trace-id"}}
    return said.status, headers, said.body | {"trace": ""}


@pytest.mark.parametrize("attempt", BAD, ids=lambda each: each.__name__.strip("_"))
async def test_whatever_is_wrong_with_a_key_looks_like_no_key(api: Listener, attempt: Try) -> None:
    said = await attempt(api)
    assert said.status == 401
    assert said.headers["WWW-Authenticate"].startswith("Bearer")
    assert _face(said) == _face(await _missing(api))


async def test_both_headers_are_accepted_one_at_a_time(api: Listener) -> None:
    assert (await api.get(CONFIG)).status == 200
    assert (await api.get(CONFIG, key=None, headers={"X-API-Key": api.root})).status == 200
    assert (await api.get(CONFIG, key=None, headers={"Authorization": f"bearer {api.root}"})).status == 200


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_key_opens_what_its_scope_says_and_nothing_else(api: Listener, scope: Scope) -> None:
    opens = {
        Scope.STATUS_READ: {"/api/v1/doctor"},
        Scope.SCHEDULER_READ: {"/api/v1/scheduler/jobs"},
        Scope.CONFIG_READ: {"/api/v1/config", "/api/v1/config/history"},
        Scope.KEYS_READ: {"/api/v1/keys"},
        Scope.PEOPLE_READ: {"/api/v1/people", "/api/v1/reach"},
        Scope.OUTBOX_READ: {"/api/v1/outbox", "/api/v1/outbox/dead"},
        Scope.AUDIT_READ: {"/api/v1/audit"},
    }
    key = await api.ground.key([scope])
    every = sorted(set().union(*opens.values()))
    assert {path for path in every if (await api.get(path, key=key)).status == 200} == opens.get(scope, set())


async def test_a_key_is_made_shown_once_used_and_revoked(api: Listener) -> None:
    made = await api.post(KEYS, json={"name": "monitoring", "scopes": ["status:read"], "days": 30})
    assert made.status == 201
    text, key = made.body["text"], made.body["key"]
    assert (key["name"], key["scopes"], key["revoked"]) == ("monitoring", ["status:read"], None)
    assert (await api.get("/api/v1/doctor", key=text)).status == 200
    listed = await api.get(KEYS)
    assert text not in listed.text
    assert key["id"] in [each["id"] for each in listed.body["keys"]]
    gone = await api.ask("DELETE", f"{KEYS}/{key['id']}")
    assert (gone.status, gone.body["revoked"] is None) == (200, False)
    assert (await api.get("/api/v1/doctor", key=text)).status == 401


async def test_a_key_that_is_made_anew_and_the_old_one_both_open_during_the_overlap(api: Listener) -> None:
    old = await api.ground.key([Scope.STATUS_READ])
    made = await api.post(f"{KEYS}/{old.split('_')[1]}/rotate", json={"overlap_hours": 1})
    assert made.status == 200
    for key in (old, made.body["text"]):
        assert (await api.get("/api/v1/doctor", key=key)).status == 200
    api.ground.clock.pass_(hours=2)
    assert (await api.get("/api/v1/doctor", key=old)).status == 401
    assert (await api.get("/api/v1/doctor", key=made.body["text"])).status == 200


async def test_a_key_hands_on_only_what_it_holds(api: Listener) -> None:
    small = await api.ground.key([Scope.KEYS_WRITE])
    made = await api.post(KEYS, key=small, json={"name": "more", "scopes": ["config:write"]})
    anew = await api.post(f"{KEYS}/{api.root.split('_')[1]}/rotate", key=small, json={})
    assert [(said.status, said.body["code"]) for said in (made, anew)] == [(403, "not-allowed")] * 2
    assert (await api.post(KEYS, key=small, json={"name": "same", "scopes": ["keys:write"]})).status == 201


async def test_a_key_that_is_not_there_is_a_404(api: Listener) -> None:
    assert (await api.ask("DELETE", f"{KEYS}/aaaaaaaa")).status == 404
    assert (await api.post(f"{KEYS}/aaaaaaaa/rotate", json={})).status == 404
