"""AutoTask's webhooks: what we want of them, and how they stand. What a callout says is the callouts' own business."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from pydantic import SecretStr

from attms_core.model.ids import ResourceId


class WebhookKind(StrEnum):
    """What a webhook tells of."""

    TICKETS = "tickets"
    NOTES = "notes"


class WebhookPlan(Struct, frozen=True, kw_only=True):
    """A webhook as we want it; active, and told of creations, changes and deletions."""

    name: str
    """Fifty characters at most."""
    url: str
    off_url: str
    """Where AutoTask says that it has switched the webhook off."""
    secret: SecretStr
    """Sixty-four characters at most; AutoTask never tells it again."""
    email: str = ""
    """Whom AutoTask mails on trouble; nobody when empty."""


class Webhook(Struct, frozen=True, kw_only=True):
    """A webhook as it stands in AutoTask."""

    kind: WebhookKind
    id: int
    guid: str
    """Named in each of its callouts."""
    name: str = ""
    url: str = ""
    off_url: str = ""
    is_active: bool = False
    is_ready: bool = False
    """Whether a field is subscribed: before, AutoTask calls nobody."""
    tells_all: bool = False
    """Whether it tells of creations, changes and deletions."""
    owner: ResourceId | None = None
    """The API user that made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCallout:
    """A callout that AutoTask gave up, from its error log."""

    id: int
    payload: str = field(repr=False)
    at: datetime | None = None
    said: str = ""
    """What went wrong, in AutoTask's words."""
