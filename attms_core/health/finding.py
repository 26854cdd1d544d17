"""What a check found out, as a value: how it stands, in a sentence, and the exact next step. Nothing here looks."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field


class State(StrEnum):
    """How something stands."""

    OK = "ok"
    WARNING = "warning"
    """It works; somebody should look before it does not."""
    ILL = "ill"
    """Something that people need does not work."""
    UNKNOWN = "unknown"
    """It could not be looked at."""


_WORST_FIRST = (State.ILL, State.WARNING, State.UNKNOWN, State.OK)


class Finding(Struct, frozen=True, kw_only=True):
    """One line of an examination. It never holds a secret's value."""

    name: str
    """For machines: ``autotask-sign-in``."""
    title: str
    state: State
    what: str
    """A sentence."""
    fix: str = ""
    """The exact next step: a command to type or a place to click. Empty where there is nothing to do."""
    since: datetime | None = None
    """Since when it has stood like this, as far as this process knows."""
    facts: Mapping[str, str] = field(default_factory=dict)


class Subject(Struct, frozen=True):
    """Something that can be ill. Its findings are made here, so that name and title stand once."""

    name: str
    title: str

    def fine(self, what: str, **facts: str) -> Finding:
        """Say that it is well."""
        return Finding(name=self.name, title=self.title, state=State.OK, what=what, facts=facts)

    def warning(self, what: str, fix: str, **facts: str) -> Finding:
        """Say that somebody should look before it is ill."""
        return Finding(name=self.name, title=self.title, state=State.WARNING, what=what, fix=fix, facts=facts)

    def ill(self, what: str, fix: str, **facts: str) -> Finding:
        """Say that it does not work."""
        return Finding(name=self.name, title=self.title, state=State.ILL, what=what, fix=fix, facts=facts)

    def unknown(self, what: str, fix: str = "") -> Finding:
        """Say that it cannot be told."""
        return Finding(name=self.name, title=self.title, state=State.UNKNOWN, what=what, fix=fix)


def overall(findings: Iterable[Finding]) -> State:
    """Give the worst state; what could not be looked at is worse than well and better than a warning."""
    states = {finding.state for finding in findings}
    return next((state for state in _WORST_FIRST if state in states), State.OK)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by state, the worst first; those alike stay in their order."""
    return sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.state))


def lasting(span: timedelta) -> str:
    """Say a span in its largest unit: ``12 min``, ``3 h``, ``2 days``."""
    seconds = int(abs(span).total_seconds())
    for length, unit in ((86_400, "day"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length} {unit}{_plural(unit, seconds // length)}"
    return f"{seconds} s"


def counted(number: int, thing: str) -> str:
    """Count things in words: ``1 message``, ``3 messages``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def sized(size: int) -> str:
    """Say a size: ``512 MiB``, ``1.5 GiB``."""
    if size >= 1 << 30:
        return f"{size / (1 << 30):.1f} GiB"
    return f"{size / (1 << 20):.0f} MiB" if size >= 1 << 20 else f"{size / 1024:.0f} KiB"


def _plural(unit: str, number: int) -> str:
    return "s" if unit == "day" and number != 1 else ""
