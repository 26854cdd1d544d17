"""How the installation feels, for an administrator: what is wrong with its next step first, the rest in a line."""

from collections.abc import Sequence

from msgspec import Struct

from attms_core.health import Finding, State, counted, overall, worst_first
from cards import times
from cards.actions import press
from cards.asks import RunCommand
from cards.elements import Colour, Container, Element, Json, Style
from cards.parts import capital, card, feed, glue, heading, notice, paragraph, run, say, whisper
from cards.reader import Reader

MOST = 10
"""Findings shown with all their words; a card has its limit."""
_STYLES: dict[State, Style] = {
    State.ILL: "attention",
    State.WARNING: "warning",
    State.UNKNOWN: "accent",
    State.OK: "good",
}
_WORDS: dict[State, tuple[str, Colour]] = {State.ILL: ("Wrong", "Attention"), State.WARNING: ("Warning", "Default")}


class HealthCard(Struct, frozen=True, kw_only=True):
    """An examination."""

    findings: tuple[Finding, ...]

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        troubled = [finding for finding in worst_first(self.findings) if finding.state in _WORDS]
        left_out = len(troubled) - MOST
        body = (
            heading("Health of ATTMS"),
            notice(verdict(self.findings), _STYLES[overall(self.findings)]),
            *(_trouble(finding, reader) for finding in troubled[:MOST]),
            whisper(f"And {left_out} more: on the host type attms doctor.") if left_out > 0 else None,
            *self._folded(),
            whisper(f"Looked at {times.moment(reader.now, reader)}."),
        )
        again = press("Check again", RunCommand(words="health"), nonce)
        return card(*body, summary=self.summary(), actions=[again])

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Health: {verdict(self.findings)}")

    def _folded(self) -> tuple[Element, ...]:
        unknown = [finding for finding in self.findings if finding.state is State.UNKNOWN]
        fine = [finding for finding in self.findings if finding.state is State.OK]
        untold = ", ".join(finding.title for finding in unknown)
        is_all = len(fine) == len(self.findings)
        return (
            *((whisper(f"Not known yet: {untold}.", most=500, spacing="Medium"),) if unknown else ()),
            *((whisper(f"{_counted(fine)} fine."),) if fine and not is_all else ()),
        )


def verdict(findings: Sequence[Finding]) -> str:
    """Say how all of it stands, in a line."""
    ill = sum(finding.state is State.ILL for finding in findings)
    warnings = sum(finding.state is State.WARNING for finding in findings)
    told = [
        *([f"{ill} thing{' is' if ill == 1 else 's are'} wrong"] if ill else []),
        *([f"there {'is' if warnings == 1 else 'are'} {counted(warnings, 'warning')}"] if warnings else []),
    ]
    if told:
        return f"{capital(' and '.join(told))}."
    fine = [finding for finding in findings if finding.state is State.OK]
    if len(fine) < len(findings):
        return "Nothing is wrong as far as can be told."
    return f"All is well: {_counted(fine)} fine." if fine else "There was nothing to look at."


def _trouble(finding: Finding, reader: Reader) -> Container:
    word, colour = _WORDS[finding.state]
    since = (glue(f" since {times.moment(finding.since, reader)}", size="Small"),) if finding.since else ()
    head = paragraph(run(f"{word}: {finding.title}", weight="Bolder", color=colour), *since)
    way = (
        run("Next:", size="Small", weight="Bolder"),
        glue(" ", size="Small"),
        run(finding.fix, most=700, size="Small"),
    )
    items = (
        head,
        say(finding.what, most=400, spacing="None"),
        *((paragraph(*way, spacing="Small"),) if finding.fix else ()),
    )
    return Container(items=items, spacing="Medium", separator=True)


def _counted(fine: Sequence[Finding]) -> str:
    return f"{len(fine)} check{' is' if len(fine) == 1 else 's are'}"
