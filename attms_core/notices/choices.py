"""What people chose: applied to what their own chats are owed, shown, and changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from msgspec import Struct, structs

from attms_core.errors import Invalid
from attms_core.model import Owed, OwedId, Person, TenantId, lane_of_person, person_of
from attms_core.model.preferences import CHOSEN, Preferences, matter_of
from attms_core.notices.quiet import ZONE, is_quiet, quiet_until, turns_at
from attms_core.ports import Now
from attms_core.store import held, owed, preferences
from attms_core.store.claims import Claim
from attms_core.store.database import Database, Tx
from attms_core.zones import zone_named

log = structlog.get_logger(__name__)


class Chosen(Struct, frozen=True, kw_only=True):
    """Somebody's choices, and what they mean at a moment."""

    preferences: Preferences
    chat_zone: str = ""
    """The zone that Teams tells of the person's chat; empty when it does not."""
    is_quiet: bool = False
    turns_at: datetime | None = None
    """When quiet hours end, or when the next begin; none without any."""
    held: int = 0
    """What waits for the end of quiet hours."""

    @property
    def zone(self) -> str:
        """The zone by which quiet hours go; empty where none is known."""
        quiet = self.preferences.quiet
        return (quiet.zone if quiet else "") or self.chat_zone


def weigh(tx: Tx, tenant: TenantId, rows: Sequence[Owed], now: datetime) -> list[Owed]:
    """Go by what people chose, for rows of any lanes: what is left, and of quiet hours held until their end.

    What nobody chooses, and what goes to conversations of several, stays as it is. A row that was held stays marked,
    so that what waited together is told together. Asked again when a row is sent, it tells what holds by then.
    """
    people = sorted({who for row in rows if (who := person_of(row.lane)) and matter_of(row)})
    if not people:
        return list(rows)
    chosen = preferences.of(tx, tenant, people)
    ends = _ends(tx, tenant, chosen, now)
    weighed = (_weighed(row, chosen, ends) for row in rows)
    return [row for row in weighed if row is not None]


def keep_quiet(tx: Tx, claimed: Sequence[Claim], now: datetime) -> list[Claim]:
    """Look again at what is about to be sent: what came late into somebody's quiet hours is held until their end.

    That happens when Teams did not answer for a while. Held rows leave their claims.
    """
    later: set[OwedId] = set()
    for tenant in sorted({claim.tenant for claim in claimed}):
        rows = [row for claim in claimed if claim.tenant == tenant for row in claim.rows]
        held_ = [row for row in weigh(tx, tenant, rows, now) if row.due_at > now]
        if held_:
            held.hold(tx, held_)
            later.update(row.id for row in held_)
    if not later:
        return list(claimed)
    return [structs.replace(claim, rows=tuple(r for r in claim.rows if r.id not in later)) for claim in claimed]


class Choices:
    """Shows and changes people's choices. ``poke`` wakes the sender when something that waited is due."""

    def __init__(
        self, database: Database, *, tenant: TenantId, now: Now, poke: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now
        self._poke = poke

    async def of(self, person: Person) -> Chosen:
        """Give somebody's choices, and what they mean now."""
        return await self._database.read(lambda tx: self._chosen(tx, person.key.object_id))

    async def save(self, person: Person, wanted: Preferences) -> Chosen:
        """Keep somebody's choices, and let them hold for what waits already: freed, held, or not told at all.

        Raises ``Invalid`` for the zone when none is given and Teams has told none.
        """
        kept = structs.replace(wanted, off=wanted.off & frozenset(CHOSEN))

        def work(tx: Tx) -> Chosen:
            who, now = person.key.object_id, self._now()
            if kept.quiet and not kept.quiet.zone and not preferences.zones(tx, self._tenant, [who]).get(who):
                raise Invalid(
                    "Teams has not told in which time zone you are.",
                    field=ZONE,
                    hint="Write it like this: Europe/Berlin",
                )
            preferences.put(tx, self._tenant, who, kept, now)
            _apply_to_waiting(tx, self._tenant, who, now)
            return self._chosen(tx, who)

        done = await self._database.write(work)
        self._poke()
        log.info("choices_kept", person=person.key.object_id, off=len(kept.off), quiet=kept.quiet is not None)
        return done

    def _chosen(self, tx: Tx, who: str) -> Chosen:
        chosen = preferences.of(tx, self._tenant, [who])[who]
        told = preferences.zones(tx, self._tenant, [who]).get(who, "")
        now, quiet = self._now(), chosen.quiet
        zone = zone_named((quiet.zone if quiet else "") or told)
        return Chosen(
            preferences=chosen,
            chat_zone=told,
            is_quiet=quiet is not None and is_quiet(quiet, now, zone),
            turns_at=turns_at(quiet, now, zone) if quiet else None,
            held=sum(row.is_held and row.due_at > now for row in _waiting(tx, self._tenant, who)),
        )


def _apply_to_waiting(tx: Tx, tenant: TenantId, who: str, now: datetime) -> None:
    """Look again at what waits in somebody's lane: what they chose by now decides when it is told, and if at all."""
    before = {row.id: row for row in _waiting(tx, tenant, who)}
    # What was held would be due now, if nothing held it any more; the rest waits for reasons of its own.
    asked = [structs.replace(row, due_at=min(row.due_at, now)) if row.is_held else row for row in before.values()]
    after = {row.id: row for row in weigh(tx, tenant, asked, now)}
    held.hold(tx, [row for id_, row in after.items() if row != before[id_]])
    owed.settle(tx, [row for id_, row in before.items() if id_ not in after])


def _waiting(tx: Tx, tenant: TenantId, who: str) -> list[Owed]:
    return [row for row in owed.waiting(tx, tenant, lane_of_person(who)) if matter_of(row)]


def _ends(tx: Tx, tenant: TenantId, chosen: Mapping[str, Preferences], now: datetime) -> dict[str, datetime]:
    """Say until when it is quiet for those for whom it is quiet now."""
    quiet = {who: each.quiet for who, each in chosen.items() if each.quiet}
    untold = [who for who, each in quiet.items() if not each.zone]
    told = preferences.zones(tx, tenant, untold) if untold else {}
    ends = {who: quiet_until(each, now, zone_named(each.zone or told.get(who, ""))) for who, each in quiet.items()}
    return {who: end for who, end in ends.items() if end is not None}


def _weighed(row: Owed, chosen: Mapping[str, Preferences], ends: Mapping[str, datetime]) -> Owed | None:
    who, matter = person_of(row.lane), matter_of(row)
    if who is None or matter is None:
        return row
    if not chosen[who].wants(matter):
        return None
    end = ends.get(who)
    if end is None or matter in chosen[who].through or row.due_at >= end:
        return row
    return structs.replace(row, is_held=True, due_at=end)
