"""The channel's public signing keys: fetched, kept, renewed. What is signed with them is checked elsewhere."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import structlog
from aiohttp import ClientError, ClientSession
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct

from attms_core.ports import Now
from attms_core.settings import LOOPBACK
from bot.channel.places import matches
from bot.channel.strict import BadJson, read_object
from bot.channel.wire import BodyTooBig, read_body

log = structlog.get_logger()

DAILY = timedelta(hours=24)
STALE = timedelta(hours=72)
"""Keys older than this are not believed any more, whatever keeps us from fetching newer ones."""
BETWEEN_ASKED = timedelta(minutes=5)
"""At most so often an unknown key id makes us look (Bot Connector authentication: key rotation)."""
BETWEEN_FAILED = timedelta(seconds=30)
LARGEST_DOCUMENT = 1024 * 1024  # bytes
KEY_HOSTS = ("login.botframework.com", "login.microsoftonline.com")
_LEAST_BITS = 2048


class SigningKey(Struct, frozen=True):
    """A public key and the channels that may sign with it."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class _Unusable(ValueError):
    """The documents say nothing we could use."""


class Keys:
    """A cache of the signing keys behind an OpenID metadata document.

    Known keys never wait for the network. One fetch runs at a time and whoever needs it waits for the same one.
    """

    def __init__(self, metadata_url: str, *, session: ClientSession, now: Now) -> None:
        self._metadata_url = metadata_url
        self._session = session
        self._now = now
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._flight: asyncio.Task[None] | None = None
        self.generation = 0
        """Rises when the set of keys changes, so that what was concluded from older ones can be dropped."""

    @property
    def has_any(self) -> bool:
        """Say whether there are keys that are still believed."""
        return bool(self._current())

    async def find(self, kid: str) -> SigningKey | None:
        """Find a key by its id; for an unknown one look at the documents again, but not too often."""
        known = self._current().get(kid)
        if known or not self._may_look():
            return known
        await self.refresh()
        return self._current().get(kid)

    async def refresh(self) -> None:
        """Fetch the keys, or join a fetch that is under way. A failure is logged and leaves the old keys."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._refresh(), name="signing-keys")
        await asyncio.shield(self._flight)

    async def refresh_if_due(self) -> None:
        """Fetch when the keys are a day old, or soon after a failure."""
        now = self._now()
        is_due = self._fetched_at is None or now - self._fetched_at >= DAILY
        if is_due and (self._tried_at is None or now - self._tried_at >= BETWEEN_FAILED):
            await self.refresh()

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._flight is not None and not self._flight.done():
            self._flight.cancel()
            await asyncio.wait({self._flight})

    def _current(self) -> Mapping[str, SigningKey]:
        is_fresh = self._fetched_at is not None and self._now() - self._fetched_at < STALE
        return self._keys if is_fresh else {}

    def _may_look(self) -> bool:
        if self._flight is not None and not self._flight.done():
            return True
        now, last = self._now(), self._asked_at
        if not self._current():
            return self._tried_at is None or now - self._tried_at >= BETWEEN_FAILED
        if last is not None and now - last < BETWEEN_ASKED:
            return False
        self._asked_at = now
        return True

    async def _refresh(self) -> None:
        self._tried_at = self._now()
        try:
            keys = await self._fetch()
        except (ClientError, TimeoutError, BadJson, BodyTooBig, _Unusable) as error:
            log.warning("signing_keys_not_fetched", error=type(error).__name__, kept=len(self._keys))
            return
        if keys != self._keys:
            self.generation += 1
            log.info("signing_keys_fetched", count=len(keys))
        self._keys, self._fetched_at = keys, self._now()

    async def _fetch(self) -> Mapping[str, SigningKey]:
        metadata = await self._document(self._metadata_url)
        keys_url = metadata.get("jwks_uri")
        if not isinstance(keys_url, str) or not _may_hold_keys(keys_url, self._metadata_url):
            raise _Unusable("jwks_uri")
        entries = (await self._document(keys_url)).get("keys")
        keys = dict(found for each in entries if (found := _read_key(each))) if isinstance(entries, list) else {}
        if not keys:
            raise _Unusable("keys")
        return keys

    async def _document(self, url: str) -> dict[str, Any]:
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
                raise _Unusable(str(answer.status))
            return read_object(await read_body(answer, LARGEST_DOCUMENT))


def _may_hold_keys(url: str, metadata_url: str) -> bool:
    """Say whether keys may be read there: beside the metadata, or at one of Microsoft's hosts over https."""
    try:
        keys, metadata = urlsplit(url), urlsplit(metadata_url)
    except ValueError:
        return False
    if (keys.scheme, keys.netloc) == (metadata.scheme, metadata.netloc):
        return True
    host = keys.hostname or ""
    return keys.scheme == "https" and host not in LOOPBACK and matches(host, (metadata.hostname or "", *KEY_HOSTS))


def _read_key(entry: Any) -> tuple[str, SigningKey] | None:
    """Read one entry of a key set; none for what is no RSA signing key of at least 2048 bits."""
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    kid, named = entry.get("kid"), entry.get("endorsements")
    try:
        public = jwt.PyJWK(entry, algorithm="RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(kid, str) or not isinstance(public, RSAPublicKey) or public.key_size < _LEAST_BITS:
        return None
    endorsements = frozenset(each for each in named if isinstance(each, str)) if isinstance(named, list) else ()
    return kid, SigningKey(public, frozenset(endorsements))
