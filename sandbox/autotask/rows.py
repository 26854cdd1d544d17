"""The sandbox's records, in an SQLite of their own.

One table per entity: the record as JSON without its nulls, and a column with an index for every field that clients
filter by all day, so that a million tickets stay quick. What a record means is not known here.

Calls block: they run on the event loop on purpose. Every statement is indexed and local, one connection keeps the
order of events exact, and no person waits on this process.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from sandbox.autotask import alike, values
from sandbox.autotask.alike import SIGN, Alike, Pattern
from sandbox.autotask.filters import Query, Sql, hot_fields
from sandbox.autotask.table import Entity, Table

Record = dict[str, Any]

REMEMBERED = 5000
"""Changes that a stale replica can be behind."""

FEW = 100_000
"""So many found rows are sorted for a page; when there are more, walking by id meets a page's worth sooner."""

BESIDE = {
    ("Tickets", name): "status"
    for name in (
        "companyID",
        "queueID",
        "assignedResourceID",
        "createDate",
        "lastActivityDate",
        "lastTrackedModificationDateTime",
    )
}
"""A second column in an index, so that somebody's open tickets are found without looking at the closed ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One written record, as it was before."""

    sequence: int
    at: datetime
    entity: str
    id: int
    before: str | None


class Rows:
    """All records of one Autotask database. Raises ValueError for a file that cannot be it."""

    def __init__(self, table: Table, clock: Callable[[], datetime], path: str = ":memory:") -> None:
        self._table = table
        self._clock = clock
        self._next: dict[str, int] = {}
        self._blank: dict[str, Record] = {name: dict.fromkeys(shape.fields) for name, shape in table.entities.items()}
        self._patterns: dict[int, Pattern] = {}
        self._few: dict[tuple[Any, ...], bool] = {}
        self._changes: deque[Change] = deque(maxlen=REMEMBERED)
        self.sequence = 0
        """Number of changes so far."""
        try:
            self._open(path)
        except sqlite3.DatabaseError as problem:
            raise ValueError(f"{path} cannot be the sandbox's database: {problem}") from problem

    def close(self) -> None:
        """Close the database; one in memory is gone then."""
        self._db.close()

    def get(self, entity: str, id_: int) -> Record | None:
        """Return a record, or None."""
        doc = self._doc(entity, id_)
        return None if doc is None else self._read(entity, doc)

    def find(self, entity: str, **equal: Any) -> list[Record]:
        """Return the records whose fields equal these values, by id."""
        fields = self._table.entities[entity].fields
        where = Sql(
            " AND ".join(f"{_plain_column(entity, name)} IS ?" for name in equal) or "1",
            tuple(values.compared(fields[name], value) for name, value in equal.items()),
        )
        sql = f'SELECT doc FROM "{entity}" WHERE {where.text} ORDER BY id'  # noqa: S608 - names are the table's
        return [self._read(entity, doc) for (doc,) in self._db.execute(sql, where.params)]

    def ids(self, entity: str, where: Sql | None = None) -> list[int]:
        """Return the ids of an entity's records, or of those under a condition."""
        text, params = _all_of(where)
        sql = f'SELECT id FROM "{entity}" WHERE {text} ORDER BY id'  # noqa: S608 - names are ours, values are parameters
        return [id_ for (id_,) in self._db.execute(sql, params)]

    def new_id(self, entity: str) -> int:
        """Return an id never used before."""
        if entity not in self._next:
            top = self._db.execute(f'SELECT max(id) FROM "{entity}"').fetchone()[0]  # noqa: S608 - our name
            self._next[entity] = top or 0
        self._next[entity] += 1
        return self._next[entity]

    def put(self, entity: str, record: Record) -> None:
        """Write a record, new or changed."""
        self._remember(entity, record["id"])
        self._write(entity, [record])

    def fill(self, entity: str, records: Iterable[Record]) -> None:
        """Write many records that nobody will want to see undone."""
        self._db.execute("BEGIN")
        self._write(entity, records)
        self._db.execute("COMMIT")

    def fill_alike(self, entity: str, patterns: list[Record], base: date, records: Iterable[Alike]) -> None:
        """Write very many records after a few patterns, whose days are counted from `base`."""
        shape, names = self._table.entities[entity], hot_fields(entity)
        computed = [alike.columns(shape, names, pattern, base) for pattern in patterns]
        kept = ((place, Pattern.of(pattern, base).dumped()) for place, pattern in enumerate(patterns))
        marks = ", ".join("?" * (len(names) + 2))
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO pattern VALUES (?, ?)", kept)
        self._db.executemany(
            f'INSERT INTO "{entity}" VALUES ({marks})',  # noqa: S608 - the table's name
            ((each.id, *computed[each.pattern](each), each.words()) for each in records),
        )
        self._db.execute("COMMIT")

    @contextmanager
    def unindexed(self, *entities: str) -> Iterator[None]:
        """Fill these entities without their indexes, which are built at the end: several times as fast at size."""
        for entity in entities:
            for name in hot_fields(entity):
                self._db.execute(f'DROP INDEX IF EXISTS "{entity}.{name}"')
        yield
        for entity in entities:
            self._index(entity)

    def stamp(self) -> str | None:
        """Return what `seal` wrote, or None: then the records are not all there."""
        found = self._db.execute("SELECT text FROM seal").fetchone()
        return found[0] if found else None

    def seal(self, text: str) -> None:
        """Say what the records are, once they are all there."""
        self._db.execute("INSERT INTO seal VALUES (?)", (text,))

    def wipe(self) -> None:
        """Take everything away."""
        for entity in self._table.entities:
            self._db.execute(f'DROP TABLE IF EXISTS "{entity}"')
        self._db.execute("DELETE FROM seal")
        self._db.execute("DELETE FROM pattern")
        self._prepare_tables()

    def remove(self, entity: str, id_: int) -> None:
        """Take a record away."""
        self._remember(entity, id_)
        self._db.execute(f'DELETE FROM "{entity}" WHERE id = ?', (id_,))  # noqa: S608 - the table's name

    def page(self, entity: str, query: Query, after: int | None, also: Sql | None = None) -> list[str]:
        """Return the JSON of a page's records and of one more, if there is one, in order of id.

        `after` is the last id of the page before, None for the first page; `also` narrows what anybody may see.
        """
        text, params = _all_of(query.where, also)
        if query.by_index and self._are_few(entity, text, params):
            # the plus signs tell SQLite to use the other index: walking by id would read every record
            source, order = f'"{entity}"', "+id"
        else:
            source, order = f'"{entity}" NOT INDEXED', "id"
        if after is not None:
            text, params = f"{order} > ? AND {text}", (after, *params)
        sql = (
            f'SELECT doc FROM "{entity}" WHERE id IN (SELECT id FROM {source} WHERE {text}'  # noqa: S608 - names are ours, values are parameters
            f" ORDER BY {order} LIMIT ?) ORDER BY id"
        )
        found = self._db.execute(sql, (*params, query.page_size + 1))
        return [self._whole(entity, doc) for (doc,) in found]

    def count(self, entity: str, query: Query, also: Sql | None = None) -> int:
        """Count the records that a query finds."""
        text, params = _all_of(query.where, also)
        found: int = self._db.execute(f'SELECT count(*) FROM "{entity}" WHERE {text}', params).fetchone()[0]  # noqa: S608 - names are ours, values are parameters
        return found

    def changes_after(self, is_newer: Callable[[Change], bool]) -> list[Change]:
        """Return remembered changes that satisfy a condition, newest first."""
        return [change for change in reversed(self._changes) if is_newer(change)]

    @contextmanager
    def as_before(self, changes: list[Change]) -> Iterator[None]:
        """Show the records as they were before these changes (newest first)."""
        self._db.execute("SAVEPOINT earlier")
        try:
            for change in changes:
                self._restore(change)
            yield
        finally:
            self._db.execute("ROLLBACK TO earlier")
            self._db.execute("RELEASE earlier")

    def highest(self, entity: str, field: str, prefix: str) -> str | None:
        """Return the greatest text under a prefix in an indexed field, as it compares, or None."""
        sql = f'SELECT max("{field}") FROM "{entity}" WHERE "{field}" >= ? AND "{field}" < ?'  # noqa: S608 - the table's names
        start = values.folded(prefix) or ""
        found: str | None = self._db.execute(sql, (start, start + chr(0x10FFFF))).fetchone()[0]
        return found

    def dump(self, entity: Entity, record: Record) -> str:
        """Write a record as JSON, decimals with the four places that Autotask sends."""
        exact = {
            name: orjson.Fragment(f"{record[name]:.4f}") for name in entity.decimals if record.get(name) is not None
        }
        return orjson.dumps({**record, **exact} if exact else record).decode()

    def _are_few(self, entity: str, text: str, params: tuple[Any, ...]) -> bool:
        sql = f'SELECT count(*) FROM (SELECT 1 FROM "{entity}" WHERE {text} LIMIT ?)'  # noqa: S608 - names are ours, values are parameters
        key = (entity, text, params)
        if key not in self._few:
            # the pages of one query come in a row, and need not find this out anew
            self._few.clear()
            self._few[key] = self._db.execute(sql, (*params, FEW + 1)).fetchone()[0] <= FEW
        return self._few[key]

    def _read(self, entity: str, doc: str) -> Record:
        return {**self._blank[entity], **orjson.loads(self._spelled(doc))}

    def _spelled(self, doc: str) -> str:
        return alike.spelled(doc, self._pattern) if doc.startswith(SIGN) else doc

    def _pattern(self, place: int) -> Pattern:
        if place not in self._patterns:
            text = self._db.execute("SELECT text FROM pattern WHERE id = ?", (place,)).fetchone()[0]
            self._patterns[place] = Pattern.loaded(text)
        return self._patterns[place]

    def _whole(self, entity: str, doc: str) -> str:
        return self.dump(self._table.entities[entity], self._read(entity, doc))

    def _doc(self, entity: str, id_: int) -> str | None:
        sql = f'SELECT doc FROM "{entity}" WHERE id = ?'  # noqa: S608 - the table's name
        found = self._db.execute(sql, (id_,)).fetchone()
        return found[0] if found else None

    def _remember(self, entity: str, id_: int) -> None:
        self.sequence += 1
        before = self._doc(entity, id_)
        self._changes.append(Change(sequence=self.sequence, at=self._clock(), entity=entity, id=id_, before=before))

    def _restore(self, change: Change) -> None:
        if change.before is None:
            self._db.execute(f'DELETE FROM "{change.entity}" WHERE id = ?', (change.id,))  # noqa: S608 - our name
        else:
            self._write(change.entity, [self._read(change.entity, change.before)])

    def _write(self, entity: str, records: Iterable[Record]) -> None:
        shape = self._table.entities[entity]
        hot = hot_fields(entity)
        columns = [(name, _column_value(shape, name)) for name in hot]
        marks = ", ".join("?" * (len(hot) + 2))
        self._db.executemany(
            f'INSERT OR REPLACE INTO "{entity}" VALUES ({marks})',  # noqa: S608 - the table's name
            (
                (record["id"], *(kept(record.get(name)) for name, kept in columns), self.dump(shape, _filled(record)))
                for record in records
            ),
        )

    def _open(self, path: str) -> None:
        """Connect to a database and make it ready. Raises sqlite3.DatabaseError."""
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        self._refuse_strangers()
        self._db.execute("PRAGMA journal_mode = MEMORY")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.create_function("millis", 1, values.millis, deterministic=True)
        self._db.create_function("folded", 1, values.folded, deterministic=True)
        self._db.create_function("whole", 1, self._spelled, deterministic=True)
        self._db.create_function("udf_text", 2, _udf_text, deterministic=True)
        self._db.create_function("udf_number", 2, _udf_number, deterministic=True)
        self._db.execute("CREATE TABLE IF NOT EXISTS seal (text TEXT NOT NULL)")
        self._db.execute("CREATE TABLE IF NOT EXISTS pattern (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        # a file that may only be read is found out now, not at somebody's first write
        self._db.execute("UPDATE seal SET text = text")
        if self.stamp() is None:
            self.wipe()

    def _refuse_strangers(self) -> None:
        """Touch nothing that somebody else made."""
        tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "seal" not in tables:
            raise sqlite3.DatabaseError("it holds tables of something else")

    def _prepare_tables(self) -> None:
        for entity in self._table.entities:
            columns = "".join(f'"{name}", ' for name in hot_fields(entity))
            self._db.execute(f'CREATE TABLE "{entity}" (id INTEGER PRIMARY KEY, {columns}doc TEXT NOT NULL)')
            self._index(entity)

    def _index(self, entity: str) -> None:
        for name in hot_fields(entity):
            beside = f', "{BESIDE[entity, name]}"' if (entity, name) in BESIDE else ""
            self._db.execute(f'CREATE INDEX "{entity}.{name}" ON "{entity}" ("{name}"{beside})')


def _all_of(*conditions: Sql | None) -> tuple[str, tuple[Any, ...]]:
    given = [condition for condition in conditions if condition]
    text = " AND ".join(condition.text for condition in given) or "1"
    return text, tuple(value for condition in given for value in condition.params)


def _plain_column(entity: str, name: str) -> str:
    if name == "id" or name in hot_fields(entity):
        return f'"{name}"'
    return f"json_extract(whole(doc), '$.{name}')"


def _column_value(entity: Entity, name: str) -> Callable[[Any], Any]:
    kind = entity.fields[name].type
    if kind == "datetime":
        return values.millis
    return values.folded if kind == "string" else _same


def _same(value: Any) -> Any:
    return value


def _filled(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}


def _udf(doc: str, name: str) -> str | None:
    for udf in orjson.loads(doc).get("userDefinedFields", ()):
        if udf["name"] == name:
            value: str | None = udf["value"]
            return value
    return None


def _udf_text(doc: str, name: str) -> str | None:
    return values.folded(_udf(doc, name))


def _udf_number(doc: str, name: str) -> float | None:
    text = _udf(doc, name)
    return None if text in (None, "") else float(str(text))
