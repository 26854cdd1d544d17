"""The outbox on the command line: what waits, what was given up, sent again or forgotten. The serving process tells."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

import typer

from admin.cli.openers import Openers
from admin.cli.shapes import LettersCounted, OutboxDead, OutboxWaiting
from admin.cli.work import Yes, asked, check_sure, run
from admin.voice import AsJson, Voice, when

ALL = "/api/v1/outbox"
DEAD = f"{ALL}/dead"
LOOKING = "Looking at the outbox"
MOST = 500
Ids = Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers, see the list of the dead.")]
OfReason = Annotated[str, typer.Option("--reason", metavar="CODE", help="All that were given up for this reason.")]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="Rows at most.")]
Offset = Annotated[int, typer.Option(min=0, help="Rows to leave out first.")]


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(no_args_is_help=True, help="What waits to be told in Teams, and what was given up.")

    @command.command("list")
    def list_(*, limit: Limit = 100, offset: Offset = 0, as_json: AsJson = False) -> None:
        """Show what waits, conversation by conversation, the longest due first."""
        voice = Voice(as_json=as_json)
        found = run(asked(openers, LOOKING, OutboxWaiting, "GET", f"{ALL}?{_page(limit, offset)}"))
        voice.answer(found, lambda: _show_waiting(voice, found))

    @command.command()
    def dead(*, limit: Limit = 100, offset: Offset = 0, as_json: AsJson = False) -> None:
        """Show what was given up and why, the latest first."""
        voice = Voice(as_json=as_json)
        found = run(asked(openers, LOOKING, OutboxDead, "GET", f"{DEAD}?{_page(limit, offset)}"))
        voice.answer(found, lambda: _show_dead(voice, found))

    _add_deeds(command, openers)
    return command


def _add_deeds(command: typer.Typer, openers: Openers) -> None:
    @command.command()
    def resend(ids: Ids = None, *, reason: OfReason = "", every: Every = False, as_json: AsJson = False) -> None:
        """Send again what was given up, as it stands when it is sent."""
        _check_one(ids, reason, every=every)
        body: dict[str, object] = {"ids": ids} if ids else {"reason": reason} if reason else {"all": True}
        voice = Voice(as_json=as_json)
        done = run(asked(openers, "Sending again", LettersCounted, "POST", f"{DEAD}/resend", body=body))
        voice.answer(done, lambda: voice.say(f"On the way again: {done.count}."))

    @command.command()
    def drop(
        ids: Ids = None,
        *,
        reason: OfReason = "",
        every: Every = False,
        yes: Yes = False,
        as_json: AsJson = False,
    ) -> None:
        """Forget what was given up: it is never sent."""
        _check_one(ids, reason, every=every)
        chosen = {"ids": ",".join(map(str, ids))} if ids else {"reason": reason} if reason else {"all": "true"}
        voice = Voice(as_json=as_json)
        check_sure(voice, "Forget these messages?", yes=yes)
        done = run(asked(openers, "Forgetting messages", LettersCounted, "DELETE", f"{DEAD}?{urlencode(chosen)}"))
        voice.answer(done, lambda: voice.say(f"Forgotten: {done.count}."))


def _check_one(ids: Sequence[int] | None, reason: str, *, every: bool) -> None:
    if sum((bool(ids), bool(reason), every)) != 1:
        raise typer.BadParameter("Say which: their numbers, --reason CODE, or --all.")


def _page(limit: int, offset: int) -> str:
    return urlencode({"limit": limit, "offset": offset})


def _show_waiting(voice: Voice, found: OutboxWaiting) -> None:
    if not found.rows:
        voice.say("Nothing waits.")
        return
    voice.say(f"{found.rows:,} waiting, in {found.lanes:,} conversations.")
    rows = [
        (each.name, str(each.waiting), when(each.due_at), str(each.attempts), when(each.held_until), each.trouble)
        for each in found.page
    ]
    voice.table(("where", "waiting", "due", "tries", "held until", "trouble"), rows)


def _show_dead(voice: Voice, found: OutboxDead) -> None:
    if not found.reasons:
        voice.say("Nothing was given up.")
        return
    voice.table(
        ("reason", "count", "last", "what"),
        [(each.code, str(each.count), when(each.last), each.what) for each in found.reasons],
    )
    voice.say("")
    rows = [
        (str(each.id), each.name, each.topic or each.kind, each.event, when(each.died_at), each.reason)
        for each in found.letters
    ]
    voice.table(("id", "where", "about", "event", "given up", "reason"), rows)
    if found.next is not None:
        voice.say(f"There are more: attms outbox dead --offset {found.next}")
