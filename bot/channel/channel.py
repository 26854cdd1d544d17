"""The channel: what Teams posts to ``/api/messages`` becomes a turn, and its answer is sent.

Owns the HTTP session, the key cache, the bot's token and every task it starts. What is said is the handler's business.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import structlog
from aiohttp import web
from botbuilder.core import TurnContext

from attms_core import traced
from attms_core.model.ids import TenantId
from attms_core.ports import Now
from attms_core.settings import LOOPBACK, Settings, SettingsError
from bot.channel.adapter import Adapter
from bot.channel.answers import late_answer
from bot.channel.connector import Connector, Pause
from bot.channel.credentials import EntraTokens, Grant
from bot.channel.decode import Circumstances, decode
from bot.channel.front import Refused, refusal
from bot.channel.line import Line
from bot.channel.once import Ended, Once
from bot.channel.patience import Patience
from bot.channel.reply import apologise, deliver
from bot.turn import Handle, Turn, TurnKind

log = structlog.get_logger()

PATH = "/api/messages"
PATIENCE = 10.0
"""Seconds until an unfinished turn is acknowledged; Teams repeats it after about fifteen."""
GRACE = 10.0
"""Seconds that running turns get to finish when the channel closes."""
_MESSAGES_REMEMBERED = 10_000  # ten minutes at 16 a second; Teams repeats within one
_INVOKES_REMEMBERED = 1_000  # fewer: each keeps the card that answered it
_NOT_REMEMBERED = frozenset({TurnKind.EDITED, TurnKind.DELETED})  # they carry the id of the message they are about

Outcome = tuple[int, Any] | None
"""Status and body of an invoke's answer; none for other turns."""


class Channel:
    """Receives for one bot and speaks for it, inside ``async with``.

    ``dangerously_open`` is the demo's door without tokens: it demands that the listener and every service URL are
    on this machine, and raises ``SettingsError`` otherwise. Without it, app id and tenants must be set.
    ``fetch_token`` blocks and is called in a thread; ``login_ca`` is a certificate file to trust at the login URL.
    """

    def __init__(
        self,
        settings: Settings,
        handle: Handle,
        *,
        now: Now,
        dangerously_open: bool = False,
        fetch_token: Callable[[], Grant] | None = None,
        login_ca: Path | None = None,
        pause: Pause = asyncio.sleep,
        patience: float = PATIENCE,
    ) -> None:
        _check(settings, dangerously_open=dangerously_open)
        self._settings = settings
        self._handle = handle
        self._now = now
        self._is_open = dangerously_open
        self._fetch_token = fetch_token or EntraTokens(settings, now=now, ca_file=login_ca)
        self._pause = pause
        self._patience = Patience(patience)
        self._turns: set[asyncio.Task[Outcome]] = set()
        self._messages: Once[Outcome] = Once(now=now, capacity=_MESSAGES_REMEMBERED)
        self._invokes: Once[Outcome] = Once(now=now, capacity=_INVOKES_REMEMBERED)
        self._line: Line | None = None
        self._adapter: Adapter | None = None

    async def __aenter__(self) -> Self:
        self._line = Line(
            self._settings,
            now=self._now,
            pause=self._pause,
            fetch_token=self._fetch_token,
            is_open=self._is_open,
        )
        self._adapter = Adapter(self._line.connector, app_id=self._settings.bot_app_id, on_error=apologise)
        self._line.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._finish_turns()
        line, self._line, self._adapter = self._line, None, None
        if line is not None:
            await line.close()

    @property
    def connector(self) -> Connector:
        """The way to speak without being spoken to; RuntimeError outside ``async with``."""
        return self._opened.connector

    @property
    def has_keys(self) -> bool:
        """Say whether it can be told who speaks: the keys that messages are signed with are here and fresh."""
        return self._line is not None and self._line.has_keys

    async def prove_token(self) -> None:
        """Have a token for the bot, or get one. Raises ``AuthBroken``; RuntimeError outside ``async with``."""
        await self._opened.prove_token()

    def routes(self, app: web.Application) -> None:
        """Put the channel's door on an application."""
        app.router.add_route("*", PATH, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery. Wrong requests get 4xx of constant text; authentic ones never an error status."""
        if request.method != "POST":
            return refusal(405)
        try:
            admitted = await self._opened.front.admit(request)
        except Refused as refused:
            log.info("delivery_refused", status=refused.status, reason=refused.reason)
            return refusal(refused.status)
        turn = self._decode(admitted.activity, admitted.tenant) if admitted.tenant else None
        if turn is None:
            log.info("delivery_ignored", reason="nobody or nowhere to answer")
            return web.Response(status=200)
        return await self._take(turn)

    @property
    def _opened(self) -> Line:
        if self._line is None:
            raise RuntimeError("the channel is not open")
        return self._line

    async def _finish_turns(self) -> None:
        if not self._turns:
            return
        _, late = await asyncio.wait(self._turns, timeout=GRACE)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _decode(self, activity: Mapping[str, Any], tenant: TenantId) -> Turn | None:
        around = Circumstances(
            tenant=tenant, app_id=self._settings.bot_app_id, now=self._now(), opaque_people=self._is_open
        )
        return decode(activity, around)

    async def _take(self, turn: Turn) -> web.Response:
        memory = self._invokes if turn.is_invoke else self._messages
        key = (turn.person.tenant, turn.conversation.id, turn.kind, turn.invoke_name, turn.activity_id)
        earlier = None if turn.kind in _NOT_REMEMBERED else memory.recall(key)
        if earlier is not None:
            log.info("delivery_repeated", kind=turn.kind)
            if isinstance(earlier, Ended):
                return web.Response(status=200)
            if not turn.is_invoke:
                return web.Response(status=200 if earlier.done() else 202)
        task = earlier or self._start(turn)
        if turn.kind not in _NOT_REMEMBERED and earlier is None:
            memory.remember(key, task)
        return await self._wait(turn, task)

    def _start(self, turn: Turn) -> asyncio.Task[Outcome]:
        task = asyncio.create_task(self._run(turn), name=f"turn-{turn.id}")
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)
        return task

    async def _wait(self, turn: Turn, task: asyncio.Task[Outcome]) -> web.Response:
        await self._patience.wait(task)
        if task.done() and not task.cancelled():
            outcome = task.result()
            return web.Response(status=200) if outcome is None else _json(*outcome)
        return _json(*late_answer(turn)) if turn.is_invoke else web.Response(status=202)

    async def _run(self, turn: Turn) -> Outcome:
        traced.TURN.set(turn.id)

        async def on_turn(context: TurnContext) -> None:
            await deliver(context, turn, await self._handle(turn))

        if self._adapter is None:
            raise RuntimeError("the channel is not open")
        return await self._adapter.run(turn, on_turn)


def _json(status: int, body: Any) -> web.Response:
    if body is None:
        return web.Response(status=status)
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def _check(settings: Settings, *, dangerously_open: bool) -> None:
    """Fail closed: raise ``SettingsError`` rather than start without a way to tell who speaks."""
    mistakes = []
    if dangerously_open and settings.host not in LOOPBACK:
        mistakes.append("The demo takes messages without tokens, so ATTMS_HOST must be 127.0.0.1")
    if not dangerously_open and not settings.bot_app_id:
        mistakes.append("ATTMS_BOT_APP_ID is missing: without it no message can be checked")
    if not dangerously_open and not settings.bot_tenant_ids:
        mistakes.append("ATTMS_BOT_TENANT_IDS is missing: name the Entra tenant whose people may speak here")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
