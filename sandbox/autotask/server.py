"""The HTTP side: addresses, log-in, limits, faults and the order in which they bite.

What a request means is decided in `reads`, `writes` and `metadata`; this room only carries it there and back.
"""

import asyncio
import re
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import web

from sandbox.autotask import metadata, refusals
from sandbox.autotask.faults import Fault, Faults
from sandbox.autotask.limits import Limits
from sandbox.autotask.reads import Reads
from sandbox.autotask.rows import Change
from sandbox.autotask.table import Route
from sandbox.autotask.world import World
from sandbox.autotask.writes import Writes

ADDRESS = re.compile(r"/+(?:zone(?P<zone>\d+)/+)?atservicesrest(?P<path>/.*)", re.IGNORECASE)
ZONED_TIME = re.compile(rb'("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)Z"')
LONGEST_URL = 2000
"""Characters; a longer one gets an unexplained 404 (seen on live tenants)."""

KEPT_HEADERS = ("UserName", "ApiIntegrationCode", "ImpersonationResourceId", "Content-Type")
VERBS = {"POST": "create", "PATCH": "update", "PUT": "replace", "DELETE": "delete"}
DEEDS = {"POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
UNAVAILABLE = "<html><head><title>{0}</title></head><body><h1>Service unavailable</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What the API user logs in with."""

    user: str = "api-attms@larkspur-it.example"
    secret: str = "s$4~Lk#9@qW%2*vT"  # noqa: S105 - the sandbox's own, printed at its start
    integration_code: str = "SANDBOXINTEGRATIONCODE00001"

    def headers(self) -> dict[str, str]:
        """Return them as request headers."""
        return {
            "UserName": self.user,
            "Secret": self.secret,
            "ApiIntegrationCode": self.integration_code,
            "Content-Type": "application/json",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    """Path and query, as sent."""
    entity: str
    verb: str
    headers: dict[str, str]
    """Only those that matter here; never the secret."""
    body: Any
    """The JSON, or the text that was none, or None."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One request on its way through."""

    request: web.Request
    route: Route
    raw: bytes
    verb: str
    is_done: bool = False
    body: Any = field(default=None)

    @property
    def verbs(self) -> tuple[str, ...]:
        """The names by which a fault may mean this call."""
        return (self.verb, self.request.method.casefold())


class Server:
    """Answers requests for one world."""

    def __init__(self, world: World, limits: Limits, faults: Faults, credentials: Credentials) -> None:
        self.world = world
        self.limits = limits
        self.faults = faults
        self.credentials = credentials
        self.requests: deque[Seen] = deque(maxlen=20_000)
        self.origin = ""
        """Scheme, host and port, once they are known."""
        self.zone = 0
        self._reads = Reads(world)
        self._writes = Writes(world)

    @property
    def zone_url(self) -> str:
        """The base that zoneInformation hands out; ends in `/ATServicesRest/`."""
        moved = f"/zone{self.zone}" if self.zone else ""
        return f"{self.origin}{moved}/ATServicesRest/"

    def move_zone(self) -> None:
        """Move the tenant: the old base answers 401 from now on."""
        self.zone += 1

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one API request."""
        try:
            return await self._answer(request)
        except refusals.RefusalError as refusal:
            return self._refused(refusal)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        address = ADDRESS.fullmatch(request.path)
        route = address and self.world.table.match(address["path"])
        if not address or not route or len(str(request.rel_url)) > LONGEST_URL:
            raise refusals.no_route(str(request.url))
        raw = await request.read()
        call = Call(request=request, route=route, raw=raw, verb=_verb(request.method, route))
        self._log(call)
        if request.method not in route.verbs:
            raise refusals.no_verb(request.method)
        if route.entity.startswith("ZoneInformation"):
            return self._json(self._zone_information(request))
        return await self._guarded(call, int(address["zone"] or 0))

    async def _guarded(self, call: Call, zone: int) -> web.StreamResponse:
        """Let faults, log-in and limits have their say, then do the deed."""
        entity = call.route.entity
        moving = self.faults.take("move_zone", entity, call.verbs)
        if moving:
            self.move_zone()
            self.faults.release(moving)
        if self.faults.take("drop", entity, call.verbs):
            return _cut(call.request)
        self._log_in(call.request, zone)
        with self.limits.thread(entity):
            await asyncio.sleep(self._slowness(call) + self.limits.charge())
            self._trouble(call)
            answer = self._json(self._deed(call))
            return _cut(call.request) if self.faults.take("lost_reply", entity, call.verbs) else answer

    def _slowness(self, call: Call) -> float:
        fault = self.faults.take("delay", call.route.entity, call.verbs)
        return fault.seconds if fault else 0.0

    def _trouble(self, call: Call) -> None:
        if self.faults.take("threads", call.route.entity, call.verbs):
            raise self.limits.too_many_threads()
        fault = self.faults.take("server_error", call.route.entity, call.verbs)
        if fault:
            raise refusals.RefusalError(fault.status, html=UNAVAILABLE.format(fault.status))

    def _log_in(self, request: web.Request, zone: int) -> None:
        wanted, sent = self.credentials, request.headers
        is_known = (
            sent.get("UserName", "").casefold() == wanted.user.casefold()
            and sent.get("Secret") == wanted.secret
            and sent.get("ApiIntegrationCode") == wanted.integration_code
        )
        if not is_known or zone != self.zone:
            raise self._unauthorized()

    def _unauthorized(self) -> refusals.RefusalError:
        text = "Unauthorized"
        return {
            "empty": refusals.RefusalError(401),
            "errors": refusals.errors([text], 401),
            "html": refusals.RefusalError(401, html=f"<html><body><h1>401 - {text}</h1></body></html>"),
            "as_500": refusals.errors([text]),
        }[self.world.quirks.unauthorized]

    def _deed(self, call: Call) -> bytes:
        route, deed = call.route, _right(call)
        if route.entity not in self.world.table.entities:
            return self._general(route, deed)
        if "entityInformation" in route.tail:
            return self._metadata(route)
        if not self.world.tenant.is_open(route.entity):
            raise refusals.no_permission(deed)
        return self._read(call) if deed == "query" else self._write(call, deed)

    def _read(self, call: Call) -> bytes:
        speaks_for = call.request.headers.get("ImpersonationResourceId")
        if speaks_for and self.world.quirks.impersonated_reads_refused:
            raise refusals.no_permission("query")
        if call.verb == "get":
            return self._reads.item(call.route)
        with ExitStack() as stack:
            stale = self.faults.take("stale", call.route.entity, call.verbs)
            if stale:
                changes = self.world.rows.changes_after(lambda change: self._unseen(stale, change))
                stack.enter_context(self.world.rows.as_before(changes))
            return self._listed(call)

    def _listed(self, call: Call) -> bytes:
        route, asked, base = call.route, call.request.query, self.zone_url
        if call.verb == "list":
            return self._reads.children(route, asked.get("paging"), base)
        search = asked.get("search") if call.request.method == "GET" else None
        if call.request.method == "GET" and search is None and route.tail == "query/next":
            # the chain was begun by POST and goes on by POST (REST help: paging)
            raise refusals.no_verb("GET")
        body = _decoded(call.raw if search is None else search.encode())
        if route.tail == "query/count":
            return self._reads.count(route, body)
        if route.tail == "query/next":
            return self._reads.next_page(route, asked.get("paging", ""), body, base, search=search)
        return self._reads.query(route, body, base, search=search)

    def _unseen(self, fault: Fault, change: Change) -> bool:
        if fault.seconds:
            return change.at > self.world.clock() - timedelta(seconds=fault.seconds)
        if fault.changes:
            return change.sequence > self.world.rows.sequence - fault.changes
        return change.sequence > fault.since

    def _write(self, call: Call, deed: str) -> bytes:
        route, rows = call.route, self.world.rows
        header = call.request.headers.get("ImpersonationResourceId")
        actor = self.world.tenant.actor(header, route.entity, deed, rows)
        if deed == "delete":
            return self._written(self._writes.delete(route, actor))
        body = _decoded(call.raw)
        if deed == "create":
            id_ = self._writes.create(route, body, actor)
            before = rows.get(route.entity, id_) or {}
        else:
            before = rows.get(route.entity, _id_of(body)) or {}
            id_ = self._writes.update(route, body, actor, whole=call.verb == "replace")
        rule = self.faults.take("workflow", route.entity, call.verbs) if route.entity == "Tickets" else None
        if rule:
            self._writes.rule(id_, before, rule.values)
        return self._written(id_)

    def _written(self, id_: int) -> bytes:
        return orjson.dumps({"itemId": str(id_) if self.world.quirks.item_id_as_text else id_})

    def _metadata(self, route: Route) -> bytes:
        world = self.world
        entity = world.table.entities[route.entity]
        if route.tail == "entityInformation":
            info = metadata.information(entity, world.table, world.tenant, world.quirks)
            return orjson.dumps({"info": info})
        if route.tail == "entityInformation/fields":
            return orjson.dumps({"fields": metadata.fields(entity, world.tenant, world.quirks)})
        if not world.tenant.udfs.get(entity.plural):
            raise refusals.no_route(route.template)
        return orjson.dumps({"fields": metadata.user_defined_fields(entity, world.tenant, world.quirks)})

    def _general(self, route: Route, deed: str) -> bytes:
        """Answer what belongs to no entity. Raises RefusalError for one that is not served."""
        if route.template == "VersionInformation":
            return orjson.dumps({"apiVersions": ["1.0"]})
        if route.template == "V1.0/ThresholdInformation":
            return orjson.dumps(
                {
                    "externalRequestThreshold": self.limits.hourly,
                    "requestThresholdTimeframe": 60,
                    "currentTimeframeRequestCount": self.limits.used,
                }
            )
        if route.template == "V1.0/Version":
            return orjson.dumps(metadata.VERSION)
        if route.template == "V1.0/Modules":
            return orjson.dumps({"modules": metadata.modules(self.world.tenant)})
        if route.template == "V1.0/EntityInformation":
            infos = metadata.every_entity(self.world.table, self.world.tenant, self.world.quirks)
            return orjson.dumps({"entityDescriptions": infos})
        raise refusals.no_permission(deed)

    def _zone_information(self, request: web.Request) -> bytes:
        if request.query.get("user", "").casefold() != self.credentials.user.casefold():
            raise refusals.error("The specified user could not be found.")
        zone = {"zoneName": "Sandbox", "url": self.zone_url, "webUrl": f"{self.origin}/", "ci": 100 + self.zone}
        return orjson.dumps(zone)

    def _log(self, call: Call) -> None:
        headers = {name: call.request.headers[name] for name in KEPT_HEADERS if name in call.request.headers}
        self.requests.append(
            Seen(
                method=call.request.method,
                path=str(call.request.rel_url),
                entity=call.route.entity,
                verb=call.verb,
                headers=headers,
                body=_shown(call.raw),
            )
        )

    def _json(self, body: bytes) -> web.Response:
        if self.world.quirks.datetimes_without_zone:
            body = ZONED_TIME.sub(rb'\1"', body)
        return web.Response(body=body, content_type="application/json", charset="utf-8")

    def _refused(self, refusal: refusals.RefusalError) -> web.Response:
        headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else {}
        if refusal.html:
            return web.Response(status=refusal.status, text=refusal.html, content_type="text/html")
        if refusal.body is None:
            return web.Response(status=refusal.status, headers=headers)
        return web.json_response(refusal.body, status=refusal.status, headers=headers)


def _verb(method: str, route: Route) -> str:
    """Name what a call wants, in the words that faults use."""
    if "entityInformation" in route.tail:
        return "metadata"
    if route.tail.startswith("query"):
        return "count" if route.tail == "query/count" else "query"
    if method != "GET":
        return VERBS.get(method, method.casefold())
    if route.parent and route.id is None:
        return "list"
    return "get"


def _right(call: Call) -> str:
    """Name the right that a call needs: create, query, update or delete."""
    is_reading = call.request.method == "GET" or call.verb in ("query", "count")
    return "query" if is_reading else DEEDS[call.request.method]


def _cut(request: web.Request) -> web.StreamResponse:
    """Cut the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _decoded(raw: bytes) -> Any:
    """Decode a body; an empty one is nothing. Raises RefusalError with the parser's text."""
    if not raw.strip():
        return None
    try:
        return orjson.loads(raw)
    except ValueError:
        shown = raw.decode(errors="replace").strip()[:1]
        raise refusals.error(
            f"Unexpected character encountered while parsing value: {shown}. Path '', line 1, position 1."
        ) from None


def _shown(raw: bytes) -> Any:
    try:
        return _decoded(raw)
    except refusals.RefusalError:
        return raw.decode(errors="replace")


def _id_of(body: Any) -> int:
    wanted = {key.casefold(): value for key, value in body.items()} if isinstance(body, dict) else {}
    id_ = wanted.get("id")
    return id_ if isinstance(id_, int) and abs(id_) < 2**63 else 0
