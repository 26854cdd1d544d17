"""Statements as values: a SQLAlchemy Core element, compiled once per engine and then run on the bare driver.

Also the values that a parameter may hold and how each engine wants them. No connection is known here.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
LARGEST = 2**63 - 1
"""What an integer column can hold."""

# PostgreSQL refuses NUL in text; UTF-8 has no lone surrogates. Both reach us in people's texts and in hostile JSON.
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
BOUND_AS_IS = frozenset({int, bool, type(None)})
"""Types that sqlite3 binds as they are: nearly all values, so they are told first."""


class Compiled(Struct, frozen=True):
    """A statement as one driver takes it, and the constants that stand in it."""

    sql: str
    constants: Mapping[str, Any]


class Engine(Struct, frozen=True):
    """How an engine writes statements, and its own ``insert``, which knows what to do about a row that is there."""

    dialect: Dialect
    insert: Callable[..., Any]


@cache
def _engine(name: str) -> Engine:
    if name == SQLITE:
        return Engine(sqlite.dialect(paramstyle="named"), sqlite.insert)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - four hundredths of a start, for nothing on SQLite
    from sqlalchemy.dialects.postgresql import psycopg  # noqa: PLC0415 - the same

    return Engine(psycopg.dialect(paramstyle="pyformat"), postgresql.insert)  # type: ignore[no-untyped-call]


Element = ClauseElement | Callable[[Any], ClauseElement]
"""A statement, or what makes one when it is needed with the engine's own ``insert``."""


class Statement:
    """A named statement. Give one element for both engines, or one for each where they differ.

    ``columns`` names what an INSERT fills; its parameters then have the columns' names.
    """

    __slots__ = ("_columns", "_compiled", "_elements", "name")

    def __init__(
        self,
        name: str,
        element: Element | None = None,
        *,
        sqlite: Element | None = None,
        postgresql: Element | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self.name = name
        self._elements = {SQLITE: sqlite if element is None else element}
        self._elements[POSTGRESQL] = postgresql if element is None else element
        self._columns = list(columns) if columns is not None else None
        self._compiled: dict[str, Compiled] = {}

    def __repr__(self) -> str:
        return f"Statement({self.name})"

    def compiled(self, engine: str) -> Compiled:
        """Give the text for an engine. Two threads may both compile it the first time: the results are equal."""
        known = self._compiled.get(engine)
        if known is None:
            known = self._compiled[engine] = self._compile(engine)
        return known

    def _compile(self, engine: str) -> Compiled:
        element = self._elements[engine]
        if element is None:
            raise LookupError(f"{self.name} does not exist on {engine}")
        its = _engine(engine)
        element = element if isinstance(element, ClauseElement) else element(its.insert)
        made = element.compile(dialect=its.dialect, column_keys=self._columns)
        if not isinstance(made, SQLCompiler):
            raise TypeError(f"{self.name} is no statement")
        constants = {name: bind.value for bind, name in made.bind_names.items() if not bind.required}
        return Compiled(str(made), constants)


class Words(Struct, frozen=True):
    """Folded words to be indexed."""

    words: tuple[str, ...]


class Match(Struct, frozen=True):
    """What a row must have: each word, of letters and digits alone, begins one of its; of each group it has a tag."""

    words: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...] = ()

    def for_sqlite(self) -> str:
        """Write it in FTS5's query language."""
        begun = [f'"{word}"*' for word in self.words]
        return " AND ".join([*begun, *(_either(" OR ", '"', group) for group in self.tags)])

    def for_postgresql(self) -> str:
        """Write it as a tsquery."""
        begun = [f"'{word}':*" for word in self.words]
        return " & ".join([*begun, *(_either(" | ", "'", group) for group in self.tags)])


def _either(word: str, quote: str, tags: Sequence[str]) -> str:
    return f"({word.join([f'{quote}{tag}{quote}' for tag in tags])})"


def for_sqlite(value: Any) -> Any:
    """Turn a parameter into what sqlite3 binds: a list becomes a JSON array for ``json_each``."""
    if type(value) in BOUND_AS_IS:
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return json.dumps(keepable(value))
    if isinstance(value, Words):
        return " ".join(value.words)
    return value.for_sqlite() if isinstance(value, Match) else value


def for_postgresql(value: Any) -> Any:
    """Turn a parameter into what psycopg binds."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return keepable(value)
    if isinstance(value, Words):
        return list(value.words)
    return value.for_postgresql() if isinstance(value, Match) else value


def clean(text: str) -> str:
    """Replace what a database cannot keep as text by U+FFFD; an enumeration becomes its plain value."""
    if text.isascii() and "\0" not in text:
        return text if type(text) is str else str(text)
    return _UNKEEPABLE.sub("\ufffd", str(text))


def keepable(values: Sequence[Any]) -> list[Any]:
    """Leave out numbers that no column can hold: nothing stored equals them. People type such ids."""
    return [clean(v) if isinstance(v, str) else v for v in values if not isinstance(v, int) or abs(v) <= LARGEST]
