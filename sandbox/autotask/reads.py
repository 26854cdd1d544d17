"""The API's reads: one record, a query's pages, a count, a parent's children.

Answers are built as JSON text straight from the stored records; filters are read in `filters`.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from sandbox.autotask import filters, refusals
from sandbox.autotask.filters import Query, Sql
from sandbox.autotask.table import Entity, Route
from sandbox.autotask.world import World

START = -1
"""The position before the first page, as the vendor writes it."""


LARGEST_ID = 2**63
ATTACHED = "TicketAttachments"
SECRETIVE = ("TicketWebhooks", "TicketNoteWebhooks")
MASK = "****************"
"""What is read in the place of a webhook's key."""


class Reads:
    """GET and POST that change nothing, on one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def item(self, route: Route) -> bytes:
        """Return one record, or `null` for an id that is missing, misplaced or hidden. Raises RefusalError."""
        entity = self._world.table.entities[route.entity]
        only = Query(where=Sql("id = ?", (route.id,)), page_size=1)
        found = self._world.rows.page(entity.plural, only, None, self._visible(route, entity))
        if route.parent and entity.plural == ATTACHED:
            # the one address that answers with the bytes, and in another shape (seen on live tenants)
            return orjson.dumps({"items": [orjson.Fragment(doc) for doc in found]})
        if not found and self._world.quirks.missing_is_404:
            raise refusals.RefusalError(404, {"Message": "The requested item was not found."})
        return orjson.dumps({"item": self._shown(entity, only, found[0]) if found else None})

    def query(self, route: Route, body: Any, base: str, *, search: str | None) -> bytes:
        """Return the first page of a query; `search` is its text when it came in the URL. Raises RefusalError."""
        return self._page(route, self._read(route, body), base, position=START, back=None, search=search)

    def next_page(self, route: Route, token: str, body: Any, base: str, *, search: str | None) -> bytes:
        """Return a further page; the token holds a position, the filter has to come again. Raises RefusalError."""
        size, position, back = _opened(token)
        query = replace(self._read(route, body), page_size=size)
        return self._page(route, query, base, position=position, back=back, search=search)

    def children(self, route: Route, token: str | None, base: str) -> bytes:
        """Return a page of a parent's children. Raises RefusalError."""
        size, position, back = _opened(token) if token else (filters.PAGE, START, None)
        query = Query(where=Sql(), page_size=size)
        return self._page(route, query, base, position=position, back=back, search=None)

    def count(self, route: Route, body: Any) -> bytes:
        """Return how many records a query finds. Raises RefusalError."""
        entity = self._world.table.entities[route.entity]
        found = self._world.rows.count(entity.plural, self._read(route, body), self._visible(route, entity))
        return orjson.dumps({"queryCount": found})

    def _read(self, route: Route, body: Any) -> Query:
        entity = self._world.table.entities[route.entity]
        return filters.read(body, entity, self._world.tenant.udf_fields(entity.plural), self._world.quirks)

    def _page(
        self, route: Route, query: Query, base: str, *, position: int, back: int | None, search: str | None
    ) -> bytes:
        entity = self._world.table.entities[route.entity]
        after = None if position == START else position
        found = self._world.rows.page(entity.plural, query, after, self._visible(route, entity))
        shown = found[: query.page_size]
        link = _Link(base, route, query.page_size, search)
        more = len(found) > len(shown) and (query.fields is None or "id" in query.fields)
        last = orjson.loads(shown[-1])["id"] if more else START
        details = {
            "count": len(shown),
            "requestCount": query.page_size,
            "prevPageUrl": None if back is None else link.to(back, START),
            # without its id in the answer a query cannot be continued (REST help: IncludeFields)
            "nextPageUrl": link.to(last, position) if more else None,
        }
        items = [self._shown(entity, query, doc) for doc in shown]
        return orjson.dumps({"items": items, "pageDetails": details})

    def _shown(self, entity: Entity, query: Query, doc: str) -> orjson.Fragment:
        if query.fields is None and entity.plural not in (ATTACHED, *SECRETIVE):
            return orjson.Fragment(doc)
        record = orjson.loads(doc)
        if entity.plural in SECRETIVE:
            record["secretKey"] = MASK
        if entity.plural == ATTACHED:
            record["data"] = None
        if query.fields is None:
            return orjson.Fragment(self._world.rows.dump(entity, record))
        part = {name: record[name] for name in query.fields}
        if query.udfs:
            part["userDefinedFields"] = [
                udf for udf in record.get("userDefinedFields", ()) if udf["name"] in query.udfs
            ]
        return orjson.Fragment(self._world.rows.dump(entity, part))

    def _visible(self, route: Route, entity: Entity) -> Sql | None:
        """Return what narrows the records beyond the query: the parent of a child path, hidden queues."""
        conditions: list[Sql] = []
        if route.parent:
            field = entity.parent_field(self._world.table.entities[route.parent].name)
            conditions.append(Sql(f'"{field}" = ?', (route.parent_id,)))
        hidden = tuple(self._world.quirks.hidden_queues)
        if hidden and entity.plural == "Tickets":
            marks = ", ".join("?" * len(hidden))
            conditions.append(Sql(f'("queueID" IS NULL OR "queueID" NOT IN ({marks}))', hidden))
        text = " AND ".join(condition.text for condition in conditions)
        params = tuple(value for condition in conditions for value in condition.params)
        return Sql(text, params) if text else None


class _Link:
    """Writes links to other pages of one query."""

    def __init__(self, base: str, route: Route, size: int, search: str | None) -> None:
        words = route.template.removesuffix("/next").replace("{parentId}", str(route.parent_id))
        self._path = f"{base}{words}/next"
        self._size = size
        self._search = search

    def to(self, position: int, back: int) -> str:
        """Return the link to the page behind a position."""
        token = {"pageSize": self._size, "previousIds": [back], "nextIds": [position]}
        wanted = {"paging": json.dumps(token, separators=(",", ":"))}
        if self._search is not None:
            wanted["search"] = self._search
        return f"{self._path}?{urlencode(wanted, quote_via=quote)}"


def _opened(token: str) -> tuple[int, int, int]:
    """Return page size, position and the position before. Raises RefusalError."""
    try:
        wire = json.loads(token)
        size, position, back = int(wire["pageSize"]), int(wire["nextIds"][0]), int(wire["previousIds"][0])
    except (ValueError, KeyError, TypeError, IndexError, OverflowError):
        raise refusals.error("Value cannot be null.\r\nParameter name: paging") from None
    if not 1 <= size <= filters.PAGE:
        raise refusals.error(refusals.PAGE_SIZE)
    if max(abs(position), abs(back)) >= LARGEST_ID:
        raise refusals.error("Value was either too large or too small for an Int64.")
    return size, position, back
