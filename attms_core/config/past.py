"""The last changes with the values from before, as one entry of the vault: they are as secret as what they changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from attms_core.config.values import Patch, Revision

ENTRY = "config.history"
KEPT = 20
"""Changes that one can go back to."""
MOST_CHARACTERS = 128 * 1024
"""Of the whole entry, well within what the vault takes for one; of larger changes fewer are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, and the patch that would undo it."""

    revision: Revision
    undo: Patch = field(repr=False)


def read(text: str) -> list[Change]:
    """Read the entry, the oldest change first."""
    return [
        Change(
            revision=Revision(
                number=each["number"],
                when=datetime.fromisoformat(each["when"]),
                by=each["by"],
                reason=each["reason"],
                names=frozenset(each["undo"]),
            ),
            undo=each["undo"],
        )
        for each in json.loads(text or "[]")
    ]


def write(changes: Sequence[Change]) -> str:
    """Write the entry; the oldest are let go."""
    kept: list[str] = []
    for change in reversed(changes[-KEPT:]):
        kept.insert(0, _written(change))
        if kept[1:] and sum(map(len, kept)) > MOST_CHARACTERS:
            del kept[0]
            break
    return f"[{','.join(kept)}]"


def _written(change: Change) -> str:
    plain = {
        "number": change.revision.number,
        "when": change.revision.when.isoformat(),
        "by": change.revision.by,
        "reason": change.revision.reason,
        "undo": dict(change.undo),
    }
    return json.dumps(plain, separators=(",", ":"))


def back_to(changes: Sequence[Change], number: int) -> dict[str, str | None]:
    """Give the patch that undoes a change and all that came after it. Raises ``KeyError`` for one that is not kept."""
    if all(change.revision.number != number for change in changes):
        raise KeyError(number)
    undone: dict[str, str | None] = {}
    for change in reversed(changes):
        undone |= change.undo
        if change.revision.number == number:
            break
    return undone


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A change that was stored: what it wrote, and what stood there."""

    change: Change
    wrote: Patch = field(repr=False)

    @property
    def put(self) -> dict[str, str]:
        """Entries that it writes."""
        return {name: value for name, value in self.wrote.items() if value is not None}

    @property
    def drop(self) -> set[str]:
        """Entries that it takes out."""
        return {name for name, value in self.wrote.items() if value is None}

    def undone_in(self, stored: Mapping[str, str]) -> dict[str, str | None]:
        """Give the patch that takes it back, as far as nobody has changed the same again, and forgets that it was."""
        mine = {name for name, value in self.wrote.items() if name != ENTRY and stored.get(name) == value}
        kept = [each for each in read(stored.get(ENTRY, "")) if each.revision != self.change.revision]
        return {name: self.change.undo[name] for name in mine} | {ENTRY: write(kept) if kept else None}


def made(
    patch: Patch, names: frozenset[str], stored: Mapping[str, str], *, when: datetime, by: str, reason: str
) -> Made:
    """Write a change of ``names`` down as the newest."""
    changes = read(stored.get(ENTRY, ""))
    number = changes[-1].revision.number + 1 if changes else 1
    revision = Revision(number=number, when=when, by=by, reason=reason, names=names)
    change = Change(revision=revision, undo={name: stored.get(name) for name in names})
    return Made(change=change, wrote={**{name: patch[name] for name in names}, ENTRY: write([*changes, change])})
