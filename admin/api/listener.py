"""The management API as an application: the same operations behind every door, which a gate makes a door.

Where it is served is the application's business; the unix socket's own matters stand in ``admin.control``.
"""

from functools import cache

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from admin.administration import Administration
from admin.api import audit, callouts, config, document, keys, mail, outbox, page, people, reach, scheduler, status
from admin.api.calls import Calls
from admin.api.gates import Gate
from admin.api.guards import guard
from admin.api.operation import Operation
from admin.api.refusals import refusals
from admin.api.throttle import Rates, Throttle
from web.limits import Limits, make_app

LIMITS = Limits(body_size=64 * 1024, connections=128, per_address=None)
"""Of the listener on 127.0.0.1: everybody comes from one address there."""
OPERATIONS: tuple[Operation, ...] = (
    *status.OPERATIONS,
    *scheduler.OPERATIONS,
    *mail.OPERATIONS,
    *config.OPERATIONS,
    *keys.OPERATIONS,
    *people.OPERATIONS,
    *reach.OPERATIONS,
    *outbox.OPERATIONS,
    *callouts.OPERATIONS,
    *audit.OPERATIONS,
)
DEPRECATED_SINCE = 1_795_478_400
"""2026-11-24 in seconds since 1970, as RFC 9745 writes it."""


def make_api(administration: Administration, gate: Gate, *, rates: Rates | None = None) -> web.Application:
    """Make the application. ``rates`` are the documented ones unless a test brings others."""
    app = make_app(LIMITS, middlewares=(refusals, guard(gate.hosts)))
    calls = Calls(administration, gate, Throttle(rates or Rates()))
    for operation in OPERATIONS:
        for path in filter(None, (operation.path, operation.alias)):
            _add(app, operation.method, path, calls.handler(operation))
    app.on_response_prepare.append(_mark_older)
    page.add(app, _pages)
    return app


@cache
def _pages() -> page.Pages:
    return page.make(document.make(OPERATIONS))


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    if method == hdrs.METH_GET:
        app.router.add_get(path, handler)  # and HEAD
    else:
        app.router.add_route(method, path, handler)


_NEWER = {operation.alias: operation.path for operation in OPERATIONS if operation.alias is not None}


async def _mark_older(request: web.Request, answer: web.StreamResponse) -> None:
    """Say of an unversioned path that there is a better one (RFC 9745, RFC 8288)."""
    newer = _NEWER.get(request.path)
    if newer is not None:
        answer.headers["Deprecation"] = f"@{DEPRECATED_SINCE}"
        answer.headers["Link"] = f'<{newer}>; rel="successor-version"'
