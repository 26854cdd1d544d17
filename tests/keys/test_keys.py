"""API keys: shown once, kept as digests; only the right text of a living key opens anything."""

import string
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid, NotFound
from attms_core.keys import Keys, Scope, text
from attms_core.store import api_keys
from attms_core.store.database import Database, open_database
from tests.support.fake_autotask import Clock

READ = (Scope.STATUS_READ,)
MONTH = timedelta(days=30)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database: Database, clock: Clock) -> Keys:
    return Keys(database, clock)


async def test_a_key_opens_and_is_kept_as_a_digest_alone(keys: Keys, database: Database) -> None:
    key, shown = await keys.create("monitoring", READ, lifetime=MONTH, by="ana")
    found = await keys.check(shown.get_secret_value())
    assert found is not None
    assert (found.id, found.scopes, found.name) == (key.id, READ, "monitoring")
    secret = shown.get_secret_value().split("_")[2]
    rows = await database.read(api_keys.everything)
    assert secret not in repr(rows)
    assert secret not in repr(await keys.all())


async def test_expired_revoked_and_unknown_keys_open_nothing(keys: Keys, clock: Clock) -> None:
    old, old_text = await keys.create("old", READ, lifetime=timedelta(days=1), by="ana")
    bad, bad_text = await keys.create("bad", READ, lifetime=MONTH, by="ana")
    await keys.revoke(bad.id, by="bob")
    assert await keys.check(bad_text.get_secret_value()) is None
    clock.pass_(days=1)
    assert await keys.check(old_text.get_secret_value()) is None
    assert await keys.check(text.make(text.new_id())) is None
    assert await keys.check(text.make(old.id)) is None
    for shown in ("", "attms_", "x" * 10_000, "\ud800", old_text.get_secret_value() + " "):
        assert await keys.check(shown) is None


async def test_after_a_rotation_both_texts_open_for_a_day(keys: Keys, clock: Clock) -> None:
    key, before = await keys.create("monitoring", READ, lifetime=MONTH, by="ana")
    rotated, after = await keys.rotate(key.id, by="bob")
    assert rotated.id == key.id
    for shown in (before, after):
        assert await keys.check(shown.get_secret_value()) is not None
    clock.pass_(hours=24)
    assert await keys.check(before.get_secret_value()) is None
    assert await keys.check(after.get_secret_value()) is not None
    await keys.revoke(key.id, by="bob")
    assert await keys.check(after.get_secret_value()) is None
    with pytest.raises(Invalid):
        await keys.rotate(key.id, by="bob")
    with pytest.raises(NotFound):
        await keys.revoke("nobody00", by="bob")


async def test_another_process_learns_of_a_revocation_within_five_seconds(
    database: Database, keys: Keys, clock: Clock
) -> None:
    elsewhere = Keys(database, clock)
    key, shown = await keys.create("monitoring", READ, by="ana")
    assert await elsewhere.check(shown.get_secret_value()) is not None
    await keys.revoke(key.id, by="ana")
    clock.pass_(seconds=5)
    assert await elsewhere.check(shown.get_secret_value()) is None


async def test_when_a_key_was_used_is_noted_off_the_request(database: Database, keys: Keys, clock: Clock) -> None:
    _, shown = await keys.create("monitoring", READ, by="ana")
    await keys.check(shown.get_secret_value())
    [row] = await database.read(api_keys.everything)
    assert row.last_used is None
    await keys.note_uses()
    [row] = await database.read(api_keys.everything)
    assert row.last_used == clock.moment


@pytest.mark.parametrize(
    ("name", "scopes", "lifetime"),
    [
        *(("", READ, MONTH), ("x" * 101, READ, MONTH), ("a\nb", READ, MONTH), ("x", (), MONTH)),
        *(("x", READ, timedelta()), ("x", READ, timedelta(days=366))),
    ],
)
async def test_a_key_that_says_too_little_or_lives_too_long_is_not_made(
    keys: Keys, name: str, scopes: tuple[Scope, ...], lifetime: timedelta
) -> None:
    with pytest.raises(Invalid):
        await keys.create(name, scopes, lifetime=lifetime, by="ana")


@given(at=st.integers(0, 64), char=st.sampled_from(string.ascii_letters + string.digits + "_ \x00é"))
def test_a_text_with_another_character_has_no_id(at: int, char: str) -> None:
    shown = text.make("abcDEF12")
    mutated = shown[: at % len(shown)] + char + shown[at % len(shown) + 1 :]
    assert text.id_of(shown) == "abcDEF12"
    assert mutated == shown or text.id_of(mutated) is None
