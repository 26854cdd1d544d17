"""Callouts from AutoTask on the command line. They live in the serving process, so every command here needs it."""

import typer

from admin.cli.openers import Openers
from admin.cli.shapes import CalloutHook, CalloutsRemoved, CalloutStanding
from admin.cli.work import Yes, asked, check_sure, run
from admin.voice import AsJson, Voice, when

ALL = "/api/v1/callouts"


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(
        no_args_is_help=True, help="Callouts from AutoTask: news within two seconds, where polls take half a minute."
    )

    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """Show our webhooks in AutoTask, what came from them, and what is wrong."""
        _tell(as_json, run(asked(openers, "Looking at callouts", CalloutStanding, "GET", ALL)))

    @command.command()
    def create(*, as_json: AsJson = False) -> None:
        """Set callouts up: an address, a secret, and the webhooks in AutoTask."""
        _tell(as_json, run(asked(openers, "Setting callouts up", CalloutStanding, "POST", ALL)))

    @command.command()
    def repair(*, as_json: AsJson = False) -> None:
        """Make the webhooks what they should be, missing and switched off ones too."""
        _tell(as_json, run(asked(openers, "Repairing callouts", CalloutStanding, "POST", f"{ALL}/repair")))

    @command.command()
    def rotate(*, as_json: AsJson = False) -> None:
        """Take another address and secret; the old ones hold on for an hour."""
        _tell(as_json, run(asked(openers, "Rotating the secret of callouts", CalloutStanding, "POST", f"{ALL}/rotate")))

    _add_remove(command, openers)
    return command


def _add_remove(command: typer.Typer, openers: Openers) -> None:
    @command.command()
    def remove(*, yes: Yes = False, as_json: AsJson = False) -> None:
        """Take webhooks, address and secret away; AutoTask is polled on."""
        voice = Voice(as_json=as_json)
        check_sure(voice, "Remove our webhooks from AutoTask?", yes=yes)
        done = run(asked(openers, "Removing callouts", CalloutsRemoved, "DELETE", ALL))
        voice.answer(done, lambda: voice.say(f"Removed {done.webhooks} webhooks. AutoTask is polled on."))


def _tell(as_json: bool, seen: CalloutStanding) -> None:  # noqa: FBT001 - as Voice takes it
    voice = Voice(as_json=as_json)

    def words() -> None:
        if not seen.is_set_up:
            voice.say("Callouts are not set up; AutoTask is polled. Set them up with: attms callouts create")
            return
        rows = [
            (h.kind, str(h.webhook or "none"), _stands(h), str(h.heard), when(h.last_heard, never="never"))
            for h in seen.hooks
        ]
        voice.table(("tells of", "webhook", "stands", "heard", "last"), rows)
        for line in _beside(seen):
            voice.say(line)

    voice.answer(seen, words)


def _stands(hook: CalloutHook) -> str:
    return ", ".join(hook.troubles) or "well"


def _beside(seen: CalloutStanding) -> list[str]:
    told = [f"{sentence[:1].upper()}{sentence[1:]}." for hook in seen.hooks for sentence in hook.said]
    if told:
        told.append("Mend it with: attms callouts repair")
    if seen.missed:
        told.append(f"AutoTask gave up {seen.missed} within the hour: {seen.missed_said}")
    if seen.refused:
        told.append(f"Refused because of their signature since the start: {seen.refused}.")
    return told
