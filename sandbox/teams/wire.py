"""The JSON that travels: its type, and reading it without trusting it.

Knows no activity and no endpoint.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from aiohttp import web

_WANTED = "the body must be a JSON object"

Json = dict[str, Any]
"""One JSON object as decoded from the wire."""


class NotAnObject(ValueError):
    """A body that is no JSON object."""


async def read_object(request: web.Request) -> Json:
    """Decode the request's body.

    Raises NotAnObject for anything but a JSON object.
    """
    try:
        value = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise NotAnObject(_WANTED) from error
    if not isinstance(value, dict):
        raise NotAnObject(_WANTED)
    return value


def inner(value: Json, *path: str) -> Json:
    """Return the object at the path, an empty one where something else or nothing stands."""
    for name in path:
        step = value.get(name)
        if not isinstance(step, dict):
            return {}
        value = step
    return value


def text_at(value: Json, name: str) -> str:
    """Return the text under a name, empty where something else or nothing stands."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def base64url(data: bytes) -> str:
    """Encode as a JSON web token does: URL-safe, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
