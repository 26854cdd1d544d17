"""The service desk itself: records that change, with all the stamps Autotask puts on them.

Both doors end here: the API's writes, after they have been checked, and the hands of people in Autotask's own
pages (tests and the life simulator). Nothing here refuses anything; that is for `checks` and `writes`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.autotask import derived, history, sla, table
from sandbox.autotask.clock import Clock
from sandbox.autotask.limits import Uploads
from sandbox.autotask.quirks import Quirks
from sandbox.autotask.rows import Record, Rows
from sandbox.autotask.tenant import COMPLETE, STANDARD, Actor, Tenant
from sandbox.autotask.values import wire_time

UNTRACKED = frozenset({"lastActivityDate", "lastActivityResourceID", "lastActivityPersonType"})
BY_RESOURCE, BY_CONTACT = 1, 2
CUSTOMER_VISIBLE = 1

EMPTY_TEXT = {"Tickets": ("externalID", "purchaseOrderNumber", "resolution"), "Companies": ("companyNumber",)}
"""Texts that are never null (seen on live tenants)."""

NEVER_NULL = {"Tickets": ("isAssignedToComanaged", "isVisibleToComanaged")}

CREATED = {"Companies": ("createDate",), "Contacts": ("createDate",)}
MODIFIED = {
    "Companies": ("lastActivityDate", "lastTrackedModifiedDateTime"),
    "Contacts": ("lastActivityDate", "lastModifiedDate"),
    "TicketNotes": ("lastActivityDate",),
}


OF_TICKET = (
    "TicketNotes",
    "TicketHistory",
    "TimeEntries",
    "TicketChecklistItems",
    "TicketSecondaryResources",
    "TicketAdditionalContacts",
    "TicketAttachments",
    "AttachmentInfo",
)
"""What goes when its ticket is deleted."""


Listener = Callable[[str, Record, Record, Actor], None]
"""Hears of an entity's record as it was (empty: it is new), as it is (empty: it is gone), and whose deed that was."""


class World:
    """One Autotask database."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None, *, database: str = ":memory:") -> None:
        self.table = table.load()
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.tenant = Tenant()
        self.rows = Rows(self.table, clock, database)
        self.uploads = Uploads(clock)
        self._numbers: dict[str, int] = {}
        self.listeners: list[Listener] = []

    def blank(self, entity: str) -> Record:
        """Return a record with every field of its entity, all empty."""
        shape = self.table.entities[entity]
        record: Record = dict.fromkeys(shape.fields)
        record.update(dict.fromkeys(EMPTY_TEXT.get(entity, ()), ""))
        record.update(dict.fromkeys(NEVER_NULL.get(entity, ()), False))
        if shape.has_udf:
            record["userDefinedFields"] = [
                {"name": udf.name, "value": None} for udf in self.tenant.udfs.get(entity, ())
            ]
        return record

    def record(self, entity: str, id_: int) -> Record:
        """Return a record. Raises KeyError."""
        record = self.rows.get(entity, id_)
        if record is None:
            raise KeyError(f"no {entity} with id {id_}")
        return record

    def ticket(self, id_: int) -> Record:
        """Return a ticket. Raises KeyError."""
        return self.record("Tickets", id_)

    def notes(self, ticket_id: int) -> list[Record]:
        """Return a ticket's notes, oldest id first."""
        return self.rows.find("TicketNotes", ticketID=ticket_id)

    def ticket_number(self, day: datetime) -> str:
        """Return the next `T<yyyymmdd>.<nnnn>` of a day."""
        key = day.strftime("%Y%m%d")
        if key not in self._numbers:
            last = self.rows.highest("Tickets", "ticketNumber", f"T{key}.")
            self._numbers[key] = int(last.rpartition(".")[2]) if last else 0
        self._numbers[key] += 1
        return f"T{key}.{self._numbers[key]:04d}"

    def create_ticket(self, values: Record, actor: Actor) -> int:
        """Write a new ticket with its number, stamps and clocks; return its id."""
        now = self.clock()
        record = {**self.blank("Tickets"), "ticketCategory": STANDARD, **values}
        record |= {
            "id": self.rows.new_id("Tickets"),
            "ticketNumber": self.ticket_number(now),
            "createDate": wire_time(now),
            "creatorResourceID": actor.resource_id,
            "impersonatorCreatorResourceID": actor.impersonator_id,
            "creatorType": BY_RESOURCE,
        }
        sla.start(record, now)
        if record["status"] == COMPLETE:
            sla.move(record, before=COMPLETE, by=actor.resource_id, now=now)
        self._touch(record, actor.resource_id, now)
        self.rows.put("Tickets", record)
        self._tell(history.created(record))
        self.tell("Tickets", {}, record, actor)
        return int(record["id"])

    def change_ticket(self, id_: int, *, by: int, **fields: Any) -> None:
        """Edit a ticket as somebody does in Autotask's own pages. Raises KeyError.

        A test's shortcut: fields are taken as they are, read-only ones too.
        """
        self.apply("Tickets", self.ticket(id_), fields, Actor(resource_id=by))

    def apply(self, entity: str, before: Record, fields: Record, actor: Actor) -> None:
        """Write what differs, with the stamps of a change; write nothing when nothing does."""
        changes = {name: value for name, value in fields.items() if before.get(name) != value}
        if not changes:
            return
        after = {**before, **changes}
        now = self.clock()
        if entity == "Tickets":
            self._follow(before, after, changes, actor, now)
        after.update(dict.fromkeys(MODIFIED.get(entity, ()), wire_time(now)))
        if "impersonatorUpdaterResourceID" in after:
            after["impersonatorUpdaterResourceID"] = actor.impersonator_id
        self._settle(entity, before, after, actor, now)
        self.rows.put(entity, after)
        if entity == "Tickets":
            self._tell(*history.changed(self.tenant, before, after, actor.resource_id, wire_time(now)))
        self.tell(entity, before, after, actor)

    def create(self, entity: str, values: Record, actor: Actor) -> int:
        """Write a new record of any entity but tickets and their notes; return its id."""
        now = self.clock()
        stamps = dict.fromkeys((*CREATED.get(entity, ()), *MODIFIED.get(entity, ())), wire_time(now))
        record = {**self.blank(entity), **values, **stamps, "id": self.rows.new_id(entity)}
        for name in ("createdByResourceID", "creatorResourceID"):
            if name in record:
                record[name] = actor.resource_id
        if "impersonatorCreatorResourceID" in record:
            record["impersonatorCreatorResourceID"] = actor.impersonator_id
        self._settle(entity, {}, record, actor, now)
        self.rows.put(entity, record)
        if entity == "TicketAttachments":
            self.rows.put("AttachmentInfo", self._attachment_info(record))
        self.tell(entity, {}, record, actor)
        return int(record["id"])

    def add_note(
        self,
        ticket_id: int,
        text: str,
        *,
        by: int | None = None,
        contact: int | None = None,
        title: str = "Note",
        publish: int = CUSTOMER_VISIBLE,
        note_type: int = 1,
    ) -> int:
        """Add a note as a technician (`by`) or as a customer (`contact`); return its id. Raises KeyError."""
        values = {"title": title, "description": text, "publish": publish, "noteType": note_type}
        if contact is not None:
            values["createdByContactID"] = contact
        return self.write_note(ticket_id, values, Actor(resource_id=by or self.tenant.system_user_id))

    def write_note(self, ticket_id: int, values: Record, actor: Actor) -> int:
        """Write a note and move its ticket's activity; return the note's id. Raises KeyError."""
        ticket, now = self.ticket(ticket_id), self.clock()
        contact = values.get("createdByContactID")
        note = {**self.blank("TicketNotes"), **values, "ticketID": ticket_id}
        note |= {
            "id": self.rows.new_id("TicketNotes"),
            "createDateTime": wire_time(now),
            "lastActivityDate": wire_time(now),
            "creatorResourceID": None if contact else actor.resource_id,
            "impersonatorCreatorResourceID": actor.impersonator_id,
        }
        before = dict(ticket)
        self._absorb_note(ticket, note, actor, now)
        self.rows.put("TicketNotes", note)
        self.rows.put("Tickets", ticket)
        self.tell("TicketNotes", {}, note, actor)
        self.tell("Tickets", before, ticket, actor)
        return int(note["id"])

    def delete_ticket(self, id_: int, *, by: int) -> None:
        """Delete a ticket in Autotask's own pages, which leaves a log row. Raises KeyError."""
        ticket = self.ticket(id_)
        log = {
            "deletedByResourceID": by,
            "deletedDateTime": wire_time(self.clock()),
            "ticketID": id_,
            "ticketNumber": ticket["ticketNumber"],
            "ticketTitle": ticket["title"],
        }
        actor = Actor(resource_id=by)
        self.create("DeletedTicketLogs", log, actor)
        for child in OF_TICKET:
            for record in self.rows.find(child, ticketID=id_):
                self.rows.remove(child, record["id"])
        self.rows.remove("Tickets", id_)
        self.tell("Tickets", ticket, {}, actor)

    def touch_activity(self, ticket_id: int, actor: Actor, now: datetime) -> None:
        """Move a ticket's last activity without tracking a change. Raises KeyError."""
        activity = {
            "lastActivityDate": wire_time(now),
            "lastActivityPersonType": BY_RESOURCE,
            "lastActivityResourceID": actor.resource_id,
        }
        before = self.ticket(ticket_id)
        self.rows.put("Tickets", {**before, **activity})
        self.tell("Tickets", before, {**before, **activity}, actor)

    def tell(self, entity: str, before: Record, after: Record, actor: Actor) -> None:
        """Let everybody hear who listens to changes."""
        for listener in self.listeners:
            listener(entity, before, after, actor)

    def _settle(self, entity: str, before: Record, after: Record, actor: Actor, now: datetime) -> None:
        settle = derived.SETTLE.get(entity)
        if settle:
            settle(self, before, after, actor, now)

    def _tell(self, *rows: Record) -> None:
        """Write history, which is no change that a stale replica could be behind."""
        records = [{**self.blank("TicketHistory"), **row, "id": self.rows.new_id("TicketHistory")} for row in rows]
        if records:
            self.rows.fill("TicketHistory", records)

    def _attachment_info(self, attachment: Record) -> Record:
        blank = self.blank("AttachmentInfo")
        return {**blank, **{name: attachment[name] for name in blank.keys() & attachment.keys()}}

    def _follow(self, before: Record, after: Record, changes: Record, actor: Actor, now: datetime) -> None:
        if before["status"] != after["status"]:
            sla.move(after, before["status"], actor.resource_id, now)
        if not changes.keys() <= UNTRACKED:
            self._touch(after, actor.resource_id, now)

    def _absorb_note(self, ticket: Record, note: Record, actor: Actor, now: datetime) -> None:
        ticket["lastActivityDate"] = wire_time(now)
        if note["createdByContactID"]:
            ticket["lastActivityPersonType"] = BY_CONTACT
            ticket["lastActivityResourceID"] = None
            return
        ticket["lastActivityPersonType"] = BY_RESOURCE
        ticket["lastActivityResourceID"] = actor.resource_id
        if note["publish"] == CUSTOMER_VISIBLE:
            ticket["lastCustomerVisibleActivityDateTime"] = wire_time(now)
            sla.respond(ticket, actor.resource_id, now)

    def _touch(self, ticket: Record, by: int, now: datetime) -> None:
        ticket["lastActivityDate"] = ticket["lastTrackedModificationDateTime"] = wire_time(now)
        ticket["lastActivityResourceID"] = by
        ticket["lastActivityPersonType"] = BY_RESOURCE
