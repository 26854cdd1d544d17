"""AutoTask's webhooks through the client: make, look, mend, take away; and the log of callouts that nobody took.

The only place with wire names of webhooks. What our webhooks should be like is decided in ``attms_core.callouts``.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from attms_core.autotask import protocol, wire
from attms_core.autotask.caller import Caller
from attms_core.autotask.protocol import Call, Deed, Kind, Priority
from attms_core.autotask.query import Query, where
from attms_core.autotask.reads import IDS_A_CALL, LARGEST_ID, Reads, record_id
from attms_core.errors import NotFound, OutcomeUnknown, WebhooksRefused
from attms_core.model import NoteId, ResourceId, TicketId
from attms_core.model.webhook import MissedCallout, Webhook, WebhookKind, WebhookPlan

WATCHED = {
    WebhookKind.TICKETS: (
        *("companyID", "title", "contactID", "status", "priority", "assignedResourceID", "dueDateTime", "queueID"),
        *("issueType", "subIssueType", "ticketCategory", "ticketType", "lastActivityDate"),
    ),
    WebhookKind.NOTES: ("title", "noteType", "publish"),
}
"""The fields whose move is told. Not the long texts: the last activity moves with them, and callouts stay small."""

EVENTS = ("isSubscribedToCreateEvents", "isSubscribedToUpdateEvents", "isSubscribedToDeleteEvents")
LOG = "WebhookEventErrorLogs"
GONE = "no matching records found"
HINT = (
    "In AutoTask, Admin > Resources/Users > Security Levels, open the level of ATTMS's API user: under API it must be "
    "allowed to create webhooks, with a maximum above 0 for Tickets and Ticket Notes, and may view both."
)


class _Entities(Struct, frozen=True):
    """The names of one kind of webhook and of what hangs on it (REST help: webhooks)."""

    webhooks: str
    fields: str
    excluded: str


_NAMES = {
    WebhookKind.TICKETS: _Entities("TicketWebhooks", "TicketWebhookFields", "TicketWebhookExcludedResources"),
    WebhookKind.NOTES: _Entities("TicketNoteWebhooks", "TicketNoteWebhookFields", "TicketNoteWebhookExcludedResources"),
}


class Webhooks:
    """Webhooks of tickets and of notes.

    Raises ``WebhooksRefused`` with AutoTask's words, and as every call ``Busy``, ``Unreachable``,
    ``CredentialsRefused``, and ``OutcomeUnknown`` of a write.
    """

    def __init__(self, caller: Caller, reads: Reads) -> None:
        self._caller = caller
        self._reads = reads

    async def all(self, kind: WebhookKind) -> list[Webhook]:
        """List the webhooks of a kind, other integrations' too."""
        asked = Query(_NAMES[kind].webhooks)
        pages = self._reads.raw_pages(asked, Priority.MIRROR)
        return [read for page in [p async for p in pages] for item in page if (read := _webhook(kind, item))]

    async def create(self, kind: WebhookKind, plan: WebhookPlan) -> int:
        """Make a webhook, which calls nobody before a field is subscribed; gives its id."""
        names = _NAMES[kind]
        return await self._write(names.webhooks, "POST", names.webhooks, _record(plan), Deed.CREATE)

    async def change(self, kind: WebhookKind, webhook: int, plan: WebhookPlan) -> None:
        """Set everything of a webhook as it is planned, and switch it on. Raises ``NotFound``."""
        names = _NAMES[kind]
        await self._write(names.webhooks, "PATCH", names.webhooks, {"id": webhook, **_record(plan)}, Deed.UPDATE)

    async def delete(self, kind: WebhookKind, webhook: int) -> None:
        """Take a webhook away; one that is gone already is fine."""
        entity = _NAMES[kind].webhooks
        try:
            await self._write(entity, "DELETE", f"{entity}/{int(webhook)}", None, Deed.UPDATE)
        except NotFound:
            return

    async def missing(self, kind: WebhookKind, webhook: int) -> frozenset[str]:
        """Name the fields that a webhook should tell of and does not; those that the tenant lacks do not count."""
        numbers = await self._numbers(kind)
        rows = await self._children(kind, webhook, _NAMES[kind].fields, "Fields")
        told = {wire.number(row.get("fieldID")) for row in rows if wire.flag(row.get("isSubscribedField"))}
        return frozenset(name for name in WATCHED[kind] if numbers.get(name.lower()) not in {None, *told})

    async def subscribe(self, kind: WebhookKind, webhook: int, wanted: Collection[str]) -> None:
        """Subscribe to fields that are ``missing``, one after another: AutoTask takes no three at once."""
        numbers, names = await self._numbers(kind), _NAMES[kind]
        for name in sorted(wanted):
            body = {"webhookID": webhook, "fieldID": numbers[name.lower()]}
            body |= {"isSubscribedField": True, "isDisplayAlwaysField": False}
            await self._write(names.fields, "POST", f"{names.webhooks}/{int(webhook)}/Fields", body, Deed.CREATE)

    async def excluded(self, kind: WebhookKind, webhook: int) -> frozenset[ResourceId]:
        """Name the resources whose deeds a webhook does not tell."""
        rows = await self._children(kind, webhook, _NAMES[kind].excluded, "ExcludedResources")
        found = (wire.number(row.get("resourceID")) for row in rows)
        return frozenset(ResourceId(number) for number in found if number is not None)

    async def exclude(self, kind: WebhookKind, webhook: int, resource: ResourceId) -> None:
        """Let a webhook not tell what a resource does: for our own API user, whose id is its owner's."""
        names = _NAMES[kind]
        body = {"webhookID": webhook, "resourceID": int(resource)}
        path = f"{names.webhooks}/{int(webhook)}/ExcludedResources"
        await self._write(names.excluded, "POST", path, body, Deed.CREATE)

    async def missed(self, after: int) -> list[MissedCallout]:
        """Read the log of callouts that were given up, from the row after this id on; AutoTask keeps it for 30 days."""
        asked = Query(LOG, (where("id").gt(after),))
        pages = [page async for page in self._reads.raw_pages(asked, Priority.MIRROR)]
        return [read for page in pages for item in page if (read := _missed(item))]

    async def tickets_of(self, notes: Sequence[NoteId]) -> list[TicketId]:
        """Name the tickets of notes; a note that is gone names none. One call for 200."""
        found: set[TicketId] = set()
        wanted = sorted({int(note) for note in notes if 0 < note <= LARGEST_ID})
        for start in range(0, len(wanted), IDS_A_CALL):
            some = where("id").is_in(wanted[start : start + IDS_A_CALL])
            asked = Query("TicketNotes", (some,), include=("ticket",))
            async for page in self._reads.raw_pages(asked, Priority.MIRROR):
                found |= {TicketId(t) for item in page if (t := wire.number(_get(item, "ticketID"))) is not None}
        return sorted(found)

    async def _numbers(self, kind: WebhookKind) -> dict[str, int]:
        """Read the numbers by which fields are subscribed; they stand in a picklist of their own."""
        fields = await self._reads.fields(_NAMES[kind].fields, Priority.PERSON)
        choices = next((field.choices for field in fields if field.name.lower() == "fieldid"), ())
        return {_squeezed(choice.label): choice.value for choice in choices}

    async def _children(self, kind: WebhookKind, webhook: int, entity: str, tail: str) -> list[Mapping[str, Any]]:
        path = f"{_NAMES[kind].webhooks}/{int(webhook)}/{tail}"
        found = await self._reads.read(Call(entity=entity, method="GET", path=path, priority=Priority.MIRROR))
        return [item for item in protocol.records(found.answer) or () if isinstance(item, Mapping)]

    async def _write(self, entity: str, method: str, path: str, body: Mapping[str, object] | None, deed: Deed) -> int:
        encoded = None if body is None else protocol.encoded(body)
        call = Call(entity=entity, method=method, path=path, body=encoded, deed=deed, priority=Priority.WRITE)
        found = await self._caller.run(call)
        if found.kind is Kind.DONE:
            made = wire.item_id(found.answer)
            if made is None:
                raise OutcomeUnknown("AutoTask's answer to the change of a webhook makes no sense.")
            return made
        said = " ".join(found.texts)
        if found.kind is Kind.MISSING or GONE in said.lower():
            raise NotFound("AutoTask has no such webhook.")
        raise WebhooksRefused(f"AutoTask refuses the webhook: {said or 'without a word.'}", hint=HINT)


def _record(plan: WebhookPlan) -> dict[str, object]:
    return {
        "name": plan.name,
        "webhookUrl": plan.url,
        "deactivationUrl": plan.off_url,
        "secretKey": plan.secret.get_secret_value(),
        "isActive": True,
        "sendThresholdExceededNotification": bool(plan.email),
        "notificationEmailAddress": plan.email or None,
        **dict.fromkeys(EVENTS, True),
    }


def _webhook(kind: WebhookKind, item: object) -> Webhook | None:
    found = record_id(item)
    if found is None:
        return None
    owner = wire.number(_get(item, "ownerResourceID"))
    return Webhook(
        kind=kind,
        id=found,
        guid=wire.text(_get(item, "webhookGUID")),
        name=wire.text(_get(item, "name")),
        url=wire.text(_get(item, "webhookUrl")),
        off_url=wire.text(_get(item, "deactivationUrl")),
        is_active=wire.flag(_get(item, "isActive")) is True,
        is_ready=wire.flag(_get(item, "isReady")) is True,
        tells_all=all(wire.flag(_get(item, event)) for event in EVENTS),
        owner=None if owner is None else ResourceId(owner),
    )


def _missed(item: object) -> MissedCallout | None:
    found = record_id(item)
    if found is None:
        return None
    return MissedCallout(
        id=found,
        payload=wire.text(_get(item, "payload")),
        at=wire.time(_get(item, "createDateTime")),
        said=protocol.cleaned(wire.text(_get(item, "errorMessage"))),
    )


def _get(item: object, name: str) -> object:
    return item.get(name) if isinstance(item, Mapping) else None


def _squeezed(label: str) -> str:
    """Take a picklist's label for a field's name: whether it is written with spaces is not documented."""
    return "".join(sign for sign in label.lower() if sign.isalnum())
