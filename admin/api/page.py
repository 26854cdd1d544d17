"""The API's documentation as a page to read: made once, of the same document, without scripts or anything from outside.

It tries nothing out: a page that takes keys would teach people to paste keys into pages.
"""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import Environment, FunctionLoader, StrictUndefined

DOCUMENT, DOCS, ROOT = "/api/v1/openapi.json", "/api/v1/docs", "/api/"
_HERE = files("admin.api") / "templates"


def add_pages(app: web.Application, document: Mapping[str, Any]) -> None:
    """Serve the document and its page to whoever reaches the listener: it is the same for everybody."""
    text = json.dumps(document)

    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json")

    show = _page(document)
    app.router.add_get(DOCUMENT, tell)
    app.router.add_get(DOCS, show)
    app.router.add_get(ROOT, show)


def _page(document: Mapping[str, Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    style = (_HERE / "docs.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FunctionLoader(lambda name: (_HERE / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    whole = environment.get_template("docs.html").render(document=document, style=style, link=DOCUMENT)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=whole, content_type="text/html", headers=headers)

    return show
