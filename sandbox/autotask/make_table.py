"""Make `table.json` from the vendor's OpenAPI file: `python sandbox/autotask/make_table.py OPENAPI.json`.

Run by hand when the vendor publishes a new API; nothing at run time needs the OpenAPI file.
Paths, verbs, fields and their flags belong here; picklist values do not, they are each tenant's own data.
"""

import json
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("table.json")

TYPES = {
    ("integer", "int32"): "integer",
    ("integer", "int64"): "long",
    ("number", "double"): "decimal",
    ("string", "date-time"): "datetime",
    ("string", "byte"): "byte[]",
    ("string", None): "string",
    ("boolean", None): "boolean",
}

FLAGS = {
    "maxLength": "length",
    "x-requiredOnCreate": "required",
    "x-readOnly": "readOnly",
    "x-readOnlyOnUpdate": "readOnlyOnUpdate",
    "x-picklist": "picklist",
    "x-referenceEntityType": "reference",
    "x-notQueryable": "notQueryable",
}

# picklists by the vendor's own pages (REST help: webhook fields) that the OpenAPI file does not mark
UNMARKED = {
    "TicketWebhookFields": "fieldID",
    "TicketNoteWebhookFields": "fieldID",
    "TicketWebhookUdfFields": "udfFieldID",
}

# the one child whose tag differs from the top-level entity that serves the same records
SAME_RECORDS = {"CompanyContacts": "Contacts"}


def field(wire: dict[str, Any]) -> dict[str, Any]:
    """Return one field: its type, and only the flags that are set."""
    flags = {ours: wire[theirs] for theirs, ours in FLAGS.items() if wire.get(theirs)}
    return {"type": TYPES[wire["type"], wire.get("format")], **flags}


def model(definition: dict[str, Any]) -> dict[str, Any]:
    """Return one entity's fields and whether its records carry user-defined fields."""
    properties = definition["properties"]
    return {
        "fields": {name: field(wire) for name, wire in properties.items() if wire.get("type") != "array"},
        "udf": "userDefinedFields" in properties,
    }


def entity_of(operations: dict[str, Any]) -> str:
    """Return the plural entity that a path serves; the vendor tags a child path `<Entity>Child`."""
    tag: str = next(iter(operations.values()))["tags"][0]
    entity = tag.removesuffix("Child")
    return SAME_RECORDS.get(entity, entity)


def model_of(operations: dict[str, Any]) -> str | None:
    """Return the singular name of the record that a path reads, when the vendor gives it a schema."""
    schema = operations.get("get", {}).get("responses", {}).get("200", {}).get("schema", {})
    properties = schema.get("properties", {})
    record = properties.get("item") or properties.get("items", {}).get("items") or {}
    reference: str = record.get("$ref", "")
    return reference.rpartition("/")[2].removesuffix("Model") or None


def table(openapi: dict[str, Any]) -> dict[str, Any]:
    """Return the whole compact table."""
    routes: dict[str, dict[str, Any]] = {}
    entities: dict[str, dict[str, Any]] = {}
    for path, operations in openapi["paths"].items():
        entity, name = entity_of(operations), model_of(operations)
        routes[path] = {"entity": entity, "verbs": sorted(operations)}
        if path.endswith("{id}") and name and entity not in entities:
            entities[entity] = {"name": name, **model(openapi["definitions"][name + "Model"])}
    for entity, unmarked in UNMARKED.items():
        entities[entity]["fields"][unmarked]["picklist"] = True
    return {"routes": routes, "entities": entities}


def compact(made: dict[str, Any]) -> str:
    """Write one route and one field to a line, so that a vendor change is a readable diff."""
    routes = ",\n".join(f"{json.dumps(path)}: {json.dumps(route)}" for path, route in made["routes"].items())
    entities = ",\n".join(f"{json.dumps(name)}: {record(entity)}" for name, entity in made["entities"].items())
    return f'{{"routes": {{\n{routes}\n}},\n"entities": {{\n{entities}\n}}}}\n'


def record(entity: dict[str, Any]) -> str:
    """Write one entity, a field to a line."""
    fields = ",\n ".join(f"{json.dumps(name)}: {json.dumps(flags)}" for name, flags in entity["fields"].items())
    return f'{{"name": "{entity["name"]}", "udf": {json.dumps(entity["udf"])}, "fields": {{\n {fields}}}}}'


def main(openapi: Path) -> None:
    """Write the table beside this script."""
    made = table(json.loads(openapi.read_text(encoding="utf-8")))
    TABLE.write_text(compact(made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
