"""The pages behind the app package's default links: what this is, what it keeps and where, on what terms it is used.

Fixed text, the same for everybody and without scripts. An operator's own pages are named when the package is built.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256

from aiohttp import web

HOME, PRIVACY, TERMS = "/", "/privacy", "/terms"

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:1.5rem;overflow-wrap:break-word}"
    "h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}li{margin:.35rem 0}"
    "nav a{display:inline-block;margin-right:1rem;padding:.4rem 0}"
)

_HOME_TEXT = """
<p>This is a service desk for AutoTask PSA inside Microsoft Teams. Technicians list, open, assign and note tickets
in chat; AutoTask stays the system of record.</p>
<p>There is nothing to do on this page: ask your administrator for the app in Teams.</p>
"""

_PRIVACY_TEXT = """
<p>ATTMS is run by your organisation, on a server of its choice. Whoever runs it is responsible for the data there, and
answers questions about it. The makers of ATTMS receive nothing.</p>
<h2>What is stored</h2>
<ul>
<li><strong>You:</strong> your name, your work e-mail address and your Microsoft Entra object id as Teams tells them,
which AutoTask technician you are, your role here, and when this was last checked.</li>
<li><strong>Conversations:</strong> the ids and the address by which Teams lets the bot answer in a chat or channel,
and your language and time zone in your own chat with it.</li>
<li><strong>What you change through it:</strong> who asked for what, when, in which conversation, and what came of it.
This includes the text of a note or of a new ticket, and is the record of who did what.</li>
<li><strong>A copy of AutoTask data:</strong> tickets, notes, companies, contacts, technicians and what changed on
tickets. It can be thrown away and read anew at any time.</li>
<li><strong>Log lines:</strong> times, outcomes and ids of requests. They hold no passwords and no tokens.</li>
</ul>
<p>Messages that you do not write to the bot never reach it. What you do write is read once, and is kept only where it
becomes a change as described above.</p>
<h2>Where</h2>
<p>On the server of your organisation: in a database file there, or in a database server that its administrator has
chosen. Log lines go where that administrator sends them.</p>
<h2>Who receives it</h2>
<ul>
<li><strong>AutoTask</strong>, where the changes are made in your name.</li>
<li><strong>Microsoft Teams</strong>, which carries the answers to the conversations you ask in.</li>
</ul>
<p>Nobody else does. There are no advertisements, no analytics and no cookies.</p>
<h2>How long</h2>
<p>The record of changes and your entry are kept as long as the installation is, unless its administrator removes them.
The copy of AutoTask data follows AutoTask.</p>
<h2>Your rights</h2>
<p>Say <code>me</code> to the bot to see how it knows you. To have data corrected, handed over or deleted, ask the
administrator of your organisation.</p>
"""

_TERMS_TEXT = """
<ul>
<li>ATTMS is for members of the organisation that runs it. Guests and people of other organisations get no data.</li>
<li>What you do through it is done in AutoTask in your own name, and counts as if you had done it there.</li>
<li>A note for a customer is shown to the customer. ATTMS asks before it sends one; what you confirm is yours.</li>
<li>Your administrator decides who may use it and for what, and may change or end that.</li>
<li>ATTMS is free software under the Apache License, Version 2.0, and comes without any warranty. Your agreements with
Microsoft and with the makers of AutoTask stay as they are.</li>
</ul>
"""


def add_pages(app: web.Application) -> None:
    """Serve the three pages to everybody."""
    app.router.add_get(HOME, _page("ATTMS", _HOME_TEXT))
    app.router.add_get(PRIVACY, _page("What ATTMS keeps, and where", _PRIVACY_TEXT))
    app.router.add_get(TERMS, _page("Terms of use of ATTMS", _TERMS_TEXT))


def _page(title: str, text: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    whole = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{title}</h1>{text}</main>\n"
        f'<nav aria-label="Pages"><a href="{HOME}">About</a><a href="{PRIVACY}">Privacy</a>'
        f'<a href="{TERMS}">Terms</a></nav></body></html>\n'
    )

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=whole, content_type="text/html", headers=_headers())

    return answer


def _headers() -> dict[str, str]:
    """Allow the page its own style, and nothing else at all."""
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
