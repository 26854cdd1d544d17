"""Several processes change, undo and take over settings in any order; a model of one dictionary says what must be."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from pathlib import Path

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from structlog.testing import capture_logs

from attms_core.config import Configuration, Verdict
from attms_core.errors import Invalid, NotFound, Unreachable
from attms_core.settings import Settings, load
from attms_core.vault import FileHome, FileKey, create_vault, open_vault
from tests.config.conftest import NOON

CANARIES = ("canary-0-7f3a9c", "canary-1-b81d44")
REFUSED = "13"
"""Days of history that no server here can go by, and that the command line knows nothing against."""
GOOD: Mapping[str, tuple[str, ...]] = {
    "poll_seconds": ("5", "60", "3600"),
    "history_days": ("1", "90", REFUSED),
    "linking": ("admin", "confirm"),
    "port": ("4000", "4001"),
    "bot_secret": CANARIES,
    "schedule.poll": ("off", "every 5m"),
}
BAD: Mapping[str, tuple[str, ...]] = {
    "poll_seconds": ("4", CANARIES[0]),
    "linking": ("maybe",),
    "port": ("70000", CANARIES[1]),
    "schedule.poll": ("soon",),
    "pol_seconds": ("60",),
    "setup.closed": ("yes",),
    "data_dir": ("/elsewhere",),
}
ENVIRONS: Mapping[str, Mapping[str, str]] = {"server": {}, "twin": {"ATTMS_POLL_SECONDS": "45"}, "command line": {}}
SERVERS = ("server", "twin")

processes = st.sampled_from(sorted(ENVIRONS))
good = st.dictionaries(st.sampled_from(sorted(GOOD)), st.integers(0, 3), min_size=1, max_size=3).map(
    lambda drawn: {name: ([*GOOD[name], None][pick % (len(GOOD[name]) + 1)]) for name, pick in drawn.items()}
)
bad = st.sampled_from([(name, value) for name, values in BAD.items() for value in values])


def check(value: str) -> None:
    if value not in GOOD["schedule.poll"]:
        raise Invalid("That is no schedule.")


class Process:
    """One that has the settings open; a server goes by them."""

    def __init__(self, name: str, configuration: Configuration, entries: Mapping[str, str]) -> None:
        self.name = name
        self.configuration = configuration
        self.entries = dict(entries)
        self.goes_by = configuration.current
        if name in SERVERS:
            configuration.follow(self.record)
            configuration.follow(self.refuse)

    async def record(self, fresh: Settings, _: frozenset[str]) -> None:
        self.goes_by = fresh

    async def refuse(self, fresh: Settings, _: frozenset[str]) -> None:
        if fresh.history_days == int(REFUSED):
            raise Unreachable("Nobody keeps so few days.")

    def in_force(self, entries: Mapping[str, str]) -> tuple[Settings, str | None]:
        return load(ENVIRONS[self.name], entries), entries.get("schedule.poll")

    def takes(self, entries: Mapping[str, str]) -> bool:
        is_news = self.in_force(entries) != self.in_force(self.entries)
        return not (is_news and self.name in SERVERS and entries.get("history_days") == REFUSED)


class Changing(RuleBasedStateMachine):
    """The settings of one vault among three processes."""

    def __init__(self) -> None:
        super().__init__()
        self.life = ExitStack()
        self.runner = self.life.enter_context(asyncio.Runner())
        folder = Path(self.life.enter_context(tempfile.TemporaryDirectory()))
        self.home, self.key = FileHome(folder / "vault.attms"), FileKey(folder / "vault.key")
        self.logs = self.life.enter_context(capture_logs())
        self.entries: dict[str, str] = {}
        self.history: list[tuple[int, dict[str, str], frozenset[str]]] = []
        self.processes: dict[str, Process] = {}
        self.verdicts: list[Verdict] = []

    def teardown(self) -> None:
        self.life.close()

    @initialize()
    def begin(self) -> None:
        self.runner.run(create_vault(self.home, self.key))
        for name in ENVIRONS:
            self.restart(name)

    @rule(name=st.sampled_from(SERVERS))
    def restart(self, name: str) -> None:
        vault = self.runner.run(open_vault(self.home, self.key))
        opened = Configuration(ENVIRONS[name], vault, now=lambda: NOON, extra={"schedule.": check})
        self.processes[name] = Process(name, opened, self.entries)

    @rule(name=processes, patch=good)
    def change(self, name: str, patch: dict[str, str | None]) -> None:
        self._expect(name, patch, lambda process: process.configuration.patch(patch, by=name))

    @rule(name=processes, patch=good, wrong=bad)
    def change_badly(self, name: str, patch: dict[str, str | None], wrong: tuple[str, str]) -> None:
        process = self.processes[name]
        told = self.runner.run(process.configuration.patch({**patch, wrong[0]: wrong[1]}, by=name))
        assert told.mistakes
        self.verdicts.append(told)

    @rule(name=processes, back=st.integers(1, 4))
    def go_back(self, name: str, back: int) -> None:
        configuration = self.processes[name].configuration
        if back > len(self.history):
            try:
                self.runner.run(configuration.rollback(10_000, by=name))
            except NotFound:
                return
            raise AssertionError("it went back to a change that never was")
        number, before, _ = self.history[-back]
        undo = {n: before.get(n) for n in {*before, *self.entries}}
        self._expect(name, undo, lambda process: process.configuration.rollback(number, by=name))

    @rule(name=processes)
    def take_over(self, name: str) -> None:
        process = self.processes[name]
        takes, is_news = (
            process.takes(self.entries),
            process.in_force(self.entries) != process.in_force(process.entries),
        )
        assert self.runner.run(process.configuration.refresh()) is (takes and is_news)
        if takes:
            process.entries = dict(self.entries)

    def _expect(
        self, name: str, patch: Mapping[str, str | None], do: Callable[[Process], Coroutine[None, None, Verdict]]
    ) -> None:
        process = self.processes[name]
        merged = {n: v for n, v in {**self.entries, **patch}.items() if v is not None}
        changed = frozenset(n for n in patch if merged.get(n) != self.entries.get(n))
        is_refused = bool(changed) and not process.takes(merged)
        try:
            told = self.runner.run(do(process))
        except Unreachable:
            assert is_refused
            return
        assert not is_refused
        assert told.changed == changed
        assert not told.mistakes
        assert told.overruled == (changed & {"poll_seconds"} if name == "twin" else frozenset())
        assert told.restart == changed & {"port"}
        self.verdicts.append(told)
        if changed:
            number = self.history[-1][0] + 1 if self.history else 1
            self.history = [*self.history, (number, self.entries, changed)][-20:]
            self.entries = process.entries = merged

    @invariant()
    def everybody_goes_by_all_of_one_state(self) -> None:
        for process in self.processes.values():
            settings, schedule = process.in_force(process.entries)
            assert process.configuration.current == settings
            assert process.configuration.of("schedule.").get("poll") == schedule
            if process.name in SERVERS:
                assert process.goes_by == settings

    @invariant()
    def what_was_stored_is_what_the_next_start_finds(self) -> None:
        if self.processes:
            found = self.runner.run(open_vault(self.home, self.key))
            opened = Configuration({}, found)
            assert {n: v.get_secret_value() for n, v in found.entries().items() if n in GOOD} == self.entries
            assert [(each.number, each.names) for each in opened.history()] == [
                (n, names) for n, _, names in self.history
            ]

    @invariant()
    def no_secret_is_told(self) -> None:
        told = repr((self.logs, self.verdicts))
        for process in self.processes.values():
            told += repr((process.configuration.read(), process.configuration.history(), vars(process.configuration)))
        sealed = Path(self.home.place).read_bytes() if self.processes else b""
        for canary in CANARIES:
            assert canary not in told
            assert canary.encode() not in sealed


TestChanging = Changing.TestCase
TestChanging.settings = profile(parent=profile.default, max_examples=20, stateful_step_count=20, deadline=None)
