"""The demo as a whole, without a chat window and with a bot that does nothing."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attms_core.settings import Settings
from demo.personas import Personas
from demo.problems import CannotShow
from demo.run import Options, run

SMALL = Options(has_window=False, tickets=12)


class Bot:
    """Serves nobody, and remembers what it was given."""

    def __init__(self, *, is_slow: bool = False, problem: CannotShow | None = None) -> None:
        self.settings: Settings | None = None
        self.personas: Personas | None = None
        self.is_closed = False
        self._is_slow = is_slow
        self._problem = problem

    @contextlib.asynccontextmanager
    async def serve(self, settings: Settings, *, personas: Personas) -> AsyncIterator["Bot"]:
        self.settings, self.personas = settings, personas
        (settings.data_dir / "attms.db").touch()
        try:
            yield self
        finally:
            self.is_closed = True

    async def first_data(self) -> None:
        if self._problem:
            raise self._problem
        if self._is_slow:
            await asyncio.Event().wait()


class Terminal:
    """Hears what is said, and presses Ctrl-C (or what is asked) when it hears certain words."""

    def __init__(self, words: str = "Ctrl-C stops", *, number: signal.Signals = signal.SIGINT) -> None:
        self.heard: list[str] = []
        self._words = words
        self._number = number

    def __call__(self, said: str) -> None:
        self.heard.append(said)
        if self._words in said:
            os.kill(os.getpid(), self._number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_closes_everything_and_ends_well(number: signal.Signals) -> None:
    bot, terminal = Bot(), Terminal(number=number)
    assert await run(bot.serve, SMALL, say=terminal) == 0
    assert bot.is_closed
    assert bot.settings is not None
    assert not bot.settings.data_dir.exists()
    assert terminal.heard[-1] == "Everything is closed and cleared away."


async def test_a_signal_before_the_data_is_here_ends_well_too() -> None:
    bot = Bot(is_slow=True)
    assert await run(bot.serve, SMALL, say=Terminal("Reading the service desk")) == 0
    assert bot.is_closed


async def test_impatience_does_not_disturb_the_clearing_up() -> None:
    bot, terminal = Bot(), Terminal("C")  # "Closing ..." and "Everything is closed" are heard after the first one
    assert await run(bot.serve, SMALL, say=terminal) == 0
    assert bot.is_closed


async def test_a_problem_is_told_in_words() -> None:
    bot, terminal = Bot(problem=CannotShow("The moon is full.", hint="Wait a week.")), Terminal()
    assert await run(bot.serve, SMALL, say=terminal) == 1
    assert bot.is_closed
    assert terminal.heard[-2:] == ["\nThe demo cannot go on. The moon is full.", "Wait a week."]


async def test_a_terminal_that_is_gone_does_not_keep_anything_open() -> None:
    bot, heard = Bot(), Terminal()

    def gone(said: str) -> None:
        heard(said)
        raise BrokenPipeError

    assert await run(bot.serve, SMALL, say=gone) == 0
    assert bot.is_closed


async def test_the_bot_is_set_up_for_the_sandbox_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTMS_AUTOTASK_USER", "somebody@real.example")
    bot = Bot()
    await run(bot.serve, SMALL, say=Terminal())
    assert bot.settings is not None
    assert bot.settings.is_connected
    assert bot.settings.autotask_writes
    assert bot.settings.allow_loopback
    assert bot.settings.host == "127.0.0.1"
    assert bot.settings.autotask_zone_url.startswith("http://127.0.0.1:")
    assert bot.settings.autotask_user != "somebody@real.example"
    assert len({bot.settings.port, bot.settings.admin_port}) == 2


async def test_the_bot_is_given_the_parts_to_play() -> None:
    bot = Bot()
    counts: list[int] = []

    class Asking(Terminal):
        def __call__(self, said: str) -> None:
            if "Reading" in said and bot.personas:
                counts.extend(one.open_tickets for one in bot.personas.technicians())
            super().__call__(said)

    await run(bot.serve, SMALL, say=Asking())
    assert counts
    assert counts[0] > 0
