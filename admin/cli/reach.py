"""Who can be reached in Teams, on the command line. The serving process tells."""

from collections.abc import Sequence

import typer

from admin.cli.openers import Openers
from admin.cli.shapes import Reachable, ReachRoster
from admin.cli.work import asked, run
from admin.voice import AsJson, Voice, when

ALL = "/api/v1/reach"


def add(command: typer.Typer, openers: Openers) -> None:
    """Add the command to those about people."""

    @command.command()
    def reach(*, as_json: AsJson = False) -> None:
        """Show who can be reached in Teams, and why others cannot."""
        voice = Voice(as_json=as_json)
        found = run(asked(openers, "Looking who can be reached", ReachRoster, "GET", ALL))
        voice.answer(found, lambda: _show(voice, found))


def _show(voice: Voice, found: ReachRoster) -> None:
    if not found.roster:
        voice.say("Nobody is linked yet, and no conversation is told anything.")
        return
    rows = [(each.name, each.kind, each.way, when(each.told_at, never="never"), each.why) for each in found.roster]
    voice.table(("who", "kind", "way", "told last", "why not"), rows)
    for why, fix in _fixes(found.roster):
        voice.say("")
        voice.say(f"{why} {fix}")


def _fixes(roster: Sequence[Reachable]) -> list[tuple[str, str]]:
    """Give each fix once, in the order of the list."""
    return list(dict.fromkeys((each.why, each.fix) for each in roster if each.fix and not each.can_be_reached))
