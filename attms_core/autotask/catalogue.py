"""What AutoTask last said about its fields, kept to check queries and writes against. No I/O."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attms_core.autotask import wire
from attms_core.autotask.refusals import Fields
from attms_core.model import Field
from attms_core.ports import Now

REFRESHED_EVERY = timedelta(minutes=1)
"""A stream of refused writes must not become a stream of metadata reads."""


class UnknownField(ValueError):
    """A query names a field that the tenant does not have or does not let be asked for: our own mistake."""


class Catalogue:
    """Fields by entity and lower-case wire name."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._fields: dict[str, Fields] = {}
        self._refreshed: dict[str, datetime] = {}

    def of(self, entity: str) -> Fields:
        """Return what is known of an entity's fields; empty before the first read."""
        return self._fields.get(entity, {})

    def keep(self, entity: str, fields: Sequence[Field]) -> None:
        """Take what AutoTask said."""
        self._fields[entity] = {field.name.lower(): field for field in fields}
        self._refreshed[entity] = self._now()

    def may_refresh(self, entity: str) -> bool:
        """Say whether the last read is old enough to read again because of a refusal."""
        last = self._refreshed.get(entity)
        return last is None or self._now() - last >= REFRESHED_EVERY

    def name(self, entity: str, name: str) -> str:
        """Give the wire's name for a query's field. Raises ``UnknownField``."""
        column = wire.column(entity, name)
        theirs = column.theirs if column else name
        known = self.of(entity)
        if theirs == "id":
            return theirs
        found = known.get(theirs.lower())
        if found is None and (known or column is None):
            raise UnknownField(f"{entity} has no field {name}")
        return found.name if found else theirs

    def asked(self, entity: str, name: str) -> str:
        """Give the wire's name for a field to filter by. Raises ``UnknownField`` when it cannot be filtered by."""
        theirs = self.name(entity, name)
        found = self.of(entity).get(theirs.lower())
        if found and not found.is_queryable:
            raise UnknownField(f"{entity} cannot be asked by {name}")
        return theirs
