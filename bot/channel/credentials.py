"""The bot's own token, for what it sends (client-credentials grant at Entra). Tokens sent to us are not here."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from msgspec import Struct
from pydantic import SecretStr

from attms_core.ports import Now
from attms_core.settings import Settings
from bot.channel.entra import ask
from bot.delivery import AuthBroken

log = structlog.get_logger()

SCOPE = "https://api.botframework.com/.default"
BEFORE_EXPIRY = timedelta(minutes=10)
"""From here on a new token is fetched in the background, while the old one still serves."""
BETWEEN_FAILED = timedelta(seconds=10)
_SHORTEST = 60  # seconds that a token must hold to be worth keeping


class Grant(Struct, frozen=True, kw_only=True):
    """A token and when it ends."""

    token: str
    expires_at: datetime


class EntraTokens:
    """Asks Entra for the bot's token, which blocks: call it in a thread. Raises ``AuthBroken``.

    Nothing is kept but what ``BotTokens`` keeps; ``ca_file`` as for ``ask``.
    """

    def __init__(self, settings: Settings, *, now: Now, ca_file: Path | None = None) -> None:
        self._settings = settings
        self._now = now
        self._ca_file = ca_file

    def __call__(self) -> Grant:
        """Fetch a new token; never one that was handed out before."""
        try:
            answer = ask(
                self._settings,
                app_id=self._settings.bot_app_id,
                secret=self._settings.bot_secret or SecretStr(""),
                scope=SCOPE,
                ca_file=self._ca_file,
            )
        except (OSError, ValueError, RuntimeError) as error:
            log.warning("bot_token_not_fetched", error=type(error).__name__)
            raise AuthBroken("Entra cannot be asked for the bot's token", hint=_HINT) from None
        return self._grant(answer)

    def _grant(self, answer: Mapping[str, Any]) -> Grant:
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(lifetime, int) or lifetime < _SHORTEST:
            codes = answer.get("error_codes")
            log.warning("bot_token_refused", codes=codes if isinstance(codes, list) else [])
            raise AuthBroken("Entra refuses the bot's token", hint=_HINT)
        return Grant(token=token, expires_at=self._now() + timedelta(seconds=lifetime))


_HINT = "Check ATTMS_BOT_APP_ID, ATTMS_BOT_SECRET and whether the secret has expired."


class BotTokens:
    """Keeps one token and renews it before it ends. One fetch runs at a time, off the event loop.

    ``fetch`` blocks and raises ``AuthBroken``.
    """

    def __init__(self, fetch: Callable[[], Grant], *, now: Now) -> None:
        self._fetch = fetch
        self._now = now
        self._grant: Grant | None = None
        self._failed_at: datetime | None = None
        self._flight: asyncio.Task[Grant] | None = None

    async def bearer(self) -> str:
        """Return a token that holds now; waits only when there is none. Raises ``AuthBroken``."""
        grant = self._grant
        if grant is None or grant.expires_at <= self._now():
            grant = await self._renew()
        return grant.token

    async def refresh_if_due(self) -> None:
        """Renew a token that is missing or ends soon; a failure is logged and tried again later."""
        if self._grant is not None and self._now() < self._grant.expires_at - BEFORE_EXPIRY:
            return
        try:
            await self._renew()
        except AuthBroken as error:
            log.warning("bot_token_not_renewed", error=error.code)

    def drop(self, token: str) -> None:
        """Forget a token that the connector refused."""
        if self._grant is not None and self._grant.token == token:
            self._grant = None

    async def close(self) -> None:
        """Stop waiting for a fetch that is under way."""
        if self._flight is not None and not self._flight.done():
            self._flight.cancel()
            await asyncio.wait({self._flight})

    async def _renew(self) -> Grant:
        if self._flight is None or self._flight.done():
            if self._failed_at is not None and self._now() - self._failed_at < BETWEEN_FAILED:
                raise AuthBroken("Entra did not give the bot a token a moment ago", hint=_HINT)
            self._flight = asyncio.create_task(self._fly(), name="bot-token")
        return await asyncio.shield(self._flight)

    async def _fly(self) -> Grant:
        try:
            self._grant = await asyncio.to_thread(self._fetch)
        except AuthBroken:
            self._failed_at = self._now()
            raise
        self._failed_at = None
        return self._grant


class NoTokens:
    """The tokenless demo sends none."""

    async def bearer(self) -> str:
        """Return the empty token."""
        return ""

    async def refresh_if_due(self) -> None:
        """Have nothing to renew."""

    def drop(self, token: str) -> None:
        """Have nothing to forget."""

    async def close(self) -> None:
        """Have nothing to stop."""
