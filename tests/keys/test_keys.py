"""API keys: shown once, kept as digests; only the right text of a living key opens anything."""

import hmac
import string
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

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
        *(("x", READ, timedelta()), ("x", READ, timedelta(days=366)), ("x", READ, timedelta(days=365, seconds=1))),
        *(("x", ("status:*",), MONTH), ("x", (Scope.STATUS_READ, "tickets:write"), MONTH)),
    ],
)
async def test_a_key_that_says_too_little_or_lives_too_long_is_not_made(
    keys: Keys, name: str, scopes: tuple[Scope, ...], lifetime: timedelta
) -> None:
    with pytest.raises(Invalid):
        await keys.create(name, scopes, lifetime=lifetime, by="ana")


async def test_a_text_that_is_wrong_in_one_character_opens_nothing(keys: Keys) -> None:
    _, shown = await keys.create("monitoring", READ, by="ana")
    right = shown.get_secret_value()
    body, _, check = right.rpartition("_")
    for at in range(len(body)):
        other = "A" if body[at] != "A" else "B"
        wrong = body[:at] + other + body[at + 1 :]
        assert await keys.check(f"{wrong}_{check}") is None
        assert await keys.check(f"{wrong}_{zlib.crc32(wrong.encode()):08x}") is None  # by somebody who knows the rule
    assert await keys.check(right) is not None


async def test_whatever_is_wrong_costs_the_same_work(keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[str] = []

    def compared(one: str, other: str) -> bool:
        work.append(f"{len(one)} {len(other)}")
        return hmac.compare_digest(one, other)

    expired, gone = await keys.create("old", READ, lifetime=timedelta(hours=1), by="ana")
    key, living = await keys.create("monitoring", READ, by="ana")
    clock.pass_(hours=1)
    monkeypatch.setattr("attms_core.keys.keys.hmac", SimpleNamespace(compare_digest=compared))
    costs = []
    for shown in (
        living.get_secret_value(),
        gone.get_secret_value(),
        *map(text.make, (key.id, expired.id, "nobody00")),
    ):
        work.clear()
        assert (await keys.check(shown) is not None) == (shown == living.get_secret_value())
        costs.append(list(work))
    assert costs == [["64 64", "64 64"]] * 5


async def test_an_overlap_can_be_nothing_and_is_a_week_at_most(keys: Keys) -> None:
    key, before = await keys.create("monitoring", READ, lifetime=MONTH, by="ana")
    for overlap in (timedelta(days=8), timedelta(seconds=-1)):
        with pytest.raises(Invalid):
            await keys.rotate(key.id, by="ana", overlap=overlap)
    assert await keys.check(before.get_secret_value()) is not None
    await keys.rotate(key.id, by="ana", overlap=timedelta())
    assert await keys.check(before.get_secret_value()) is None


async def test_a_rotation_lengthens_neither_the_old_text_s_life_nor_the_new_one_s_beyond_the_first(
    keys: Keys, clock: Clock
) -> None:
    key, before = await keys.create("monitoring", READ, lifetime=timedelta(hours=30), by="ana")
    clock.pass_(hours=20)
    rotated, _ = await keys.rotate(key.id, by="ana")
    assert rotated.expires - clock.moment == timedelta(hours=30)
    clock.pass_(hours=10)
    assert await keys.check(before.get_secret_value()) is None


@given(at=st.integers(0, 64), char=st.sampled_from(string.ascii_letters + string.digits + "_ \x00é"))
def test_a_text_with_another_character_has_no_id(at: int, char: str) -> None:
    shown = text.make("abcDEF12")
    mutated = shown[: at % len(shown)] + char + shown[at % len(shown) + 1 :]
    assert text.id_of(shown) == "abcDEF12"
    assert mutated == shown or text.id_of(mutated) is None


@given(st.text(st.sampled_from(text.ALPHABET), min_size=8, max_size=8))
def test_what_was_made_is_read_again(key_id: str) -> None:
    made = text.make(key_id)
    assert text.id_of(made) == key_id
    assert len(made) == len("attms_") + 8 + 1 + 43 + 1 + 8
    assert text.make(key_id) != made


@given(st.text() | st.from_regex(r"attms_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9a-f]{8}", fullmatch=True))
def test_any_text_is_a_key_s_or_none(shown: str) -> None:
    found = text.id_of(shown)
    assert found is None or shown.startswith(f"attms_{found}_")
