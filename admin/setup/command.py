"""The set-up in a terminal on the host: the same steps, tests and words as in the browser, and the way to reopen it.

Whoever may read the vault's key may do this, so no code is asked for. Questions block: nothing else runs here.
"""

import asyncio
import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from admin.setup.clicks import sections
from admin.setup.fields import Field, Mark, Report
from admin.setup.paste import block
from admin.setup.progress import Outcome
from admin.setup.setup import FieldState, Mistaken, Setup, StepState
from admin.setup.steps import STEPS, Step, called
from admin.voice import give_up
from attms_core.errors import AttmsError

OpenSetup = Callable[[], AbstractAsyncContextManager[Setup]]
BY = "the terminal"
GO_ON = "What was saved stays saved. To go on, type: attms setup"
MARKS = {Mark.GOOD: ("+", typer.colors.GREEN), Mark.NOTE: ("i", typer.colors.YELLOW), Mark.BAD: ("x", typer.colors.RED)}
REFUSED = 1
WIDTH = 100

Given = dict[str, str]


def make(open_setup: OpenSetup) -> Callable[..., None]:
    """Build the command. ``open_setup`` opens the vault and gives the set-up over it."""

    def setup(
        *,
        reopen: Annotated[
            bool, typer.Option("--reopen", help="Open a finished set-up again, for browser and terminal.")
        ] = False,
        values: Annotated[
            Path | None,
            typer.Option(help="Ask nothing: take lines of NAME=value from this file, save what passes its test."),
        ] = None,
        out: Annotated[Path, typer.Option(help="Folder for the Teams app.")] = Path("teams-app"),
        finish: Annotated[bool, typer.Option("--finish", help="With --values: close the set-up afterwards.")] = False,
    ) -> None:
        """Set ATTMS up here in the terminal, step by step; leave it and come back as you like."""
        with _said():
            asyncio.run(_run(open_setup, reopen=reopen, values=values, out=out, finish=finish))

    return setup


async def _run(open_setup: OpenSetup, *, reopen: bool, values: Path | None, out: Path, finish: bool) -> None:
    async with open_setup() as setup:
        if reopen:
            await setup.reopen()
            typer.echo("The set-up is open again. Restart ATTMS for the browser, or type here: attms setup")
            return
        if setup.is_closed():
            typer.echo("The set-up is finished and closed. To open it again: attms setup --reopen", err=True)
            raise typer.Exit(code=REFUSED)
        if values is not None:
            await _from_file(setup, await asyncio.to_thread(values.read_text, encoding="utf-8"))
        else:
            await _ask_everything(setup)
        if values is None or finish:
            await _finish(setup, out, is_asked=values is None)


async def _from_file(setup: Setup, text: str) -> None:
    """Save every step of which the file has something; full names alone count, for a secret has many."""
    is_well = True
    for step in STEPS:
        given = block(text, {each.name: () for each in step.fields})
        if given:
            typer.secho(step.title, bold=True)
            is_well = await _try(setup, step, given) and is_well
    if not is_well:
        raise typer.Exit(code=REFUSED)


async def _try(setup: Setup, step: Step, given: Given, *, untested: bool = False) -> bool:
    """Save a step and say what came of it."""
    try:
        saved = await setup.save(step.name, given, untested=untested)
    except Mistaken as error:
        for mistake in error.mistakes:
            typer.secho(f"  x {mistake.field.label}: {mistake.said}", fg=typer.colors.RED)
        return False
    if saved.report is not None:
        _show(saved.report)
    if saved.is_saved:
        typer.secho("  Saved.", fg=typer.colors.GREEN)
    return saved.is_saved


async def _ask_everything(setup: Setup) -> None:
    typer.echo("Press Enter to keep what stands. Ctrl-C leaves; what is saved stays. You may paste NAME=value lines.\n")
    for place, state in enumerate(setup.states(), start=1):
        typer.secho(f"{place}. {state.step.title}{_standing(state)}", bold=True)
        await _ask_step(setup, state)
        typer.echo()


async def _ask_step(setup: Setup, state: StepState) -> None:
    step = state.step
    if state.is_done and not typer.confirm("  Change it?", default=False):
        return
    if not state.is_done and step.is_optional and not typer.confirm("  Set it up now?", default=False):
        await setup.skip(step.name)
        return
    typer.echo(_wrapped(step.why))
    for line in step.where:
        typer.echo(_wrapped(f"- {line}"))
    while not await _try(setup, step, given := _answers(setup.state(step.name))):
        what = typer.prompt("  Again, save it all the same, or leave it for later? (again/save/leave)", default="again")
        if what.strip().lower().startswith("s") and await _try(setup, step, given, untested=True):
            return
        if what.strip().lower().startswith("l"):
            return


def _answers(state: StepState) -> Given:
    """Ask for every field that is not answered by a pasted line already."""
    given: Given = {}
    for each in state.fields:
        if not each.is_fixed and each.field.name not in given and _is_asked(each.field, given, state):
            typed = _ask(each)
            found = block(typed, called(state.step)) if "=" in typed else {}
            given |= found or {each.field.name: typed}
    return given


def _is_asked(asked: Field, given: Given, state: StepState) -> bool:
    if asked.only_if is None:
        return True
    name, wanted = asked.only_if
    standing = {each.field.name: each.value for each in state.fields}
    return (given.get(name) or standing.get(name)) == wanted


def _ask(state: FieldState) -> str:
    asked = state.field
    for choice in asked.choices:
        typer.echo(_wrapped(f"{choice.value}: {choice.label}. {choice.help}"))
    help_ = " ".join(part for part in (asked.help, f"For example {asked.example}" if asked.example else "") if part)
    if help_:
        typer.secho(_wrapped(help_), dim=True)
    kept = " [set; Enter keeps it]" if asked.is_secret and state.is_set else ""
    typed = typer.prompt(
        f"  {asked.label}{kept}",
        default=state.value,
        hide_input=asked.is_secret,
        show_default=bool(state.value),
    )
    return str(typed)


async def _finish(setup: Setup, out: Path, *, is_asked: bool) -> None:
    missing = [each.step.title for each in setup.states() if not each.is_done and not each.step.is_optional]
    if missing:
        typer.echo(f"Still to do: {', '.join(missing)}. {GO_ON}")
        return
    settings = setup.settings
    _write_packages(setup, out)
    for section in sections(settings):
        typer.secho(f"\n{section.title}", bold=True)
        for place, click in enumerate(section.clicks, start=1):
            typer.echo(f"  {place}. {click.what}{f'  {click.value}' if click.value else ''}")
    typer.echo(
        "\nThe first connection is read-only until writing is switched on: attms config set autotask_writes true"
        if not settings.autotask_writes
        else "\nWriting is switched on already: people's presses change AutoTask from the first minute."
    )
    if is_asked and not typer.confirm("Finish and close the set-up?", default=True):
        typer.echo(GO_ON)
        return
    await setup.finish(by=BY)
    typer.secho("ATTMS is set up, and the set-up is closed. Start ATTMS, or wait a moment if it runs.", bold=True)


def _write_packages(setup: Setup, out: Path) -> None:
    packages = setup.packages()
    out.mkdir(parents=True, exist_ok=True)
    for package in packages:
        (out / package.name).write_bytes(package.content)
    typer.echo(f"The Teams app: {out / packages[0].name} (or {packages[1].name}, if Teams refuses the first)")


def _show(report: Report) -> None:
    typer.secho(f"  {report.said}", fg=typer.colors.GREEN if report.ok else typer.colors.RED, bold=True)
    if report.fix:
        typer.echo(_wrapped(f"What to do: {report.fix}"))
    for each in report.found:
        sign, colour = MARKS[each.mark]
        typer.echo(f"  {typer.style(sign, fg=colour)} {each.what}")
        if each.fix:
            typer.secho(_wrapped(f"  {each.fix}"), dim=True)


def _standing(state: StepState) -> str:
    if state.done is None:
        return " (set by the environment)" if state.is_done else " (optional)" if state.step.is_optional else ""
    words = {Outcome.TESTED: "works", Outcome.UNTESTED: "saved, not tested", Outcome.SKIPPED: "skipped"}
    return f" ({words[state.done.outcome]}, {state.done.at:%Y-%m-%d %H:%M} UTC)"


def _wrapped(text: str) -> str:
    """Break long lines between words, under the step's title."""
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


@contextmanager
def _said() -> Iterator[None]:
    """Say what went wrong in words, and leave with a code."""
    try:
        yield
    except typer.Abort:
        typer.echo(f"\n{GO_ON}", err=True)
        raise typer.Exit(code=REFUSED) from None
    except AttmsError as error:
        give_up(error, code=REFUSED)
    except OSError as error:
        typer.echo(f"{error.filename or 'A file'}: {error.strerror}", err=True)
        raise typer.Exit(code=REFUSED) from None
