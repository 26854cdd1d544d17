"""Which handler answers what: a verb, a submission, a search. Declared where the handler stands, united in one list."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from msgspec import Struct

from attms_core.model import Person, Right
from bot.asking import Asking
from bot.reply import Hit, Reply
from cards.submission import Submission

Spoken = Callable[[Asking, str], Awaitable[Reply]]
Pressed = Callable[[Asking, Any], Awaitable[Reply]]
Searched = Callable[[Asking, str], Awaitable[list[Hit]]]
S = TypeVar("S", bound=Submission)


class Command(Struct, frozen=True, kw_only=True):
    """A verb with all that help says of it."""

    name: str
    usage: str
    """Without a slash: ``tickets mine``."""
    help: str
    examples: tuple[str, ...]
    needs: Right
    handle: Spoken
    aliases: tuple[str, ...] = ()


class Press(Struct, frozen=True):
    """What answers a submission, and the right it needs."""

    handle: Pressed
    needs: Right


class Router:
    """A table of handlers. The same word or type twice is an error at start-up."""

    def __init__(self) -> None:
        self.commands: dict[str, Command] = {}
        self.presses: dict[type[Submission], Press] = {}
        self.searches: dict[str, Searched] = {}
        self._words: dict[str, Command] = {}

    def command(
        self,
        name: str,
        *,
        usage: str,
        help: str,  # noqa: A002 - reads as what it is
        needs: Right,
        examples: Iterable[str] = (),
        aliases: Iterable[str] = (),
    ) -> Callable[[Spoken], Spoken]:
        """Declare what answers a verb."""

        def declare(handle: Spoken) -> Spoken:
            command = Command(
                name=name,
                usage=usage,
                help=help,
                examples=tuple(examples),
                needs=needs,
                handle=handle,
                aliases=tuple(aliases),
            )
            self._add_command(command)
            return handle

        return declare

    def on(
        self, kind: type[S], *, needs: Right
    ) -> Callable[[Callable[[Asking, S], Awaitable[Reply]]], Callable[[Asking, S], Awaitable[Reply]]]:
        """Declare what answers a submission."""

        def declare(handle: Callable[[Asking, S], Awaitable[Reply]]) -> Callable[[Asking, S], Awaitable[Reply]]:
            _new(self.presses, kind)
            self.presses[kind] = Press(handle, needs)
            return handle

        return declare

    def search(self, dataset: str) -> Callable[[Searched], Searched]:
        """Declare what answers the typeahead of a card's input."""

        def declare(handle: Searched) -> Searched:
            _new(self.searches, dataset)
            self.searches[dataset] = handle
            return handle

        return declare

    def include(self, other: "Router") -> None:
        """Take over all that another router declares."""
        for command in other.commands.values():
            self._add_command(command)
        for kind, press in other.presses.items():
            _new(self.presses, kind)
            self.presses[kind] = press
        for dataset, searched in other.searches.items():
            _new(self.searches, dataset)
            self.searches[dataset] = searched

    def find(self, verb: str) -> Command | None:
        """Find the command of a verb or one of its aliases."""
        return self._words.get(verb)

    def words(self) -> list[str]:
        """List all that is understood as a verb."""
        return list(self._words)

    def open_to(self, person: Person, may: Callable[[Person, Right], bool]) -> list[Command]:
        """List the commands that a person may use, in the order of declaration."""
        return [command for command in self.commands.values() if may(person, command.needs)]

    def _add_command(self, command: Command) -> None:
        for word in (command.name, *command.aliases):
            _new(self._words, word)
            self._words[word] = command
        self.commands[command.name] = command


def _new(table: dict[Any, Any], key: object) -> None:
    if key in table:
        raise ValueError(f"{key!r} is declared twice")
