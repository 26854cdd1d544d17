"""Entra as a bot meets it: tenant discovery and the client-credentials grant for its own token.

MSAL accepts https authorities only, so this listener speaks TLS with a certificate that a client must be
told to trust. Tokens that Teams sends to the bot come from `issuer`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ssl
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

import jwt
from aiohttp import web

from sandbox.teams.keys import SigningKey
from sandbox.teams.service import Clock, LoopbackService

BOT_RESOURCE = "https://api.botframework.com"
BOT_SCOPE = f"{BOT_RESOURCE}/.default"  # Bot Connector authentication: the scope to ask for
_EVERYBODY = frozenset({"botframework.com", "adfs"})  # multi-tenant bots, and the path MSAL never looks up


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal in Entra's words: HTTP status, OAuth error, AADSTS number, sentence."""

    status: int
    error: str
    number: int
    sentence: str


class Login(LoopbackService):
    """Hands the bot its outbound token and knows which tokens it handed out.

    `secrets` and `expired_secrets` may be changed at any time; `lifetime` is in seconds.
    """

    def __init__(
        self,
        *,
        app_id: str,
        secrets: Iterable[str],
        tenants: Iterable[str],
        tls: ssl.SSLContext | None,
        clock: Clock = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(port=port, tls=tls)
        self.app_id = app_id
        self.secrets = set(secrets)
        self.expired_secrets: set[str] = set()
        self.tenants = set(tenants) | _EVERYBODY
        self.lifetime = 3599
        self.discoveries = 0
        self.granted = 0
        self.refused = 0
        self._clock = clock
        self._key = SigningKey.kept("login")
        self._revoked_before = 0

    def authority(self, tenant: str) -> str:
        """Return the authority to give to MSAL."""
        return f"{self.url}/{tenant}"

    def accepts(self, token: str) -> bool:
        """Tell whether this token was granted here, for the bot's use, and still holds."""
        try:
            claims = jwt.decode(
                token,
                self._key.private.public_key(),
                algorithms=["RS256"],
                audience=BOT_RESOURCE,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return False
        return bool(claims["exp"] > self._clock() and claims["serial"] > self._revoked_before)

    def grant(self, tenant: str) -> str:
        """Grant a token without being asked over HTTP, for tests of the connector alone."""
        self.granted += 1
        now = int(self._clock())
        claims = {
            "aud": BOT_RESOURCE,
            "iss": f"{self.authority(tenant)}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "appid": self.app_id,
            "tid": tenant,
            "serial": self.granted,
        }
        return jwt.encode(claims, self._key.private, algorithm="RS256", headers={"kid": self._key.kid})

    def revoke_all(self) -> None:
        """Make every token granted so far worthless, as when the app's registration is reset."""
        self._revoked_before = self.granted

    def routes(self) -> Iterable[web.RouteDef]:
        """Name discovery, keys and the token endpoint, v2.0 and the AD FS spelling."""
        return (
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", self._discover),
            web.get("/{tenant:adfs}/.well-known/openid-configuration", self._discover),
            web.get("/{tenant}/discovery/v2.0/keys", self._keys),
            web.post("/{tenant}/oauth2/v2.0/token", self._answer),
        )

    async def _discover(self, request: web.Request) -> web.Response:
        self.discoveries += 1
        tenant = request.match_info["tenant"]
        if tenant not in self.tenants:
            return self._refusal(_no_such_tenant(tenant))
        base = self.authority(tenant)
        return web.json_response(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [self._key.jwk()]})

    async def _answer(self, request: web.Request) -> web.Response:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        tenant = request.match_info["tenant"]
        refused = self._judge(tenant, form | _basic(request.headers.get("Authorization", "")))
        if refused:
            return self._refusal(refused)
        return web.json_response(
            {
                "token_type": "Bearer",
                "expires_in": self.lifetime,
                "ext_expires_in": self.lifetime,
                "access_token": self.grant(tenant),
            }
        )

    def _judge(self, tenant: str, form: Mapping[str, str]) -> Refused | None:
        client, secret, scope = (form.get(name, "") for name in ("client_id", "client_secret", "scope"))
        if tenant not in self.tenants:
            return _no_such_tenant(tenant)
        if form.get("grant_type") != "client_credentials":
            return Refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if client != self.app_id:
            found = f"Application with identifier '{client}' was not found in the directory '{tenant}'."
            return Refused(400, "unauthorized_client", 700016, found)
        return self._judge_secret(secret) or _judge_scope(scope)

    def _judge_secret(self, secret: str) -> Refused | None:
        if not secret:
            wanted = "'client_assertion', 'client_secret' or 'request' is required for this grant type."
            return Refused(401, "invalid_client", 7000216, wanted)
        if secret in self.expired_secrets:
            expired = f"The provided client secret keys for app '{self.app_id}' are expired."
            return Refused(401, "invalid_client", 7000222, expired)
        if secret not in self.secrets:
            wrong = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client"
                f" secret value, not the client secret ID, for a secret added to app '{self.app_id}'."
            )
            return Refused(401, "invalid_client", 7000215, wrong)
        return None

    def _refusal(self, refused: Refused) -> web.Response:
        self.refused += 1
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = dt.datetime.fromtimestamp(self._clock(), dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        said = (
            f"AADSTS{refused.number}: {refused.sentence}"
            f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        )
        body = {
            "error": refused.error,
            "error_description": said,
            "error_codes": [refused.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{self.url}/error?code={refused.number}",
        }
        return web.json_response(body, status=refused.status)


def _no_such_tenant(tenant: str) -> Refused:
    sentence = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
    return Refused(400, "invalid_request", 90002, sentence)


def _judge_scope(scope: str) -> Refused | None:
    if scope == BOT_SCOPE:
        return None
    if not scope.endswith("/.default") or " " in scope:
        suffix = "Client credential flows must have a scope value with /.default suffixed to the resource."
        return Refused(400, "invalid_scope", 1002012, f"The provided value for scope {scope} is not valid. {suffix}")
    resource = scope.removesuffix("/.default")
    return Refused(400, "invalid_resource", 500011, f"The resource principal named {resource} was not found.")


def _basic(authorization: str) -> dict[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote_plus(client), "client_secret": unquote_plus(secret)}
