"""Who may speak to the management listener at all, before anybody looks at a key.

A binding to this machine is never the only control: names are rebound to 127.0.0.1, pages of other origins send
requests, and proxies bring strangers.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from admin.api.refusals import Refusal
from web.proxies import is_proxied

log = structlog.get_logger(__name__)

Hosts = Callable[[web.Request], frozenset[str]]
"""Says which Host a request to this listener may name."""


def guard(hosts: Hosts) -> Middleware:
    """Let through what is addressed to this listener, by nobody's detour and by no page of others."""

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = _refused(request, hosts(request))
        if refusal is None:
            return await handler(request)
        log.warning("management_refused", status=refusal.status, code=refusal.code)
        raise refusal

    return gate


def loopback(request: web.Request) -> frozenset[str]:
    """Give the names of this machine with the port that the request came in by."""
    here = request.transport.get_extra_info("sockname") if request.transport else None
    port = here[1] if isinstance(here, tuple) else 0
    return frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]"))


def socket(_: web.Request) -> frozenset[str]:
    """Give the one name under which a unix socket is asked."""
    return frozenset({"localhost"})


def _refused(request: web.Request, hosts: frozenset[str]) -> Refusal | None:
    given = request.headers.getall(hdrs.HOST, [])
    if len(given) != 1 or given[0].lower() not in hosts:
        return Refusal(status=421, code="wrong-host", detail="Ask for localhost or 127.0.0.1, with the port.")
    if is_proxied(request):
        return Refusal(status=400, code="proxied", detail="Forwarded requests are not served. Ask on the host itself.")
    if request.headers.getall(hdrs.ORIGIN, []) not in ([], [f"http://{given[0].lower()}"]):
        return Refusal(status=403, code="foreign-origin", detail="A page of another origin sent this.")
    return _odd(request.raw_path)


def _odd(target: str) -> Refusal | None:
    """Refuse other spellings of a path: whoever filters by path before us must see what we see."""
    if not (target.startswith("/") and target.isascii() and target.isprintable()):
        return Refusal(status=400, code="odd-target", detail="Ask for a path.")
    path = target.partition("?")[0]
    if "//" in path or "/." in path or any(sign in path for sign in "%;\\#") or urlsplit(target).netloc:
        return Refusal(status=404, code="not-found", detail="There is nothing at this path.")
    return None
