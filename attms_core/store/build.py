"""Small pieces that statements are built from, alike for both engines."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from attms_core.store.statement import Statement


class Among(ColumnElement[bool]):
    """The column holds one of the values of a list parameter: one statement text, however long the list."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], parameter: str) -> None:
        self.column = column
        self.parameter: ClauseElement = bindparam(parameter)
        self.array = "TEXT[]" if isinstance(column.type, Text) else "BIGINT[]"


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, parameter = compiler.process(element.column, **kw), compiler.process(element.parameter, **kw)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - a column and a parameter's mark


@compiles(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, parameter = compiler.process(element.column, **kw), compiler.process(element.parameter, **kw)
    return f"{column} = ANY(CAST({parameter} AS {element.array}))"


def number(name: str) -> ColumnElement[int]:
    """Give an integer parameter."""
    return bindparam(name, type_=BigInteger)


def words(name: str) -> ColumnElement[str]:
    """Give a text parameter."""
    return bindparam(name, type_=Text)


def upsert(table: Table, keys: Sequence[str], *, keep: Sequence[str] = ()) -> Statement:
    """Write rows: a row of the same keys is overwritten, but for the columns to ``keep`` as they are."""
    columns = [c.name for c in table.columns if not c.autoincrement or c.autoincrement == "auto"]
    over = [name for name in columns if name not in {*keys, *keep}]

    def build(insert: Any) -> ClauseElement:
        new = insert(table).inline()
        done: ClauseElement = new.on_conflict_do_update(index_elements=keys, set_={c: new.excluded[c] for c in over})
        return done

    return Statement(f"put {table.name}", build, columns=columns)


def insert_if_new(table: Table) -> Statement:
    """Write a row unless one with a key of it, any key, is there."""

    def build(insert: Any) -> ClauseElement:
        done: ClauseElement = insert(table).inline().on_conflict_do_nothing()
        return done

    return Statement(f"add {table.name}", build, columns=[c.name for c in table.columns])
