"""Ladders, set and changed: who may, what makes sense, and whom a step can tell. Climbing is in ``climbing``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

import structlog
from msgspec import structs

from attms_core.errors import Invalid, NotAllowed, NotFound
from attms_core.model import (
    Conversation,
    ConversationKind,
    Lane,
    LinkState,
    Person,
    PersonKey,
    ResourceId,
    Right,
    TenantId,
    lane_of,
    lane_of_person,
    person_of,
)
from attms_core.model.ladder import Ladder, LadderId, Step, Target, TargetKind
from attms_core.people import authorize, demand
from attms_core.ports import Now
from attms_core.store import conversations, ladders, people
from attms_core.store.database import Database, Tx

log = structlog.get_logger(__name__)

MOST_STEPS = 10
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)
EVERYBODY = Target(kind=TargetKind.EVERYONE)
_PLACES = {ConversationKind.CHANNEL: "channel", ConversationKind.GROUP: "group chat"}


class Ladders:
    """The use case. Every verb takes the person, who needs the dispatcher's right for the queue."""

    def __init__(self, database: Database, *, tenant: TenantId, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    async def all(self, person: Person) -> list[Ladder]:
        """List the ladders of the queues that the person may see, by queue. Raises ``NotAllowed``."""
        _may(person)
        found = await self._database.read(lambda tx: ladders.everything(tx, self._tenant))
        return [ladder for ladder in found if _is_open(person, ladder.queue)]

    async def find(self, person: Person, ladder: LadderId) -> Ladder:
        """Find a ladder. Raises ``NotFound`` and ``NotAllowed``."""
        found = next((each for each in await self.all(person) if each.id == ladder), None)
        if found is None:
            raise NotFound("There is no such escalation any more.", hint="Say: escalation")
        return found

    async def of_queue(self, person: Person, queue: int) -> Ladder | None:
        """Find the ladder of a queue. Raises ``NotAllowed``."""
        return next((each for each in await self.all(person) if each.queue == queue), None)

    async def set(self, person: Person, queue: int, steps: Sequence[Step]) -> Ladder:
        """Set the ladder of a queue in the place of an earlier one; tickets that wait count from now.

        Raises ``Invalid`` for steps that make no sense or tell somebody who cannot be told, and ``NotAllowed``.
        """
        _may(person, queue)
        check(steps)
        wanted = Ladder(
            tenant=self._tenant,
            queue=queue,
            steps=tuple(steps),
            created_by=person.key.object_id,
            created_by_name=person.name,
            changed_at=self._now(),
        )

        def work(tx: Tx) -> Ladder:
            for step in steps:
                for target in step.targets:
                    _check_target(tx, self._tenant, target, queue)
            return ladders.put(tx, wanted)

        kept = await self._database.write(work)
        log.info("ladder_set", ladder=kept.id, queue=queue, steps=len(steps), by=person.key.object_id)
        return kept

    async def pause(self, person: Person, ladder: LadderId) -> Ladder:
        """Let a ladder rest. Raises ``NotFound`` and ``NotAllowed``."""
        found, now = await self.find(person, ladder), self._now()
        await self._database.write(lambda tx: ladders.pause(tx, self._tenant, ladder, now))
        log.info("ladder_paused", ladder=ladder, by=person.key.object_id)
        return structs.replace(found, is_paused=True, changed_at=now)

    async def resume(self, person: Person, ladder: LadderId) -> Ladder:
        """Let a ladder work again; tickets that wait count from now. Raises ``NotFound`` and ``NotAllowed``."""
        found, now = await self.find(person, ladder), self._now()
        await self._database.write(lambda tx: ladders.resume(tx, self._tenant, ladder, now))
        log.info("ladder_resumed", ladder=ladder, by=person.key.object_id)
        return structs.replace(found, is_paused=False, changed_at=now)

    async def remove(self, person: Person, ladder: LadderId) -> Ladder:
        """Take a ladder away, and give it. Raises ``NotFound`` and ``NotAllowed``."""
        found = await self.find(person, ladder)
        await self._database.write(lambda tx: ladders.remove(tx, self._tenant, ladder))
        log.info("ladder_removed", ladder=ladder, by=person.key.object_id)
        return found

    async def climbing(self) -> Mapping[LadderId, int]:
        """Count the tickets that were called and that nobody has taken yet, ladder by ladder."""
        climbs = await self._database.read(lambda tx: ladders.climbing(tx, self._tenant))
        return Counter(ladder for ladder, _ in climbs)

    async def asleep(self, among: Sequence[Ladder]) -> frozenset[LadderId]:
        """Name those ladders whose makers may see nothing any more: they tell nothing until somebody sets them anew."""

        def work(tx: Tx) -> frozenset[LadderId]:
            makers = {each.created_by: people.get(tx, PersonKey(self._tenant, each.created_by)) for each in among}
            return frozenset(each.id for each in among if not _reads(makers[each.created_by]))

        return await self._database.read(work)

    async def colleagues(self) -> list[Person]:
        """List the people who can be told something: those who are linked, by name."""
        everybody = await self._database.read(lambda tx: people.everybody(tx, self._tenant))
        return [person for person in everybody if person.link.state is LinkState.LINKED]

    async def met(self, object_id: str, *, mri: str) -> Person | None:
        """Find somebody who has spoken to the bot by one of the ids that a mention in Teams carries."""

        def work(tx: Tx) -> Person | None:
            chats = [] if object_id else conversations.everything(tx, self._tenant)
            found = next((each.object_id for each in chats if each.user_mri == mri and each.object_id), object_id)
            return people.get(tx, PersonKey(self._tenant, found.lower())) if found else None

        return await self._database.read(work)

    async def target_of(self, resource: ResourceId, name: str) -> Target:
        """Aim at the person who is linked to a technician. Raises ``Invalid`` when nobody is."""
        holder = await self._database.read(lambda tx: people.holder(tx, self._tenant, resource))
        if holder is None:
            raise Invalid(
                f"{name} cannot be told: no account in Teams is linked to this technician.",
                field="steps",
                hint="They say me to ATTMS once, and confirm who they are.",
            )
        return target_of_person(holder)


def check(steps: Sequence[Step]) -> None:
    """Refuse steps that make no sense. Raises ``Invalid``."""
    if not 0 < len(steps) <= MOST_STEPS:
        raise Invalid(f"A ladder has 1 to {MOST_STEPS} steps; this one has {len(steps)}.", field="steps")
    for step in steps:
        if not SHORTEST <= step.after <= LONGEST:
            raise Invalid("A step comes after 1 minute at the earliest, and after 7 days at the latest.", field="steps")
        if not step.targets:
            raise Invalid("A step has to tell somebody.", field="steps")
    if any(later.after <= earlier.after for earlier, later in pairwise(steps)):
        raise Invalid("Each step has to come later than the one before it.", field="steps")


def target_of_person(person: Person) -> Target:
    """Aim at a person."""
    return Target(kind=TargetKind.PERSON, lane=lane_of_person(person.key.object_id), name=person.name)


def target_of_place(conversation: Conversation, person: Person) -> Target:
    """Aim at a conversation; at the person in a chat of their own."""
    if conversation.kind is ConversationKind.PERSONAL:
        return target_of_person(person)
    return Target(kind=TargetKind.PLACE, lane=lane_of(conversation), name=_PLACES[conversation.kind])


def spoken(target: Target, lane: Lane) -> str:
    """Say who a target is, where it is said."""
    if target.kind is TargetKind.EVERYONE:
        return "everyone"
    if target.kind is TargetKind.PERSON:
        return target.name or "somebody"
    return "here" if target.lane == lane else f"another {target.name}" if target.name else "elsewhere"


def _check_target(tx: Tx, tenant: TenantId, target: Target, queue: int) -> None:
    object_id = person_of(target.lane) if target.lane is not None else None
    if target.kind is not TargetKind.PERSON or object_id is None:
        return
    person = people.get(tx, PersonKey(tenant, object_id))
    if not _reads(person):
        name = person.name if person else target.name
        raise Invalid(
            f"{name or 'This person'} is not linked to an AutoTask technician, so nothing can be shown to them.",
            field="steps",
            hint="They say me to ATTMS once, and confirm who they are.",
        )
    if person is not None and not _is_open(person, queue):
        raise Invalid(f"{person.name} may not see this queue.", field="steps", hint="Choose somebody who may.")


def _reads(person: Person | None) -> bool:
    return person is not None and authorize(person, Right.READ).allowed


def _may(person: Person, queue: int | None = None) -> None:
    demand(person, Right.DISPATCH)
    if queue is not None and not _is_open(person, queue):
        raise NotAllowed("This queue lies outside your role.", hint="An administrator can widen it.")


def _is_open(person: Person, queue: int) -> bool:
    return person.within_queues is None or queue in person.within_queues
