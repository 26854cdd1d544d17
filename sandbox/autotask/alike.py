"""Records that differ from a pattern only in id, number and day: how a million old tickets stay quick and small.

Such a record is stored as four words and spelled out when somebody reads it; a change stores it whole.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from sandbox.autotask import values
from sandbox.autotask.table import Entity

SIGN = "~"
"""First letter of the four words; a record stored whole begins with a brace."""

DAY = timedelta(days=1)
DATED = re.compile(r'"(\d{4}-\d\d-\d\d)T')
EPOCH = date(1970, 1, 1).toordinal()
DAY_MILLIS = 86_400_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """One record as text, cut where its days stand; the days are counted from the pattern's own first one."""

    pieces: tuple[str, ...]
    days: tuple[int, ...]

    @classmethod
    def of(cls, record: dict[str, Any], base: date) -> "Pattern":
        """Cut a record; `base` is the day that counts as the first."""
        kept = {name: value for name, value in record.items() if value is not None and name not in ("id", _NUMBER)}
        first, *rest = DATED.split(orjson.dumps(kept).decode()[1:])
        days = tuple((date.fromisoformat(day) - base).days for day in rest[::2])
        return cls((first, *rest[1::2]), days)

    def spelled(self, id_: str, number: str, day: int) -> str:
        """Return the record's text with its first day at `day`, a day of the proleptic calendar."""
        head = f'{{"id":{id_},"{_NUMBER}":"{number}",{self.pieces[0]}'
        tail = (
            f'"{date.fromordinal(day + after)}T{piece}' for after, piece in zip(self.days, self.pieces[1:], strict=True)
        )
        return head + "".join(tail)

    def dumped(self) -> str:
        """Return the pattern as text, for keeping."""
        return orjson.dumps([self.pieces, self.days]).decode()

    @classmethod
    def loaded(cls, text: str) -> "Pattern":
        """Return a kept pattern."""
        pieces, days = orjson.loads(text)
        return cls(tuple(pieces), tuple(days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """One record to be written after a pattern."""

    id: int
    pattern: int
    day: int
    number: str

    def words(self) -> str:
        """Return what is stored of it."""
        return f"{SIGN}{self.pattern} {self.day} {self.number} {self.id}"


def spelled(words: str, pattern: Callable[[int], Pattern]) -> str:
    """Return the text of a record stored by `words`."""
    which, day, number, id_ = words[1:].split(" ")
    return pattern(int(which)).spelled(id_, number, int(day))


def columns(entity: Entity, names: Sequence[str], record: dict[str, Any], base: date) -> Callable[[Alike], list[Any]]:
    """Return what computes the indexed columns of the records after a pattern."""
    dated = [place for place, name in enumerate(names) if entity.fields[name].type == "datetime"]
    start = (base.toordinal() - EPOCH) * DAY_MILLIS
    fixed = [_column(entity, name, record[name]) for name in names]
    offsets = [(place, fixed[place] - start) for place in dated if fixed[place] is not None]
    number = names.index(_NUMBER)

    def computed(alike: Alike) -> list[Any]:
        row = fixed.copy()
        row[number] = alike.number.casefold()
        first = (alike.day - EPOCH) * DAY_MILLIS
        for place, offset in offsets:
            row[place] = first + offset
        return row

    return computed


def midnight(moment: datetime) -> datetime:
    """Return the beginning of a moment's day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _column(entity: Entity, name: str, value: Any) -> Any:
    kind = entity.fields[name].type
    if kind == "datetime":
        return values.millis(value)
    return values.folded(value) if kind == "string" else value


_NUMBER = "ticketNumber"
