"""Callouts from AutoTask as one thing: what comes in, how it stands, and what an administrator can do about it.

They only make news come sooner. Polls stay the source of truth: whatever is lost on the way, they find.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Protocol, Self

import structlog
from msgspec.structs import replace

from attms_core.callouts import entries as kept
from attms_core.callouts.allowance import Allowance
from attms_core.callouts.entries import CALLOUTS, Entries, Keeping
from attms_core.callouts.heard import Heard
from attms_core.callouts.hints import Hints, Rereads, Sleep
from attms_core.callouts.missed import Missed
from attms_core.callouts.plan import Hook, Standing, Trouble
from attms_core.callouts.reception import Reception
from attms_core.callouts.upkeep import Client, Upkeep
from attms_core.errors import NotConnected, NotFound, OperatorNeeded
from attms_core.model import NoteId, TicketId
from attms_core.ports import Now

log = structlog.get_logger(__name__)

HOUSE = "attms"
"""Who changes secrets where no administrator asked for it."""
CREATE = "On the host type: attms callouts create"


class Source(Client, Protocol):
    """AutoTask, as far as callouts need it."""

    async def tickets_of(self, notes: Sequence[NoteId]) -> list[TicketId]:
        """Name the tickets of notes."""
        ...


class Callouts:
    """All about callouts, at work while entered.

    source      none while AutoTask is not connected
    keeping     where the secrets are kept; none where settings come from elsewhere, then callouts cannot be set up
    public_url  how AutoTask reaches us
    cap         our calls of an hour, of which hints use a share
    every       time between polls
    """

    def __init__(
        self,
        *,
        mirror: Rereads,
        source: Source | None,
        keeping: Keeping | None,
        public_url: str,
        cap: int,
        every: timedelta,
        now: Now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._source = source
        self._keeping = keeping
        self._public_url = public_url
        self._now = now
        self._life = AsyncExitStack()
        self._alone = asyncio.Lock()
        self._heard = heard = Heard(now)
        self._hints = Hints(mirror, self._tickets_of, Allowance(cap, now), patience=every, sleep=sleep)
        self._upkeep = Upkeep(source, now) if source else None
        self._missed = Missed(source, self._hints.add, now) if source else None
        self._standing = Standing(is_set_up=False)
        self.every = every
        """Time between polls, which go on whatever becomes of callouts."""
        self.on_alarm: Callable[[], object] = _nothing
        """Called when AutoTask seems to have switched a webhook off: somebody should look soon."""
        self.reception = Reception(self._stored, heard, hint=self._hints.add, alarm=self._alarm, now=now)

    async def __aenter__(self) -> Self:
        """Begin to read what is called out for."""
        await self._life.enter_async_context(self._hints)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._life.aclose()

    @property
    def is_set_up(self) -> bool:
        """Say whether there are secrets, so that AutoTask could call."""
        return self._entries() is not None

    async def look(self, *, within: timedelta = timedelta()) -> Standing:
        """Tell how callouts stand, by a look that is not older than ``within``. Changes nothing."""
        async with self._alone:
            last = self._standing.at
            if last is None or not timedelta() <= self._now() - last < within or not self.is_set_up:
                await self._look(thoroughly=True)
            return self._told()

    async def keep_up(self) -> None:
        """Look, mend what can be mended, and hear what AutoTask gave up: every five minutes, where it is set up."""
        async with self._alone:
            if self._upkeep is None or not self.is_set_up:
                self._standing = Standing(is_set_up=False)
                return
            await self._settle(self._upkeep)
            await self._look(thoroughly=False)
            mended = await self._mend(self._upkeep, is_asked=False)
            if mended:
                self._standing = replace(self._standing, mended=tuple(mended), mended_at=self._now())

    async def create(self, *, by: str) -> Standing:
        """Set callouts up: secrets where there are none, the webhooks that are missing; and mend the others.

        Raises ``NotConnected``, ``OperatorNeeded`` without a vault or a public address, ``WebhooksRefused``, and what
        else AutoTask says; asked again, it goes on where that ended.
        """
        async with self._alone:
            upkeep, keeping = self._needed()
            _check_address(self._public_url)
            if self._entries() is None:
                await kept.keep(keeping, kept.first(), by=by, reason="callouts set up")
            await upkeep.make(self._must(), self._public_url)
            return await self._mended(upkeep)

    async def repair(self, *, by: str) -> Standing:
        """Make, compare and mend everything, at once. Raises as ``create``, and ``NotFound`` when not set up."""
        self._must()
        return await self.create(by=by)

    async def rotate(self, *, by: str) -> Standing:
        """Take another address and another secret; the old ones hold on for an hour.

        Both hold before AutoTask is told, so nothing is refused meanwhile. When AutoTask cannot be told now, the next
        look does it. Raises as ``create``, and ``NotFound`` when not set up.
        """
        async with self._alone:
            upkeep, keeping = self._needed()
            if not self._must().is_untold:
                await kept.keep(keeping, kept.rotated(self._must()), by=by, reason="callouts rotated")
            await self._finish_rotation(upkeep, keeping, by=by)
            return await self._mended(upkeep)

    async def remove(self, *, by: str) -> int:
        """Take our webhooks and their secrets away; polls go on. Gives how many webhooks there were.

        Raises as ``create``, and ``NotFound`` when not set up.
        """
        async with self._alone:
            upkeep, keeping = self._needed()
            removed = await upkeep.remove(self._must())
            await kept.keep(keeping, kept.none(), by=by, reason="callouts removed")
            self._standing = Standing(is_set_up=False)
            return removed

    # inside; who comes here is alone

    async def _mended(self, upkeep: Upkeep) -> Standing:
        await self._look(thoroughly=True)
        await self._mend(upkeep, is_asked=True)
        await self._look(thoroughly=True)
        return self._told()

    async def _look(self, *, thoroughly: bool) -> None:
        entries = self._entries()
        if self._upkeep is None or entries is None:
            self._standing = Standing(is_set_up=entries is not None)
            return
        hooks = await self._upkeep.look(entries, self._public_url, thoroughly=thoroughly)
        if self._missed is not None:
            await self._missed.recover({hook.guid for hook in hooks if hook.guid})
        if self._heard.is_refusing:
            hooks = [_unsigned(hook) for hook in hooks]
        self._standing = replace(self._standing, is_set_up=True, at=self._now(), hooks=tuple(hooks))

    async def _mend(self, upkeep: Upkeep, *, is_asked: bool) -> list[str]:
        """Mend what can be, and say what that was."""
        entries, before = self._must(), self._standing.hooks
        mended = [await upkeep.mend(hook, entries, self._public_url, is_asked=is_asked) for hook in before]
        if any(
            Trouble.WRONG_SECRET in old.troubles and not new.troubles for old, new in zip(before, mended, strict=True)
        ):
            self._heard.forgive()
        self._standing = replace(self._standing, hooks=tuple(mended))
        return [said for old, new in zip(before, mended, strict=True) for said in old.sentences() if not new.troubles]

    async def _settle(self, upkeep: Upkeep) -> None:
        """Finish a rotation that was cut off, or forget the old secrets when their time is over."""
        entries, keeping = self._must(), self._keeping
        if keeping is None or entries.before is None:
            return
        if entries.is_untold:
            await self._finish_rotation(upkeep, keeping, by=HOUSE)
        elif entries.until is not None and entries.until <= self._now():
            await kept.keep(keeping, kept.settled(), by=HOUSE, reason="old secrets of callouts are over")

    async def _finish_rotation(self, upkeep: Upkeep, keeping: Keeping, *, by: str) -> None:
        await upkeep.tell(self._must(), self._public_url)
        await kept.keep(keeping, kept.told(self._now()), by=by, reason="callouts rotated: AutoTask knows")

    def _told(self) -> Standing:
        lines = {line.guid: line for line in self._heard.lines()}
        missed = self._missed.recent() if self._missed else []
        return replace(
            self._standing,
            hooks=tuple(replace(hook, line=lines.get(hook.guid)) for hook in self._standing.hooks),
            missed=len(missed),
            said=missed[-1].said if missed else "",
            refused=self._heard.refused,
            dropped=self._hints.dropped,
        )

    def _alarm(self) -> None:
        self.on_alarm()

    async def _tickets_of(self, notes: Sequence[NoteId]) -> list[TicketId]:
        return await self._source.tickets_of(notes) if self._source else []

    def _stored(self) -> Mapping[str, str]:
        return self._keeping.of(CALLOUTS) if self._keeping else {}

    def _entries(self) -> Entries | None:
        return kept.read(self._stored())

    def _must(self) -> Entries:
        found = self._entries()
        if found is None:
            raise NotFound("Callouts are not set up; AutoTask is polled.", hint=CREATE)
        return found

    def _needed(self) -> tuple[Upkeep, Keeping]:
        if self._upkeep is None:
            raise NotConnected("AutoTask is not connected yet, so it cannot call out.", hint="On the host: attms setup")
        if self._keeping is None:
            raise OperatorNeeded(
                "There is nowhere to keep the secrets of callouts: the settings come from the environment alone.",
                hint="On the host type: attms vault create. Then start ATTMS again.",
            )
        return self._upkeep, self._keeping


def _nothing() -> None:
    """Nobody is there to look."""


def _unsigned(hook: Hook) -> Hook:
    return hook if hook.id is None else replace(hook, troubles=(*hook.troubles, Trouble.WRONG_SECRET))


def _check_address(public_url: str) -> None:
    if not public_url:
        raise OperatorNeeded(
            "ATTMS does not know its own public address, so it cannot tell AutoTask where to call.",
            hint="On the host type: attms config set public_url=https://desk.example.com (yours; https on port 443).",
        )
