"""A trace id for every request: in each log line it causes and in the answer's header."""

import random

from aiohttp import web

from attms_core import traced

HEADER = "x-trace-id"
SERVER = "attms"
"""What the ``Server`` header says: no library and no version."""
TRACE = web.RequestKey("trace", str)


def trace_of(request: web.BaseRequest) -> str:
    """Return a request's trace id; empty before it has been given one."""
    return request[TRACE] if TRACE in request else ""  # noqa: SIM401 - get() loses the type


def give_trace(request: web.Request) -> None:
    """Give the request an id of our own: sixteen hex digits, never one that the sender chose."""
    request[TRACE] = given = f"{random.getrandbits(64):016x}"
    traced.REQUEST.set(given)  # until the connection's next request


async def tell(request: web.Request, response: web.StreamResponse) -> None:
    """Head an answer of an application (a signal: ``app.on_response_prepare``)."""
    head(request, response)


def head(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Write the headers that every answer carries, and the trace id of a request that has one."""
    headers = response.headers
    if trace := trace_of(request):
        headers[HEADER] = trace
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cache-Control", "no-store")
    headers["Server"] = SERVER
