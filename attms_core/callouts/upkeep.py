"""Looking after our webhooks in AutoTask: made, compared with what they should be, mended, taken away.

AutoTask takes no three calls at once of one kind, so everything here goes one after another.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from msgspec.structs import replace

from attms_core.callouts import plan
from attms_core.callouts.entries import Entries
from attms_core.callouts.plan import Hook, Trouble
from attms_core.model import ResourceId
from attms_core.model.webhook import MissedCallout, Webhook, WebhookKind, WebhookPlan
from attms_core.ports import Now

log = structlog.get_logger(__name__)

THOROUGHLY = timedelta(hours=1)
"""How often subscribed fields are looked at too, which takes four calls more."""
REACTIVATED = timedelta(hours=1)
"""How often one that AutoTask has switched off is switched on again: it may be off for a reason that lasts."""
WHOLE = frozenset({Trouble.INACTIVE, Trouble.WRONG_URL, Trouble.WRONG_EVENTS, Trouble.WRONG_SECRET})
"""Mended by setting the webhook whole, its secret included."""


class Client(Protocol):
    """AutoTask's webhooks."""

    async def all(self, kind: WebhookKind) -> list[Webhook]:
        """List the webhooks of a kind."""
        ...

    async def create(self, kind: WebhookKind, plan: WebhookPlan) -> int:
        """Make one."""
        ...

    async def change(self, kind: WebhookKind, webhook: int, plan: WebhookPlan) -> None:
        """Set one whole, and switch it on."""
        ...

    async def delete(self, kind: WebhookKind, webhook: int) -> None:
        """Take one away."""
        ...

    async def missing(self, kind: WebhookKind, webhook: int) -> frozenset[str]:
        """Name the fields that it should tell of and does not."""
        ...

    async def subscribe(self, kind: WebhookKind, webhook: int, wanted: Collection[str]) -> None:
        """Subscribe to fields."""
        ...

    async def excluded(self, kind: WebhookKind, webhook: int) -> frozenset[ResourceId]:
        """Name the resources whose deeds it does not tell."""
        ...

    async def exclude(self, kind: WebhookKind, webhook: int, resource: ResourceId) -> None:
        """Leave out what a resource does."""
        ...

    async def missed(self, after: int) -> list[MissedCallout]:
        """Read the log of callouts that were given up."""
        ...


class Upkeep:
    """Looks and mends, one at a time; what it raises is the client's."""

    def __init__(self, client: Client, now: Now) -> None:
        self._client = client
        self._now = now
        self._thorough_at: datetime | None = None
        self._reactivated: dict[tuple[WebhookKind, int], datetime] = {}

    async def look(self, entries: Entries, public_url: str, *, thoroughly: bool) -> list[Hook]:
        """Compare our webhooks with what they should be; ``thoroughly`` at once, or else when it is due."""
        thoroughly = thoroughly or self._is_due()
        found = [await self._compared(kind, entries, public_url, thoroughly=thoroughly) for kind in WebhookKind]
        if thoroughly:
            self._thorough_at = self._now()
        return found

    async def make(self, entries: Entries, public_url: str) -> None:
        """Make the webhooks that are missing, whole; those that are there are left."""
        for kind in WebhookKind:
            webhook = plan.ours(await self._client.all(kind), entries)
            if webhook is None:
                made = await self._client.create(kind, plan.planned(kind, entries, public_url))
                await self._fill(kind, made)
                log.info("webhook_made", kind=kind, webhook=made)

    async def mend(self, hook: Hook, entries: Entries, public_url: str, *, is_asked: bool) -> Hook:
        """Mend what is wrong with a webhook and give what is left of it.

        Unless somebody asks for it, one that was switched off is switched on at most hourly, and a missing one is left
        missing: an administrator of AutoTask may have taken it away.
        """
        if hook.id is None or not hook.troubles:
            return hook
        left = set(hook.troubles)
        if not is_asked and Trouble.INACTIVE in left and not self._may_reactivate(hook.kind, hook.id):
            return hook
        if left & WHOLE:
            await self._client.change(hook.kind, hook.id, plan.planned(hook.kind, entries, public_url))
        if left - WHOLE:
            await self._fill(hook.kind, hook.id)
        log.info("webhook_mended", kind=hook.kind, webhook=hook.id, troubles=sorted(left))
        return replace(hook, troubles=())

    async def tell(self, entries: Entries, public_url: str) -> None:
        """Tell AutoTask address and secret of our webhooks anew."""
        for kind in WebhookKind:
            webhook = plan.ours(await self._client.all(kind), entries)
            if webhook is not None:
                await self._client.change(kind, webhook.id, plan.planned(kind, entries, public_url))

    async def remove(self, entries: Entries) -> int:
        """Take all our webhooks away; gives how many there were."""
        removed = 0
        for kind in WebhookKind:
            while (webhook := plan.ours(await self._client.all(kind), entries)) is not None:
                await self._client.delete(kind, webhook.id)
                removed += 1
        return removed

    async def _compared(self, kind: WebhookKind, entries: Entries, public_url: str, *, thoroughly: bool) -> Hook:
        webhook = plan.ours(await self._client.all(kind), entries)
        if webhook is None:
            return Hook(kind=kind, id=None, troubles=(Trouble.MISSING,))
        troubles = list(plan.differs(webhook, plan.planned(kind, entries, public_url)))
        if thoroughly:
            if webhook.is_ready and await self._client.missing(kind, webhook.id):
                troubles.append(Trouble.WRONG_FIELDS)
            if webhook.owner and webhook.owner not in await self._client.excluded(kind, webhook.id):
                troubles.append(Trouble.OWN_WRITES)
        return Hook(kind=kind, id=webhook.id, guid=webhook.guid.lower(), troubles=tuple(troubles))

    async def _fill(self, kind: WebhookKind, made: int) -> None:
        """Exclude our own API user, the owner of what we made, and subscribe: in this order, for then it fires."""
        webhook = next((hook for hook in await self._client.all(kind) if hook.id == made), None)
        owner = webhook.owner if webhook else None
        if owner is not None and owner not in await self._client.excluded(kind, made):
            await self._client.exclude(kind, made, owner)
        await self._client.subscribe(kind, made, await self._client.missing(kind, made))

    def _is_due(self) -> bool:
        return self._thorough_at is None or self._now() - self._thorough_at >= THOROUGHLY

    def _may_reactivate(self, kind: WebhookKind, webhook: int) -> bool:
        last, now = self._reactivated.get((kind, webhook)), self._now()
        if last is not None and now - last < REACTIVATED:
            return False
        self._reactivated[kind, webhook] = now
        return True
