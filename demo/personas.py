"""Who plays whom: everybody who speaks is given a technician. Where that is kept and shown is not decided here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attms_core.errors import AskDifferently, NotFound
from attms_core.model import PersonKey, ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Technician:
    """A technician who can be played."""

    resource: ResourceId
    name: str
    email: str
    open_tickets: int


Cast = Callable[[], Sequence[Technician]]
"""Tells the technicians as they are now: their open tickets change while the demo runs."""


class Personas:
    """The parts of a play. In one tenant nobody is played twice while somebody is free.

    `reserved` are the e-mails of people who are expected: others get them last.
    """

    def __init__(self, cast: Cast, *, reserved: Sequence[str] = ()) -> None:
        self._cast = cast
        self._reserved = frozenset(email.casefold() for email in reserved)
        self._parts: dict[PersonKey, ResourceId] = {}

    def choose(self, person: PersonKey, *, name: str = "", email: str = "") -> ResourceId:
        """Give somebody a technician, the same one each time.

        Their own if the e-mail or else the name is a technician's who is free; else the free one with the most open
        tickets; when nobody is free, one who is played by the fewest.
        """
        if person in self._parts:
            return self._parts[person]
        free = [one for one in self._cast() if not self._players(one, person)]
        own = _same(free, email=email, name=name) or min(self._cast(), key=lambda one: self._order(one, person))
        return self._play(person, own)

    def switch(self, person: PersonKey, words: str) -> ResourceId:
        """Give somebody another technician, by a part of the name.

        Raises `NotFound` when no name fits and `AskDifferently` when several do or another person plays that one.
        """
        found = _named(self._cast(), words)
        if not found:
            raise NotFound(f'No technician here is called "{words}".', hint=self._offer(person))
        if len(found) > 1:
            raise AskDifferently(f'"{words}" fits {_listed(found)}.', hint="Say more of the name.")
        if self._players(found[0], person):
            raise AskDifferently(f"Somebody else plays {found[0].name} now.", hint=self._offer(person))
        return self._play(person, found[0])

    def technicians(self) -> list[Technician]:
        """List everybody who can be played, the busiest first."""
        return sorted(self._cast(), key=lambda one: (-one.open_tickets, one.name))

    def free_for(self, person: PersonKey) -> list[Technician]:
        """List whom this person could play, the busiest first; their own technician too."""
        return [one for one in self.technicians() if not self._players(one, person)]

    def _play(self, person: PersonKey, technician: Technician) -> ResourceId:
        self._parts[person] = technician.resource
        return technician.resource

    def _players(self, technician: Technician, person: PersonKey) -> int:
        """Count the others of the person's tenant who play a technician."""
        return sum(
            part == technician.resource and other != person and other.tenant == person.tenant
            for other, part in self._parts.items()
        )

    def _order(self, technician: Technician, person: PersonKey) -> tuple[int, bool, int, str]:
        is_reserved = technician.email.casefold() in self._reserved
        return self._players(technician, person), is_reserved, -technician.open_tickets, technician.name

    def _offer(self, person: PersonKey) -> str:
        return f"Free are: {_listed(self.free_for(person)) or 'none'}."


def _same(technicians: Sequence[Technician], *, email: str, name: str) -> Technician | None:
    by_email = [one for one in technicians if email and one.email.casefold() == email.strip().casefold()]
    by_name = [one for one in technicians if name and one.name.casefold() == name.strip().casefold()]
    return next(iter(by_email + by_name), None)


def _named(technicians: Sequence[Technician], words: str) -> list[Technician]:
    """Find the one whose whole name this is, else all with a name that begins so."""
    asked = " ".join(words.split()).casefold()
    whole = [one for one in technicians if one.name.casefold() == asked]
    return whole or [one for one in technicians if asked and _begins(one.name.casefold(), asked)]


def _begins(name: str, asked: str) -> bool:
    return name.startswith(asked) or any(part.startswith(asked) for part in name.split())


def _listed(technicians: Sequence[Technician]) -> str:
    return ", ".join(one.name for one in technicians)
