"""Trouble on demand: what to do wrong, to whom, and how often.

A fault only says so; the server does it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

Kind = Literal[
    "delay",
    "drop",
    "threads",
    "server_error",
    "lost_reply",
    "stale",
    "workflow",
    "move_zone",
    "callout_lost",
    "callout_doubled",
    "callout_delayed",
    "callout_reordered",
    "callout_corrupt",
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """One switch.

    delay         wait `seconds` before anything else
    drop          cut the connection before anything happens
    threads       the text of the thread limit, status 429
    server_error  `status` with an HTML body, as a gateway sends it
    lost_reply    do what was asked, then cut the connection
    stale         queries do not see the last `changes`, or the last `seconds`, or (neither given) anything
                  written since the switch was thrown
    workflow      a rule that runs after a write and sets these `values` on the ticket
    move_zone     the next call finds the tenant moved: 401 here, and zoneInformation names another base

    And of callouts, whose `entity` is `Tickets` or `TicketNotes` and whose `verb` is `create`, `update` or `delete`:

    callout_lost       it is never sent, and no error log tells
    callout_doubled    it is sent twice
    callout_delayed    it waits for `seconds` of the world's time, and those behind it with it
    callout_reordered  it is sent after the one that comes next
    callout_corrupt    a byte of it changes after it was signed
    """

    kind: Kind
    entity: str | None = None
    """Plural, as in paths; None is every entity."""
    verb: str | None = None
    """`query`, `count`, `get`, `list`, `create`, `update`, `replace`, `delete`, `metadata`, or an HTTP method;
    None is every call."""
    count: int | None = None
    """For the next so many calls; None is until released."""
    seconds: float = 0.0
    changes: int = 0
    status: int = 503
    values: dict[str, Any] = field(default_factory=dict)
    since: int = -1
    """The database's change number when the switch was thrown; set by `Faults.add`."""

    def concerns(self, entity: str, verbs: tuple[str, ...]) -> bool:
        """Tell whether a call is in scope."""
        in_entity = self.entity is None or self.entity.casefold() == entity.casefold()
        return in_entity and (self.verb is None or self.verb.casefold() in verbs)


class Faults:
    """All faults that are switched on, in the order they were."""

    def __init__(self, sequence: Callable[[], int]) -> None:
        self._sequence = sequence
        self._on: list[Fault] = []

    def add(self, kind: Kind, **options: Any) -> Fault:
        """Switch a fault on. Raises ValueError or TypeError for what does not exist."""
        if kind not in KINDS:
            raise ValueError(f"no fault is called {kind!r}; there are {', '.join(KINDS)}")
        fault = Fault(kind=kind, **options)
        fault.since = self._sequence()
        self._on.append(fault)
        return fault

    def release(self, fault: Fault) -> None:
        """Switch one fault off, used up or not."""
        if fault in self._on:
            self._on.remove(fault)

    def clear(self) -> None:
        """Switch everything off."""
        self._on.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return what is on, for looking at."""
        return [{each.name: getattr(fault, each.name) for each in fields(fault)} for fault in self._on]

    def take(self, kind: Kind, entity: str, verbs: tuple[str, ...]) -> Fault | None:
        """Return the first fault of a kind that concerns a call, and count it down."""
        for fault in self._on:
            if fault.kind == kind and fault.concerns(entity, verbs):
                self._spend(fault)
                return fault
        return None

    def _spend(self, fault: Fault) -> None:
        if fault.count is None:
            return
        fault.count -= 1
        if fault.count <= 0:
            self._on.remove(fault)
