"""What one tenant has set up: picklists, user-defined fields, category demands, modules and rights.

All of it may change while the sandbox runs, as an administrator would change it. Records are in `rows`.
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.autotask import refusals
from sandbox.autotask.rows import Record, Rows
from sandbox.autotask.table import Field

NEW = 1
COMPLETE = 5
"""The two statuses whose number is the same in every tenant (REST help: Tickets entity)."""

STANDARD = 3
"""The ticket category of a ticket that names none."""

NOT_ASSIGNABLE = (6, 7)
"""Licences of dashboard and API users (REST help: Resources entity)."""

API_USER_LICENCE = 7

SERVED = frozenset(
    [
        "Tickets",
        "TicketNotes",
        "Companies",
        "Contacts",
        "Resources",
        "ResourceRoles",
        "ResourceServiceDeskRoles",
        "Roles",
        "TicketCategories",
        "BillingCodes",
        "DeletedTicketLogs",
        "TicketHistory",
        "TimeEntries",
        "TicketChecklistItems",
        "TicketSecondaryResources",
        "TicketAdditionalContacts",
        "TicketAttachments",
        "AttachmentInfo",
        "Opportunities",
        "CompanyNotes",
        "ConfigurationItems",
        "TicketWebhooks",
        "TicketWebhookFields",
        "TicketWebhookUdfFields",
        "TicketWebhookExcludedResources",
        "TicketNoteWebhooks",
        "TicketNoteWebhookFields",
        "TicketNoteWebhookExcludedResources",
        "WebhookEventErrorLogs",
    ]
)
"""Entities with rules and records here; the others answer like a module that is switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a picklist."""

    value: int | str
    label: str
    is_active: bool = True
    is_system: bool = False
    is_default: bool = False
    sort: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Udf:
    """One user-defined field."""

    name: str
    label: str
    type: str = "string"
    """`string`, `decimal`, `datetime`."""
    length: int = 0
    choices: tuple[str, ...] = ()

    def as_field(self) -> Field:
        """Return it in the shape that filters know."""
        return Field(name=self.name, type=self.type, length=self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """In whose name a write happens."""

    resource_id: int
    impersonator_id: int | None = None
    """The API user, when it speaks for somebody else."""


@dataclass(slots=True, kw_only=True)
class Rights:
    """Who may do what: the API user's security level, and that of the people it speaks for."""

    impersonation: dict[str, set[str]] = field(default_factory=dict)
    """Entity -> `add`, `edit`: the boxes ticked in the API user's level, under impersonation."""
    no_impersonation: set[int] = field(default_factory=set)
    """Resources whose own level does not allow to be impersonated."""
    contact_impersonation: bool = True
    """The API user may write notes in a contact's name."""
    webhooks: int = 0
    """How many webhooks per entity the API user's level allows; 0, as Autotask begins, also lets no one fire."""
    denied: set[tuple[int, str, str]] = field(default_factory=set)
    """(resource id, entity, deed) that a person's own level forbids; deed as in the refusal's text."""

    def denies(self, actor: Actor, entity: str, deed: str) -> bool:
        """Tell whether either of the two users lacks the right."""
        people = (actor.resource_id, actor.impersonator_id)
        return any((person, entity, deed) in self.denied for person in people)


@dataclass(slots=True, kw_only=True)
class Tenant:
    """One tenant's settings."""

    picklists: dict[tuple[str, str], list[Choice]] = field(default_factory=dict)
    """(entity, field) -> choices."""
    picklist_parents: dict[tuple[str, str], str] = field(default_factory=dict)
    """(entity, field) -> the field whose value decides which choices are legal."""
    udfs: dict[str, list[Udf]] = field(default_factory=dict)
    demands: dict[int, set[str]] = field(default_factory=dict)
    """Ticket category -> fields that it makes mandatory."""
    modules_off: set[str] = field(default_factory=set)
    """Entities that answer with the permission text though they are served."""
    elsewhere: dict[str, set[int]] = field(default_factory=dict)
    """Singular entity name -> ids of records that exist, of entities that the table has not."""
    start_and_stop: bool = True
    """A time entry on a ticket has to say from when to when."""
    reasons_demanded: bool = False
    """Losing or winning an opportunity has to be explained."""
    rights: Rights = field(default_factory=Rights)
    api_user_id: int = 0
    system_user_id: int = 4
    """The actor of workflow rules."""

    def udf_fields(self, entity: str) -> dict[str, Field]:
        """Return the user-defined fields of an entity by lower-case name."""
        return {udf.name.casefold(): udf.as_field() for udf in self.udfs.get(entity, ())}

    def is_open(self, entity: str) -> bool:
        """Tell whether the entity's module is there and switched on."""
        return entity in SERVED and entity not in self.modules_off

    def offers(self, entity: str, name: str, record: Record) -> bool:
        """Tell whether the record's value is an active choice, under its parent if the picklist has one."""
        parent_field = self.picklist_parents.get((entity, name))
        parent = record.get(parent_field) if parent_field else None
        return any(
            str(choice.value) == str(record[name]) and choice.is_active and choice.parent in (None, parent)
            for choice in self.picklists.get((entity, name), ())
        )

    def actor(self, header: str | None, entity: str, deed: str, rows: Rows) -> Actor:
        """Return in whose name a write with this impersonation header happens. Raises RefusalError.

        Both switches are needed: Add or Edit for the entity in the API user's level, and the person's own level
        (REST help: impersonation). Nobody can speak for an API user or for somebody inactive.
        """
        actor = Actor(resource_id=self.api_user_id)
        if header is not None and header.strip():
            actor = self._impersonated(header.strip(), entity, deed, rows)
        if self.rights.denies(actor, entity, deed):
            raise refusals.no_permission(deed)
        return actor

    def _impersonated(self, header: str, entity: str, deed: str, rows: Rows) -> Actor:
        box = "add" if deed == "create" else "edit"
        person = rows.get("Resources", int(header)) if header.isdecimal() and len(header) < 18 else None
        if box not in self.rights.impersonation.get(entity, ()) or not self._may_be_spoken_for(person):
            raise refusals.no_permission(deed)
        return Actor(resource_id=int(header), impersonator_id=self.api_user_id)

    def _may_be_spoken_for(self, person: dict[str, Any] | None) -> bool:
        return (
            person is not None
            and person["isActive"]
            and person["licenseType"] != API_USER_LICENCE
            and person["id"] not in self.rights.no_impersonation
        )
