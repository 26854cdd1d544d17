"""The vault's sealed bytes on a database that several machines share, and the newest generation seen of any vault.

Nothing here can open them. The table has no tenant: the vault is found before any tenant is known.
"""

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.sql.expression import bindparam
from sqlalchemy.types import LargeBinary

from attms_core.store.build import insert_if_new, number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import vault

_v = vault.c
_SEALED = "vault"
_SEEN = "seen:"
_GET = Statement("a vault's row", select(_v.generation, _v.sealed).where(_v.name == words("name")))
_ADD = insert_if_new(vault)
_PUT = upsert(vault, ["name"])
_MOVE = Statement(
    "replace the vault",
    update(vault)
    .where(_v.name == words("of_name"), _v.generation == number("of_generation"))
    .values(generation=number("to_generation"), sealed=bindparam("to_sealed", type_=LargeBinary)),
)


class SealedRow(Struct, frozen=True):
    """Sealed bytes and their generation."""

    generation: int
    sealed: bytes


def get(tx: Tx) -> SealedRow | None:
    """Give the vault, if it lies here."""
    row = tx.one(_GET, name=_SEALED)
    return SealedRow(row[0], bytes(row[1])) if row else None


def replace(tx: Tx, new: SealedRow, *, expected: int | None) -> bool:
    """Put a vault in the place of the generation that is expected; none means there is no vault yet.

    False when another is there: then nothing is changed.
    """
    if expected is None:
        return tx.run(_ADD, name=_SEALED, generation=new.generation, sealed=new.sealed) == 1
    return (
        tx.run(
            _MOVE,
            of_name=_SEALED,
            of_generation=expected,
            to_generation=new.generation,
            to_sealed=new.sealed,
        )
        == 1
    )


def seen(tx: Tx, vault_id: str) -> int | None:
    """Give the generation of a vault, wherever it lies, that was noted last."""
    row = tx.one(_GET, name=_SEEN + vault_id)
    return row[0] if row else None


def note(tx: Tx, vault_id: str, generation: int) -> None:
    """Note the generation of a vault."""
    tx.many(_PUT, [{"name": _SEEN + vault_id, "generation": generation, "sealed": b""}])
