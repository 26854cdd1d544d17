"""What many cards are made of: titles, notices, facts, fields with their errors. No card of its own stands here."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from attms_core.model import Choice, Clock, ClockState
from cards import times
from cards.elements import (
    Action,
    AdaptiveCard,
    Colour,
    Column,
    ColumnSet,
    Container,
    Element,
    Json,
    RichTextBlock,
    Size,
    Spacing,
    Style,
    TextBlock,
    TextRun,
    Weight,
)
from cards.inputs import MOST_CHOICES, Option
from cards.reader import Reader
from cards.text import Plain, clean, plain

PRESSING = frozenset({ClockState.NEAR, ClockState.BREACHED})
"""Clocks that stand out: what they say is shown in bold."""
BLANK = Plain("-")
"""Stands where a text from outside turned out to be nothing."""
SUMMARY = 150
"""Characters of the activity feed's line."""


class FieldError(Struct, frozen=True, kw_only=True):
    """Why a field was refused, for showing right above it."""

    what: str
    legal: tuple[str, ...] = ()
    """Labels of what may stand there."""
    more: str = ""
    """What to do about it, when no other value would help."""


def run(
    text: str,
    *,
    most: int = 200,
    size: Size | None = None,
    weight: Weight | None = None,
    color: Colour | None = None,
    subtle: bool = False,
) -> TextRun:
    """Make a piece of text from anything."""
    words = plain(text, most=most) or BLANK
    return TextRun(text=words, size=size, weight=weight, color=color, is_subtle=True if subtle else None)


def glue(text: str, *, size: Size | None = None) -> TextRun:
    """Make our own text between runs, spaces at its ends kept."""
    return TextRun(text=Plain(text), size=size, is_subtle=True)


def way(text: str, action: Action) -> TextRun:
    """Make a piece of text that does something when pressed."""
    return TextRun(text=plain(text), color="Accent", size="Small", select_action=action)


def spaced(ways: Sequence[TextRun]) -> tuple[TextRun, ...]:
    """Set ways beside each other."""
    return tuple(each for one in ways for each in (glue(" · ", size="Small"), one))[1:]


def paragraph(*runs: TextRun, spacing: Spacing | None = None) -> RichTextBlock:
    """Put runs in a line that wraps."""
    return RichTextBlock(inlines=runs, spacing=spacing)


def say(text: str, *, most: int = 500, spacing: Spacing | None = None) -> RichTextBlock:
    """Make a paragraph of one look."""
    return paragraph(run(text, most=most), spacing=spacing)


def whisper(text: str, *, most: int = 300, spacing: Spacing | None = "Small") -> RichTextBlock:
    """Make a small, quiet paragraph."""
    return paragraph(run(text, most=most, size="Small", subtle=True), spacing=spacing)


def heading(text: str, *, spacing: Spacing | None = None) -> TextBlock:
    """Make a heading of our own fixed words; screen readers find their way by these."""
    return TextBlock(text=text, size="Medium", weight="Bolder", style="heading", spacing=spacing)


def title(text: str, *, most: int = 200, size: Size = "Large", spacing: Spacing | None = None) -> RichTextBlock:
    """Make a title of anything."""
    return paragraph(run(text, most=most, size=size, weight="Bolder"), spacing=spacing)


def notice(text: str, style: Style = "accent") -> Container:
    """Make a coloured band that says something in words."""
    return Container(items=(paragraph(run(text, most=400, weight="Bolder")),), style=style, spacing="Small")


def done(said: str) -> Container | None:
    """Say in a band what has just been done; nothing where nothing was."""
    return notice(said, "good") if said else None


def stale(as_of: datetime | None, reader: Reader, *, is_current: bool) -> tuple[Container, ...]:
    """Say how old the data is while AutoTask does not answer; nothing while all is well."""
    if is_current:
        return ()
    if as_of is None:
        return (notice("AutoTask is not answering, and nothing has been read from it yet.", "warning"),)
    old = times.span(reader.now - as_of)
    return (notice(f"This data is {old} old: AutoTask is not answering.", "warning"),)


def facts(pairs: Sequence[tuple[str, str]]) -> tuple[ColumnSet, ...]:
    """Show names over values, two beside each other: readable on a phone, and without FactSet's Markdown."""
    rows = [pairs[at : at + 2] for at in range(0, len(pairs), 2)]
    return tuple(
        ColumnSet(columns=tuple(_fact(*pair) for pair in row) + _filler(2 - len(row)), spacing="Small") for row in rows
    )


def _fact(name: str, value: str) -> Column:
    items = (paragraph(run(name, size="Small", subtle=True)), paragraph(run(value or "none"), spacing="None"))
    return Column(items=items)


def _filler(count: int) -> tuple[Column, ...]:
    return tuple(Column(items=()) for _ in range(count))


def clock_run(clock: Clock, reader: Reader, *, size: Size | None = None) -> TextRun:
    """Say how the SLA stands; what presses is bold, what is late also red."""
    return clock_look(capital(times.sla(clock, reader)), clock.state, size=size)


def clock_look(text: str, state: ClockState, *, size: Size | None = None) -> TextRun:
    """Show text in the look of an SLA clock."""
    pressing = state in PRESSING
    return run(
        text,
        size=size,
        weight="Bolder" if pressing else None,
        color="Attention" if state is ClockState.BREACHED else None,
        subtle=not pressing,
    )


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def options(choices: Sequence[Choice]) -> tuple[Option, ...]:
    """Offer a picklist's values, in the order given."""
    return tuple(Option(title=option_title(c.label), value=str(c.value)) for c in choices[:MOST_CHOICES])


def option_title(text: str) -> Plain:
    """Make one line of a choice; a nameless one still needs something to press."""
    return plain(text, most=50) or Plain("(no name)")


def selected(value: int | None, choices: Sequence[Option]) -> str | None:
    """Preselect a value only if it is offered: clients show nothing for one that is not."""
    return str(value) if any(each.value == str(value) for each in choices) else None


def typed(text: str, most: int) -> str | None:
    """Give back what somebody typed, as typed: inputs show text as it is."""
    return clean(text)[:most] or None


def trouble(error: FieldError | None) -> tuple[Element, ...]:
    """Say above a field why it was refused and what may stand there."""
    if error is None:
        return ()
    found: tuple[Element, ...] = (paragraph(run(error.what, most=300, weight="Bolder", color="Attention")),)
    if error.legal:
        found += (whisper(f"It can be: {', '.join(error.legal)}.", most=600, spacing="None"),)
    if error.more:
        found += (whisper(error.more, most=600, spacing="None"),)
    return found


def card(*body: Element | None, summary: str, actions: Sequence[Action] = ()) -> Json:
    """Close a card of these parts, leaving out those that are None."""
    parts = tuple(part for part in body if part is not None)
    return AdaptiveCard(body=parts, actions=tuple(actions) or None, fallback_text=plain(summary) or BLANK).to_json()


def feed(text: str) -> str:
    """Make the activity feed's line: one plain sentence."""
    return str(plain(text, most=SUMMARY))
