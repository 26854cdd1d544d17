"""What people chose to hear of, and when not. Whoever chose nothing has no row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from attms_core.model import ConversationKind, TenantId
from attms_core.model.preferences import Matter, Preferences, Quiet
from attms_core.store.build import Among, upsert, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import preferences
from attms_core.store.statement import Statement
from attms_core.store.tables import conversations
from attms_core.store.values import packed, stamp, unpacked

_p = preferences.c
_c = conversations.c
_OF = Statement(
    "preferences",
    select(_p.object_id, _p.events, _p.quiet).where(_p.tenant == words("tenant"), Among(_p.object_id, "people")),
)
_ZONES = Statement(
    "zones of personal chats",
    select(_c.object_id, _c.timezone)
    .where(_c.tenant == words("tenant"), _c.kind == ConversationKind.PERSONAL.value, Among(_c.object_id, "people"))
    .order_by(_c.seen_at, _c.id),
)
_PUT = upsert(preferences, ["tenant", "object_id"])
_KNOWN: Mapping[str, Matter] = {matter.value: matter for matter in Matter}


def of(tx: Tx, tenant: TenantId, people: Sequence[str]) -> dict[str, Preferences]:
    """Give the choices of people by their object ids, also of those who chose nothing."""
    found = {row[0]: _decode(row[1], row[2]) for row in tx.all(_OF, tenant=tenant, people=list(people))}
    return {each: found.get(each, Preferences()) for each in people}


def put(tx: Tx, tenant: TenantId, person: str, chosen: Preferences, now: datetime) -> None:
    """Keep somebody's choices."""
    row = {
        "tenant": tenant,
        "object_id": person,
        "events": packed({"off": sorted(chosen.off), "through": sorted(chosen.through)}),
        "quiet": packed(_of_quiet(chosen.quiet)) if chosen.quiet else "",
        "changed_at": stamp(now),
    }
    tx.many(_PUT, [row])


def zones(tx: Tx, tenant: TenantId, people: Sequence[str]) -> dict[str, str]:
    """Give the zones that Teams told of people's chats with us, as far as it did."""
    return {object_id: zone for object_id, zone in tx.all(_ZONES, tenant=tenant, people=list(people)) if zone}


def _of_quiet(quiet: Quiet) -> dict[str, Any]:
    return {
        "start": quiet.start,
        "end": quiet.end,
        "days": sorted(quiet.days),
        "whole_days": sorted(quiet.whole_days),
        "zone": quiet.zone,
    }


def _decode(events: str, quiet: str) -> Preferences:
    chosen = unpacked(events)
    return Preferences(
        off=_matters(chosen["off"]),
        through=_matters(chosen["through"]),
        quiet=_quiet(unpacked(quiet)) if quiet else None,
    )


def _quiet(kept: Mapping[str, Any]) -> Quiet:
    return Quiet(
        start=kept["start"],
        end=kept["end"],
        days=frozenset(kept["days"]),
        whole_days=frozenset(kept["whole_days"]),
        zone=kept["zone"],
    )


def _matters(names: Iterable[str]) -> frozenset[Matter]:
    """Take the names that are known: a later version may have written others."""
    return frozenset(_KNOWN[name] for name in names if name in _KNOWN)
