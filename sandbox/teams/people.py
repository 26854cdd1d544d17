"""Who is in the tenant, where they talk, and who is on which roster.

Knows ids and memberships as Teams shapes them; what was said is kept in `messages`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sandbox.teams.wire import Json, base64url


class Kind(StrEnum):
    """Teams' own words for the kinds of conversation."""

    PERSONAL = "personal"
    GROUP = "groupChat"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a Teams client; `mri` is the `29:...` id that this bot sees."""

    name: str
    object_id: str
    email: str
    mri: str
    tenant: str
    guest: bool = False
    locale: str = "en-GB"
    timezone: str = "Europe/London"

    @classmethod
    def named(cls, name: str, *, tenant: str, email: str = "", object_id: str = "", guest: bool = False) -> Person:
        """Make a person of a tenant; what is not given follows from name and tenant, the same every time."""
        handle = ".".join(name.lower().split())
        address = f"{handle}_elsewhere.example#EXT#@contoso.example" if guest else f"{handle}@contoso.example"
        key = object_id or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{tenant}/{name}"))
        return cls(
            name=name,
            object_id=key,
            email=email or address,
            mri="29:1" + _scramble(key),
            tenant=tenant,
            guest=guest,
        )

    def account(self) -> Json:
        """Return the person as the roster calls show them."""
        first, _, last = self.name.partition(" ")
        return {
            "id": self.mri,
            "name": self.name,
            "objectId": self.object_id,
            "aadObjectId": self.object_id,
            "givenName": first,
            "surname": last,
            "email": self.email,
            "userPrincipalName": self.email,
            "tenantId": self.tenant,
            "userRole": "guest" if self.guest else "user",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel of a team; General carries the team's own id and no name on the wire."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team with its channels, General first."""

    id: str
    name: str
    group_id: str
    channels: tuple[Channel, ...]

    @classmethod
    def named(cls, name: str, *channels: str) -> Team:
        """Make a team; its General channel comes of itself."""
        general = f"19:{_scramble(name)}@thread.tacv2"
        others = (Channel(id=f"19:{_scramble(f'{name}/{each}')}@thread.tacv2", name=each) for each in channels)
        return cls(
            id=general,
            name=name,
            group_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"team/{name}")),
            channels=(Channel(id=general), *others),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A place to talk. In a channel `thread` is the root message's id, empty outside of any thread."""

    base: str
    kind: Kind
    tenant: str
    name: str = ""
    team: Team | None = None
    thread: str = ""

    @property
    def id(self) -> str:
        """The id as it travels: `<channel>;messageid=<root>` within a thread."""
        return f"{self.base};messageid={self.thread}" if self.thread else self.base

    def in_thread(self, root: str) -> Conversation:
        """Return the reply chain under a channel's root message."""
        return replace(self, thread=root)

    def sibling(self, channel: str = "") -> Conversation:
        """Return another channel of the same team, General without a name; LookupError if there is none."""
        if self.team is None:
            raise LookupError("only a team has channels")
        return Conversation.channel(self.team, channel, tenant=self.tenant)

    @classmethod
    def personal(cls, person: Person) -> Conversation:
        """Return the one chat between a person and the bot."""
        return cls(base="a:1" + _scramble(f"chat/{person.object_id}"), kind=Kind.PERSONAL, tenant=person.tenant)

    @classmethod
    def group(cls, name: str, *, tenant: str) -> Conversation:
        """Return a group chat."""
        return cls(base=f"19:{_scramble(f'group/{name}')}@thread.v2", kind=Kind.GROUP, tenant=tenant, name=name)

    @classmethod
    def channel(cls, team: Team, name: str = "", *, tenant: str) -> Conversation:
        """Return a channel of a team, General without a name; LookupError if it has no such channel."""
        for each in team.channels:
            if each.name == name:
                return cls(base=each.id, kind=Kind.CHANNEL, tenant=tenant, name=name, team=team)
        raise LookupError(f"team {team.name} has no channel {name!r}")


@dataclass(slots=True)
class Directory:
    """The tenant's people, conversations, rosters and installs; changed by tests, read by the connector."""

    people: list[Person] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    _rosters: dict[str, list[Person]] = field(default_factory=dict)
    _installed: set[str] = field(default_factory=set)

    def hire(self, person: Person, *, installed: bool = True) -> Conversation:
        """Add a person and the personal chat; return that chat."""
        if person not in self.people:
            self.people.append(person)
        return self.open(Conversation.personal(person), (person,), installed=installed)

    def open(self, place: Conversation, members: Iterable[Person], *, installed: bool = True) -> Conversation:
        """Add a conversation with its roster; a team's channels share one roster and one install."""
        for each in _siblings(place):
            self.conversations[each.base] = each
        self._rosters[_roster_key(place)] = list(members)
        if installed:
            self.install(place)
        return place

    def find(self, conversation_id: str) -> Conversation | None:
        """Return the conversation of an id, within its thread if the id names one."""
        base, _, thread = conversation_id.partition(";messageid=")
        place = self.conversations.get(base)
        return place.in_thread(thread) if place and thread else place

    def person(self, anyhow: str) -> Person | None:
        """Return the person of an MRI, an Entra object id or a user principal name."""
        known = (each for each in self.people if anyhow in (each.mri, each.object_id, each.email))
        return next(known, None)

    def team(self, team_id: str) -> Team | None:
        """Return the team of an id."""
        teams = (place.team for place in self.conversations.values() if place.team)
        return next((team for team in teams if team.id == team_id), None)

    def members(self, place: Conversation) -> tuple[Person, ...]:
        """Return who is on the roster, in the order of joining."""
        return tuple(self._rosters.get(_roster_key(place), ()))

    def join(self, place: Conversation, person: Person) -> None:
        """Put somebody on the roster."""
        if person not in self.people:
            self.people.append(person)
        roster = self._rosters.setdefault(_roster_key(place), [])
        if person not in roster:
            roster.append(person)

    def leave(self, place: Conversation, person: Person) -> None:
        """Take somebody off the roster; ValueError if they are not on it."""
        self._rosters[_roster_key(place)].remove(person)

    def install(self, place: Conversation) -> None:
        """Note that the app is in this chat or team."""
        self._installed.add(_roster_key(place))

    def uninstall(self, place: Conversation) -> None:
        """Note that the app has gone from this chat or team."""
        self._installed.discard(_roster_key(place))

    def is_installed(self, place: Conversation) -> bool:
        """Tell whether the app is in this chat or team."""
        return _roster_key(place) in self._installed

    def is_reachable(self, person: Person) -> bool:
        """Tell whether the bot may open a chat: it is installed for the person, or shares a chat or team."""
        places = (place for place in self.conversations.values() if self.is_installed(place))
        return any(person in self.members(place) for place in places)


def _scramble(text: str) -> str:
    return base64url(hashlib.sha256(text.encode()).digest())


def _roster_key(place: Conversation) -> str:
    return place.team.id if place.team else place.base


def _siblings(place: Conversation) -> list[Conversation]:
    if place.team is None:
        return [place]
    return [replace(place, base=each.id, name=each.name, thread="") for each in place.team.channels]
