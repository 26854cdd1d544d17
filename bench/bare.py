"""The yardstick: a bare aiohttp handler that checks the token and posts one card of 4 KB. Nothing is tuned.

PyJWT with cached keys, the json module, one pooled client session; no people, no rights, no tickets.
"""

import json
import os
import ssl
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
from aiohttp import ClientSession, TCPConnector, web

ROWS = 8
LEEWAY = 300  # seconds


class Bare:
    """Answers every message with the same card."""

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}
        self._bearer = ""
        self._until = 0.0
        self._trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])

    async def life(self, _app: web.Application) -> AsyncIterator[None]:
        """Open the session and fetch the keys; close it in the end."""
        async with ClientSession(connector=TCPConnector(limit=256, keepalive_timeout=60)) as self._http:
            async with self._http.get(f"{os.environ['BENCH_ISSUER_BASE']}/v1/.well-known/keys") as answer:
                self._keys = {key["kid"]: jwt.PyJWK(key).key for key in (await answer.json())["keys"]}
            yield

    async def messages(self, request: web.Request) -> web.Response:
        """Check the token and reply."""
        activity = json.loads(await request.read())
        self._check(request, activity)
        place = f"v3/conversations/{activity['conversation']['id']}/activities/{activity['id']}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {await self._token()}"}
        body = json.dumps(_reply(activity)).encode()
        async with self._http.post(f"{activity['serviceUrl']}{place}", data=body, headers=headers) as answer:
            answer.raise_for_status()
            await answer.read()
        return web.Response(status=201)

    def _check(self, request: web.Request, activity: dict[str, Any]) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(
                token,
                self._keys[jwt.get_unverified_header(token)["kid"]],
                algorithms=["RS256"],
                audience=os.environ["APP_ID"],
                issuer=os.environ["BENCH_ISSUER"],
                leeway=LEEWAY,
            )
        except (jwt.PyJWTError, KeyError):
            raise web.HTTPUnauthorized from None
        if claims.get("serviceurl") != activity.get("serviceUrl"):
            raise web.HTTPUnauthorized

    async def _token(self) -> str:
        if time.monotonic() >= self._until:
            form = {
                "grant_type": "client_credentials",
                "client_id": os.environ["APP_ID"],
                "client_secret": os.environ["APP_SECRET"],
                "scope": "https://api.botframework.com/.default",
            }
            url = f"{os.environ['BENCH_LOGIN_URL']}/oauth2/v2.0/token"
            async with self._http.post(url, data=form, ssl=self._trust) as answer:
                granted = await answer.json()
            self._bearer, self._until = granted["access_token"], time.monotonic() + granted["expires_in"] - LEEWAY
        return self._bearer


def _reply(heard: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "message",
        "from": heard["recipient"],
        "recipient": heard["from"],
        "conversation": heard["conversation"],
        "replyToId": heard["id"],
        "channelId": heard["channelId"],
        "serviceUrl": heard["serviceUrl"],
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card()}],
    }


def card() -> dict[str, Any]:
    """Make the card: about 4 KB."""
    top = {"type": "TextBlock", "text": "My tickets", "size": "Large", "weight": "Bolder", "wrap": True}
    return {"type": "AdaptiveCard", "version": "1.5", "body": [top, *(_row(number) for number in range(ROWS))]}


def _row(number: int) -> dict[str, Any]:
    name = {"type": "TextBlock", "text": f"Printer on floor {number} does not answer", "wrap": True}
    state = {"type": "TextBlock", "text": "P2, in progress, 3 h ago", "isSubtle": True}
    label = {"type": "TextBlock", "text": f"#{10000 + number}", "weight": "Bolder"}
    columns = [
        {"type": "Column", "width": "auto", "items": [label]},
        {"type": "Column", "width": "stretch", "items": [name, state]},
    ]
    data = {"command": "ticket.show", "id": 10000 + number}
    return {
        "type": "ColumnSet",
        "separator": True,
        "columns": columns,
        "selectAction": {"type": "Action.Submit", "title": "Open", "data": data},
    }


def main() -> None:
    """Serve until told to stop."""
    bare, app = Bare(), web.Application(client_max_size=1 << 20)
    app.cleanup_ctx.append(bare.life)
    app.router.add_post("/api/messages", bare.messages)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)


if __name__ == "__main__":
    main()
