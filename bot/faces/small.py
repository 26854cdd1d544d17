"""Cards of few words: the person's own, help, a suggestion, a sentence after a deed."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from attms_core.model import Person, Right, TicketId
from bot.asking import Scene
from bot.reply import Reply
from bot.router import Command
from cards.help import HelpCard, HelpEntry, HelpGroup
from cards.me import MeCard
from cards.said import SaidCard
from cards.suggestion import SuggestionCard

T = TypeVar("T")
MOST_SUGGESTED = 2
READING = frozenset({Right.HELP, Right.READ})


def me(
    scene: Scene, person: Person | None = None, *, said: str = "", commands: Sequence[tuple[str, str]] = ()
) -> Reply:
    """Show who the person is here."""
    who = person or scene.person
    resource = who.link.resource
    card = MeCard(
        person=who,
        resource_name=scene.desk.resource_name(resource) if resource is not None else "",
        queue_names=_names(who.within_queues, lambda queue: scene.desk.label("queue", queue)),
        company_names=_names(who.within_companies, scene.desk.company_name),
        said=said,
        commands=tuple(commands),
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def help_card(scene: Scene, commands: Sequence[Command]) -> Reply:
    """Show all that the person may say."""
    reads = [_entry(c) for c in commands if c.needs in READING]
    writes = [_entry(c) for c in commands if c.needs not in READING]
    groups = [HelpGroup(name="Look", entries=tuple(reads)), HelpGroup(name="Do", entries=tuple(writes))]
    names = {c.name for c in commands}
    buttons = tuple(b for b in ("tickets mine", "tickets unassigned", "new", "me") if b.split()[0] in names)
    card = HelpCard(groups=tuple(g for g in groups if g.entries), buttons=buttons)
    return Reply(
        card.render(scene.reader, scene.fresh_nonce()),
        card.summary(),
        suggest=tuple(f"/{each}" for each in buttons[:MOST_SUGGESTED]),
    )


def suggestion(scene: Scene, *, said: str, run: str = "help", hint: str | None = None) -> Reply:
    """Offer what was probably meant, as a button that runs."""
    meant = hint or (run if run != "help" else None)
    card = SuggestionCard(said=said, suggestion=meant, run=run)
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def told(
    scene: Scene, what: str, *, more: str = "", commands: tuple[str, ...] = (), ticket: TicketId | None = None
) -> Reply:
    """Say one thing; ``ticket`` is what it is about."""
    card = SaidCard(what=what, more=more, commands=commands, ticket=ticket)
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def cancelled(scene: Scene) -> Reply:
    """Say that a form was left."""
    return told(scene, "Nothing was created.", commands=("new", "tickets mine"))


def _names(limits: Sequence[T] | None, name: Callable[[T], str]) -> tuple[str, ...] | None:
    return None if limits is None else tuple(name(one) for one in limits)


def _entry(command: Command) -> HelpEntry:
    return HelpEntry(usage=command.usage, help=command.help, example=command.examples[0] if command.examples else "")
