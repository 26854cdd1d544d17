"""Reads of AutoTask: one record, pages of a query, an entity's fields.

Which records are wanted is said in ``client``; sending and asking again belong to ``caller``.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog

from attms_core.autotask import metadata, protocol, wire
from attms_core.autotask.caller import SOON, Caller
from attms_core.autotask.catalogue import Catalogue
from attms_core.autotask.protocol import Call, Kind, Priority, Verdict
from attms_core.autotask.query import Filter, Query, all_of, to_wire, where
from attms_core.autotask.wire import Shape
from attms_core.errors import Unreachable, Unreadable
from attms_core.model import Field

log = structlog.get_logger(__name__)

T = TypeVar("T")

IDS_A_CALL = 200
"""Ids in one list of a query; AutoTask takes 500 alternatives in all (REST help: thresholds and limits)."""
MOST_PAGES = 4000
"""Two million records: a query that goes on beyond them has gone wrong."""
LARGEST_ID = 2**31 - 1


class Reads:
    """Asks for records and decodes them."""

    def __init__(self, caller: Caller, catalogue: Catalogue) -> None:
        self._caller = caller
        self._catalogue = catalogue

    async def fields(self, entity: str, priority: Priority) -> tuple[Field, ...]:
        """Read an entity's fields, user-defined ones included, and keep them."""
        own = await self._metadata(entity, "fields", priority)
        if own is None:
            raise Unreachable(f"AutoTask does not tell the fields of {entity}.", hint=SOON)
        # 404 for an entity without them (seen on live tenants)
        user_defined = await self._metadata(entity, "userDefinedFields", priority) or ()
        self._catalogue.keep(entity, own + user_defined)
        return own + user_defined

    async def _metadata(self, entity: str, what: str, priority: Priority) -> tuple[Field, ...] | None:
        path = f"{entity}/entityInformation/{what}"
        found = await self.read(Call(entity=entity, method="GET", path=path, priority=priority))
        return metadata.fields(found.answer, are_user_defined=what == "userDefinedFields")

    async def read(self, call: Call) -> Verdict:
        """Ask for something; missing counts as an empty answer."""
        found = await self._caller.run(call)
        if found.kind is Kind.REFUSED:
            raise _unreadable(call, found)
        return found

    def slim(self, shape: Shape[T], *filters: Filter) -> AsyncIterator[list[T]]:
        """Page through records with only the fields that we model."""
        return self.pages(shape, Query(shape.entity, filters, include=shape.names))

    async def by_ids(self, shape: Shape[T], name: str, ids: Sequence[int], *also: Filter) -> AsyncIterator[list[T]]:
        """Page through the records whose field is one of many ids, 200 a call."""
        wanted = sorted({int(each) for each in ids if 0 < each <= LARGEST_ID})
        for start in range(0, len(wanted), IDS_A_CALL):
            some = where(name).is_in(wanted[start : start + IDS_A_CALL])
            asked = Query(shape.entity, (all_of(some, *also) if also else some,))
            async for page in self.pages(shape, asked):
                yield page

    async def pages(
        self, shape: Shape[T], asked: Query, priority: Priority = Priority.MIRROR
    ) -> AsyncIterator[list[T]]:
        """Page through what a query finds."""
        async for items in self.raw_pages(asked, priority):
            page = [read for item in items if (read := decode(shape, item)) is not None]
            if page:
                yield page

    async def raw_pages(self, asked: Query, priority: Priority) -> AsyncIterator[list[Any]]:
        """Page by id. AutoTask's own links are never followed: they lead where the answer says."""
        last = None
        for _ in range(MOST_PAGES):
            answer = await self._page(asked if last is None else asked.after(last), priority)
            items = protocol.records(answer)
            if items is None:
                raise Unreachable("AutoTask answers a query with something else.", hint=SOON)
            ids = [found for item in items if (found := record_id(item)) is not None]
            if items and (not ids or (last is not None and max(ids) <= last)):
                raise Unreachable("AutoTask's pages do not go on.", hint=SOON)
            if items:
                yield items
            if not items or not (len(items) >= asked.size or protocol.has_next_page(answer)):
                return
            last = max(ids)
        raise Unreachable("AutoTask's pages do not come to an end.", hint=SOON)

    async def _page(self, asked: Query, priority: Priority) -> Mapping[str, Any]:
        asks = partial(self._catalogue.asked, asked.entity)
        shows = partial(self._catalogue.name, asked.entity)
        body = protocol.encoded(to_wire(asked, asks, shows))
        call = Call(entity=asked.entity, method="POST", path=f"{asked.entity}/query", body=body, priority=priority)
        return (await self.read(call)).answer


def record_id(item: object) -> int | None:
    """Read a record's id."""
    return wire.number(item.get("id")) if isinstance(item, Mapping) else None


def decode(shape: Shape[T], item: object) -> T | None:
    """Read one record; a broken one is logged and left out."""
    read = shape.decode(item)
    if read is None:
        log.warning("autotask_record_skipped", entity=shape.entity, id=record_id(item))
    return read


def _unreadable(call: Call, found: Verdict) -> Unreachable | Unreadable:
    said = " ".join(found.texts)
    log.error("autotask_read_refused", entity=call.entity, path=call.path, said=said)
    if "permission" in said.lower() or not said:
        return Unreadable(
            f"AutoTask does not let ATTMS's user read {call.entity}.",
            hint=f"In AutoTask, give the API user's security level the right to view {call.entity}.",
        )
    return Unreachable(
        f"AutoTask refused to read {call.entity}: {said}", hint="Ask an administrator to look at the log."
    )
