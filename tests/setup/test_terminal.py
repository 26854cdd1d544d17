"""The set-up in a terminal: typed answers in, words out, and the state that is left behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
import typer
from typer.testing import CliRunner

from admin.setup import command
from admin.setup.ports import Tools
from admin.setup.setup import Setup
from attms_core.autotask.budget import Usage
from attms_core.autotask.rights import Access, Rights
from attms_core.autotask.zone import Zones
from attms_core.errors import CredentialsRefused
from attms_core.settings import Settings
from attms_core.store.trial import try_file, try_server
from bot.commands import build_router
from tests.setup.conftest import PERSON, PUBLIC, MemoryKeeping

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
APP = "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77"
TENANT = "2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65"
SECRET = "s$4~Lk#9@qW%2*vT"
AUTOTASK = ("api@larkspur-it.example", SECRET, "SANDBOXINTEGRATIONCODE00001", "")
BOT = (APP, "value~of~a~client~secret", "", TENANT, PUBLIC)


class FakeAutotask:
    """Lets in whoever has the one secret."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def zones(self) -> Zones:
        return Zones("", "https://webservices2.autotask.net/ATServicesRest/")

    async def usage(self) -> Usage:
        if not self.settings.autotask_secret or self.settings.autotask_secret.get_secret_value() != SECRET:
            raise CredentialsRefused("no")
        return Usage(12, 10_000)

    async def rights(self, entity: str) -> Rights:
        return Rights(entity=entity, query=Access.ALL, create=Access.ALL, update=Access.ALL)

    async def ticket_by_number(self, number: str, *, urgent: bool = False) -> None:
        return None


async def entra(**_: Any) -> dict[str, Any]:
    return {"access_token": "a.b.c"}


class Terminal:
    """Runs the command over one vault, as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keeping = MemoryKeeping({"ATTMS_DATA_DIR": str(folder / "data")})

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Setup]:
        tools = Tools(autotask=FakeAutotask, token=entra, try_file=try_file, try_server=try_server)
        yield Setup(self.keeping, tools, commands=lambda: build_router().commands, now=lambda: NOW)

    def run(self, *options: str, answers: tuple[str, ...] = ()) -> Any:
        app = typer.Typer()
        app.command()(command.make(self.open))
        typed = "".join(f"{each}\n" for each in answers)
        return CliRunner().invoke(app, ["--out", str(self.folder / "teams"), *options], input=typed)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_newcomer_goes_from_nothing_to_finished(terminal: Terminal) -> None:
    result = terminal.run(answers=(*AUTOTASK, *BOT, "sqlite", PERSON, "n", "y"))
    assert result.exit_code == 0, result.output
    assert "zone webservices2.autotask.net" in result.output
    assert "read-only until writing is switched on" in result.output
    assert f"{PUBLIC}/api/messages" in result.output
    assert (terminal.folder / "teams" / "attms.zip").exists()
    assert terminal.keeping.settings.administrators == (PERSON,)
    assert terminal.keeping.entry("setup.closed")


def test_secrets_are_never_printed(terminal: Terminal) -> None:
    terminal.run(answers=(*AUTOTASK, *BOT, "sqlite", PERSON, "n", "n"))
    again = terminal.run(answers=("y", "", "", "", "", "n", "n", "n", "n", "n"))
    assert SECRET not in again.output
    assert "[set; Enter keeps it]" in again.output
    assert terminal.keeping.kept["autotask_secret"] == SECRET


def test_it_can_be_left_and_resumed(terminal: Terminal) -> None:
    left = terminal.run(answers=(*AUTOTASK, APP))
    assert left.exit_code == 1
    assert "To go on, type: attms setup" in left.output
    resumed = terminal.run(answers=("n", *BOT, "", PERSON, "n", "y"))
    assert "1. AutoTask (works, 2026-11-24 09:30 UTC)" in resumed.output
    assert resumed.exit_code == 0, resumed.output


def test_a_wrong_secret_is_said_in_words_and_asked_again(terminal: Terminal) -> None:
    wrong = (AUTOTASK[0], "another-secret", AUTOTASK[2], "")
    result = terminal.run(answers=(*wrong, "again", *AUTOTASK))
    assert "refuses its secret" in result.output
    assert "AutoTask lets ATTMS in." in result.output
    assert terminal.keeping.kept["autotask_secret"] == SECRET


def test_it_can_be_saved_all_the_same(terminal: Terminal) -> None:
    wrong = (AUTOTASK[0], "another-secret", AUTOTASK[2], "")
    terminal.run(answers=(*wrong, "save"))
    assert terminal.keeping.kept["autotask_secret"] == "another-secret"


def test_pasted_lines_answer_the_fields_that_they_name(terminal: Terminal) -> None:
    lines = (f"AUTOTASK_SECRET={SECRET}", f"Username={AUTOTASK[0]}", f"code={AUTOTASK[2]}", "")
    terminal.run(answers=lines)
    assert terminal.keeping.settings.autotask_user == AUTOTASK[0]
    assert terminal.keeping.settings.is_connected


def test_a_file_of_values_asks_nothing(terminal: Terminal, tmp_path: Path) -> None:
    values = tmp_path / "values"
    values.write_text(
        f"ATTMS_AUTOTASK_USER={AUTOTASK[0]}\nATTMS_AUTOTASK_SECRET='{SECRET}'\n"
        f"ATTMS_AUTOTASK_INTEGRATION_CODE={AUTOTASK[2]}\nATTMS_BOT_APP_ID={APP}\nATTMS_BOT_SECRET={BOT[1]}\n"
        f"ATTMS_BOT_TENANT_IDS={TENANT}\nATTMS_PUBLIC_URL={BOT[-1]}\nengine=sqlite\nadministrators={PERSON}\n",
        encoding="utf-8",
    )
    result = terminal.run("--values", str(values), "--finish")
    assert result.exit_code == 0, result.output
    assert terminal.keeping.entry("setup.closed")


def test_a_file_with_a_mistake_says_which_and_leaves_with_a_code(terminal: Terminal, tmp_path: Path) -> None:
    values = tmp_path / "values"
    values.write_text("ATTMS_BOT_APP_ID=nonsense\n", encoding="utf-8")
    result = terminal.run("--values", str(values))
    assert result.exit_code == 1
    assert "Application (client) ID: There is no id in this." in result.output


def test_a_file_that_is_missing_is_said_to_be(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal.run("--values", str(tmp_path / "nothing"))
    assert result.exit_code == 1
    assert "No such file" in result.output


def test_closed_is_closed_until_it_is_reopened_here(terminal: Terminal) -> None:
    terminal.run(answers=(*AUTOTASK, *BOT, "sqlite", PERSON, "n", "y"))
    closed = terminal.run()
    assert closed.exit_code == 1
    assert "attms setup --reopen" in closed.output
    assert terminal.run("--reopen").exit_code == 0
    assert not terminal.keeping.entry("setup.closed")
