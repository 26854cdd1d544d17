"""The last changes with the values from before, as one entry of the vault: they are as secret as what they changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attms_core.config.values import Patch, Revision

ENTRY = "config.history"
KEPT = 20
"""Changes that one can go back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, and the patch that would undo it."""

    revision: Revision
    undo: Patch


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
    kept = [
        {
            "number": change.revision.number,
            "when": change.revision.when.isoformat(),
            "by": change.revision.by,
            "reason": change.revision.reason,
            "undo": dict(change.undo),
        }
        for change in changes[-KEPT:]
    ]
    return json.dumps(kept, separators=(",", ":"))


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
