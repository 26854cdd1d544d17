"""A callout as it travels: its JSON with Autotask's own escaping, its signature, and the words in it.

Which changes are told, to whom and how often is the business of `callouts`.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.autotask.quirks import Quirks
from sandbox.autotask.tenant import Tenant

SIGNATURE = "X-Hook-Signature"
TYPES = {"Tickets": "Ticket", "TicketNotes": "TicketNote"}
"""Plural entity -> the name that payloads use (REST help: webhooks)."""

ESCAPED = frozenset("&<>'\"`+")
SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
ASTRAL = 0xFFFF
PRINTABLE = range(0x20, 0x7F)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What happened to a record, as a webhook is told of it."""

    action: str
    """`Create`, `Update`, `Delete` or `Deactivated`."""
    entity: str = ""
    """Plural; empty for `Deactivated`, which is about the webhook itself."""
    id: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    person: int | None = None


def payload(what: Happening, guid: str, sequence: int, tenant: Tenant, quirks: Quirks) -> bytes:
    """Write the body of a callout."""
    said: dict[str, Any] = {"Action": what.action, "Guid": guid}
    if what.entity:
        said |= {"EntityType": TYPES[what.entity], "Id": _id(what.id, quirks)}
    if what.action != "Delete" and what.entity:
        said["Fields"] = {
            _pascal(name): _value(what.entity, name, v, tenant, quirks) for name, v in what.fields.items()
        }
    elif what.entity and quirks.callout_delete_fields:
        said["Fields"] = {}
    said |= {"EventTime": what.at, "SequenceNumber": _id(sequence, quirks)}
    if what.person is not None:
        said[quirks.callout_person_key] = _id(what.person, quirks)
    return written(said).encode("ascii")


def signature(secret: str, body: bytes) -> str:
    """Return the header's value: HMAC-SHA1 over the bytes as they are sent, in base64."""
    digest = hmac.new(secret.encode(), body, hashlib.sha1).digest()
    return f"sha1={base64.b64encode(digest).decode()}"


def written(value: Any) -> str:
    """Write JSON as Autotask's serialiser does: pure ASCII, and some of that escaped too."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_text(str(key))}:{written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(written, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int | float) else _text(str(value))


def _text(text: str) -> str:
    return '"' + "".join(map(_sign, text)) + '"'


def _sign(sign: str) -> str:
    if sign in SHORT:
        return SHORT[sign]
    if sign not in ESCAPED and ord(sign) in PRINTABLE:
        return sign
    point = ord(sign)
    if point <= ASTRAL:
        return f"\\u{point:04X}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04X}\\u{0xDC00 + (point & 0x3FF):04X}"


def _id(number: int, quirks: Quirks) -> int | str:
    return str(number) if quirks.callout_ids_as_text else number


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def _value(entity: str, name: str, value: Any, tenant: Tenant, quirks: Quirks) -> Any:
    if quirks.callout_fields == "texts":
        return None if value is None else str(value)
    if quirks.callout_fields == "labels":
        choices = tenant.picklists.get((entity, name), ())
        return next((choice.label for choice in choices if choice.value == value), value)
    return value
