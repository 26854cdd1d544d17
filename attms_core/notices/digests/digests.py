"""When digests are due, and how people arrange them. What stands in one is gathered by ``sheets``."""

from collections.abc import Callable
from datetime import datetime

from msgspec import structs

from attms_core.errors import NotFound
from attms_core.model import Lane, Owed, OwedKind, Person, Rule, RuleKind, TenantId
from attms_core.model.digest import Digest, DigestId, DigestKind, Rhythm
from attms_core.model.digest_sheet import Sheet
from attms_core.notices.digests.sheets import gather
from attms_core.notices.rhythm import next_time
from attms_core.notices.rights import may_listen, may_read
from attms_core.ports import Now
from attms_core.store import digests, owed
from attms_core.store.database import Database, Tx

INSTEAD = "Your own digest comes to your own chat. Say: digest mine 07:30 mon-fri"
BATCH = 200
"""Digests that become due in one transaction."""


class Digests:
    """The use case, and the job.

    Every verb takes the person who asks and the place: in one's own chat it needs the right to read, elsewhere to
    dispatch; of a place of several whoever may read may look at what is set. Raises ``NotLinked`` and ``NotAllowed``.
    ``on_poke`` is called when something was owed that is due now; whoever sends notices sets it.
    """

    def __init__(self, database: Database, *, tenant: TenantId, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now
        self.on_poke: Callable[[], None] = lambda: None

    async def owe_due(self, now: datetime | None = None) -> int:
        """Owe each digest whose time has come, once however long nobody looked. Gives how many there were."""
        at, count = now or self._now(), 0
        while taken := await self._database.write(lambda tx: self._take(tx, at)):
            count += taken
        if count:
            self.on_poke()
        return count

    async def set(self, person: Person, lane: Lane, kind: DigestKind, rhythm: Rhythm) -> Digest:
        """Arrange a digest in a place, in the place of the one of its kind that was there; it is its maker's."""
        _may(person, lane)
        wanted = Digest(
            tenant=self._tenant,
            lane=lane,
            kind=kind,
            rhythm=rhythm,
            created_by=person.key.object_id,
            created_by_name=person.name,
            next_at=next_time(rhythm, self._now()),
        )

        def work(tx: Tx) -> Digest:
            known = self._known(tx, lane, kind)
            if known is None:
                return structs.replace(wanted, id=digests.add(tx, wanted))
            kept = structs.replace(wanted, id=known.id, last_at=known.last_at)
            digests.change(tx, kept)
            return kept

        return await self._database.write(work)

    async def of_lane(self, person: Person, lane: Lane) -> tuple[Digest, ...]:
        """List those of a place."""
        may_read(person, lane)
        found = await self._database.read(lambda tx: digests.of_lane(tx, self._tenant, lane))
        return tuple(sorted(found, key=lambda each: each.kind is DigestKind.HERE))

    async def find(self, person: Person, lane: Lane, kind: DigestKind) -> Digest | None:
        """Find what somebody may set anew; none when nothing is set."""
        _may(person, lane)
        return await self._database.read(lambda tx: self._known(tx, lane, kind))

    async def get(self, id: DigestId) -> Digest | None:  # noqa: A002 - the word of the field
        """Find one by its number, whoever asks; none when it was removed."""
        return await self._database.read(lambda tx: digests.get(tx, self._tenant, id))

    async def sheet(self, person: Person, digest: Digest, *, internal: bool) -> Sheet:
        """Gather what stands in one now, for its maker; ``internal`` says whether it may tell of internal notes.

        Raises ``NotLinked`` and ``NotAllowed`` when they may not read any more.
        """
        now = self._now()
        return await self._database.read(
            lambda tx: gather(tx, self._tenant, person, digest, now=now, internal=internal)
        )

    async def pause(self, person: Person, lane: Lane, kind: DigestKind) -> Digest:
        """Tell nothing until it is resumed. Raises ``NotFound``."""
        return await self._change(person, lane, kind, lambda known: structs.replace(known, is_paused=True))

    async def resume(self, person: Person, lane: Lane, kind: DigestKind) -> Digest:
        """Tell again from its next time on. Raises ``NotFound``."""
        now = self._now()
        return await self._change(
            person,
            lane,
            kind,
            lambda known: structs.replace(known, is_paused=False, next_at=next_time(known.rhythm, now)),
        )

    async def remove(self, person: Person, lane: Lane, kind: DigestKind) -> Digest:
        """Forget one; gives what it was. Raises ``NotFound``."""
        _may(person, lane)

        def work(tx: Tx) -> Digest:
            known = self._must(tx, lane, kind)
            digests.remove(tx, self._tenant, known.id)
            return known

        return await self._database.write(work)

    async def send(self, person: Person, lane: Lane, kind: DigestKind) -> Digest:
        """Owe one now, besides its times; a paused one too. Raises ``NotFound``."""
        _may(person, lane)

        def work(tx: Tx) -> Digest:
            known = self._must(tx, lane, kind)
            _owe(tx, [known], self._now())
            return known

        sent = await self._database.write(work)
        self.on_poke()
        return sent

    async def _change(self, person: Person, lane: Lane, kind: DigestKind, change: Callable[[Digest], Digest]) -> Digest:
        _may(person, lane)

        def work(tx: Tx) -> Digest:
            changed = change(self._must(tx, lane, kind))
            digests.change(tx, changed)
            return changed

        return await self._database.write(work)

    def _take(self, tx: Tx, now: datetime) -> int:
        due = digests.due(tx, self._tenant, now, limit=BATCH)
        taken = [each for each in due if _move_on(tx, each, now)]
        _owe(tx, taken, now)
        return len(taken)

    def _known(self, tx: Tx, lane: Lane, kind: DigestKind) -> Digest | None:
        return next((each for each in digests.of_lane(tx, self._tenant, lane) if each.kind is kind), None)

    def _must(self, tx: Tx, lane: Lane, kind: DigestKind) -> Digest:
        known = self._known(tx, lane, kind)
        if known is None:
            raise NotFound("There is no such digest here.", hint=f"Set one up: digest {kind} 07:30 mon-fri")
        return known


def _may(person: Person, lane: Lane) -> None:
    may_listen(person, lane, instead=INSTEAD)


def _move_on(tx: Tx, digest: Digest, now: datetime) -> bool:
    """Plan its next time; what was missed comes once. No when another process was faster."""
    return digests.move_on(tx, digest, next_at=next_time(digest.rhythm, now), last_at=digest.next_at)


def _owe(tx: Tx, due: list[Digest], now: datetime) -> None:
    """Owe digests, but none that waits already: of two on their way the second has nothing new to tell."""
    rows = [
        Owed(
            tenant=each.tenant,
            lane=each.lane,
            kind=OwedKind.DIGEST,
            due_at=now,
            at=now,
            rule=Rule(RuleKind.DIGEST, str(each.id)),
        )
        for each in due
    ]
    fresh = [row for row in rows if row.rule not in {other.rule for other in owed.waiting(tx, row.tenant, row.lane)}]
    if fresh:
        owed.owe(tx, fresh, now)
