"""What a vault promises in every home: whole changes, one at a time, seen by others, rotated, exported, restored."""

import asyncio
import base64
import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from pydantic import SecretStr

from attms_core.errors import ChangedMeanwhile, Invalid, Sealed
from attms_core.vault import (
    EnvironmentKey,
    FileHome,
    Home,
    KeySource,
    PassphraseKey,
    Vault,
    VaultMissing,
    create_vault,
    open_vault,
)
from attms_core.vault.homes import Check, Found, Sealing, Work
from tests.vault.plain import KEY, PHRASE, plain


async def test_what_is_put_is_there_after_opening_again(vault: Vault, home: Home, key: KeySource) -> None:
    await vault.change({"bot_secret": "Grüße \0 ✓", "poll_seconds": "30"})
    again = await open_vault(home, key)
    assert plain(again) == {"bot_secret": "Grüße \0 ✓", "poll_seconds": "30"}
    found = again.get("bot_secret")
    assert found is not None
    assert found.get_secret_value() == "Grüße \0 ✓"
    assert again.get("nothing") is None
    assert again.names() == ["bot_secret", "poll_seconds"]


async def test_a_change_puts_and_drops_at_once_and_counts(vault: Vault) -> None:
    assert vault.generation == 1
    assert await vault.change({"a": "1", "b": "2"}) == 2
    assert await vault.change({"b": "3", "c": ""}, drop=["a", "never-there"]) == 3
    assert plain(vault) == {"b": "3", "c": ""}


async def test_a_change_of_what_is_no_longer_there_is_refused(vault: Vault, home: Home, key: KeySource) -> None:
    other = await open_vault(home, key)
    await other.change({"a": "theirs"})
    with pytest.raises(ChangedMeanwhile):
        await vault.change({"a": "ours"}, expect=1)
    assert plain(await open_vault(home, key)) == {"a": "theirs"}
    assert await vault.change({"a": "ours"}, expect=2) == 3


async def test_a_change_builds_on_what_others_have_written(vault: Vault, home: Home, key: KeySource) -> None:
    other = await open_vault(home, key)
    await other.change({"theirs": "1"})
    await vault.change({"ours": "2"})
    assert plain(vault) == {"ours": "2", "theirs": "1"}


async def test_many_changes_at_once_lose_nothing(vault: Vault, home: Home, key: KeySource) -> None:
    others = [vault, *[await open_vault(home, key) for _ in range(3)]]
    await asyncio.gather(*(one.change({f"n{i}.{j}": "x"}) for i, one in enumerate(others) for j in range(3)))
    final = await open_vault(home, key)
    assert final.names() == sorted(f"n{i}.{j}" for i in range(4) for j in range(3))
    assert final.generation == 13


async def test_refreshing_takes_what_others_wrote_and_says_so(vault: Vault, home: Home, key: KeySource) -> None:
    other = await open_vault(home, key)
    assert await vault.refresh() is False
    await other.change({"a": "1"})
    assert await vault.refresh() is True
    assert plain(vault) == {"a": "1"}
    assert await vault.refresh() is False
    assert vault.status.warnings == ()


class SlowHome:
    """A home in memory, whose answers wait until they are let go."""

    place = "memory"

    def __init__(self) -> None:
        self.data: bytes | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def look(self) -> Found:
        found = Found(current=self.data)
        await self.answers.wait()
        return found

    async def change(self, work: Work, check: Check) -> Sealing | None:
        sealing = work(Found(current=self.data))
        if sealing is not None:
            check(sealing.opened.data)
            self.data = sealing.opened.data
        return sealing


async def test_a_change_while_it_is_refreshed_is_not_taken_for_an_older_vault() -> None:
    home = SlowHome()
    vault = await create_vault(home, KEY)
    home.answers.clear()
    refreshing, changing = asyncio.create_task(vault.refresh()), asyncio.create_task(vault.change({"a": "1"}))
    for _ in range(20):
        await asyncio.sleep(0)
    home.answers.set()
    assert await refreshing is False
    assert await changing == 2
    assert vault.status.warnings == ()


@pytest.mark.parametrize("name", ["", "Upper", "with space", "-first", "x" * 201, "ü"])
async def test_a_name_that_no_setting_has_is_refused(file_vault: Vault, name: str) -> None:
    with pytest.raises(Invalid):
        await file_vault.change({name: "x"})
    assert file_vault.generation == 1


@pytest.mark.parametrize("value", ["x" * 300_000, "half \ud800"])
async def test_a_value_that_no_vault_holds_is_refused_by_its_name(file_vault: Vault, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        await file_vault.change({"motto": value})
    assert refused.value.field == "motto"
    assert value not in str(refused.value)


async def test_a_vault_does_not_grow_beyond_what_opens_again(
    file_vault: Vault, file_home: FileHome, key: KeySource
) -> None:
    with pytest.raises(Invalid, match="more than the vault holds"):
        await file_vault.change({f"n{i}": "x" * 60_000 for i in range(60)})
    assert plain(await open_vault(file_home, key)) == {}


async def test_without_a_vault_it_says_that_there_is_none(home: Home, key: KeySource) -> None:
    with pytest.raises(VaultMissing):
        await open_vault(home, key)


async def test_a_second_vault_is_not_made_over_the_first(vault: Vault, home: Home, key: KeySource) -> None:
    await vault.change({"a": "1"})
    with pytest.raises(Invalid, match="already"):
        await create_vault(home, key)
    assert plain(await open_vault(home, key)) == {"a": "1"}


async def test_another_key_does_not_open_it(vault: Vault, home: Home) -> None:
    await vault.change({"a": "1"})
    with pytest.raises(Sealed, match="another"):
        await open_vault(home, KEY)
    with pytest.raises(Sealed, match="a passphrase was given") as sealed:
        await open_vault(home, PassphraseKey(PHRASE))
    assert "ATTMS_VAULT_KEY_SOURCE=file" in sealed.value.hint


async def test_rotation_makes_everything_anew_and_others_follow(vault: Vault, home: Home, key: KeySource) -> None:
    await vault.change({"a": "1"})
    other = await open_vault(home, key)
    before = await home.look()
    await vault.rotate()
    after = await home.look()
    assert sealed_parts(before.current).isdisjoint(sealed_parts(after.current))
    assert await other.refresh() is True
    assert await other.change({"b": "2"}) == 4
    assert plain(await open_vault(home, key)) == {"a": "1", "b": "2"}


async def test_after_a_change_of_key_only_the_new_one_opens_any_copy(vault: Vault, home: Home, key: KeySource) -> None:
    await vault.change({"a": "1"})
    await vault.rewrap(KEY)
    assert vault.status.key_source == "environment"
    assert plain(await open_vault(home, KEY)) == {"a": "1"}
    with pytest.raises(Sealed):
        await open_vault(home, key)
    found = await home.look()
    assert found.previous in {None, found.current}
    assert await vault.change({"b": "2"}) == 4


async def test_a_process_with_the_old_key_keeps_what_it_has_and_says_so(
    vault: Vault, home: Home, key: KeySource
) -> None:
    await vault.change({"a": "1"})
    other = await open_vault(home, key)
    await vault.rewrap(PassphraseKey(PHRASE))
    assert await other.refresh() is False
    assert plain(other) == {"a": "1"}
    assert "locked with a passphrase" in other.status.warnings[0]
    with pytest.raises(Sealed, match="locked with a passphrase"):
        await other.change({"a": "2"})


async def test_a_new_key_that_is_none_changes_nothing(vault: Vault, home: Home, key: KeySource) -> None:
    with pytest.raises(Sealed):
        await vault.rewrap(EnvironmentKey(SecretStr("short")))
    assert vault.generation == 1
    await open_vault(home, key)


async def test_an_export_comes_back_on_another_machine(vault: Vault, elsewhere: FileHome) -> None:
    await vault.change({"a": "1", "b": "ü"})
    archive = vault.export(PHRASE)
    there = await create_vault(elsewhere, KEY)
    assert await there.restore(archive, PHRASE) == 3
    assert plain(there) == {"a": "1", "b": "ü"}
    assert await there.restore(archive, PHRASE, force=True) == 4


async def test_an_older_export_is_refused_until_it_is_forced(vault: Vault, home: Home, key: KeySource) -> None:
    await vault.change({"a": "old"})
    archive = vault.export(PHRASE)
    await vault.change({"a": "new", "b": "2"})
    with pytest.raises(Invalid, match="older"):
        await vault.restore(archive, PHRASE)
    assert plain(vault) == {"a": "new", "b": "2"}
    assert await vault.restore(archive, PHRASE, force=True) == 4
    assert plain(await open_vault(home, key)) == {"a": "old"}


async def test_an_export_of_another_vault_does_not_replace_a_full_one(file_vault: Vault, elsewhere: FileHome) -> None:
    other = await create_vault(elsewhere, KEY)
    await other.change({"a": "theirs"})
    await file_vault.change({"a": "ours"})
    with pytest.raises(Invalid, match="another vault"):
        await file_vault.restore(other.export(PHRASE), PHRASE)
    assert plain(file_vault) == {"a": "ours"}


async def test_an_export_opens_with_its_own_passphrase_alone(file_vault: Vault) -> None:
    archive = file_vault.export(PHRASE)
    with pytest.raises(Invalid, match="does not open"):
        await file_vault.restore(archive, SecretStr("correct horse battery stable"))
    with pytest.raises(Invalid, match="does not open"):
        await file_vault.restore(archive[:-10], PHRASE)
    with pytest.raises(Invalid, match="at least 12"):
        file_vault.export(SecretStr("short"))


async def test_no_value_reaches_a_disk_a_log_or_what_is_printed(
    file_vault: Vault, file_home: FileHome, folder: Path, key: KeySource
) -> None:
    canary = base64.b64encode(os.urandom(24)).decode()
    with structlog.testing.capture_logs() as logs:
        await file_vault.change({"bot_secret": canary})
        await file_vault.change({"other": canary})
        await file_vault.rotate()
        await file_vault.restore(file_vault.export(PHRASE), PHRASE, force=True)
        with pytest.raises(Invalid) as refused:
            await file_vault.change({"bad name": canary})
        again = await open_vault(file_home, key)
    assert plain(again) == {"bot_secret": canary, "other": canary}
    printed = f"{again!r} {again.entries()} {again.status} {vars(again)} {refused.value} {logs}"
    lying = b"".join(path.read_bytes() for path in folder.iterdir())  # noqa: ASYNC240 - nobody else waits here
    for shown in (canary, base64.b64encode(canary.encode()).decode(), canary.encode().hex(), quote(canary, safe="")):
        assert shown not in printed
        assert shown.encode() not in lying


def sealed_parts(data: bytes | None) -> set[str]:
    """Give whatever is encrypted in a vault."""
    assert data is not None
    found = json.loads(data.splitlines()[0])
    return {found["key"]["sealed"], *(entry["sealed"] for entry in found["entries"])}
