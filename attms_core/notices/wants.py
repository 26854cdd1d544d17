"""What people and conversations want to be told: the use cases that every face shares, one for each subject."""

from collections.abc import Callable

from msgspec import Struct

from attms_core.model import TenantId
from attms_core.notices.choices import Choices
from attms_core.notices.digests import Digests
from attms_core.notices.escalation import Ladders
from attms_core.notices.reasons import Reasons
from attms_core.notices.silences import Silences
from attms_core.notices.subscribing import Groups, Subscriptions
from attms_core.ports import Now
from attms_core.store.database import Database


class Wants(Struct, frozen=True, kw_only=True):
    """All of them, over one store."""

    subscriptions: Subscriptions
    groups: Groups
    """Names for several companies."""
    choices: Choices
    """What people are told in their own chats, and when."""
    silences: Silences
    digests: Digests
    ladders: Ladders
    """Who is told when nobody takes a ticket."""
    reasons: Reasons
    """Why something was told."""

    @classmethod
    def over(cls, database: Database, *, tenant: TenantId, now: Now, poke: Callable[[], None]) -> "Wants":
        """Make them. ``poke`` is called when something may be owed now."""
        digests = Digests(database, tenant=tenant, now=now)
        digests.on_poke = poke
        return cls(
            subscriptions=Subscriptions(database, tenant=tenant, now=now),
            groups=Groups(database, tenant=tenant, now=now),
            choices=Choices(database, tenant=tenant, now=now, poke=poke),
            silences=Silences(database, tenant=tenant, now=now),
            digests=digests,
            ladders=Ladders(database, tenant=tenant, now=now),
            reasons=Reasons(database, tenant=tenant),
        )
