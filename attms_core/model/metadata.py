"""What AutoTask says about its own fields: picklists, lengths, which are required. The tenant's data, not ours."""

from collections.abc import Mapping

from msgspec import Struct, field


class Choice(Struct, frozen=True, kw_only=True):
    """One entry of a picklist."""

    value: int
    label: str
    is_active: bool = True
    """Inactive entries label old records; writing one is refused."""
    sort_order: int = 0
    """The order people know. A priority's value is no rank; this is."""
    parent: int | None = None
    """For a sub-issue type: the issue type that it belongs to."""
    is_default: bool = False


class Field(Struct, frozen=True, kw_only=True):
    """One field of an entity, under its wire name (``queueID``)."""

    name: str
    data_type: str
    """``string``, ``integer``, ``long``, ``decimal``, ``double``, ``datetime``, ``boolean``, ..."""
    length: int = 0
    """Characters at most, for strings; 0 means no limit is known."""
    label: str = ""
    """User-defined fields have one; AutoTask gives none for its own fields."""
    is_required: bool = False
    is_read_only: bool = False
    is_queryable: bool = True
    is_user_defined: bool = False
    reference: str = ""
    """The entity that it points to (``Resource``), or nothing."""
    is_picklist: bool = False
    choices: tuple[Choice, ...] = ()

    def choice(self, value: int) -> Choice:
        """Find an entry; a value nobody listed is shown as ``unknown (17)`` and counts as inactive."""
        for choice in self.choices:
            if choice.value == value:
                return choice
        return Choice(value=value, label=f"unknown ({value})", is_active=False)

    def active(self) -> tuple[Choice, ...]:
        """List what may be written now, in the order that people know."""
        return tuple(sorted((c for c in self.choices if c.is_active), key=lambda c: (c.sort_order, c.label)))


class Metadata(Struct, frozen=True):
    """The fields of the entities that we write or show, by entity (``Tickets``) and lower-case wire name."""

    entities: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)

    def field(self, entity: str, name: str) -> Field | None:
        """Find a field, whatever the case of its name; none when the tenant does not have it."""
        return self.entities.get(entity, {}).get(name.lower())

    def choice(self, entity: str, name: str, value: int) -> Choice:
        """Label a picklist's value."""
        known = self.field(entity, name)
        return known.choice(value) if known else Choice(value=value, label=f"unknown ({value})", is_active=False)

    def active(self, entity: str, name: str) -> tuple[Choice, ...]:
        """List a picklist's writable entries in the order that people know."""
        known = self.field(entity, name)
        return known.active() if known else ()
