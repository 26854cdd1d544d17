"""What a wish has done, in words: the first that is said of a deed, before AutoTask tells of the change."""

from attms_core.model import ResourceId, Wish, WishKind
from attms_core.model.ticket import CUSTOMER_VISIBLE
from bot.notices.telling.values import Names


def happened(names: Names, wish: Wish) -> str:
    """Say in words what a wish has done."""
    if wish.outcome.reverted:
        fields = ", ".join(name.replace("_", " ") for name in wish.outcome.reverted)
        return f"Saved, but a rule in AutoTask changed it at once: {fields}"
    if wish.kind is WishKind.CREATE_TICKET:
        return "Ticket created"
    if wish.kind is WishKind.ADD_NOTE:
        reads = "the customer can read it" if wish.asked.get("publish") == CUSTOMER_VISIBLE else "internal"
        return f"Note added: {reads}"
    return ", ".join(_moved(names, wish)) or "Saved"


def _moved(names: Names, wish: Wish) -> list[str]:
    said = []
    for field, value in wish.asked.items():
        if field == "assignee" and isinstance(value, int):
            said.append(f"Now with {names.resource_name(ResourceId(value))}")
        elif field in {"status", "priority"} and isinstance(value, int):
            label = names.label(field, value)
            said.append(f"{field.capitalize()} is now {label}")
    return said
