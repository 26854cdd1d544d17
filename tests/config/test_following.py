"""Those who go by the settings go by all of a change, or by nothing of it, whatever goes wrong on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from attms_core.config import Configuration
from attms_core.errors import StoreUnavailable, Unreachable
from attms_core.settings import Settings
from attms_core.vault import FileHome, FileKey, Home, Vault, create_vault, open_vault
from attms_core.vault.homes import Check, Found, Sealing, Work
from tests.config.conftest import NOON, make

BAD = 13
"""Days of history that nobody here goes by."""


class Disk:
    """A home whose disk fills up when a test says so."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.is_full = False

    @property
    def place(self) -> str:
        return self._home.place

    async def look(self) -> Found:
        return await self._home.look()

    async def change(self, work: Work, check: Check) -> Sealing | None:
        if self.is_full:
            raise StoreUnavailable("No space left on device.")
        return await self._home.change(work, check)


class Server:
    """Somebody who goes by the days of history, and remembers by which."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.days: list[int] = []
        self.names: list[frozenset[str]] = []
        configuration.follow(self.follow)

    async def follow(self, fresh: Settings, names: frozenset[str]) -> None:
        assert self.configuration.current == fresh
        self.days.append(fresh.history_days)
        self.names.append(names)


def refuse(error: Exception) -> Callable[[Settings, frozenset[str]], Awaitable[None]]:
    async def follower(fresh: Settings, _: frozenset[str]) -> None:
        if fresh.history_days == BAD:
            raise error

    return follower


@pytest.mark.parametrize("error", [Unreachable("Nobody answers."), ValueError("our own bug")])
async def test_whatever_a_follower_raises_the_change_is_undone(vault: Vault, error: Exception) -> None:
    settings = make(vault)
    await settings.patch({"history_days": "90"}, by="ana")
    first, second = Server(settings), Server(settings)
    settings.follow(refuse(error))
    with pytest.raises(type(error)):
        await settings.patch({"history_days": str(BAD), "poll_seconds": "60"}, by="ana")
    assert first.days == second.days == [BAD, 90]
    assert (settings.current.history_days, settings.current.poll_seconds) == (90, 30)
    assert [each.number for each in settings.history()] == [1]
    assert "poll_seconds" not in vault.names()


async def test_a_follower_that_cannot_go_back_hinders_nobody_else(vault: Vault) -> None:
    settings = make(vault)
    server = Server(settings)

    async def one_way(fresh: Settings, _: frozenset[str]) -> None:
        if fresh.history_days != BAD:
            raise Unreachable("The old one is gone.")

    settings.follow(one_way)
    settings.follow(refuse(Unreachable("Nobody answers.")))
    with pytest.raises(Unreachable, match="Nobody answers"):
        await settings.patch({"history_days": str(BAD)}, by="ana")
    assert server.days == [BAD, 365]
    assert settings.current == Settings()
    assert "history_days" not in vault.names()


async def test_a_change_that_is_broken_off_is_undone(vault: Vault) -> None:
    settings, reached = make(vault), asyncio.Event()
    server = Server(settings)

    async def never(fresh: Settings, _: frozenset[str]) -> None:
        if fresh.history_days == BAD:
            reached.set()
            await asyncio.Event().wait()

    settings.follow(never)
    change = asyncio.create_task(settings.patch({"history_days": str(BAD)}, by="ana"))
    await reached.wait()
    change.cancel()
    with pytest.raises(asyncio.CancelledError):
        await change
    assert (settings.current, server.days, settings.history()) == (Settings(), [BAD, 365], [])
    assert not (await settings.patch({"history_days": "90"}, by="ana")).mistakes


async def test_only_what_is_another_now_is_told(vault: Vault) -> None:
    settings = make(vault, {"ATTMS_POLL_SECONDS": "45"})
    server = Server(settings)
    await settings.patch({"poll_seconds": "60"}, by="ana")
    await settings.patch({"history_days": "365"}, by="ana")
    assert server.names == []
    await settings.patch({"history_days": "90", "poll_seconds": "70"}, by="ana")
    assert server.names == [{"history_days"}]


async def test_a_full_disk_leaves_the_bad_change_stored_and_the_next_look_takes_it_out(
    home: FileHome, key: FileKey
) -> None:
    disk = Disk(home)
    settings = make(await create_vault(disk, key))

    async def follower(fresh: Settings, _: frozenset[str]) -> None:
        if fresh.history_days == BAD:
            disk.is_full = True
            raise Unreachable("Nobody answers.")

    settings.follow(follower)
    with pytest.raises(Unreachable):
        await settings.patch({"history_days": str(BAD)}, by="ana")
    assert settings.current == Settings()
    with pytest.raises(StoreUnavailable):
        await settings.refresh()
    assert settings.current == Settings()
    disk.is_full = False
    assert not await settings.refresh()
    assert (settings.current, settings.history()) == (Settings(), [])
    assert make(await open_vault(home, key)).current == Settings()


async def test_what_was_undone_once_may_be_done_again(vault: Vault) -> None:
    settings, is_up = make(vault), False

    async def follower(_: Settings, __: frozenset[str]) -> None:
        if not is_up:
            raise Unreachable("Nobody answers.")

    settings.follow(follower)
    with pytest.raises(Unreachable):
        await settings.patch({"history_days": "90"}, by="ana")
    is_up = True
    await settings.patch({"history_days": "90"}, by="ana")
    generation = settings.generation
    assert not await settings.refresh()
    assert (settings.current.history_days, settings.generation) == (90, generation)


async def test_what_somebody_else_changes_meanwhile_stays_when_a_change_is_undone(vault: Vault, other: Vault) -> None:
    here, there = make(vault), make(other)

    async def follower(fresh: Settings, _: frozenset[str]) -> None:
        if fresh.history_days == BAD:
            await there.patch({"poll_seconds": "60", "linking": "admin"}, by="bob")
            raise Unreachable("Nobody answers.")

    here.follow(follower)
    with pytest.raises(Unreachable):
        await here.patch({"history_days": str(BAD), "poll_seconds": "50"}, by="ana")
    assert await here.refresh()
    assert (here.current.history_days, here.current.poll_seconds) == (365, 60)
    assert [each.by for each in here.history()] == ["bob"]


async def test_a_bad_change_here_does_not_hide_what_another_process_has_changed(vault: Vault, other: Vault) -> None:
    here, there = make(vault), make(other)
    server = Server(here)
    await there.patch({"history_days": "90"}, by="bob")
    assert (await here.patch({"port": "high"}, by="ana")).mistakes
    assert await here.refresh()
    assert server.days == [90]


async def test_an_entry_of_another_subject_does_not_hide_what_another_process_has_changed(
    vault: Vault, other: Vault
) -> None:
    here, there = make(vault), make(other)
    await there.patch({"history_days": "90"}, by="bob")
    await vault.change({"setup.progress": "half"})
    assert await here.refresh()
    assert here.current.history_days == 90
    assert not await here.refresh()


async def test_what_cannot_be_taken_over_now_is_tried_again_after_a_minute(vault: Vault, other: Vault) -> None:
    now = NOON
    tried: list[datetime] = []
    is_up = False

    async def follower(fresh: Settings, _: frozenset[str]) -> None:
        tried.append(now)
        if not is_up:
            raise Unreachable("Nobody answers.")

    here, there = Configuration({}, vault, now=lambda: now), make(other)
    here.follow(follower)
    await there.patch({"history_days": "90"}, by="bob")
    assert not await here.refresh()
    is_up = True
    now += timedelta(seconds=59)
    assert not await here.refresh()
    now += timedelta(seconds=1)
    assert await here.refresh()
    assert (here.current.history_days, tried) == (90, [NOON, NOON + timedelta(seconds=60)])


async def test_settings_from_elsewhere_that_do_not_hold_together_change_nothing_here(
    vault: Vault, other: Vault
) -> None:
    here = make(vault)
    await other.change({"poll_seconds": "never"})
    assert not await here.refresh()
    assert here.current == Settings()
    await other.change({"poll_seconds": "60"})
    assert await here.refresh()
    assert here.current.poll_seconds == 60
