"""The examination from the command line: by the running server, which knows its own process, or from outside."""

from typing import Annotated
from urllib.parse import quote

import typer

from admin.cli.openers import Openers
from admin.cli.shapes import Examination, Found
from admin.cli.work import run
from admin.control import Control, open_control
from admin.voice import AsJson, Voice
from attms_core.health import State

EXAMINE = "/api/v1/doctor"
WORST_FIRST = (State.ILL, State.WARNING, State.UNKNOWN, State.OK)
SIGNS = {State.OK: ("well", "green"), State.WARNING: ("look", "yellow"), State.ILL: ("ILL", "bold red")}
UNKNOWN = ("?", "dim")


def add(command: typer.Typer, openers: Openers) -> None:
    """Add the command."""

    @command.command()
    def doctor(
        *,
        check: Annotated[list[str] | None, typer.Option(help="Only this check; repeat for more.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Look at everything that can be ill, and say how to mend it. Leaves with 1 when something is."""
        voice = Voice(as_json=as_json)
        with voice.waiting("Looking at everything ..."):
            found = run(_examined(openers, voice, check or []))
        voice.answer(found, lambda: _show(voice, found))
        if found.overall == State.ILL:
            raise typer.Exit(code=1)


async def _examined(openers: Openers, voice: Voice, names: list[str]) -> Examination:
    async with open_control(openers.data_dir) as control:
        if control is not None:
            return await _served(control, names)
    voice.aside("No server runs here: what only it can tell stays open.")
    async with openers.doctor() as doctor:
        findings = [Found.model_validate(each) for each in await doctor.examine(names=names or None)]
    return Examination(overall=_overall(findings), findings=findings)


async def _served(control: Control, names: list[str]) -> Examination:
    query = f"?names={quote(','.join(names), safe=',-')}" if names else ""
    return Examination.model_validate_json(await control.ask("GET", f"{EXAMINE}{query}"))


def _overall(findings: list[Found]) -> str:
    states = {each.state for each in findings}
    return next((state for state in WORST_FIRST if state in states), State.OK)


def _show(voice: Voice, found: Examination) -> None:
    for each in sorted(found.findings, key=lambda one: WORST_FIRST.index(State(one.state))):
        sign, style = SIGNS.get(State(each.state), UNKNOWN)
        voice.say(f"{sign:<5} {each.title}: {each.what}", style=style)
        if each.fix:
            voice.say(f"      {each.fix}")
    ill = sum(each.state == State.ILL for each in found.findings)
    voice.say(f"{len(found.findings)} looked at, {ill} ill." if ill else f"{len(found.findings)} looked at, none ill.")
