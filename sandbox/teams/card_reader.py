"""Reading a card as a client does: finding buttons, gathering inputs, refusing to send what it would not.

Pure: what a press sends is shaped in `activities`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sandbox.teams.wire import Json, inner, text_at

_NOT_LOOKED_INTO = frozenset({"data", "fallback", "refresh", "msteams"})


class CannotPressError(LookupError):
    """The card has no such button, or the client would not send these inputs."""


def find_action(card: Json, wanted: str) -> Json:
    """Return the only button with this title, verb or id.

    Raises CannotPressError when there is none, or when several that differ in what they send.
    """
    actions = [each for each in _objects(card) if text_at(each, "type").startswith("Action.")]
    found = [each for each in actions if wanted in (each.get("title"), each.get("verb"), each.get("id"))]
    if not found:
        raise CannotPressError(f"no button {wanted!r}; there are {_names(actions)}")
    if any(each != found[0] for each in found):
        raise CannotPressError(f"{len(found)} buttons answer to {wanted!r}: {_names(found)}")
    return found[0]


def buttons(card: Json) -> list[str]:
    """Return the titles of all buttons, in reading order."""
    actions = (each for each in _objects(card) if text_at(each, "type").startswith("Action."))
    return [text_at(each, "title") for each in actions]


def texts(card: Json) -> list[str]:
    """Return every text that a reader would see, in reading order."""
    return [
        value
        for each in _objects(card)
        for name in ("title", "text", "value", "label")
        if isinstance(value := each.get(name), str) and value and not _is_input_value(each, name)
    ]


def gather(card: Json, typed: Mapping[str, str], *, checked: bool) -> dict[str, str]:
    """Return all inputs as they would be submitted: what was typed, else what the card proposes.

    With `checked` the client's own validation applies. Raises CannotPressError for an unknown input id,
    a missing required input, a text too long or of the wrong form, or a choice that is not offered.
    """
    fields = {each["id"]: each for each in _objects(card) if _is_input(each)}
    unknown = sorted(set(typed) - set(fields))
    if unknown:
        raise CannotPressError(f"no input {unknown}; there are {sorted(fields)}")
    values = {name: typed.get(name, text_at(each, "value")) for name, each in fields.items()}
    complaints = [f"{name}: {why}" for name in fields if (why := _complaint(fields[name], values[name]))]
    if checked and complaints:
        raise CannotPressError("; ".join(complaints))
    return {name: value for name, value in values.items() if value or name in typed}


def is_checked(action: Json) -> bool:
    """Tell whether the client validates inputs for this button."""
    return action.get("associatedInputs") != "none"


def submitted(action: Json, inputs: Mapping[str, str]) -> Json:
    """Return the button's data with the inputs laid over it, as clients merge them."""
    data = inner(action, "data")
    return {**data, **(inputs if is_checked(action) else {})}


def _complaint(field: Json, value: str) -> str:
    if not value:
        return text_at(field, "errorMessage") or "is required" if field.get("isRequired") else ""
    longest, form = field.get("maxLength"), text_at(field, "regex")
    if isinstance(longest, int) and len(value) > longest:
        return f"is longer than {longest}"
    if form and not re.search(form, value):
        return text_at(field, "errorMessage") or f"does not look like {form}"
    if field["type"] == "Input.ChoiceSet" and "choices.data" not in field:
        return _choice_complaint(field, value)
    return ""


def _choice_complaint(field: Json, value: str) -> str:
    offered = {choice.get("value") for choice in field.get("choices") or ()}
    picked = value.split(",") if field.get("isMultiSelect") else [value]
    return "" if offered.issuperset(picked) else f"{value!r} is not offered: {sorted(map(str, offered))}"


def _is_input(element: Json) -> bool:
    return text_at(element, "type").startswith("Input.") and bool(text_at(element, "id"))


def _is_input_value(element: Json, name: str) -> bool:
    return name == "value" and text_at(element, "type").startswith("Input.")


def _objects(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for name, each in value.items():
            if name not in _NOT_LOOKED_INTO:
                yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _names(actions: list[Json]) -> list[str]:
    return [text_at(each, "title") or text_at(each, "verb") for each in actions]
