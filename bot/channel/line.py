"""The parts that live only while the channel is open, and the task that keeps keys and token fresh."""

import asyncio
from collections.abc import Callable

from attms_core.ports import Now
from attms_core.settings import Settings
from bot.channel.connector import Connector, Pause
from bot.channel.credentials import BotTokens, Grant, NoTokens
from bot.channel.front import Front, OpenFront
from bot.channel.keys import Keys
from bot.channel.places import TEAMS_HOSTS, Places
from bot.channel.token import TokenCheck
from bot.channel.wire import make_pool, make_session

UPKEEP = 30.0
"""Seconds between looks at whether keys or token are due."""


class Line:
    """An open line to Teams: make it inside a running loop, ``start`` it, ``close`` it."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Now,
        pause: Pause,
        fetch_token: Callable[[], Grant],
        is_open: bool,
    ) -> None:
        pool = make_pool()
        self._session = make_session(pool)
        self._pause = pause
        self._is_open = is_open
        self._upkeep: asyncio.Task[None] | None = None
        hosts = (*TEAMS_HOSTS, *(host.lower() for host in settings.bot_service_url_hosts))
        places = Places(hosts=hosts, loopback=settings.allow_loopback, only_loopback=is_open)
        self._tokens = NoTokens() if is_open else BotTokens(fetch_token, now=now)
        self.keys = Keys(settings.bot_openid_metadata_url, session=self._session, now=now)
        self.connector = Connector(pool=pool, tokens=self._tokens, places=places, pause=pause)
        check = TokenCheck(self.keys, app_id=settings.bot_app_id, issuer=settings.bot_token_issuer, now=now)
        tenants = frozenset(tenant.lower() for tenant in settings.bot_tenant_ids)
        self.front: Front | OpenFront = OpenFront(places) if is_open else Front(check, places=places, tenants=tenants)

    @property
    def has_keys(self) -> bool:
        """Say whether messages can be checked; the open door checks none."""
        return self._is_open or self.keys.has_any

    async def prove_token(self) -> None:
        """Have a token for the bot. Raises ``AuthBroken``."""
        await self._tokens.bearer()

    def start(self) -> None:
        """Begin to fetch keys and token, and to keep them fresh. Nobody waits: the first turn joins the fetch."""
        self._upkeep = asyncio.create_task(self._keep_up(), name="channel-upkeep")

    async def close(self) -> None:
        """Stop everything that was started."""
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.wait({self._upkeep})
        await self.keys.close()
        await self._tokens.close()
        await self._session.close()

    async def _keep_up(self) -> None:
        while not self._is_open:
            # Side by side: a silent login server must not keep the keys from being renewed.
            await asyncio.gather(self.keys.refresh_if_due(), self._tokens.refresh_if_due())
            await self._pause(UPKEEP)
