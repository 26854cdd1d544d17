"""Settings from the command line: read, set, unset, check, look back, go back. Secrets are asked for, never shown.

A running server makes the change itself, so that it takes it over at once; without one the vault is changed here.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Protocol

import typer

from admin.cli.openers import Openers
from admin.cli.shapes import MASK, History, Outcome, Revision, Setting, Settings
from admin.cli.work import actor, ask, nearest, reached, run, take_down
from admin.control import Control, Refused
from admin.voice import AsJson, Voice, when
from attms_core.config import Configuration, Verdict
from attms_core.config.values import Patch
from attms_core.errors import Invalid, NotFound
from attms_core.settings import Settings as Known
from attms_core.settings import secret_names

ALL = "/api/v1/config"
Reason = Annotated[str, typer.Option(help="Stands in the history.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A setting, such as poll_seconds.")]
UNCHANGED = 422
DEFAULT = "default"


class Face(Protocol):
    """The settings, of a running server or of the vault itself."""

    async def read(self) -> Settings:
        """Give all."""
        ...

    async def check(self, patch: Patch) -> Outcome:
        """Say what a change would mean."""
        ...

    async def patch(self, patch: Patch, reason: str) -> Outcome:
        """Change all or nothing."""
        ...

    async def history(self) -> History:
        """List the last changes."""
        ...

    async def rollback(self, number: int) -> Outcome:
        """Go back."""
        ...


class Served:
    """The settings of the server that runs here."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def read(self) -> Settings:
        """Give all."""
        return Settings.model_validate_json(await self._control.ask("GET", ALL))

    async def check(self, patch: Patch) -> Outcome:
        """Say what a change would mean."""
        return await self._outcome("validate", {"changes": dict(patch)})

    async def patch(self, patch: Patch, reason: str) -> Outcome:
        """Change all or nothing."""
        return await self._outcome("update", {"changes": dict(patch), "reason": reason})

    async def history(self) -> History:
        """List the last changes."""
        return History.model_validate_json(await self._control.ask("GET", f"{ALL}/history"))

    async def rollback(self, number: int) -> Outcome:
        """Go back."""
        return await self._outcome("rollback", {"number": number})

    async def _outcome(self, deed: str, body: Mapping[str, object]) -> Outcome:
        try:
            return Outcome.model_validate_json(await self._control.ask("POST", f"{ALL}/{deed}", body))
        except Refused as refused:
            if refused.status != UNCHANGED or not refused.mistakes:
                raise
            now = (await self.read()).generation
            mistakes = list(refused.mistakes)
            return Outcome(is_valid=False, mistakes=mistakes, changed=[], restart=[], overruled=[], generation=now)


class Local:
    """The settings as they lie in the vault."""

    def __init__(self, configuration: Configuration, openers: Openers, voice: Voice) -> None:
        self._configuration = configuration
        self._openers = openers
        self._voice = voice

    async def read(self) -> Settings:
        """Give all."""
        settings = [Setting.model_validate(each) for each in self._configuration.read()]
        return Settings(generation=self._configuration.generation, settings=settings)

    async def check(self, patch: Patch) -> Outcome:
        """Say what a change would mean."""
        return self._outcome(self._configuration.check(patch))

    async def patch(self, patch: Patch, reason: str) -> Outcome:
        """Change all or nothing."""
        outcome = self._outcome(await self._configuration.patch(patch, by=actor(), reason=reason))
        return await self._told("config.update", outcome, names=" ".join(sorted(patch)), reason=reason)

    async def history(self) -> History:
        """List the last changes."""
        revisions = sorted(self._configuration.history(), key=lambda each: each.number, reverse=True)
        return History(revisions=[Revision.model_validate(each) for each in revisions])

    async def rollback(self, number: int) -> Outcome:
        """Go back."""
        outcome = self._outcome(await self._configuration.rollback(number, by=actor()))
        return await self._told("config.rollback", outcome, number=str(number))

    async def _told(self, action: str, outcome: Outcome, **detail: str) -> Outcome:
        if outcome.is_valid:
            await take_down(self._openers, self._voice, action, **detail)
            self._voice.aside("No server runs here: it takes effect when one starts.")
        return outcome

    def _outcome(self, verdict: Verdict) -> Outcome:
        return Outcome(
            is_valid=not verdict.mistakes,
            mistakes=list(verdict.mistakes),
            changed=sorted(verdict.changed),
            restart=sorted(verdict.restart),
            overruled=sorted(verdict.overruled),
            generation=self._configuration.generation,
        )


def opened(openers: Openers, voice: Voice) -> AbstractAsyncContextManager[Face]:
    """Reach the settings: through the running server, or directly."""
    return reached(openers, Served, openers.configuration, lambda own: Local(own, openers, voice))


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(no_args_is_help=True, help="Settings: read, set, check, look back, go back.")
    _add_reading(command, openers)
    _add_changing(command, openers)
    _add_checking(command, openers)
    _add_past(command, openers)
    return command


def _add_reading(command: typer.Typer, openers: Openers) -> None:
    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """Show all settings and who decided them; secrets are masked."""
        voice, settings = _all(openers, as_json=as_json)
        rows = [
            (each.name, each.value or "", each.source + (" (restart)" if each.restart else ""))
            for each in settings.settings
        ]
        voice.answer(settings, lambda: voice.table(("setting", "value", "from"), rows))

    @command.command()
    def get(name: Name, *, as_json: AsJson = False) -> None:
        """Show one setting; of a secret only whether it is set."""
        voice, settings = _all(openers, as_json=as_json)
        found = next((each for each in settings.settings if each.name == name), None)
        if found is None:
            raise _unknown(name, [each.name for each in settings.settings])
        voice.answer(found, lambda: voice.bare(found.value or ""))
        if not voice.is_json:
            voice.aside(f"{found.help} (from: {found.source})".strip())


def _add_changing(command: typer.Typer, openers: Openers) -> None:
    @command.command("set")
    def set_(
        words: Annotated[
            list[str],
            typer.Argument(
                metavar="NAME=VALUE...",
                help="NAME=VALUE, as many as you like; or NAME VALUE; or NAME alone, and the value is asked for.",
            ),
        ],
        *,
        reason: Reason = "",
        as_json: AsJson = False,
    ) -> None:
        """Set settings, all or none. Name a secret alone: it is asked for without being shown, or read from a pipe."""
        voice = Voice(as_json=as_json)
        patch = read_patch(words, voice)
        _show(voice, run(_patched(openers, voice, patch, reason)))

    @command.command()
    def unset(
        names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Settings to take out.")],
        *,
        reason: Reason = "",
        as_json: AsJson = False,
    ) -> None:
        """Take settings out, all or none; their defaults hold again."""
        voice = Voice(as_json=as_json)
        for name in names:
            _check_known(name)
        _show(voice, run(_patched(openers, voice, dict.fromkeys(names), reason)))


def _add_checking(command: typer.Typer, openers: Openers) -> None:
    @command.command()
    def check(
        words: Annotated[
            list[str] | None, typer.Argument(metavar="[NAME=VALUE...]", help="As for set; none checks what stands.")
        ] = None,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Say what a change would mean, and change nothing."""
        voice = Voice(as_json=as_json)
        patch = read_patch(words, voice) if words else {}
        _show(voice, run(_checked(openers, voice, patch)), is_trial=True)


def _add_past(command: typer.Typer, openers: Openers) -> None:
    @command.command()
    def history(*, as_json: AsJson = False) -> None:
        """List the last changes: when, by whom, which settings."""

        async def work() -> History:
            async with opened(openers, voice) as face:
                return await face.history()

        voice = Voice(as_json=as_json)
        past = run(work())
        rows = [(str(r.number), when(r.when), r.by, ", ".join(r.names), r.reason) for r in past.revisions]
        voice.answer(past, lambda: voice.table(("number", "when", "by", "settings", "reason"), rows))

    @command.command()
    def rollback(
        number: Annotated[int, typer.Argument(metavar="NUMBER", min=0, help="A change of the history.")],
        *,
        as_json: AsJson = False,
    ) -> None:
        """Undo a change and all that came after it; that is a change of its own."""

        async def work() -> Outcome:
            async with opened(openers, voice) as face:
                return await face.rollback(number)

        voice = Voice(as_json=as_json)
        _show(voice, run(work()))


def read_patch(words: Sequence[str], voice: Voice) -> dict[str, str | None]:
    """Read what is to be set, and ask for what has no value. Raises ``NotFound`` for a name that no setting has."""
    if len(words) == 2 and "=" not in words[0] and words[1] not in Known.model_fields:  # noqa: PLR2004 - NAME VALUE
        words = [f"{words[0]}={words[1]}"]
    patch: dict[str, str | None] = {}
    for word in words:
        name, given, value = word.partition("=")
        _check_known(name)
        if name in patch:
            raise Invalid(f"{name} stands there twice.", field=name)
        if given and name in secret_names():
            voice.warn(
                f"{name} is a secret, and now stands in the history of your shell: better, attms config set {name}"
            )
        patch[name] = value if given else ""
    _ask_for([word for word in words if "=" not in word], patch, voice)
    return patch


def _ask_for(names: Sequence[str], patch: dict[str, str | None], voice: Voice) -> None:
    for name in names:
        patch[name] = ask(voice, name, is_secret=name in secret_names()).get_secret_value()


def _all(openers: Openers, *, as_json: bool) -> tuple[Voice, Settings]:
    async def work() -> Settings:
        async with opened(openers, voice) as face:
            return await face.read()

    voice = Voice(as_json=as_json)
    found = run(work())
    return voice, found.model_copy(update={"settings": [_masked(each) for each in found.settings]})


def _masked(setting: Setting) -> Setting:
    """Mask a secret that is set, once more: whatever was given, no value of a secret leaves by this door."""
    if not setting.is_secret:
        return setting
    is_set = setting.value is not None or setting.source != DEFAULT
    return setting.model_copy(update={"value": MASK if is_set else None})


async def _patched(openers: Openers, voice: Voice, patch: Patch, reason: str) -> Outcome:
    async with opened(openers, voice) as face:
        return await face.patch(patch, reason)


async def _checked(openers: Openers, voice: Voice, patch: Patch) -> Outcome:
    async with opened(openers, voice) as face:
        if patch:
            return await face.check(patch)
        now = (await face.read()).generation  # reading has checked them
        return Outcome(is_valid=True, mistakes=[], changed=[], restart=[], overruled=[], generation=now)


def _show(voice: Voice, outcome: Outcome, *, is_trial: bool = False) -> None:
    def words() -> None:
        if outcome.is_valid and not outcome.changed:
            voice.say("These settings are good." if is_trial else "Nothing to change: it stands so already.")
        elif outcome.is_valid:
            voice.say(f"{'It would change' if is_trial else 'Changed'}: {', '.join(outcome.changed)}.")

    voice.answer(outcome, words)
    for mistake in outcome.mistakes:
        voice.aside(mistake, style="red")
    if outcome.restart:
        voice.warn(f"These take a restart of ATTMS: {', '.join(outcome.restart)}.")
    if outcome.overruled:
        voice.warn(f"The environment decides these, whatever is stored: {', '.join(outcome.overruled)}.")
    if not outcome.is_valid:
        voice.aside("Nothing was changed.")
        raise typer.Exit(code=1)


def _check_known(name: str) -> None:
    """Refuse a name before its value is asked for. Dotted names are other subjects', such as ``schedule.poll``."""
    if "." not in name and name not in Known.model_fields:
        raise _unknown(name, Known.model_fields)


def _unknown(name: str, known: Sequence[str] | Mapping[str, object]) -> NotFound:
    hint = nearest(name, list(known)) or "All settings: attms config list"
    return NotFound(f"There is no setting called {name[:60]}.", hint=hint)
