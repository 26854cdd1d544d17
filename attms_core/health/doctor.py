"""Runs the checks: side by side, each with its time, and what goes wrong in one becomes a finding in words.

What is looked at belongs to the modules of the subjects; how findings are shown belongs to the faces.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import structlog
from msgspec import Struct, structs

from attms_core.errors import AttmsError, Invalid
from attms_core.health.finding import Finding, State, Subject
from attms_core.ports import Now

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[Finding | Sequence[Finding]]]
"""Looks at one subject. May raise: that becomes a finding too."""

PATIENCE = timedelta(seconds=10)
AT_ONCE = 6
"""Checks that look at the same time; many of them wait for a network."""
LOOK_AGAIN = "Look again in a minute."
READ_LOG = "Look into the log for the word check_broke, and send us what stands there."


class _Entry(Struct, frozen=True, kw_only=True):
    subject: Subject
    check: Check
    needs_process: bool
    timeout: timedelta


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


class Doctor:
    """Knows the checks and examines when asked. Open it as an async context manager, or ``close`` it.

    now         dates what is found
    in_process  whether this is the process that serves; if not, checks that need it only say so
    """

    def __init__(self, *, now: Now = utc_now, in_process: bool = True) -> None:
        self._now = now
        self._in_process = in_process
        self._entries: dict[str, _Entry] = {}
        self._flights: dict[str, asyncio.Task[list[Finding]]] = {}
        self._known: dict[str, list[Finding]] = {}
        self._begun: dict[str, tuple[State, datetime]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        """Open it; nothing is looked at yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop looking."""
        await self.close()

    async def close(self) -> None:
        """Cancel the checks under way and wait until they have ended."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        if flights:
            await asyncio.wait(flights)

    def register(
        self, name: str, title: str, check: Check, *, needs_process: bool = False, timeout: timedelta = PATIENCE
    ) -> None:
        """Add a check under a name of its own. ValueError when there is one of that name already.

        ``needs_process`` marks what only the serving process can tell.
        """
        if name in self._entries:
            raise ValueError(f"there is a check {name} already")
        self._entries[name] = _Entry(
            subject=Subject(name, title), check=check, needs_process=needs_process, timeout=timeout
        )

    def registered(self) -> Mapping[str, str]:
        """Give the titles of the checks by their names, in the order of registration."""
        return {name: entry.subject.title for name, entry in self._entries.items()}

    async def examine(self, *, names: Collection[str] | None = None, within: timedelta | None = None) -> list[Finding]:
        """Look at everything, or at what is named, and give the findings in the order of registration.

        With ``within``, what takes longer is told as it was found last, or as not known yet; it is looked at on in
        the background. A check never runs twice at once: who asks meanwhile waits for the same answer.
        Raises ``Invalid`` for a name that is not registered.
        """
        entries = self._named(names)
        flights = {self._start(entry) for entry in entries if self._can_look(entry)}
        if flights:
            await asyncio.wait(flights, timeout=None if within is None else within.total_seconds())
        return [finding for entry in entries for finding in self._told(entry)]

    def _named(self, names: Collection[str] | None) -> list[_Entry]:
        if names is None:
            return list(self._entries.values())
        unknown = sorted(set(names) - self._entries.keys())
        if unknown:
            raise Invalid(f"There is no check called {unknown[0]}.", field="names", legal=list(self._entries))
        return [entry for name, entry in self._entries.items() if name in names]

    def _can_look(self, entry: _Entry) -> bool:
        return self._in_process or not entry.needs_process

    def _start(self, entry: _Entry) -> asyncio.Task[list[Finding]]:
        name = entry.subject.name
        flight = self._flights.get(name)
        if flight is None:
            flight = asyncio.create_task(self._run(entry), name=f"check {name}")
            self._flights[name] = flight
            flight.add_done_callback(lambda ended: self._ended(entry, ended))
        return flight

    async def _run(self, entry: _Entry) -> list[Finding]:
        async with self._slots, asyncio.timeout(entry.timeout.total_seconds()):
            found = await entry.check()
        return [found] if isinstance(found, Finding) else list(found)

    def _ended(self, entry: _Entry, flight: asyncio.Task[list[Finding]]) -> None:
        self._flights.pop(entry.subject.name, None)
        if not flight.cancelled():
            error = flight.exception()
            found = flight.result() if error is None else [_failed(entry, error)]
            self._known[entry.subject.name] = [self._dated(finding) for finding in found]

    def _dated(self, finding: Finding) -> Finding:
        """Say since when it has been so; well has no beginning."""
        if finding.state is State.OK:
            self._begun.pop(finding.name, None)
            return finding
        state, since = self._begun.get(finding.name, (State.OK, self._now()))
        if state is not finding.state:
            since = self._now()
        self._begun[finding.name] = (finding.state, since)
        return finding if finding.since else structs.replace(finding, since=since)

    def _told(self, entry: _Entry) -> list[Finding]:
        if not self._can_look(entry):
            return [entry.subject.unknown("Only the running service can tell.", "Start ATTMS, then ask again.")]
        if entry.subject.name in self._known:
            return self._known[entry.subject.name]
        return [entry.subject.unknown("No answer yet: it is still being looked at.", "Look again in a few seconds.")]


def _failed(entry: _Entry, error: BaseException) -> Finding:
    """Put what a check raised into words; of a bug none of its own, for they could hold anything."""
    if isinstance(error, TimeoutError):
        seconds = entry.timeout.total_seconds()
        return entry.subject.unknown(f"No answer within {seconds:g} seconds.", LOOK_AGAIN)
    if isinstance(error, AttmsError):
        return entry.subject.ill(str(error), error.hint or LOOK_AGAIN)
    log.error("check_broke", check=entry.subject.name, exc_info=error)
    return entry.subject.unknown("The check itself failed: a fault of ours.", READ_LOG)
