"""What somebody is told in their own chat: how it stands, and the form to choose. What it means is the core's."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from attms_core.model.preferences import CHOSEN, Matter
from cards import times
from cards.actions import press
from cards.asks import RunCommand
from cards.choices_asks import TYPED, KeepChoices
from cards.elements import Json
from cards.forms import form
from cards.inputs import Input, InputChoiceSet, InputText, Option
from cards.notice_asks import NoticeChoices
from cards.parts import FieldError, capital, card, facts, feed, heading, say, title, typed, whisper
from cards.reader import Reader
from cards.text import plain

MATTERS: Mapping[Matter, str] = {
    Matter.ASSIGNED: "A ticket is assigned to me",
    Matter.ANSWERED: "The customer writes on mine",
    Matter.MENTIONED: "A note names me",
    Matter.SLA_75: "An SLA of mine is at 75 %",
    Matter.SLA_90: "An SLA of mine is at 90 %",
    Matter.SLA_BREACHED: "An SLA of mine is missed",
    Matter.ESCALATION: "An escalation comes to me",
    Matter.SUBSCRIBED: "A subscription of this chat",
}
SHORT: Mapping[Matter, str] = {
    Matter.ASSIGNED: "assigned to me",
    Matter.ANSWERED: "customer answers",
    Matter.MENTIONED: "mentions",
    Matter.SLA_75: "SLA at 75 %",
    Matter.SLA_90: "SLA at 90 %",
    Matter.SLA_BREACHED: "SLA missed",
    Matter.ESCALATION: "escalations",
    Matter.SUBSCRIBED: "subscriptions of this chat",
}
"""In lists."""
QUIET_OFF = "notices quiet off"


class Stand(Struct, frozen=True, kw_only=True):
    """How quiet hours stand, and what will happen next."""

    is_quiet: bool = False
    turns_at: datetime | None = None
    """When they end, or begin next; none without quiet hours."""
    zone: str = ""
    """By which they go."""
    held: int = 0
    """What waits for their end."""

    def words(self, reader: Reader) -> str:
        """Say it in one line, such as ``Quiet until tomorrow 07:00 (Europe/Berlin). 3 notices wait for it.``."""
        if self.turns_at is None:
            return "No quiet hours: everything reaches you at once."
        at = f"{times.moment(self.turns_at, replace(reader, zone=self.zone))} ({self.zone or 'UTC'})"
        if not self.is_quiet:
            return f"Quiet begins {at}; until then everything reaches you at once."
        waits = {0: "", 1: " 1 notice waits for it."}.get(self.held, f" {self.held} notices wait for it.")
        return f"Quiet until {at}.{waits}"


class ChoicesCard(Struct, frozen=True, kw_only=True):
    """How somebody's choices stand, after a change of them."""

    said: str
    """What has just happened: ``Saved.``"""
    told: tuple[Matter, ...]
    through: tuple[Matter, ...]
    quiet: str = ""
    """Quiet hours in words; empty for none."""
    stand: Stand

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        pairs = [
            ("You are told of", listed(self.told) or "nothing"),
            ("Quiet hours", self.quiet or "none"),
        ]
        if self.quiet:
            pairs.append(("Told in quiet hours too", listed(self.through) or "nothing"))
        change = press("Change", NoticeChoices(), nonce)
        off = (press("No quiet hours", RunCommand(words=QUIET_OFF), nonce),) if self.quiet else ()
        body = (title(self.said, size="Medium"), say(self.stand.words(reader), spacing="Small"), *facts(pairs))
        return card(*body, summary=self.summary(reader), actions=(change, *off))

    def summary(self, reader: Reader) -> str:
        """Say it in one line."""
        return feed(f"{self.said} {self.stand.words(reader)}")


class Filled(Struct, frozen=True, kw_only=True):
    """What stands in the inputs of the form: as kept, or as typed."""

    told: frozenset[Matter]
    through: frozenset[Matter]
    start: str = ""
    end: str = ""
    days: str = ""
    whole_days: str = ""
    zone: str = ""


class ChoicesForm(Struct, frozen=True, kw_only=True):
    """Asks what shall be told, and when nothing."""

    filled: Filled
    stand: Stand
    chat_zone: str = ""
    """What Teams tells of the person's zone."""
    errors: Mapping[str, FieldError] = field(default_factory=dict)
    """By the inputs' names; one that fits no input is shown on top."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        head = (heading("What you are told here"), whisper(self.stand.words(reader), spacing="None"))
        fields = (
            *self._told(),
            heading("Quiet hours", spacing="Medium"),
            whisper("What comes in quiet hours waits, and is told together when they end.", spacing="None"),
            *self._quiet(),
        )
        body = form(head, fields, self.errors)
        off = (press("No quiet hours", RunCommand(words=QUIET_OFF), nonce),) if self.stand.turns_at else ()
        return card(*body, summary=self.summary(), actions=(press("Save", KeepChoices(), nonce), *off))

    def summary(self) -> str:
        """Say it in one line."""
        return feed("Choose what you are told, and your quiet hours")

    def _told(self) -> tuple[Input, ...]:
        return (_several("told", "Tell me when", CHOSEN, self.filled.told),)

    def _quiet(self) -> tuple[Input, ...]:
        zone = f"Time zone (empty: {self.chat_zone}, from Teams)" if self.chat_zone else "Time zone"
        return (
            _text("quiet_from", "From (empty: no quiet hours)", self.filled.start, "19:00"),
            _text("quiet_to", "To", self.filled.end, "07:00"),
            _text("quiet_days", "Beginning on (empty: every day)", self.filled.days, "mon-fri"),
            _text("quiet_whole_days", "Quiet all day on", self.filled.whole_days, "sat,sun"),
            _text("quiet_zone", zone, self.filled.zone, "Europe/Berlin"),
            _several("through", "Tell me in quiet hours too", tuple(Matter), self.filled.through),
        )


def listed(matters: Iterable[Matter]) -> str:
    """Name them in one line, in their usual order."""
    found = set(matters)
    return capital(", ".join(SHORT[matter] for matter in Matter if matter in found))


def _several(name: str, label: str, offered: Iterable[Matter], chosen: frozenset[Matter]) -> InputChoiceSet:
    options = tuple(Option(title=plain(MATTERS[matter]), value=matter.value) for matter in offered)
    value = ",".join(option.value for option in options if option.value in chosen)
    return InputChoiceSet(
        id=name, label=plain(label), choices=options, value=value or None, is_multi_select=True, wrap=True
    )


def _text(name: str, label: str, value: str, example: str) -> InputText:
    return InputText(
        id=name, label=plain(label), value=typed(value, TYPED), max_length=TYPED, placeholder=plain(example)
    )
