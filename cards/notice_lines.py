"""What notices say: lines of what happened, people's words beneath, whom it concerns. Each card has its own file."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from cards.actions import tap
from cards.elements import Container, Element, Json, Style, TextRun
from cards.notice_asks import SilenceTopic, WhyNotice
from cards.parts import glue, paragraph, run, way, whisper
from cards.reader import Reader
from cards.text import lines, plain
from cards.times import moment

WHY = "Why did I get this?"
SILENCE = "Silence"
MOST_LINES = 6
QUOTE = 280
QUOTE_ROWS = 4
_NAME = re.compile(r"[^\w .'\u2019-]|_")
_PRESSING: tuple[Style, ...] = ("attention", "warning", "good", "accent")


class Concerned(Struct, frozen=True, kw_only=True):
    """Somebody whom it concerns and who is told so by Teams: a member of the conversation."""

    name: str
    id: str
    """The Entra object id or the Teams id."""

    @property
    def tag(self) -> str:
        """Spell the mention; empty when nothing of the name can stand in one."""
        name = " ".join(_NAME.sub(" ", plain(self.name, most=60)).split())
        return f"<at>{name}</at>" if name else ""


class Line(Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    what: str
    """``Ana Ruiz set the status: New → In Progress``."""
    at: datetime | None = None
    quote: str = ""
    """What somebody wrote."""
    style: Style = "accent"
    """How pressing it is; the words say it as well."""
    concerned: Concerned | None = None


class Mention(Element, frozen=True, kw_only=True):
    """The name of a member, which Teams marks and tells. Made of a ``Concerned`` alone: clients read Markdown here."""

    kind: ClassVar[str] = "TextBlock"
    text: str
    wrap: Literal[True] = True


def band(told: Sequence[Line], reader: Reader, *, lead: str = "") -> Container:
    """Show what happened on top of a card, in the colour of what presses most; the latest stands last."""
    shown = told[-MOST_LINES:]
    styles = {line.style for line in shown}
    style: Style = next((each for each in _PRESSING if each in styles), "accent")
    before = (whisper(lead),) if lead else ()
    return Container(items=(*before, *line_parts(told, reader)), style=style, spacing="Small")


def line_parts(told: Sequence[Line], reader: Reader) -> tuple[Element, ...]:
    """Show lines with their times, quotes and mentions; of many the latest."""
    earlier = len(told) - MOST_LINES
    more = (whisper(f"{earlier} earlier {'change' if earlier == 1 else 'changes'}.", spacing="None"),)
    parts = (part for line in told[-MOST_LINES:] for part in _line(line, reader))
    return (*(more if earlier > 0 else ()), *parts)


def _line(line: Line, reader: Reader) -> tuple[Element, ...]:
    when = (glue(f" · {moment(line.at, reader)}", size="Small"),) if line.at else ()
    head = paragraph(run(line.what, most=400, weight="Bolder"), *when, spacing="Small")
    tag = line.concerned.tag if line.concerned else ""
    return (head, *((Mention(text=tag, spacing="None"),) if tag else ()), *quoted(line.quote))


def quoted(text: str, *, most: int = QUOTE, rows: int = QUOTE_ROWS) -> tuple[Element, ...]:
    """Show somebody's words, cut."""
    found, more = lines(text, most=most, rows=rows)
    rest = (whisper("More on the ticket.", spacing="None"),) if more else ()
    return (*(paragraph(run(each, most=most), spacing="None") for each in found), *rest)


def mentioning(card: Json, told: Sequence[Line]) -> Json:
    """Tell Teams who is mentioned in a card that shows these lines (Adaptive Cards help: mentions)."""
    shown = {line.concerned for line in told[-MOST_LINES:] if line.concerned and line.concerned.tag}
    entities = [
        {"type": "mention", "text": each.tag, "mentioned": {"id": each.id, "name": each.tag[4:-5]}}
        for each in sorted(shown, key=lambda each: each.id)
    ]
    if entities:
        card["msteams"] = {**card["msteams"], "entities": entities}
    return card


def said(told: Sequence[Line]) -> str:
    """Say it in one line: the latest, with the words of whoever wrote."""
    if not told:
        return ""
    last = told[-1]
    return f"{last.what}: {last.quote}" if last.quote else last.what


def quiet_ways(topic: str) -> tuple[TextRun, ...]:
    """Lead to the reason, and to silence; ``topic`` is spelled as a button carries it."""
    return (
        way(WHY, tap(WHY, WhyNotice(topic=topic))),
        way(SILENCE, tap("Silence this here until the customer writes", SilenceTopic(topic=topic))),
    )
