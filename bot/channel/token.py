"""Is this request from the channel? The bearer token of an inbound activity (Bot Connector authentication).

Which tenant and which person an activity is from is not in the token and is checked elsewhere.
"""

import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.api_jws import PyJWS
from msgspec import Struct

from attms_core.ports import Now
from bot.channel.keys import Keys
from bot.channel.strict import BadJson, read_object

LEEWAY = timedelta(minutes=5)
LONGEST_LIFE = timedelta(hours=24)
LONGEST_HEADER = 6 * 1024
"""Characters of an Authorization header."""
REMEMBERED_TOKENS = 1024
_LATEST = 253402300799  # the last second of the year 9999
_BEARER = "Bearer "
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Unauthentic(Exception):
    """The token proves nothing. The reason is for logs alone."""


class NotEndorsed(Unauthentic):
    """The signing key is genuine, but not this channel's."""


class Checked(Struct, frozen=True, kw_only=True):
    """What a good token says; times are seconds since the epoch."""

    expires: int
    not_before: int
    service_url: str
    endorsements: frozenset[str]


def bearer_of(headers: list[str]) -> str:
    """Take the token out of the Authorization headers; raises ``Unauthentic`` unless there is exactly one."""
    if len(headers) != 1:
        raise Unauthentic("no single Authorization header")
    if len(headers[0]) > LONGEST_HEADER or not headers[0].startswith(_BEARER):
        raise Unauthentic("no bearer token")
    return headers[0][len(_BEARER) :]


class TokenCheck:
    """Checks tokens against the keys. A token seen before is not verified again, only its time and its use are."""

    def __init__(self, keys: Keys, *, app_id: str, issuer: str, now: Now) -> None:
        self._keys = keys
        self._app_id = app_id
        self._issuer = issuer
        self._now = now
        self._jws = PyJWS(algorithms=["RS256"])
        self._seen: OrderedDict[str, Checked] = OrderedDict()
        self._generation = keys.generation

    async def check(self, token: str, *, channel: str, service_url: str) -> None:
        """Return when the token is good for an activity of that channel and service URL.

        Raises ``NotEndorsed`` when the key may not sign for the channel, ``Unauthentic`` for everything else.
        """
        checked = self._recall(token) or await self._verify(token)
        _check_time(checked, self._now())
        if channel not in checked.endorsements:
            raise NotEndorsed("key not endorsed for the channel")
        if checked.service_url != service_url:
            raise Unauthentic("serviceurl")

    def _recall(self, token: str) -> Checked | None:
        if self._generation != self._keys.generation:
            self._seen.clear()  # a withdrawn key takes its tokens with it
            self._generation = self._keys.generation
        return self._seen.get(token)

    async def _verify(self, token: str) -> Checked:
        if not _TOKEN.fullmatch(token):
            raise Unauthentic("no token")
        key = await self._keys.find(_key_id(token))
        if key is None:
            raise Unauthentic("unknown key")
        try:
            payload = self._jws.decode_complete(token, key.public, algorithms=["RS256"])["payload"]
            claims = read_object(payload)
        except (jwt.PyJWTError, BadJson) as error:
            raise Unauthentic(type(error).__name__) from None
        checked = self._read_claims(claims, key.endorsements)
        self._seen[token] = checked
        if len(self._seen) > REMEMBERED_TOKENS:
            self._seen.popitem(last=False)
        return checked

    def _read_claims(self, claims: Mapping[str, Any], endorsements: frozenset[str]) -> Checked:
        expires, not_before = _seconds(claims, "exp"), _seconds(claims, "nbf")
        if claims.get("iss") != self._issuer:
            raise Unauthentic("iss")
        if claims.get("aud") != self._app_id:
            raise Unauthentic("aud")
        if not 0 < expires - not_before <= LONGEST_LIFE.total_seconds():
            raise Unauthentic("lifetime")
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise Unauthentic("serviceurl")
        return Checked(expires=expires, not_before=not_before, service_url=service_url, endorsements=endorsements)


def _key_id(token: str) -> str:
    """Read the key id of a header that names RS256 and nothing that would change how the token is read."""
    encoded = token.partition(".")[0]
    try:
        header = read_object(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (BadJson, binascii.Error):
        raise Unauthentic("header") from None
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str) or not kid:
        raise Unauthentic("alg or kid")
    # Flat text alone: no crit, no embedded key objects, nothing nested for a later reader to stumble over.
    if any(not isinstance(value, str) for value in header.values()) or header.keys() & {"crit", "b64", "enc", "zip"}:
        raise Unauthentic("header")
    return kid


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LATEST:
        raise Unauthentic(name)
    return value


def _check_time(checked: Checked, now: datetime) -> None:
    seconds, leeway = now.timestamp(), LEEWAY.total_seconds()
    if checked.expires + leeway <= seconds:
        raise Unauthentic("expired")
    if checked.not_before - leeway > seconds:
        raise Unauthentic("not yet valid")
