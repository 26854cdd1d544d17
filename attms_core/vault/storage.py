"""The entries as a TinyDB table whose storage is a sealed vault: nothing in the clear ever reaches a disk.

TinyDB writes after each of its operations. A change is several of them and must be kept whole or not at all, so the
storage only seals what it is given; its last state is what a home then replaces its copy with.
"""

from collections.abc import Collection, Mapping
from typing import Any

from tinydb import TinyDB, where
from tinydb.storages import Storage

from attms_core.vault.opened import Opened

TABLE = "entries"


class SealedStorage(Storage):
    """TinyDB's storage over an opened vault: reading decrypts, writing seals the next generation."""

    def __init__(self, opened: Opened) -> None:
        self._next = opened.generation + 1
        self.opened = opened
        """The vault after the last write."""

    def read(self) -> dict[str, dict[str, Any]]:
        """Give the only table."""
        rows = enumerate(self.opened.values().items(), start=1)
        return {TABLE: {str(n): {"name": name, "value": value} for n, (name, value) in rows}}

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Seal the only table."""
        values = {row["name"]: row["value"] for row in data[TABLE].values()}
        self.opened = self.opened.holding(values, generation=self._next)


class Book:
    """What is read from, and changed in, one opened vault."""

    def __init__(self, opened: Opened) -> None:
        self._storage = SealedStorage(opened)
        self._table = TinyDB(storage=lambda: self._storage).table(TABLE)

    def get(self, name: str) -> str | None:
        """Give one value."""
        row = self._table.get(where("name") == name)
        return None if row is None else str(row["value"])

    def values(self) -> dict[str, str]:
        """Give all values by name."""
        return {row["name"]: row["value"] for row in self._table}

    def changed(self, put: Mapping[str, str], drop: Collection[str]) -> Opened:
        """Give the next generation of the vault, with entries put and dropped."""
        self._table.remove(where("name").one_of([*drop, *put]))
        self._table.insert_multiple({"name": name, "value": value} for name, value in put.items())
        return self._storage.opened
