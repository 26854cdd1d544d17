"""Who can be reached in Teams and who cannot, why not, and what to do about it. Nothing here sends."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.model import (
    Conversation,
    ConversationKind,
    Lane,
    LinkState,
    Person,
    TenantId,
    lane_of,
    lane_of_person,
    person_of,
)
from attms_core.model.ladder import TargetKind
from attms_core.store import conversations, ladders, letters, people
from attms_core.store.database import Database, Tx

_PLACES = {ConversationKind.CHANNEL: "channel", ConversationKind.GROUP: "group chat"}


class Way(StrEnum):
    """How somebody or something can be reached."""

    OPEN = "open"
    """A conversation is known, and nothing speaks against it."""
    UNTRIED = "untried"
    """No chat is known yet: the first message will open it, if the app is installed for the person."""
    REMOVED = "removed"
    """The app was removed there, or never installed."""
    BLOCKED = "blocked"
    GONE = "gone"
    """Teams knows the conversation no more."""
    FAILING = "failing"
    """It was tried and did not work; it goes on by itself."""
    UNKNOWN = "unknown"
    """Something shall be told in a conversation that ATTMS does not know."""


CLOSED = frozenset({Way.REMOVED, Way.BLOCKED, Way.GONE, Way.UNKNOWN})
"""Ways that stay closed until somebody does something."""
_BY_CODE: Mapping[str, Way] = {
    "delivery-not-installed": Way.REMOVED,
    "delivery-blocked": Way.BLOCKED,
    "delivery-disabled": Way.BLOCKED,
    "delivery-conversation-gone": Way.GONE,
}
_WHY: Mapping[Way, str] = {
    Way.OPEN: "",
    Way.UNTRIED: "There is no chat with this person yet.",
    Way.REMOVED: "The app is not installed there.",
    Way.BLOCKED: "The bot is blocked there.",
    Way.GONE: "Teams does not know the conversation any more.",
    Way.FAILING: "The last try did not arrive.",
    Way.UNKNOWN: "Something shall be told there, and ATTMS does not know the conversation.",
}
_POLICY = (
    "In the Teams admin center open Teams apps > Setup policies > the policy of these people > Installed apps > "
    "Add apps."
)
_FIX_PERSON: Mapping[Way, str] = {
    Way.OPEN: "",
    Way.UNTRIED: f"They say hello to the bot; or install it for everybody: {_POLICY}",
    Way.REMOVED: f"They add the app again in Teams under Apps; or install it for everybody: {_POLICY}",
    Way.BLOCKED: "They open the bot's chat in Teams, choose Unblock and say hello. If everybody is blocked, see Teams "
    "admin center > Teams apps > Manage apps.",
    Way.GONE: "They say hello to the bot in Teams.",
    Way.FAILING: "Nothing: it is tried again. If it stays so, type: attms doctor",
    Way.UNKNOWN: "They say hello to the bot in Teams.",
}
_FIX_PLACE: Mapping[Way, str] = {
    **_FIX_PERSON,
    Way.REMOVED: "An owner of the team or a member of the chat adds the app again; or its subscriptions are removed.",
    Way.BLOCKED: "In the Teams admin center look under Teams apps > Manage apps whether the app is blocked.",
    Way.GONE: "It was deleted, most likely: its subscriptions can be removed. Say there or in your own chat: "
    "subscriptions all",
    Way.UNKNOWN: "Say a word to the bot there; or its subscriptions are removed.",
}


class Reached(Struct, frozen=True, kw_only=True):
    """Somebody who is linked, or a channel or group that is told something."""

    lane: Lane
    name: str
    kind: str
    """``person``, ``channel`` or ``group chat``; ``conversation`` of one that is not known."""
    way: Way
    why: str
    """Why not, in a sentence; empty where nothing speaks against it."""
    fix: str
    """What to do; empty where there is nothing to do."""
    seen_at: datetime | None
    """When somebody was met there last, as far as ATTMS took it down."""
    told_at: datetime | None
    """When something about a ticket arrived there last."""
    error: str = ""
    """What Teams said last when something did not arrive."""
    error_at: datetime | None = None


class _Error(Struct, frozen=True, kw_only=True):
    reason: str
    at: datetime
    is_now: bool
    """Something waits because of it."""


class _Known(Struct, frozen=True, kw_only=True):
    """What is known of a lane."""

    conversation: Conversation | None
    error: _Error | None
    told_at: datetime | None

    def way(self, unknown: Way) -> Way:
        """Judge; what Teams refused before somebody spoke there again, or something arrived, counts no more."""
        installed = self.conversation is None or self.conversation.is_installed
        met = self.conversation.seen_at if self.conversation and installed else None
        since = max((each for each in (met, self.told_at) if each is not None), default=None)
        error = self.error if self.error and (since is None or self.error.at >= since) else None
        if error is not None and (way := _BY_CODE.get(error.reason.partition(":")[0])):
            return way
        if not installed:
            return Way.REMOVED
        if error is not None and error.is_now:
            return Way.FAILING
        return unknown if self.conversation is None else Way.OPEN


class Roster:
    """The use case: everybody who is linked, and every place that is told something."""

    def __init__(self, database: Database, *, tenant: TenantId) -> None:
        self._database = database
        self._tenant = tenant

    async def everybody(self) -> list[Reached]:
        """List them: first those who cannot be reached, then by name."""
        return await self._database.read(lambda tx: roster(tx, self._tenant))


def roster(tx: Tx, tenant: TenantId) -> list[Reached]:
    """List everybody who is linked and every place that is told something, those not reached first."""
    met = {lane_of(each): each for each in _latest_last(conversations.everything(tx, tenant))}
    errors, told = _errors(tx, tenant), letters.told_at(tx, tenant)

    def known(lane: Lane) -> _Known:
        return _Known(conversation=met.get(lane), error=errors.get(lane), told_at=told.get(lane))

    linked = [person for person in people.everybody(tx, tenant) if person.link.state is LinkState.LINKED]
    found = [_person(person, known(lane_of_person(person.key.object_id))) for person in linked]
    found += [_place(lane, known(lane)) for lane in _places(tx, tenant)]
    return sorted(found, key=lambda one: (one.way not in CLOSED, one.name.casefold(), one.lane))


def names_of(tx: Tx, tenant: TenantId, lanes: Sequence[Lane]) -> dict[Lane, str]:
    """Name lanes as an administrator knows them: people by their names, places by what they are."""
    names = {lane_of_person(one.key.object_id): one.name for one in people.everybody(tx, tenant)}
    found: dict[Lane, str] = {}
    for lane in lanes:
        known = None if person_of(lane) else conversations.get(tx, tenant, lane)
        found[lane] = names.get(lane) or (_PLACES.get(known.kind, "chat") if known else "somebody not met yet")
    return found


def _person(person: Person, known: _Known) -> Reached:
    lane, name = lane_of_person(person.key.object_id), person.name or person.key.object_id
    return _reached(lane, name, "person", known, known.way(Way.UNTRIED), _FIX_PERSON)


def _place(lane: Lane, known: _Known) -> Reached:
    kind = _PLACES.get(known.conversation.kind, "conversation") if known.conversation else "conversation"
    return _reached(lane, kind, kind, known, known.way(Way.UNKNOWN), _FIX_PLACE)


def _reached(  # noqa: PLR0917 - who, and how it stands there, in the order of speech
    lane: Lane, name: str, kind: str, known: _Known, way: Way, fixes: Mapping[Way, str]
) -> Reached:
    return Reached(
        lane=lane,
        name=name,
        kind=kind,
        way=way,
        why=_WHY[way],
        fix=fixes[way],
        seen_at=known.conversation.seen_at if known.conversation else None,
        told_at=known.told_at,
        error=known.error.reason if known.error else "",
        error_at=known.error.at if known.error else None,
    )


def _errors(tx: Tx, tenant: TenantId) -> dict[Lane, _Error]:
    """Give the last that Teams refused, lane by lane: of what waits and of what was given up."""
    found = {
        lane: _Error(reason=each.reason, at=each.at, is_now=True) for lane, each in letters.troubles(tx, tenant).items()
    }
    for grave in letters.graves(tx, tenant):
        if grave.lane not in found or found[grave.lane].at < grave.last:
            found[grave.lane] = _Error(reason=grave.reason, at=grave.last, is_now=False)
    return found


def _places(tx: Tx, tenant: TenantId) -> list[Lane]:
    steps = (step for ladder in ladders.everything(tx, tenant) if not ladder.is_paused for step in ladder.steps)
    called = (target.lane for step in steps for target in step.targets if target.kind is TargetKind.PLACE)
    every: Iterable[Lane | None] = (*letters.told(tx, tenant), *called)
    return sorted({lane for lane in every if lane is not None and person_of(lane) is None})


def _latest_last(found: Iterable[Conversation]) -> list[Conversation]:
    """Sort conversations so that of several chats with one person the one installed, then the one met last, counts."""
    return sorted(found, key=lambda one: (one.is_installed, one.seen_at.timestamp() if one.seen_at else 0.0))
