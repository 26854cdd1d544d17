"""The set-up's use cases: read, test, save and skip steps, finish, reopen. Every face calls these and nothing beneath.

Each one looks at the stored state first: once closed, none of them does anything, whoever still holds it.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from msgspec import Struct
from msgspec.structs import replace
from pydantic import SecretStr, ValidationError

from admin.manifest_command import menu, product_version
from admin.setup import progress as stored
from admin.setup.fields import Field, Mistake, Report, bad
from admin.setup.ports import Commands, Keeping, Tools
from admin.setup.progress import CLOSED, ENTRY, Done, Outcome, Progress
from admin.setup.steps import STEPS, Reading, Step, has, read, tried
from admin.setup.steps.step import Patch
from attms_core.errors import AttmsError, Invalid, NotAllowed, NotFound
from attms_core.ports import Now
from attms_core.settings import Settings
from manifest import App, Package, UnfitApp, build

log = structlog.get_logger(__name__)

PATIENCE = 40.0
"""Seconds of one test; each call beneath has a shorter deadline of its own."""
NOT_AGAIN = "These are the same values as before, so it was not asked again: it locks a user after some refusals."
REOPEN = "On the host type: attms setup --reopen"


class SetupClosed(NotAllowed):
    """The set-up was finished."""

    code = "setup-closed"
    hint = REOPEN


class Mistaken(Invalid):
    """Some values cannot be taken; nothing was changed."""

    code = "mistaken"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(f"{each.field.label}: {each.said}" for each in mistakes))
        self.mistakes = tuple(mistakes)


class FieldState(Struct, frozen=True, kw_only=True):
    """How a field stands. A secret's value is never in it."""

    field: Field
    value: str
    is_set: bool
    is_fixed: bool
    """The environment decides it, so it cannot be changed here."""
    changed: datetime | None


class StepState(Struct, frozen=True, kw_only=True):
    """How a step stands."""

    step: Step
    fields: tuple[FieldState, ...]
    done: Done | None

    @property
    def is_done(self) -> bool:
        """Say whether it was saved, skipped, or is filled by the environment."""
        return self.done is not None or self._is_given()

    def _is_given(self) -> bool:
        needed = [each for each in self.fields if not each.field.is_optional]
        return bool(needed) and all(each.is_fixed for each in needed)


class Saved(Struct, frozen=True):
    """What became of a wish to save: the report of the test, and whether anything was saved."""

    report: Report | None
    is_saved: bool


class Setup:
    """The set-up of one installation.

    commands    what the bot understands, for the menus of the Teams app
    """

    def __init__(self, keeping: Keeping, tools: Tools, *, commands: Commands, now: Now) -> None:
        self._keeping = keeping
        self._tools = tools
        self._commands = commands
        self._now = now
        self._saving = asyncio.Lock()
        self._refused: tuple[str, Report] | None = None
        self.closed = asyncio.Event()
        """Set when this process closes the set-up."""

    @property
    def settings(self) -> Settings:
        """What is in force now."""
        return self._keeping.settings

    async def refresh(self) -> None:
        """Look whether another process has changed something, such as ``attms setup`` in a terminal."""
        await self._keeping.refresh()

    def is_closed(self) -> bool:
        """Read the stored state."""
        return bool(self._keeping.entry(CLOSED))

    def is_wanted(self) -> bool:
        """Say whether the listener is to be opened: begun and not finished, reopened, or nothing there to serve with.

        What the environment sets alone, without anybody having begun here, needs no set-up.
        """
        bot = self.settings
        can_serve = bool(bot.bot_app_id and bot.bot_secret and bot.bot_tenant_ids)
        return not self.is_closed() and (bool(self._keeping.entry(ENTRY)) or not can_serve)

    def states(self) -> list[StepState]:
        """Tell how every step stands."""
        done = self._progress()
        return [self._state(step, done) for step in STEPS]

    def state(self, name: str) -> StepState:
        """Tell how one step stands. Raises ``NotFound``."""
        return self._state(_step(name), self._progress())

    def next_step(self) -> str:
        """Name the first step that is not done; empty when all are."""
        return next((each.step.name for each in self.states() if not each.is_done), "")

    async def test(self, name: str, given: Mapping[str, str]) -> Report:
        """Test a step with what was given, and with what stands. Raises ``SetupClosed``, ``NotFound``, ``Mistaken``."""
        self._check_open()
        step = _step(name)
        return await self._test(step, self._read(step, given))

    async def save(self, name: str, given: Mapping[str, str], *, untested: bool = False) -> Saved:
        """Test and save a step; with ``untested`` save it whatever a test would say.

        Raises ``SetupClosed``, ``NotFound``, ``Mistaken`` and ``StoreUnavailable``.
        """
        self._check_open()
        step = _step(name)
        async with self._saving:
            reading = self._read(step, given)
            report = None if untested else await self._test(step, reading)
            if report is not None and not report.ok:
                return Saved(report, is_saved=False)
            self._check_open()  # a test takes its time
            await self._keeping.save(reading.patch, reason=f"set-up: {step.title}")
            await self._note(step, Outcome.UNTESTED if untested else Outcome.TESTED, reading.patch)
            log.info("setup_step_saved", step=step.name, fields=sorted(reading.patch), tested=not untested)
            return Saved(report, is_saved=True)

    async def skip(self, name: str) -> None:
        """Leave an optional step out. Raises ``SetupClosed``, ``NotFound`` and ``NotAllowed``."""
        self._check_open()
        step = _step(name)
        if not step.is_optional:
            raise NotAllowed(f"{step.title} cannot be skipped: ATTMS does not work without it.")
        async with self._saving:
            await self._note(step, Outcome.SKIPPED, {})

    async def finish(self, *, by: str) -> None:
        """Close the set-up for good. Raises ``SetupClosed``, and ``NotAllowed`` while something is missing."""
        self._check_open()
        missing = [each.step.title for each in self.states() if not each.is_done and not each.step.is_optional]
        if missing:
            raise NotAllowed(f"Not yet: {', '.join(missing)} must be set up first.")
        told = json.dumps({"at": self._now().isoformat(), "by": by})
        await self._keeping.note({CLOSED: told})
        log.info("setup_closed", by=by)
        self.closed.set()

    async def reopen(self) -> None:
        """Open a closed set-up again; only commands on the host may call this."""
        await self._keeping.note({}, drop=(CLOSED,))
        log.warning("setup_reopened")
        self.closed.clear()

    def packages(self) -> tuple[Package, Package]:
        """Make the Teams app, current and conservative. Raises ``Invalid`` with what is missing."""
        self._check_open()
        host = urlsplit(self.settings.public_url).hostname or ""
        if not self.settings.bot_app_id or not host:
            raise Invalid("The Teams app needs the bot's id and public address.", hint="Set up the bot first.")
        commands = menu(self._commands())
        try:
            return build(App(app_id=self.settings.bot_app_id, host=host, version=product_version(), commands=commands))
        except UnfitApp as error:
            raise Invalid(" ".join(error.complaints), hint="Change it in the step Bot.") from error

    def _check_open(self) -> None:
        if self.is_closed():
            raise SetupClosed("The set-up is finished and closed.")

    def _progress(self) -> Progress:
        return stored.load(self._keeping.entry(ENTRY))

    def _state(self, step: Step, done: Progress) -> StepState:
        settings, fixed = self.settings, self._keeping.fixed()
        standing = step.standing(settings)
        fields = tuple(
            FieldState(
                field=each,
                value=standing.get(each.name, ""),
                is_set=has(settings, each, step),
                is_fixed=(each.decides or each.name) in fixed,
                changed=done.changed.get(each.name),
            )
            for each in step.fields
        )
        return StepState(step=step, fields=fields, done=done.steps.get(step.name))

    def _read(self, step: Step, given: Mapping[str, str]) -> Reading:
        fixed = self._keeping.fixed()
        reading = read(step, {name: value for name, value in given.items() if name not in fixed}, self.settings)
        if reading.mistakes:
            raise Mistaken(reading.mistakes)
        return Reading({name: value for name, value in reading.patch.items() if name not in fixed}, ())

    async def _test(self, step: Step, reading: Reading) -> Report:
        try:
            settings = tried(self.settings, reading.patch)
        except ValidationError as error:
            raise Mistaken(_mistakes(step, error)) from error
        if self._refused is not None and self._refused[0] == _digest(step, settings):
            return replace(self._refused[1], said=f"{self._refused[1].said} {NOT_AGAIN}")
        try:
            async with asyncio.timeout(PATIENCE):
                report = await step.look(settings, self._tools)
        except TimeoutError:
            return bad(f"No answer within {PATIENCE:g} seconds.", "Test again in a minute.")
        except AttmsError as error:
            return bad(str(error), error.hint or "Test again in a minute.")
        self._refused = (_digest(step, settings), report) if report.is_final else self._refused
        log.info("setup_step_tested", step=step.name, ok=report.ok)
        return report

    async def _note(self, step: Step, outcome: Outcome, patch: Patch) -> None:
        done = self._progress().after(step.name, outcome, patch.keys(), self._now())
        await self._keeping.note({ENTRY: stored.dump(done)})


def _digest(step: Step, settings: Settings) -> str:
    """Tell values apart without keeping them."""
    values = {each.name: getattr(settings, each.name) for each in step.fields if each.name in Settings.model_fields}
    plain = {k: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for k, v in values.items()}
    return hashlib.sha256(json.dumps([step.name, plain], sort_keys=True).encode()).hexdigest()


def _step(name: str) -> Step:
    found = next((each for each in STEPS if each.name == name), None)
    if found is None:
        raise NotFound(f"There is no step called {name[:40]}.")
    return found


def _mistakes(step: Step, error: ValidationError) -> list[Mistake]:
    """Put what the settings say into a step's words; what belongs to no field stands at the first one."""
    names = {each.name: each for each in step.fields}
    return [
        Mistake(
            names.get(str(found["loc"][0]) if found["loc"] else "", step.fields[0]),
            str(found["msg"]).removeprefix("Value error, "),
        )
        for found in error.errors(include_input=False)
    ]
