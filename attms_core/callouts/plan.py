"""What our webhooks should be, and in which ways those in AutoTask differ from it. Pure."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.callouts.entries import OFF, ROOT, Entries
from attms_core.callouts.heard import Line
from attms_core.model.webhook import Webhook, WebhookKind, WebhookPlan

NAMES = {WebhookKind.TICKETS: "ATTMS tickets", WebhookKind.NOTES: "ATTMS notes"}
RECORDS = {WebhookKind.TICKETS: "tickets", WebhookKind.NOTES: "ticket notes"}


class Trouble(StrEnum):
    """What can be wrong with a webhook."""

    MISSING = "missing"
    """It is not in AutoTask."""
    INACTIVE = "inactive"
    NOT_READY = "not-ready"
    """It subscribes to no field, so that it tells nothing."""
    WRONG_URL = "wrong-url"
    WRONG_EVENTS = "wrong-events"
    WRONG_FIELDS = "wrong-fields"
    OWN_WRITES = "own-writes"
    """It tells what our own API user does, too."""
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - a word
    """What it sends is not signed with our secret."""


SAID = {
    Trouble.MISSING: "AutoTask has no webhook for {records} of ours",
    Trouble.INACTIVE: "the webhook for {records} is switched off",
    Trouble.NOT_READY: "the webhook for {records} subscribes to no field, so it tells nothing",
    Trouble.WRONG_URL: "the webhook for {records} calls an address that is not ours any more",
    Trouble.WRONG_EVENTS: "the webhook for {records} does not tell of creations, changes and deletions",
    Trouble.WRONG_FIELDS: "the webhook for {records} does not tell of every field that matters",
    Trouble.OWN_WRITES: "the webhook for {records} tells ATTMS's own changes, too",
    Trouble.WRONG_SECRET: "the webhook for {records} signs with another secret",
}


class Hook(Struct, frozen=True, kw_only=True):
    """How one of our webhooks stands."""

    kind: WebhookKind
    id: int | None
    """AutoTask's; none when there is no such webhook."""
    guid: str = ""
    """As callouts name it, in small letters."""
    troubles: tuple[Trouble, ...] = ()
    line: Line | None = None
    """What was heard from it in this process."""

    def sentences(self) -> list[str]:
        """Say what is wrong."""
        return [SAID[trouble].format(records=RECORDS[self.kind]) for trouble in self.troubles]


class Standing(Struct, frozen=True, kw_only=True):
    """How callouts stand."""

    is_set_up: bool
    at: datetime | None = None
    """When it was looked; none when nobody has yet."""
    hooks: tuple[Hook, ...] = ()
    missed: int = 0
    """Callouts of the last hour that AutoTask gave up."""
    said: str = ""
    """What went wrong with the last of them, in AutoTask's words."""
    refused: int = 0
    """Callouts whose signature did not fit, since the start."""
    dropped: int = 0
    """Hints that were left to polls, since the start."""
    mended: tuple[str, ...] = ()
    """What was mended last without being asked for."""
    mended_at: datetime | None = None

    @property
    def troubles(self) -> list[str]:
        """Say all that is wrong."""
        return [sentence for hook in self.hooks for sentence in hook.sentences()]


def planned(kind: WebhookKind, entries: Entries, public_url: str) -> WebhookPlan:
    """Say what a webhook should be."""
    url = f"{public_url.rstrip('/')}{entries.now.route}"
    return WebhookPlan(name=NAMES[kind], url=url, off_url=f"{url}{OFF}", secret=entries.now.secret)


def ours(webhooks: Sequence[Webhook], entries: Entries) -> Webhook | None:
    """Find the one that calls one of our addresses, on whatever host: nobody else knows them. The oldest of several."""
    paths = [f"{ROOT}{keys.path}" for keys in (entries.now, entries.before) if keys]
    found = [hook for hook in webhooks if any(hook.url.rstrip("/").endswith(path) for path in paths)]
    return min(found, key=lambda hook: hook.id, default=None)


def differs(hook: Webhook, plan: WebhookPlan) -> tuple[Trouble, ...]:
    """Name what can be seen of a webhook alone."""
    found = {
        Trouble.INACTIVE: not hook.is_active,
        Trouble.NOT_READY: not hook.is_ready,
        Trouble.WRONG_URL: (hook.url, hook.off_url) != (plan.url, plan.off_url),
        Trouble.WRONG_EVENTS: not hook.tells_all,
    }
    return tuple(trouble for trouble, is_so in found.items() if is_so)
