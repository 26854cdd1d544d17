"""What the vendor's API offers: its paths and verbs, its entities and their fields.

Read from `table.json`. What one tenant adds to it (picklist values, user-defined fields, rights) is in `tenant`.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

NUMERIC = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an entity, as the vendor describes it."""

    name: str
    type: str
    """`string`, `integer`, `long`, `decimal`, `datetime`, `boolean` or `byte[]`."""
    length: int = 0
    """Longest text in characters; 0 when the vendor names no limit."""
    required: bool = False
    read_only: bool = False
    fixed: bool = False
    """May be written on create and never after."""
    picklist: bool = False
    reference: str = ""
    """Singular name of the entity it refers to, else empty."""
    queryable: bool = True


@dataclass(frozen=True)
class Entity:
    """One kind of record."""

    plural: str
    """As in paths: `Companies`."""
    name: str
    """As in texts and references: `Company`."""
    has_udf: bool
    fields: dict[str, Field]

    @cached_property
    def by_folded_name(self) -> dict[str, Field]:
        """Fields by lower-case name; the vendor compares names without case (REST help: basic query calls)."""
        return {name.casefold(): field for name, field in self.fields.items()}

    @cached_property
    def decimals(self) -> tuple[str, ...]:
        """Fields answered with four decimal places."""
        return tuple(name for name, field in self.fields.items() if field.type == "decimal")

    def field(self, name: str) -> Field | None:
        """Find a field whatever its case."""
        return self.by_folded_name.get(name.casefold())

    def parent_field(self, parent: str) -> str | None:
        """Return the field that holds the id of a parent such as `Ticket`."""
        # children of every kind of webhook call their parent the same (REST help: webhooks)
        found = self.field(parent + "ID") or (self.field("webhookID") if parent.endswith("Webhook") else None)
        return found.name if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path of the API, matched."""

    template: str
    entity: str
    verbs: frozenset[str]
    parent: str = ""
    """Plural name of the parent entity of a child path."""
    parent_id: int | None = None
    id: int | None = None

    @property
    def tail(self) -> str:
        """The last fixed words: `query`, `query/next`, `entityInformation/fields`, `{id}`, or empty."""
        words = self.template.split("/")[4 if self.parent else 2 :]
        return "/".join(words)


class Table:
    """All paths and entities."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.entities = {plural: _entity(plural, wire) for plural, wire in data["entities"].items()}
        self._plural = {entity.name: plural for plural, entity in self.entities.items()}
        self._routes: dict[tuple[str, ...], Route] = {}
        for path, wire in data["routes"].items():
            self._add(path, wire["entity"], frozenset(verb.upper() for verb in wire["verbs"]))

    def plural_of(self, name: str) -> str | None:
        """Return `Companies` for `Company`, or None for an entity that is not in the table."""
        return self._plural.get(name)

    def match(self, path: str) -> Route | None:
        """Find the route of a path below `/ATServicesRest`, in any casing, with doubled or trailing slashes."""
        words = [word for word in path.split("/") if word]
        numbers = [int(word) for word in words if NUMERIC.fullmatch(word)]
        key = tuple("#" if NUMERIC.fullmatch(word) else word.casefold() for word in words)
        found = self._routes.get(key)
        return found and _filled(found, numbers)

    def routes_of(self, entity: str) -> list[Route]:
        """Return every route that serves an entity."""
        return [route for route in self._routes.values() if route.entity == entity]

    def _add(self, path: str, entity: str, verbs: frozenset[str]) -> None:
        words = path.strip("/").split("/")
        parent = words[1] if "{parentId}" in words else ""
        template = "/".join(words)
        route = Route(template=template, entity=entity, verbs=verbs, parent=parent)
        self._routes[_key(words)] = route
        # pages are links handed out in answers, so the vendor's OpenAPI lists no path for them
        if words[-1] == "query" or (parent and len(words) == 4 and "GET" in verbs):
            paged = [*words, "next"]
            page = Route(template="/".join(paged), entity=entity, verbs=verbs & {"GET", "POST"}, parent=parent)
            self._routes[_key(paged)] = page


def _key(words: list[str]) -> tuple[str, ...]:
    return tuple("#" if word.startswith("{") else word.casefold() for word in words)


def _filled(route: Route, numbers: list[int]) -> Route:
    parent_id = numbers.pop(0) if route.parent else None
    return Route(
        template=route.template,
        entity=route.entity,
        verbs=route.verbs,
        parent=route.parent,
        parent_id=parent_id,
        id=numbers.pop(0) if numbers else None,
    )


def _entity(plural: str, wire: dict[str, Any]) -> Entity:
    fields = {name: _field(name, flags) for name, flags in wire["fields"].items()}
    return Entity(plural=plural, name=wire["name"], has_udf=wire["udf"], fields=fields)


def _field(name: str, flags: dict[str, Any]) -> Field:
    return Field(
        name=name,
        type=flags["type"],
        length=flags.get("length", 0),
        required=flags.get("required", False),
        read_only=flags.get("readOnly", False),
        fixed=flags.get("readOnlyOnUpdate", False),
        picklist=flags.get("picklist", False),
        reference=flags.get("reference", ""),
        queryable=not flags.get("notQueryable", False),
    )


@lru_cache(maxsize=1)
def load() -> Table:
    """Read the table once; it never changes while the sandbox runs."""
    return Table(json.loads(Path(__file__).with_name("table.json").read_text(encoding="utf-8")))
