"""Where AutoTask calls us: one address that nobody guesses. What a callout means is the core's; here it is let in."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

import structlog
from aiohttp import hdrs, web

from attms_core.callouts import ROOT, Place, Reception
from attms_core.errors import Invalid
from web.problems import problem
from web.trace import trace_of

log = structlog.get_logger(__name__)

SIGNATURE = "X-Hook-Signature"
JSON = frozenset({"application/json", "text/json"})
FAILURES = 20
"""Refusals of one address in a minute; further ones are answered 429. What is signed is never counted."""
MINUTE = 60.0
MOST_ADDRESSES = 1_000


class Failures:
    """Counts refusals by address, within a minute from the first."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> bool:
        """Count one; say whether it is one too many."""
        now = self._clock()
        begun, failed = self._since.pop(address, (now, 0))
        begun, failed = (now, 0) if now - begun >= MINUTE else (begun, failed)
        self._since[address] = (begun, failed + 1)
        if len(self._since) > MOST_ADDRESSES:
            self._since.popitem(last=False)
        return failed + 1 > FAILURES


def add_callouts(
    app: web.Application, current: Callable[[], Reception | None], *, failures: Failures | None = None
) -> None:
    """Serve the address. ``current`` gives who receives now; while there is nobody, it is an address like any other."""
    counted = failures or Failures()

    async def receive(request: web.Request) -> web.StreamResponse:
        reception, path = current(), request.match_info["path"]
        place = reception.place(path) if reception else Place.NONE
        if reception is None or place is Place.NONE:
            raise web.HTTPNotFound
        if request.method != hdrs.METH_POST:
            raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_POST])
        if place is Place.OFF:
            reception.take_off()
            return web.Response(status=202)
        return await _take(request, reception, path, counted)

    app.router.add_route("*", ROOT + "{path:.*}", receive)


async def _take(request: web.Request, reception: Reception, path: str, failures: Failures) -> web.StreamResponse:
    if not _is_json(request):
        return _refused(request, 415, failures)
    raw = await request.read()
    try:
        if not reception.take(path, raw, _signature(request)):
            return _refused(request, 401, failures)
    except Invalid:
        return _refused(request, 400, failures)
    return web.Response(status=202)


def _is_json(request: web.Request) -> bool:
    """Say whether it can be JSON. A missing type is let through: AutoTask's is undocumented, the signature decides."""
    is_typed = hdrs.CONTENT_TYPE in request.headers
    return hdrs.CONTENT_ENCODING not in request.headers and (not is_typed or request.content_type in JSON)


def _signature(request: web.Request) -> str:
    """Give the one signature; two are none."""
    shown = request.headers.getall(SIGNATURE, [])
    return shown[0] if len(shown) == 1 else ""


def _refused(request: web.Request, status: int, failures: Failures) -> web.Response:
    address = request.remote or ""
    if failures.count(address):
        answer = problem(429, trace=trace_of(request))
        answer.headers["Retry-After"] = str(int(MINUTE))
        return answer
    log.warning("callout_refused", status=status, address=address)
    return problem(status, trace=trace_of(request))
