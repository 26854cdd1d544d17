"""Who may speak to the set-up's listener at all, before anybody asks for a code.

A binding to this machine is never the only control: addresses are forwarded, names are rebound to 127.0.0.1, and
pages of other origins send requests. What a session is stands in ``door``.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from admin.setup.setup import Setup
from web.problems import problem
from web.proxies import is_proxied
from web.trace import trace_of

log = structlog.get_logger(__name__)

HOSTS = ("localhost", "127.0.0.1", "[::1]")
PATH = re.compile(r"/(?:[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*)?")
"""As it was sent: no dots, doubled slashes or percent signs to be taken out, and nothing behind a ``?``."""
FETCHED_BY_US = frozenset({"none", "same-origin"})

Refusal = tuple[int, str, str]
"""Status, code and a sentence."""


def guard(setup: Setup, port: int) -> Middleware:
    """Let a request pass only when everything about it says that it comes from a browser on this machine.

    port    ours; a Host may leave it out
    """

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = next((found for check in _CHECKS if (found := check(request, port))), None)
        if refused is None:
            await setup.refresh()
            if not setup.is_closed():
                return await handler(request)
            refused = (410, "setup-closed", "The set-up is finished and closed. On the host type: attms setup --reopen")
        status, code, said = refused
        log.warning("setup_refused", status=status, code=code)
        return problem(status, code=code, detail=said, trace=trace_of(request))

    return gate


def _peer(request: web.Request, _port: int) -> Refusal | None:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    try:
        is_here = peer is not None and ip_address(str(peer[0]).partition("%")[0]).is_loopback
    except ValueError:
        is_here = False
    return None if is_here else (403, "not-here", "The set-up is open to this machine alone.")


def _target(request: web.Request, _port: int) -> Refusal | None:
    return None if PATH.fullmatch(request.raw_path) else (400, "odd-target", "Ask for a path of the set-up's own.")


def _host(request: web.Request, port: int) -> Refusal | None:
    given = request.headers.getall(hdrs.HOST, [])
    legal = {*HOSTS, *(f"{host}:{port}" for host in HOSTS)}
    if len(given) == 1 and given[0].lower() in legal:
        return None
    return (421, "wrong-host", "Open the set-up as http://127.0.0.1 or http://localhost, with its port.")


def _proxy(request: web.Request, _port: int) -> Refusal | None:
    if not is_proxied(request):
        return None
    return (403, "proxied", "The set-up is not served through a proxy. Open it on the host, or through ssh -L.")


def _origin(request: web.Request, _port: int) -> Refusal | None:
    given = request.headers.getall(hdrs.ORIGIN, [])
    own = f"http://{request.headers[hdrs.HOST].lower()}"
    if not given or given == [own]:
        return None
    return (403, "foreign-origin", "Another page sent this.")


def _fetch_site(request: web.Request, _port: int) -> Refusal | None:
    given = request.headers.getall("Sec-Fetch-Site", [])
    if not given or (len(given) == 1 and given[0] in FETCHED_BY_US):
        return None
    return (403, "foreign-origin", "Another page led here. Type the address, or copy it from the console.")


_CHECKS: tuple[Callable[[web.Request, int], Refusal | None], ...] = (
    _peer,
    _target,
    _host,
    _proxy,
    _origin,
    _fetch_site,
)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


async def dress(_request: web.Request, answer: web.StreamResponse) -> None:
    """Tell the browser what a page of ours may do: nothing but what the package brings (a response signal)."""
    answer.headers.update(_HEADERS)
