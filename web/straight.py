"""A way around the router for an address that nearly every request is for.

aiohttp's router, its middlewares and signals are a twelfth of a turn, and find each time what was known beforehand.
"""

from functools import partial

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from web.trace import head

_WAYS = web.AppKey("ways", dict[str, Handler])


def lead_straight(app: web.Application, path: str, handler: Handler) -> None:
    """Serve a path, whatever the method; who asks for exactly that path is led to the handler without the router.

    The handler cannot ask its request for application and match. Raises ``RuntimeError`` for an application that has
    middlewares besides the entrance: the straight way would lead past them.
    """
    if len(app.middlewares) != 1:
        raise RuntimeError("an application with guards of its own has no straight ways")
    app.router.add_route("*", path, handler)
    app.setdefault(_WAYS, {})[path] = partial(app.middlewares[0], handler=handler)


def straight(app: web.Application, others: Handler) -> Handler:
    """Lead requests through the entrance to their handlers where there is a straight way, and to ``others`` else."""
    ways = app.get(_WAYS, {})

    async def lead(request: web.Request) -> web.StreamResponse:
        way = ways.get(request.raw_path)
        if way is None or hdrs.EXPECT in request.headers:
            return await others(request)
        answer = await way(request)
        head(request, answer)
        return answer

    return lead
