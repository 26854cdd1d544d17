"""The API's writes: check, then do. Answers of the server are made elsewhere.

Who writes has been settled before (`tenant.actor`); the texts of every refusal are in `refusals`.
"""

from typing import Any

from sandbox.autotask import checks, refusals, rules
from sandbox.autotask.rows import Record
from sandbox.autotask.table import NUMERIC, Entity, Route
from sandbox.autotask.tenant import Actor
from sandbox.autotask.world import World


class Writes:
    """POST, PATCH, PUT and DELETE on one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, route: Route, body: Any, actor: Actor) -> int:
        """Create a record and return its id. Raises RefusalError."""
        entity = self._world.table.entities[route.entity]
        values = checks.given(self._world, entity, body, creating=True)
        values |= self._parent(route, entity)
        blank = self._world.blank(entity.plural)
        _refuse(checks.required(entity, values))
        values |= checks.udfs(self._world, entity, body, blank)
        self._check(entity, blank, values, actor, creating=True)
        return self._born(entity.plural, values, actor)

    def update(self, route: Route, body: Any, actor: Actor, *, whole: bool) -> int:
        """Change a record: what the body names, or with `whole` everything. Raises RefusalError."""
        entity = self._world.table.entities[route.entity]
        changes = checks.given(self._world, entity, body, creating=False)
        before = self._existing(route, entity, body)
        routed = self._routed(route, entity)
        changes |= {name: before[name] for name in routed if name in changes}
        if whole:
            changes = self._replaced(entity, before, changes, routed)
        if entity.plural == "TicketNotes":
            # notes want these two again in every change (seen on live tenants)
            _refuse([refusals.missing_field(name) for name in ("noteType", "publish") if name not in changes])
        _refuse(checks.required(entity, {**before, **changes}))
        changes |= checks.udfs(self._world, entity, body, before)
        changes = self._without_dependants(entity, before, changes)
        self._check(entity, before, changes, actor, creating=False)
        self._world.apply(entity.plural, before, changes, actor)
        return int(before["id"])

    def delete(self, route: Route, actor: Actor) -> int:
        """Delete a record. Raises RefusalError."""
        entity = self._world.table.entities[route.entity]
        record = None if route.id is None else self._world.rows.get(entity.plural, route.id)
        if record is None or not self._in_place(route, entity, record):
            raise refusals.error(refusals.NOTHING_TO_DELETE)
        _refuse(rules.deletion(entity.plural, record, actor))
        self._world.rows.remove(entity.plural, record["id"])
        if entity.plural == "TicketAttachments":
            self._world.rows.remove("AttachmentInfo", record["id"])
        self._world.tell(entity.plural, record, {}, actor)
        return int(record["id"])

    def rule(self, ticket_id: int, before: Record, values: Record) -> None:
        """Let a workflow rule run: set its values, or put status and queue back where they were."""
        ticket = self._world.ticket(ticket_id)
        wanted = values or {name: before[name] for name in ("status", "queueID") if before.get(name)}
        self._world.apply("Tickets", ticket, wanted, Actor(resource_id=self._world.tenant.system_user_id))

    def _check(self, entity: Entity, before: Record, changes: Record, actor: Actor, *, creating: bool) -> None:
        after = {**before, **changes}
        if entity.plural == "Tickets":
            every = set(entity.fields)
            # a new category brings its own demands, also for fields that nobody touched
            concerned = every if creating or "ticketCategory" in changes else set(changes)
            _refuse(checks.demanded(self._world, after, concerned))
        own = {name: value for name, value in changes.items() if name in entity.fields}
        _refuse(checks.every_entity(self._world, entity, before, own))
        if entity.plural == "Tickets":
            _refuse(checks.ticket(self._world, before, own))
        elif entity.plural == "TicketNotes":
            _refuse(checks.note(self._world, after))
        elif entity.plural in rules.CHECKS:
            _refuse(rules.CHECKS[entity.plural](self._world, before, own, actor))

    def _born(self, plural: str, values: Record, actor: Actor) -> int:
        if plural == "Tickets":
            return self._world.create_ticket(values, actor)
        if plural == "TicketNotes":
            return self._world.write_note(values["ticketID"], values, actor)
        return self._world.create(plural, values, actor)

    def _parent(self, route: Route, entity: Entity) -> Record:
        if not route.parent:
            return {}
        name = self._parent_name(route)
        field = entity.parent_field(name)
        if field is None or self._world.rows.get(route.parent, route.parent_id or 0) is None:
            raise refusals.error(refusals.bad_reference(field or f"{name}ID", name))
        return {field: route.parent_id}

    def _existing(self, route: Route, entity: Entity, body: Record) -> Record:
        id_ = next((value for key, value in body.items() if key.casefold() == "id"), None)
        if id_ is None:
            raise refusals.error(refusals.missing_field("id"))
        is_number = NUMERIC.fullmatch(str(id_)) is not None
        record = self._world.rows.get(entity.plural, int(str(id_))) if is_number else None
        if record is None or not self._in_place(route, entity, record):
            raise refusals.error("No matching records found.")
        return record

    def _in_place(self, route: Route, entity: Entity, record: Record) -> bool:
        field = entity.parent_field(self._parent_name(route)) if route.parent else None
        return field is None or record[field] == route.parent_id

    def _routed(self, route: Route, entity: Entity) -> set[str]:
        """Return what the path says: no body moves a note to another ticket, and no PUT forgets its ticket."""
        field = entity.parent_field(self._parent_name(route)) if route.parent else None
        return {field} if field else set()

    def _parent_name(self, route: Route) -> str:
        return self._world.table.entities[route.parent].name

    def _replaced(self, entity: Entity, before: Record, changes: Record, routed: set[str]) -> Record:
        """Return all that a PUT changes: what it leaves out becomes empty (REST help: PUT)."""
        blank = self._world.blank(entity.plural)
        writable = {
            name: blank[name]
            for name, field in entity.fields.items()
            if not (field.read_only or field.fixed) and name not in routed
        }
        kept = {name: before[name] for name in checks.NUMBERED if name in writable}
        return {**writable, **kept, **changes}

    def _without_dependants(self, entity: Entity, before: Record, changes: Record) -> Record:
        moved = entity.plural == "Tickets" and changes.get("companyID", before["companyID"]) != before.get("companyID")
        if not (moved and self._world.quirks.company_change_clears):
            return changes
        return {**dict.fromkeys(checks.OF_COMPANY), **changes}


def _refuse(texts: list[str]) -> None:
    if texts:
        raise refusals.errors(texts)
