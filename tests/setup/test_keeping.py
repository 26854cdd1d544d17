"""What the set-up is told lies in a real vault, and is there again after a restart."""

import asyncio
from pathlib import Path

import pytest

from admin.setup.keeping import VaultKeeping
from admin.setup.progress import CLOSED
from admin.setup.setup import Setup
from attms_core.config import Configuration
from attms_core.errors import Invalid
from attms_core.vault import FILE, FileHome, Vault, create_vault, key_source, open_vault
from bot.commands import build_router
from tests.setup.test_steps import tools
from tests.setup.test_terminal import AUTOTASK, NOW, SECRET


async def opened(folder: Path, *, is_new: bool = False, **environ: str) -> tuple[Vault, Setup]:
    source = key_source({}, folder)
    vault = await (create_vault if is_new else open_vault)(FileHome(folder / FILE), source)
    keeping = VaultKeeping(vault, Configuration(environ, vault))
    return vault, Setup(keeping, tools(), commands=lambda: build_router().commands, now=lambda: NOW)


VALUES = {"autotask_user": AUTOTASK[0], "autotask_secret": SECRET, "autotask_integration_code": AUTOTASK[2]}


async def test_what_was_saved_is_there_after_a_restart_and_sealed_on_the_disk(tmp_path: Path) -> None:
    _, setup = await opened(tmp_path, is_new=True)
    assert (await setup.save("autotask", VALUES)).is_saved
    _, again = await opened(tmp_path)
    assert again.settings.is_connected
    state = again.state("autotask")
    assert state.is_done
    assert [each.value for each in state.fields if each.field.is_secret] == ["", ""]
    assert SECRET.encode() not in on_the_disk(tmp_path)


def on_the_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


async def test_closed_survives_a_restart_until_it_is_reopened(tmp_path: Path) -> None:
    vault, setup = await opened(tmp_path, is_new=True)
    await vault.change({CLOSED: "{}"})
    _, again = await opened(tmp_path)
    assert again.is_closed()
    await again.reopen()
    await setup.refresh()
    assert not setup.is_closed()


async def test_the_set_up_is_wanted_until_it_is_finished(tmp_path: Path) -> None:
    vault, setup = await opened(tmp_path, is_new=True)
    assert setup.is_wanted()
    bot = {"bot_app_id": "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77", "bot_secret": "a~secret", "bot_tenant_ids": "t"}
    beside, _ = await opened(tmp_path)
    await Configuration({}, beside).patch(bot, by="the command line")
    await setup.refresh()
    assert not setup.is_wanted()
    await setup.skip("graph")
    assert setup.is_wanted()
    await vault.change({CLOSED: "{}"})
    assert not setup.is_wanted()
    await setup.reopen()
    assert setup.is_wanted()


async def test_what_the_configuration_refuses_is_told_and_nothing_is_saved(tmp_path: Path) -> None:
    vault, _ = await opened(tmp_path, is_new=True)
    keeping = VaultKeeping(vault, Configuration({}, vault))
    with pytest.raises(Invalid, match="POLL_SECONDS"):
        await keeping.save({"poll_seconds": "never"}, reason="a test")
    assert vault.names() == []


async def test_the_environment_decides_also_by_a_file(tmp_path: Path) -> None:
    vault, _ = await opened(tmp_path, is_new=True)
    secret = tmp_path / "bot"
    await asyncio.to_thread(secret.write_text, "a~secret")
    environ = {"ATTMS_BOT_SECRET_FILE": str(secret), "ATTMS_PUBLIC_URL": "https://x.example", "PATH": "/bin"}
    assert VaultKeeping(vault, Configuration(environ, vault)).fixed() == {"bot_secret", "public_url"}
