"""What is silenced where, and who could be meant by a sender's name."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, select, true

from attms_core.model import Contact, Lane, TenantId, Topic
from attms_core.model.silence import Sender, Silence, Until, read_key
from attms_core.store import directory_rows as rows
from attms_core.store.build import Among, number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import silences
from attms_core.store.statement import Statement
from attms_core.store.tables import contacts
from attms_core.store.values import moment, stamp
from attms_core.store.words import folded

_s = silences.c
_COLUMNS = (_s.lane, _s.what, _s.until, _s.by_name, _s.since)
_ours = _s.tenant == words("tenant")
_PUT = upsert(silences, ["tenant", "lane", "what"])
_OF_LANE = Statement(
    "silences of a lane",
    select(*_COLUMNS)
    .where(_ours, _s.lane == words("lane"))
    .order_by(_s.since.desc(), _s.what)
    .limit(number("most"))
    .offset(number("skip")),
)
_COUNT = Statement("how many silences", select(func.count()).where(_ours, _s.lane == words("lane")))
_AMONG = Statement(
    "silences of some things", select(*_COLUMNS).where(_ours, Among(_s.lane, "lanes"), Among(_s.what, "whats"))
)
_END = Statement(
    "end a silence",
    delete(silences).where(_s.tenant == words("of_tenant"), _s.lane == words("of_lane"), _s.what == words("of_what")),
)
_LIFT = Statement(
    "lift silences",
    delete(silences).where(_s.tenant == words("of_tenant"), Among(_s.what, "whats"), _s.until == Until.REPLY.value),
)
_k = contacts.c
_CONTACTS = Statement(
    "contacts by their names' beginning",
    select(*rows.CONTACT)
    .where(_k.tenant == words("tenant"), _k.is_active == true(), _k.folded >= words("low"), _k.folded < words("high"))
    .order_by(_k.folded != words("low"), _k.folded, _k.id)
    .limit(number("most")),
)
HIGHEST = "\U0010ffff"
"""Behind every name that begins with what stands before it."""


def put(tx: Tx, silence: Silence) -> None:
    """Keep a silence; one of the same thing in the same place is replaced."""
    row = {
        "tenant": silence.tenant,
        "lane": silence.lane,
        "what": silence.what.key,
        "until": silence.until,
        "by_name": silence.by_name,
        "since": stamp(silence.since),
    }
    tx.many(_PUT, [row])


def end(tx: Tx, tenant: TenantId, lane: Lane, what: Topic | Sender) -> bool:
    """End a silence; say whether there was one."""
    return tx.run(_END, of_tenant=tenant, of_lane=lane, of_what=what.key) > 0


def lift(tx: Tx, tenant: TenantId, topics: Sequence[Topic]) -> None:
    """End, everywhere, what waited for the customer's reply on these."""
    tx.run(_LIFT, of_tenant=tenant, whats=[topic.key for topic in topics])


def of_lane(tx: Tx, tenant: TenantId, lane: Lane, *, limit: int, offset: int = 0) -> list[Silence]:
    """Give what is silenced in a place, the latest first."""
    found = tx.all(_OF_LANE, tenant=tenant, lane=lane, most=limit, skip=offset)
    return [each for row in found if (each := _decode(tenant, row))]


def count(tx: Tx, tenant: TenantId, lane: Lane) -> int:
    """Say how much is silenced in a place."""
    row = tx.one(_COUNT, tenant=tenant, lane=lane)
    return int(row[0]) if row else 0


def among(tx: Tx, tenant: TenantId, lanes: Iterable[Lane], whats: Iterable[Topic | Sender]) -> list[Silence]:
    """Give the silences of these things in these places."""
    keys = sorted({what.key for what in whats})
    found = tx.all(_AMONG, tenant=tenant, lanes=sorted(set(lanes)), whats=keys)
    return [each for row in found if (each := _decode(tenant, row))]


def contacts_named(tx: Tx, tenant: TenantId, text: str, *, limit: int) -> list[Contact]:
    """Find active contacts of any company whose name begins like this: the exact name first."""
    low = " ".join(folded(text))
    if not low:
        return []
    return [rows.contact(row) for row in tx.all(_CONTACTS, tenant=tenant, low=low, high=low + HIGHEST, most=limit)]


def _decode(tenant: TenantId, row: tuple[Any, ...]) -> Silence | None:
    lane, key, until, by_name, since = row
    what = read_key(key)
    if what is None:
        return None
    return Silence(tenant=tenant, lane=lane, what=what, until=Until(until), by_name=by_name, since=moment(since))
