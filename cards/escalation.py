"""The ladders of queues: the list, and what comes of a change. The form has a file of its own."""

from msgspec import Struct

from attms_core.model.ladder import LadderId
from cards.actions import Execute, press
from cards.elements import ActionSet, Container, Element, Json
from cards.escalation_asks import AskRemoval, LadderForm, PauseLadder, RemoveLadder, ResumeLadder, ShowLadders
from cards.parts import card, feed, glue, heading, notice, paragraph, run, say, title, whisper
from cards.reader import Reader

PAGE = 5
"""Ladders on one card."""
MOST_WHO = 120
WHAT = "When nobody takes a ticket of a queue, these people and places are told, step by step."


class StepLine(Struct, frozen=True, kw_only=True):
    """One step in words."""

    after: str
    """``15 min``."""
    who: str
    """``here and Ana Ruiz``."""


class LadderLine(Struct, frozen=True, kw_only=True):
    """A ladder as it is shown."""

    id: LadderId
    queue: str
    steps: tuple[StepLine, ...]
    maker: str
    since: str
    """When it was set or went on: ``today 14:05``."""
    is_paused: bool = False
    climbing: int = 0
    """Tickets that were called and that nobody has taken yet."""
    trouble: str = ""
    """Why it tells nothing although it is not paused."""

    def head(self) -> Element:
        """Name its queue, and say how it stands."""
        state = (glue("  "), run("paused", size="Small", weight="Bolder")) if self.is_paused else ()
        return paragraph(run(self.queue, most=80, weight="Bolder"), *state)

    def parts(self) -> tuple[Element, ...]:
        """Show its steps, and what is to be known of it."""
        steps = tuple(
            paragraph(glue(f"After {step.after}: ", size="Small"), run(step.who, most=MOST_WHO), spacing="None")
            for step in self.steps
        )
        waiting = f"{_tickets(self.climbing)} called and not taken yet. " if self.climbing else ""
        trouble = (notice(self.trouble, "warning"),) if self.trouble else ()
        return (*steps, *trouble, whisper(f"{waiting}Set by {self.maker}, counting since {self.since}."))


class LaddersCard(Struct, frozen=True, kw_only=True):
    """All ladders that somebody may see, page by page."""

    lines: tuple[LadderLine, ...]
    """Of this page."""
    total: int
    offset: int = 0

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show them."""
        del reader
        body = (heading("Escalation"), whisper(WHAT, spacing="None"), *(_row(line, nonce) for line in self.lines))
        none = None if self.lines else say("No queue has an escalation yet.", spacing="Medium")
        buttons = (press("New escalation", LadderForm(), nonce), *self._pages(nonce))
        return card(*body, none, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Escalation: {self.total} queue{'' if self.total == 1 else 's'}")

    def _pages(self, nonce: str) -> tuple[Execute, ...]:
        before, after = self.offset - PAGE, self.offset + PAGE
        back = (press("Back", ShowLadders(offset=max(before, 0)), nonce),) if self.offset else ()
        return (*back, *((press("More", ShowLadders(offset=after), nonce),) if after < self.total else ()))


class LadderSetCard(Struct, frozen=True, kw_only=True):
    """What came of a change, and how the ladder stands now."""

    said: str
    line: LadderLine
    next: str = ""
    """What will happen from now on."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        more = say(self.next, spacing="Small") if self.next else None
        buttons = (press("Change", LadderForm(id=self.line.id), nonce), press("All escalations", ShowLadders(), nonce))
        return card(title(self.said, size="Medium"), *self.line.parts(), more, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(self.said)


class RemoveLadderCard(Struct, frozen=True, kw_only=True):
    """Asks whether a ladder shall really go."""

    line: LadderLine

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        buttons = (
            press("Remove it", RemoveLadder(id=self.line.id), nonce),
            press("Keep it", ShowLadders(), nonce),
        )
        body = (title(f"Remove the escalation of {self.line.queue}?", size="Medium"), *self.line.parts())
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Remove the escalation of {self.line.queue}?")


def _row(line: LadderLine, nonce: str) -> Container:
    rest = ResumeLadder(id=line.id) if line.is_paused else PauseLadder(id=line.id)
    buttons = (
        press("Change", LadderForm(id=line.id), nonce),
        press("Go on" if line.is_paused else "Pause", rest, nonce),
        press("Remove", AskRemoval(id=line.id), nonce),
    )
    return Container(items=(line.head(), *line.parts(), ActionSet(actions=buttons)), separator=True, spacing="Medium")


def _tickets(count: int) -> str:
    return "1 ticket was" if count == 1 else f"{count} tickets were"
