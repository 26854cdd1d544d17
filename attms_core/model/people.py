"""People, their link to AutoTask, and what they may do."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.model.conversation import PersonKey
from attms_core.model.ids import CompanyId, ResourceId


class Role(StrEnum):
    """What a person is here. Each role may do all that the one before it may."""

    READER = "reader"
    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What a command needs."""

    HELP = "help"
    """Open to everybody of an allowed tenant: help, one's own link."""
    READ = "read"
    WRITE = "write"
    """Create, note, take, status and priority of tickets within one's limits."""
    DISPATCH = "dispatch"
    """Assign to others; say which conversations are internal."""
    ADMINISTER = "administer"


class LinkState(StrEnum):
    """How far the link between person and resource has come."""

    UNLINKED = "unlinked"
    PROPOSED = "proposed"
    """Exactly one resource fits; the person has not confirmed it yet."""
    LINKED = "linked"
    SUSPENDED = "suspended"
    """The resource became inactive, or the person a guest."""
    REFUSED = "refused"
    """A guest or a member of a foreign tenant."""


class Link(Struct, frozen=True, kw_only=True):
    """A person's tie to one AutoTask resource."""

    state: LinkState
    resource: ResourceId | None = None
    decided_by: str = ""
    """Who linked it: the person, or an administrator's name."""
    decided_at: datetime | None = None
    reason: str = ""
    """Why there is no link: said to the person, in words."""


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who speaks to the bot."""

    key: PersonKey
    name: str
    email: str = ""
    link: Link = Link(state=LinkState.UNLINKED)
    role: Role = Role.READER
    within_queues: tuple[int, ...] | None = None
    """None is no limit; a tuple narrows the role to these queues."""
    within_companies: tuple[CompanyId, ...] | None = None
    checked_at: datetime | None = None
    """When the roster was last asked about this person."""

    @property
    def resource(self) -> ResourceId | None:
        """The resource to act as, once linked."""
        return self.link.resource if self.link.state is LinkState.LINKED else None
