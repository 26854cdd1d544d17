"""How a detour is told: headers that a request brings only when somebody has passed it on, or bends it."""

from aiohttp import web

_DETOURS = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-url",
        "x-original-host",
        "x-rewrite-url",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "true-client-ip",
        "cf-connecting-ip",
        "fastly-client-ip",
    }
)
"""Headers of proxies, and those by which some frameworks let a request be another than it is."""
_FORWARDED = "x-forwarded-"


def is_proxied(request: web.Request) -> bool:
    """Say whether a request came by a proxy, or wants to be taken for another."""
    names = {name.lower() for name in request.headers}
    return not names.isdisjoint(_DETOURS) or any(name.startswith(_FORWARDED) for name in names)
