"""People: met, linked, given roles, checked again. A turn's path reads memory alone.

What another process or the command line writes is seen within a minute. Whether somebody became a guest is asked off
the turn.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog
from msgspec import Struct, structs

from attms_core.errors import AttmsError, Invalid, NotAllowed, NotFound
from attms_core.model import (
    CompanyId,
    Conversation,
    LinkState,
    Member,
    Person,
    PersonKey,
    PersonRole,
    ResourceId,
    TenantId,
)
from attms_core.people import links
from attms_core.people.links import Judge
from attms_core.people.roster import NoAnswer, Roster, outsider
from attms_core.ports import Now
from attms_core.settings import Linking
from attms_core.store import directory, people
from attms_core.store.database import Database, Tx

log = structlog.get_logger(__name__)

REMEMBERED = timedelta(seconds=60)
"""So long a linked person is taken from memory without a look into the store."""
CHECK_EVERY = timedelta(minutes=15)
"""So often the roster is asked again about people who speak."""
CAPACITY = 10_000
Change = Callable[[Tx, Person], Person]


class _Kept(Struct, frozen=True):
    person: Person
    read_at: datetime


class _Sighting(Struct, frozen=True):
    conversation: Conversation
    mri: str


class People:
    """The people of the chat. Without a roster (the command line) nobody new can be met, all else works.

    ``tenant`` is whose AutoTask data the mirror holds; ``administrators`` are Entra object ids.
    """

    def __init__(
        self,
        database: Database,
        roster: Roster | None,
        *,
        tenant: TenantId,
        linking: Linking,
        administrators: Sequence[str],
        now: Now,
    ) -> None:
        self._database = database
        self._roster = roster
        self._tenant = tenant
        self._judge = Judge(tenant=tenant, linking=linking)
        self._administrators = frozenset(one.lower() for one in administrators)
        self._now = now
        self._kept: OrderedDict[PersonKey, _Kept] = OrderedDict()
        self._due: dict[PersonKey, _Sighting] = {}

    async def known(self, key: PersonKey, name: str, *, conversation: Conversation, mri: str) -> Person:
        """Say who speaks. A first meeting asks the roster; without its answer the person has no link this time."""
        person = self._remembered(key) or await self._recall(key)
        if person is None or person.checked_at is None:
            return await self._meet(key, name, _Sighting(conversation, mri))
        if self._now() - person.checked_at >= CHECK_EVERY:
            self._due[key] = _Sighting(conversation, mri)
        return person

    async def get(self, key: PersonKey) -> Person | None:
        """Find a person in the store; none when they never spoke and nobody linked them."""
        return await self._recall(key)

    async def those(self, keys: Collection[PersonKey]) -> dict[PersonKey, Person]:
        """Find several people in the store at once; those who never spoke and whom nobody linked are left out."""

        def work(tx: Tx) -> list[tuple[Person, Person]]:
            stored = [person for key in keys if (person := people.get(tx, key))]
            return [(person, self._look_again(tx, person)) for person in stored]

        found = await self._database.read(work) if keys else []
        return {
            stored.key: await self._change(stored.key, self._look_again) if judged != stored else self._keep(stored)
            for stored, judged in found
        }

    async def everybody(self, tenant: TenantId | None = None) -> list[Person]:
        """List everybody of a tenant, the mirror's own by default."""
        found = await self._database.read(lambda tx: people.everybody(tx, tenant or self._tenant))
        return [self._in_office(person) for person in found]

    # links and roles

    async def confirm(self, person: Person) -> Person:
        """Link the person as proposed. Raises ``NotAllowed`` when nothing is proposed any more.

        Somebody else may have taken the technician meanwhile: then the person is not linked, and told why.
        """

        def work(tx: Tx, stored: Person) -> Person:
            fresh = self._judge.judge(tx, stored)
            proposed = fresh.link.resource
            if fresh.link.state is not LinkState.PROPOSED or proposed is None or proposed != person.link.resource:
                return fresh
            return _technician(links.linked(fresh, proposed, fresh.name, self._now()))

        confirmed = await self._change(person.key, work)
        if confirmed.link.state is not LinkState.LINKED:
            raise NotAllowed(confirmed.link.reason or "There is nothing to confirm any more.", hint="Say: me")
        return confirmed

    async def decline(self, person: Person) -> Person:
        """Note that the proposed technician is somebody else; nothing is proposed again."""
        reason = f"You said that you are somebody else. {links.ASK}"

        def work(_: Tx, stored: Person) -> Person:
            if stored.link.state is not LinkState.PROPOSED:
                return stored
            return links.unlinked(stored, reason, stored.name, self._now())

        return await self._change(person.key, work)

    async def link(self, key: PersonKey, resource: ResourceId, *, by: str, name: str = "") -> Person:
        """Link a person by an administrator's word. Raises ``Invalid`` when the technician is taken or inactive."""

        def work(tx: Tx, stored: Person) -> Person:
            if stored.link.state is LinkState.REFUSED:
                raise NotAllowed(stored.link.reason)
            found = directory.resource(tx, self._tenant, resource)
            if found is None or not found.is_active:
                raise Invalid(f"AutoTask has no active technician {resource}.", field="resource")
            return _technician(links.linked(stored, resource, by, self._now()))

        return await self._change(key, work, name=name)

    async def unlink(self, key: PersonKey, *, by: str) -> Person:
        """Take a person's link away. Raises ``NotFound``."""
        reason = f"An administrator has ended your link. {links.ASK}"
        return await self._change(key, lambda _, stored: links.unlinked(stored, reason, by, self._now()), known=True)

    async def suspend(self, key: PersonKey, reason: str) -> Person:
        """Close a person's link. Raises ``NotFound``."""
        return await self._change(key, lambda _, stored: links.suspended(stored, reason, self._now()), known=True)

    async def set_role(
        self,
        key: PersonKey,
        role: PersonRole,
        *,
        queues: Sequence[int] | None = None,
        companies: Sequence[CompanyId] | None = None,
    ) -> Person:
        """Give a person a role, narrowed to queues or companies or not. Raises ``NotFound``."""

        def work(_: Tx, stored: Person) -> Person:
            return structs.replace(
                stored,
                role=role,
                within_queues=None if queues is None else tuple(queues),
                within_companies=None if companies is None else tuple(companies),
            )

        return await self._change(key, work, known=True)

    # jobs

    async def recheck(self) -> None:
        """Ask the roster again about those who spoke and were not checked lately. Whom it cannot tell about stays."""
        for key, sighting in list(self._due.items()):
            try:
                member = await self._ask(sighting)
            except AttmsError as error:
                log.info("roster_recheck_failed", code=error.code)
                continue
            self._due.pop(key, None)
            await self._change(key, self._checking(member))

    async def suspend_inactive(self) -> None:
        """Suspend the links of technicians who are no longer active: after each reading of the directory."""
        now = self._now()

        def work(tx: Tx) -> list[Person]:
            before = people.everybody(tx, self._tenant)
            after = [self._judge.inactive(tx, person, now) for person in before]
            moved = [new for old, new in zip(before, after, strict=True) if old != new]
            for person in moved:
                people.put(tx, person)
            return moved

        for person in await self._database.write(work):
            log.warning("link_suspended", person=person.key.object_id, reason=person.link.reason)
            self._keep(person)

    # within

    async def _meet(self, key: PersonKey, name: str, sighting: _Sighting) -> Person:
        """Ask the roster who this is, and keep what comes of it."""
        try:
            member = await self._ask(sighting)
        except AttmsError as error:
            log.warning("roster_failed", code=error.code)
            member = None
        if member is None:
            return self._in_office(_not_told(key, name))
        log.info("person_met", person=key.object_id)
        return await self._change(key, self._checking(member), name=name)

    async def _ask(self, sighting: _Sighting) -> Member | None:
        if self._roster is None:
            raise NoAnswer("Nobody can be asked who this is.")
        return await self._roster.member(sighting.conversation, sighting.mri)

    def _checking(self, member: Member | None) -> Change:
        """Take over what the roster tells: name, e-mail, and whether the person is one of ours."""
        now = self._now()

        def work(tx: Tx, stored: Person) -> Person:
            checked = structs.replace(stored, checked_at=now)
            if member is None:
                return checked
            checked = structs.replace(checked, name=member.name or stored.name, email=member.email or stored.email)
            if reason := outsider(member, stored.key):
                return links.refused(checked, reason, now)
            if checked.link.state is LinkState.REFUSED:
                checked = structs.replace(checked, link=links.stranger(stored.key, "").link)
            return self._judge.judge(tx, checked)

        return work

    async def _change(self, key: PersonKey, work: Change, *, name: str = "", known: bool = False) -> Person:
        """Change a person in one transaction; one who is not stored yet is made, unless ``known`` forbids it."""

        def change(tx: Tx) -> Person:
            stored = people.get(tx, key)
            if stored is None and known:
                raise NotFound("ATTMS does not know this person.", hint="See: python app.py people list")
            changed = work(tx, stored or links.stranger(key, name))
            if changed != stored:
                people.put(tx, changed)
            return changed

        return self._keep(await self._database.write(change))

    async def _recall(self, key: PersonKey) -> Person | None:
        """Read a person from the store; the directory may know by now who they are."""

        def work(tx: Tx) -> tuple[Person | None, Person | None]:
            stored = people.get(tx, key)
            return stored, self._look_again(tx, stored) if stored else None

        stored, judged = await self._database.read(work)
        if stored is None or judged is None:
            return None
        if judged != stored:
            return await self._change(key, self._look_again)
        return self._keep(stored)

    def _look_again(self, tx: Tx, person: Person) -> Person:
        return self._judge.judge(tx, self._judge.inactive(tx, person, self._now()))

    def _remembered(self, key: PersonKey) -> Person | None:
        kept = self._kept.get(key)
        if kept is None or self._now() - kept.read_at >= REMEMBERED:
            return None
        # Who waits for a link shall see it at once; who has one speaks often, and is taken from memory.
        return kept.person if kept.person.link.state is LinkState.LINKED else None

    def _keep(self, person: Person) -> Person:
        seen = self._in_office(person)
        self._kept[person.key] = _Kept(seen, self._now())
        self._kept.move_to_end(person.key)
        if len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)
        return seen

    def _in_office(self, person: Person) -> Person:
        """Give administrators named by the settings their role, whatever the store says."""
        if person.key.object_id.lower() not in self._administrators:
            return person
        return structs.replace(person, role=PersonRole.ADMINISTRATOR)


def _technician(person: Person) -> Person:
    """Linking makes a reader a technician; a higher role stays."""
    return structs.replace(person, role=PersonRole.TECHNICIAN) if person.role is PersonRole.READER else person


def _not_told(key: PersonKey, name: str) -> Person:
    reason = "Teams did not tell who you are."
    person = links.stranger(key, name)
    return structs.replace(person, link=structs.replace(person.link, reason=reason))
