"""The channel's identity provider: OpenID metadata, a key set and the tokens that Teams sends along.

The bot's own tokens come from `login`; tokens that must be refused come from `attacks`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping

import jwt
from aiohttp import web

from sandbox.teams.keys import SigningKey
from sandbox.teams.service import Clock, LoopbackService
from sandbox.teams.wire import Json

BOT_FRAMEWORK_ISSUER = "https://api.botframework.com"  # Bot Connector authentication: the issuer value
TEAMS_ENDORSEMENTS = ("msteams", "msteamsapp")
_LIFETIME = 3600  # seconds; Bot Connector tokens live about an hour


class Issuer(LoopbackService):
    """Serves `/v1/.well-known/openidconfiguration` and its keys, and signs channel tokens.

    The key set always holds, beside the current key, one endorsed for another channel and one without
    endorsements, as the real key set holds keys of many channels.
    """

    def __init__(
        self, *, app_id: str, issuer: str = BOT_FRAMEWORK_ISSUER, clock: Clock = time.time, port: int = 0
    ) -> None:
        super().__init__(port=port)
        self.app_id = app_id
        self.issuer = issuer
        self.clock = clock
        self.metadata_fetches = 0
        self.key_fetches = 0
        self.key = SigningKey.kept(*TEAMS_ENDORSEMENTS)
        self.webchat_key = SigningKey.kept("webchat", "directline")
        self.unendorsed_key = SigningKey.kept(endorsed=False)
        self.published = [self.key, self.webchat_key, self.unendorsed_key]

    @property
    def metadata_url(self) -> str:
        """Where a bot reads the OpenID metadata."""
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def rotate(self, *, withdraw_old: bool = True, endorsements: Iterable[str] = TEAMS_ENDORSEMENTS) -> SigningKey:
        """Sign with a fresh key from now on; return the old one, withdrawn from the key set unless asked."""
        old = self.key
        self.key = SigningKey.make(*endorsements)
        self.published.append(self.key)
        if withdraw_old:
            self.published.remove(old)
        return old

    def claims(self, *, service_url: str, app_id: str | None = None) -> Json:
        """Return the claims of an honest channel token, valid from five minutes ago for an hour."""
        now = int(self.clock())
        return {
            "serviceurl": service_url,
            "nbf": now - 300,
            "exp": now + _LIFETIME,
            "iss": self.issuer,
            "aud": self.app_id if app_id is None else app_id,
        }

    def token(
        self,
        *,
        service_url: str,
        app_id: str | None = None,
        key: SigningKey | None = None,
        headers: Mapping[str, object] | None = None,
        without: Iterable[str] = (),
        **claims: object,
    ) -> str:
        """Sign a channel token; further keywords override claims, `without` removes some."""
        signing = key or self.key
        content = {**self.claims(service_url=service_url, app_id=app_id), **claims}
        return jwt.api_jws.encode(
            _compact({name: value for name, value in content.items() if name not in set(without)}),
            signing.private,
            algorithm="RS256",
            headers={"kid": signing.kid, "x5t": signing.x5t, "typ": "JWT", **(headers or {})},
        )

    def routes(self) -> Iterable[web.RouteDef]:
        """Name the metadata document and the key set."""
        return (
            web.get("/v1/.well-known/openidconfiguration", self._metadata),
            web.get("/v1/.well-known/keys", self._keys),
        )

    async def _metadata(self, _request: web.Request) -> web.Response:
        self.metadata_fetches += 1
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self.url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def _keys(self, _request: web.Request) -> web.Response:
        self.key_fetches += 1
        return web.json_response({"keys": [key.jwk() for key in self.published]})


def _compact(claims: Mapping[str, object]) -> bytes:
    # Signed as bytes, because a JWT library checks claims that an attacker would not check.
    return json.dumps(claims, separators=(",", ":")).encode()
