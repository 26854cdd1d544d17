"""The way of one call: who asks, how often, what exactly, then the deed; and each step taken down in the audit.

Calls that need no key are not audited: they tell nothing and change nothing. Calls that were refused because there
were too many of them are logged only, or a flood could fill the store.
"""

from collections.abc import Mapping

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from admin.administration import Administration
from admin.api.gates import Gate, shows_key
from admin.api.operation import Call, Caller, Operation, Reply
from admin.api.reading import MEDIA_TYPE, read
from admin.api.refusals import Refusal, not_let_in, too_many
from admin.api.throttle import Throttle
from attms_core.errors import AttmsError, StoreUnavailable
from attms_core.keys import Scope
from web.trace import trace_of

log = structlog.get_logger(__name__)

STRANGER = "stranger"
"""Who asked, in the audit, when no key was right."""


class _Row(Struct, frozen=True, kw_only=True):
    actor: str
    action: str
    target: str
    trace: str


class Calls:
    """Makes an aiohttp handler of each operation."""

    def __init__(self, administration: Administration, gate: Gate, throttle: Throttle) -> None:
        self._administration = administration
        self._gate = gate
        self._throttle = throttle

    def handler(self, operation: Operation) -> Handler:
        """Make the handler."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if operation.scope is None or (operation.is_open_without_key and not shows_key(request)):
                given = await read(operation, request)
                return _answer(await operation.handle(self._administration, Call(caller=None, given=given)))
            caller = await self._admit(operation, operation.scope, request)
            with self._throttle.under_way():
                return _answer(await self._take(operation, caller, request))

        return handle

    async def _admit(self, operation: Operation, scope: Scope, request: web.Request) -> Caller:
        caller = await self._gate.admit(request, scope)
        if caller is None:
            await self._refuse(operation, request)
            raise not_let_in()
        wait = self._throttle.used(caller.counted_as) if caller.counted_as else 0.0
        if wait:
            log.warning("key_too_often", actor=caller.actor)
            raise too_many(wait, "This key has made its requests of this minute.")
        return caller

    async def _refuse(self, operation: Operation, request: web.Request) -> None:
        address = request.remote or ""
        wait = self._throttle.failed(address)
        if wait:
            log.warning("address_too_often", address=address)
            raise too_many(wait, "Too many wrong keys came from this address.")
        await self._record(_row(STRANGER, operation, request), "refused", {"address": address}, must=False)

    async def _take(self, operation: Operation, caller: Caller, request: web.Request) -> Reply:
        """Read, take down, do, take down. What breaks is taken down too, and raised."""
        row = _row(caller.actor, operation, request)
        outcome, facts = "broke", dict[str, str]()
        try:
            call = Call(caller=caller, given=await read(operation, request))
            facts |= operation.tell(call)
            if operation.changes:
                await self._record(row, "asked", facts, must=True)
            reply = await operation.handle(self._administration, call)
            outcome, facts = "done", facts | dict(reply.facts)
        except (Refusal, AttmsError) as error:
            outcome, facts = "refused", {**facts, "code": error.code}
            raise
        finally:
            await self._record(row, outcome, facts, must=False)
        return reply

    async def _record(self, row: _Row, outcome: str, facts: Mapping[str, str], *, must: bool) -> None:
        """Write a row. A change must not happen unrecorded; what has happened is answered all the same."""
        try:
            await self._administration.audit.record(
                actor=row.actor,
                action=row.action,
                target=row.target,
                outcome=outcome,
                detail=facts,
                trace=row.trace,
            )
        except StoreUnavailable:
            log.warning("audit_failed", action=row.action, actor=row.actor, outcome=outcome)
            if must:
                raise


def _row(actor: str, operation: Operation, request: web.Request) -> _Row:
    target = " ".join(request.match_info.values())[:200]
    return _Row(actor=actor, action=operation.name, target=target, trace=trace_of(request))


def _answer(reply: Reply) -> web.Response:
    return web.Response(
        status=reply.status, text=reply.answer.model_dump_json(exclude_unset=True), content_type=MEDIA_TYPE
    )
