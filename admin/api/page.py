"""The API's documentation as a page to read: made of the same document, without scripts or anything from outside.

It is made when somebody asks for it, once: making it is a fifth of a second, which a start does not owe anybody.

It tries nothing out: a page that takes keys would teach people to paste keys into pages.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from aiohttp import web
from msgspec import Struct

DOCUMENT, DOCS, ROOT = "/api/v1/openapi.json", "/api/v1/docs", "/api/"
_HERE = files("admin.api") / "templates"


class Pages(Struct, frozen=True):
    """The document and its page, as they are sent."""

    document: str
    page: str
    policy: str
    """What a browser may load for it: its own style alone."""


def make(document: Mapping[str, Any]) -> Pages:
    """Write both. Blocks."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - where it is used: no start needs it

    style = (_HERE / "docs.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FunctionLoader(lambda name: (_HERE / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("docs.html").render(document=document, style=style, link=DOCUMENT)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
    return Pages(json.dumps(document), page, policy + "frame-ancestors 'none'")


def add(app: web.Application, pages: Callable[[], Pages]) -> None:
    """Serve both to whoever reaches the listener: they are the same for everybody. ``pages`` gives them, and blocks."""
    one_at_a_time = asyncio.Lock()

    async def made() -> Pages:
        async with one_at_a_time:  # so that those who ask first together wait for the same
            return await asyncio.to_thread(pages)

    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=(await made()).document, content_type="application/json")

    async def show(_: web.Request) -> web.Response:
        its = await made()
        return web.Response(text=its.page, content_type="text/html", headers=_headers(its))

    app.router.add_get(DOCUMENT, tell)
    app.router.add_get(DOCS, show)
    app.router.add_get(ROOT, show)


def _headers(pages: Pages) -> dict[str, str]:
    return {
        "Content-Security-Policy": pages.policy,
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
