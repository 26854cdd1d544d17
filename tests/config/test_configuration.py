"""Settings change whole or not at all, the environment wins, and no secret is told."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from attms_core.config import Configuration, open_configuration
from attms_core.errors import ChangedMeanwhile, Invalid, NotFound, OperatorNeeded, Unreachable
from attms_core.settings import Settings, SettingsError, Source
from attms_core.vault import FileHome, FileKey, Vault, create_vault, open_vault
from tests.config.conftest import NOON, make

CANARY = "hunter2-canary-5f1d"


def told(configuration: Configuration, name: str) -> tuple[str | None, Source]:
    [found] = [each for each in configuration.read() if each.name == name]
    return found.value, found.source


async def test_a_change_is_in_force_at_once_and_after_a_restart(vault: Vault, home: FileHome, key: FileKey) -> None:
    settings = make(vault)
    verdict = await settings.patch({"poll_seconds": "60", "linking": "admin"}, by="ana", reason="calm")
    assert verdict.changed == {"poll_seconds", "linking"}
    assert not verdict.mistakes
    assert (settings.current.poll_seconds, told(settings, "linking")) == (60, ("admin", Source.VAULT))
    again = make(await open_vault(home, key))
    assert again.current.poll_seconds == 60
    assert [(each.number, each.by, each.reason, each.when) for each in again.history()] == [(1, "ana", "calm", NOON)]


async def test_all_mistakes_are_told_and_nothing_changes(vault: Vault) -> None:
    settings = make(vault)
    verdict = await settings.patch({"poll_secnods": "60", "port": "high", "history_days": "90"}, by="ana")
    assert any("did you mean poll_seconds?" in mistake for mistake in verdict.mistakes)
    assert (settings.current, vault.generation, settings.history()) == (Settings(), 1, [])
    wrong = settings.check({"port": "high", "poll_seconds": "1"})
    assert {mistake.split(":")[0] for mistake in wrong.mistakes} == {"ATTMS_PORT", "ATTMS_POLL_SECONDS"}


async def test_names_and_values_are_told_together(vault: Vault) -> None:
    verdict = make(vault).check({"poll_secnods": "60", "port": "high", "data_dir": "/x", "bot_secret": "\ud800"})
    assert [mistake.split(" ")[0] for mistake in verdict.mistakes] == [
        "poll_secnods",
        "data_dir",
        "bot_secret:",
        "ATTMS_PORT:",
    ]


@pytest.mark.parametrize("name", ["config.history", "setup.closed", "schedule.", "schedule.Poll", "schedule.a b", ""])
async def test_entries_that_are_no_settings_are_not_changed_by_this_door(vault: Vault, name: str) -> None:
    settings = Configuration({}, vault, extra={"schedule.": str})
    verdict = settings.check({name: "off"})
    assert bool(verdict.mistakes) is (name != "schedule.")
    assert (await settings.patch({name: "off"}, by="ana")).mistakes == verdict.mistakes


async def test_settings_that_do_not_hold_together_are_refused(vault: Vault) -> None:
    verdict = await make(vault).patch({"autotask_user": "api@example.com"}, by="ana")
    assert any("AUTOTASK_SECRET is missing" in mistake for mistake in verdict.mistakes)


async def test_the_environment_wins_and_the_verdict_says_so(vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from a file")
    settings = make(vault, {"ATTMS_POLL_SECONDS": "45", "ATTMS_BOT_SECRET_FILE": str(file)})
    verdict = await settings.patch({"poll_seconds": "60", "bot_secret": "x", "history_days": "10"}, by="ana")
    assert verdict.overruled == {"poll_seconds", "bot_secret"}
    assert settings.current.poll_seconds == 45
    assert told(settings, "poll_seconds") == ("45", Source.ENVIRONMENT)
    assert told(settings, "bot_secret") == ("********", Source.FILE)
    assert settings.current.history_days == 10


@pytest.mark.parametrize("name", ["ATTMS_POLL_SECONDS", "ATTMS_LINKING", "ATTMS_PUBLIC_URL"])
async def test_a_bad_value_is_refused_even_where_the_environment_hides_it(vault: Vault, name: str) -> None:
    given = {"ATTMS_POLL_SECONDS": "45", "ATTMS_LINKING": "admin", "ATTMS_PUBLIC_URL": "https://desk.example.com"}
    setting = name.removeprefix("ATTMS_").lower()
    verdict = await make(vault, given).patch({setting: "ftp://nothing"}, by="ana")
    assert [mistake.split(" ")[0].rstrip(":") for mistake in verdict.mistakes] == [name]
    assert not make(vault, given).check({setting: None}).mistakes


async def test_a_part_that_the_environment_gives_need_not_be_stored(vault: Vault) -> None:
    given = {"ATTMS_AUTOTASK_USER": "a@b.example", "ATTMS_AUTOTASK_SECRET": "s", "ATTMS_AUTOTASK_INTEGRATION_CODE": "c"}
    settings = make(vault, given)
    assert (await settings.patch({"autotask_user": "other@b.example"}, by="ana")).overruled == {"autotask_user"}
    assert (await settings.patch({"autotask_user": None}, by="ana")).changed == {"autotask_user"}


async def test_a_file_that_the_environment_names_is_read_anew_with_every_change(vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("one")
    settings = make(vault, {"ATTMS_BOT_SECRET_FILE": str(file)})
    file.write_text("two")
    await settings.patch({"history_days": "10"}, by="ana")
    assert settings.current.bot_secret is not None
    assert settings.current.bot_secret.get_secret_value() == "two"


async def test_what_is_read_once_waits_for_a_restart(vault: Vault) -> None:
    verdict = make(vault).check({"port": "4000", "poll_seconds": "60"})
    assert verdict.restart == {"port"}
    assert make(vault, {"ATTMS_PORT": "5000"}).check({"port": "4000"}).restart == frozenset()


async def test_what_tells_where_the_vault_is_cannot_stand_in_it(vault: Vault) -> None:
    verdict = await make(vault).patch({"data_dir": "/elsewhere"}, by="ana")
    assert "ATTMS_DATA_DIR" in verdict.mistakes[0]


async def test_without_a_vault_settings_are_read_and_not_changed() -> None:
    settings = make(None, {"ATTMS_POLL_SECONDS": "45"})
    assert settings.current.poll_seconds == 45
    assert settings.generation == 0
    with pytest.raises(OperatorNeeded, match="no vault"):
        await settings.patch({"poll_seconds": "60"}, by="ana")


async def test_a_change_meant_for_another_generation_is_refused(vault: Vault) -> None:
    settings = make(vault)
    await settings.patch({"poll_seconds": "60"}, by="ana")
    with pytest.raises(ChangedMeanwhile):
        await settings.patch({"poll_seconds": "70"}, by="bob", expect=1)
    with pytest.raises(ChangedMeanwhile):
        await settings.patch({"poll_seconds": "60"}, by="bob", expect=1)
    assert settings.current.poll_seconds == 60
    assert not (await settings.patch({"poll_seconds": "70"}, by="bob", expect=2)).mistakes


async def test_a_follower_that_cannot_go_by_it_undoes_the_change(vault: Vault, home: FileHome, key: FileKey) -> None:
    settings = make(vault)
    goes_by: list[int] = []

    async def first(fresh: Settings, names: frozenset[str]) -> None:
        assert names >= {"poll_seconds"}
        goes_by.append(fresh.poll_seconds)

    async def refuses(fresh: Settings, _: frozenset[str]) -> None:
        if fresh.poll_seconds == 60:
            raise Unreachable("Nobody answers there.")

    settings.follow(first)
    settings.follow(refuses)
    with pytest.raises(Unreachable):
        await settings.patch({"poll_seconds": "60", "history_days": "9"}, by="ana")
    assert goes_by == [60, 30]
    assert settings.current == Settings()
    assert settings.history() == []
    assert make(await open_vault(home, key)).current == Settings()
    await settings.patch({"poll_seconds": "61"}, by="ana")
    assert (settings.current.poll_seconds, goes_by) == (61, [60, 30, 61])


async def test_one_goes_back_to_before_a_change_and_back_again(vault: Vault) -> None:
    settings = make(vault)
    for seconds in ("40", "50", "60"):
        await settings.patch({"poll_seconds": seconds}, by="ana")
    await settings.rollback(2, by="bob")
    assert settings.current.poll_seconds == 40
    await settings.rollback(4, by="bob")
    assert settings.current.poll_seconds == 60
    await settings.rollback(1, by="bob")
    assert told(settings, "poll_seconds") == ("30", Source.DEFAULT)
    with pytest.raises(NotFound):
        await settings.rollback(99, by="bob")


async def test_twenty_changes_are_remembered(vault: Vault) -> None:
    settings = make(vault)
    for seconds in range(25):
        await settings.patch({"poll_seconds": str(100 + seconds)}, by="ana")
    assert [each.number for each in settings.history()] == list(range(6, 26))


async def test_one_goes_back_to_before_a_change_that_another_process_has_made(vault: Vault, other: Vault) -> None:
    here, there = make(vault), make(other)
    await there.patch({"poll_seconds": "60"}, by="bob")
    await here.rollback(1, by="ana")
    assert told(here, "poll_seconds") == ("30", Source.DEFAULT)


async def test_large_changes_shorten_the_history_and_never_outgrow_the_vault(vault: Vault) -> None:
    settings = make(vault)
    for each in range(6):
        await settings.patch({"public_url": f"https://desk.example.com/{'x' * 60_000}/{each}"}, by="ana")
    assert [each.number for each in settings.history()] == [5, 6]
    await settings.rollback(6, by="ana")
    assert settings.current.public_url.endswith("/4")
    await settings.patch({"public_url": f"https://desk.example.com/{'x' * 150_000}"}, by="ana")
    await settings.patch({"public_url": None}, by="ana")
    await settings.rollback(9, by="ana")
    assert len(settings.current.public_url) > 150_000


async def test_an_empty_secret_is_shown_as_none(vault: Vault) -> None:
    settings = make(vault)
    await settings.patch({"graph_secret": ""}, by="ana")
    assert told(settings, "graph_secret") == (None, Source.VAULT)


async def test_the_vault_s_own_key_is_not_kept() -> None:
    settings = make(None, {"ATTMS_VAULT_KEY": CANARY})
    assert CANARY not in repr(vars(settings))


async def test_what_another_process_changes_is_taken_over(vault: Vault, other: Vault) -> None:
    here, there = make(vault), make(other)
    heard: list[frozenset[str]] = []

    async def follower(_: Settings, names: frozenset[str]) -> None:
        heard.append(names)

    here.follow(follower)
    assert not await here.refresh()
    await there.patch({"poll_seconds": "60"}, by="bob")
    assert await here.refresh()
    assert here.current.poll_seconds == 60
    assert "poll_seconds" in heard[0]
    await here.patch({"history_days": "30"}, by="ana")
    await there.patch({"history_days": "40"}, by="bob")
    assert there.current.poll_seconds == 60
    assert [each.by for each in there.history()] == ["bob", "ana", "bob"]


async def test_many_changes_at_once_are_made_one_after_the_other(vault: Vault) -> None:
    settings = make(vault)
    await asyncio.gather(*(settings.patch({"poll_seconds": str(100 + each)}, by="ana") for each in range(8)))
    assert len(settings.history()) == 8
    assert settings.current.poll_seconds == int(vault.entries()["poll_seconds"].get_secret_value())


async def test_entries_of_another_subject_are_checked_by_it(vault: Vault) -> None:
    settings = make(vault)

    def check(value: str) -> None:
        if value != "off":
            raise Invalid("No such time.", hint="Say: off.")

    settings.check_by("schedule.", check)
    assert (await settings.patch({"schedule.poll": "soon"}, by="ana")).mistakes == (
        "schedule.poll: No such time. Say: off.",
    )
    await settings.patch({"schedule.poll": "off"}, by="ana")
    assert settings.of("schedule.") == {"poll": "off"}


async def test_no_secret_is_told_anywhere(vault: Vault) -> None:
    settings = make(vault)
    with capture_logs() as logs:
        await settings.patch({"bot_secret": CANARY}, by="ana")
        verdict = await settings.patch({"bot_secret": f"{CANARY}-2", "port": CANARY}, by="ana")
        await settings.patch({"bot_secret": None}, by="ana")
        await settings.rollback(2, by="ana")
    shown = [settings.read(), settings.history(), verdict, settings.current, logs, settings]
    assert CANARY not in repr(shown)
    assert settings.current.bot_secret is not None
    assert settings.current.bot_secret.get_secret_value() == CANARY
    assert CANARY.encode() not in vault_bytes(vault)


def vault_bytes(vault: Vault) -> bytes:
    return Path(vault.status.home).read_bytes()


async def test_opening_finds_the_vault_or_none_or_says_why_it_stays_sealed(tmp_path: Path) -> None:
    environ = {"ATTMS_DATA_DIR": str(tmp_path / "data"), "ATTMS_POLL_SECONDS": "45"}
    (tmp_path / "data").mkdir(mode=0o700)
    assert (await open_configuration(environ)).must().vault is None
    home, key = FileHome(tmp_path / "data" / "vault.attms"), FileKey(tmp_path / "data" / "vault.key")
    await make(await create_vault(home, key)).patch({"history_days": "12"}, by="ana")
    opened = (await open_configuration(environ)).must()
    assert (opened.current.poll_seconds, opened.current.history_days) == (45, 12)
    (tmp_path / "data" / "vault.key").unlink()
    sealed = await open_configuration(environ)
    assert sealed.configuration is None
    assert sealed.sealed is not None
    assert "key" in str(sealed.sealed)


async def test_settings_that_do_not_hold_together_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ATTMS_PORT"):
        await open_configuration({"ATTMS_DATA_DIR": str(tmp_path), "ATTMS_PORT": "high"})
