"""The form of a ladder: its queue, and step by step how long nobody has a ticket and who is told then."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from attms_core.model import Choice, ResourceId
from attms_core.model.ladder import LadderId
from cards.actions import press
from cards.elements import Json
from cards.escalation_asks import AFTER, AS_BEFORE, EVERYONE, HERE, NEW, TIME, WHO, SetLadder, ShowLadders
from cards.forms import form
from cards.inputs import MOST_CHOICES, InputChoiceSet, InputText, Option
from cards.parts import (
    FieldError,
    card,
    feed,
    heading,
    option_title,
    options,
    selected,
    typed,
    whisper,
)
from cards.reader import Reader
from cards.text import plain

FEW = 12
"""Up to so many a list is quicker than typing."""
BESIDE = 3
"""Choices that are no people."""
EXAMPLE = 'escalation "Service Desk" 15m here and @Ana, 1h everyone'
MOST_OFFERED = 120
"""People offered on one card, in all its steps together: a card has its size."""


class FormStep(Struct, frozen=True, kw_only=True):
    """What stands in one line of the form."""

    after: str = ""
    who: str = ""
    """The value of a choice."""
    before: str = ""
    """Whom the step tells in words, where no other choice can say it: several, or a place elsewhere."""


class LadderFormCard(Struct, frozen=True, kw_only=True):
    """Asks for a ladder."""

    id: LadderId = NEW
    queues: tuple[Choice, ...]
    queue: int | None = None
    steps: tuple[FormStep, ...]
    """As many lines as there shall be."""
    here: str
    """What ``here`` means: ``This channel``."""
    people: tuple[tuple[ResourceId, str], ...]
    """Who can be told something, by name."""
    errors: Mapping[str, FieldError] = field(default_factory=dict)
    """By the inputs' names; one that fits no input is shown on top."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        head = (
            heading("Escalation of a queue"),
            whisper("Who is told when nobody takes a ticket. It ends as soon as somebody does.", spacing="None"),
        )
        body = (
            *form(head, (self._queue(), *self._lines()), self.errors),
            whisper("A line left empty is no step. Say 15m, 1h30m or 2d."),
            whisper(f"Several at one step, in words: {EXAMPLE}", spacing="None"),
        )
        buttons = (press("Save", SetLadder(id=self.id), nonce), press("Cancel", ShowLadders(), nonce))
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed("Say who is told when nobody takes a ticket")

    def _queue(self) -> InputChoiceSet:
        offered = options(self.queues)
        return InputChoiceSet(
            id="queue",
            label=plain("Queue"),
            choices=offered,
            style="filtered" if len(offered) > FEW else "compact",
            placeholder=plain("Choose a queue"),
            value=selected(self.queue, offered),
            is_required=True,
            error_message="Choose a queue.",
        )

    def _lines(self) -> Iterator[InputText | InputChoiceSet]:
        for number, step in enumerate(self.steps, start=1):
            yield InputText(
                id=f"{AFTER}{number}",
                label=plain(f"Step {number}: nobody has taken it for"),
                placeholder=plain("15m"),
                value=typed(step.after, TIME),
                max_length=TIME,
                spacing="Large",
            )
            yield self._who(number, step)

    def _who(self, number: int, step: FormStep) -> InputChoiceSet:
        most = min(MOST_CHOICES - BESIDE, MOST_OFFERED // len(self.steps))
        people = sorted(((str(resource), name) for resource, name in self.people), key=lambda one: one[0] != step.who)
        beside = [(HERE, self.here), (EVERYONE, "Everyone who may work this queue")]
        if step.before:
            beside.append((AS_BEFORE, f"As before: {step.before}"))
        offered = tuple(
            Option(title=option_title(name), value=value)
            for value, name in (*beside, *people[:most])  # the one chosen first, who must not be left out
        )
        return InputChoiceSet(
            id=f"{WHO}{number}",
            label=plain(f"Step {number}: then tell"),
            choices=offered,
            placeholder=plain("Nobody"),
            value=step.who if any(each.value == step.who for each in offered) else None,
            style="filtered" if len(offered) > FEW else "compact",
        )
