"""AutoTask's answers about its own fields, as our ``Field`` values. Pure."""

from collections.abc import Mapping
from typing import Any

from attms_core.autotask import wire
from attms_core.model import Choice, Field


def fields(answer: Mapping[str, Any], *, are_user_defined: bool) -> tuple[Field, ...] | None:
    """Read ``entityInformation/fields`` or ``.../userDefinedFields``; none when the answer is neither."""
    found = answer.get("fields")
    if not isinstance(found, list):
        return None
    named = [each for each in found if isinstance(each, Mapping) and isinstance(each.get("name"), str)]
    return tuple(_field(each, is_user_defined=are_user_defined) for each in named)


def _field(raw: Mapping[str, Any], *, is_user_defined: bool) -> Field:
    return Field(
        name=wire.text(raw["name"]),
        data_type=wire.text(raw.get("dataType", raw.get("type"))).lower(),
        length=wire.number(raw.get("length")) or 0,
        label=wire.text(raw.get("label")),
        is_required=raw.get("isRequired") is True,
        is_read_only=raw.get("isReadOnly") is True,
        is_queryable=raw.get("isQueryable") is not False,
        is_user_defined=is_user_defined,
        reference=wire.text(raw.get("referenceEntityType")),
        is_picklist=raw.get("isPickList") is True,
        choices=_choices(raw.get("picklistValues")),
    )


def _choices(raw: object) -> tuple[Choice, ...]:
    entries = raw if isinstance(raw, list) else []
    return tuple(choice for each in entries if isinstance(each, Mapping) and (choice := _choice(each)))


def _choice(raw: Mapping[str, Any]) -> Choice | None:
    """Values are text where records hold numbers (REST help: field information); words are left out."""
    value = wire.number(raw.get("value"))
    if value is None:
        return None
    return Choice(
        value=value,
        label=wire.text(raw.get("label")) or str(value),
        is_active=raw.get("isActive") is not False,
        sort_order=wire.number(raw.get("sortOrder")) or 0,
        parent=wire.number(raw.get("parentValue")),
        is_default=raw.get("isDefaultValue") is True,
    )
