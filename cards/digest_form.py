"""The form in which somebody says when a digest comes."""

from msgspec import Struct

from attms_core.model.digest import DAYS, DigestKind
from cards.actions import press
from cards.digest_asks import TIME, ZONE, SetDigest, ShowDigests
from cards.elements import Element, Json
from cards.inputs import InputChoiceSet, InputText, Option
from cards.parts import FieldError, card, feed, heading, trouble, typed, whisper
from cards.reader import Reader
from cards.text import plain

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ABOUT = {
    DigestKind.MINE: "Your own tickets come to your own chat with me.",
    DigestKind.HERE: "How the desk stands comes to this conversation. It shows what you may see.",
}


class DigestFormCard(Struct, frozen=True, kw_only=True):
    """Asks at what time, on which days and in which zone."""

    kind: DigestKind
    time: str
    days: tuple[str, ...]
    zone: str
    error: FieldError | None = None
    field: str = ""
    """Of the error: ``time``, ``days`` or ``zone``."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        body = (
            heading("When shall the digest come?"),
            whisper(_ABOUT[self.kind], spacing="None"),
            *(trouble(self.error) if self.field not in {"time", "days", "zone"} else ()),
            *self._time(),
            *self._days(),
            *self._zone(),
        )
        actions = (
            press("Save", SetDigest(kind=self.kind.value), nonce),
            press("Cancel", ShowDigests(), nonce),
        )
        return card(*body, summary=self.summary(), actions=actions)

    def summary(self) -> str:
        """Say it in one line."""
        return feed("When shall the digest come?")

    def _time(self) -> tuple[Element, ...]:
        field = InputText(
            id="time",
            label=plain("Time"),
            placeholder=plain("07:30"),
            value=typed(self.time, TIME),
            max_length=TIME,
            is_required=True,
            error_message="Write a time like 07:30.",
        )
        return (*self._trouble("time"), field)

    def _days(self) -> tuple[Element, ...]:
        chosen = [day for day in DAYS if day in self.days]
        field = InputChoiceSet(
            id="days",
            label=plain("Days"),
            choices=tuple(Option(title=plain(name), value=day) for day, name in zip(DAYS, _NAMES, strict=True)),
            is_multi_select=True,
            value=",".join(chosen) or None,
            placeholder=plain("Monday to Friday"),
        )
        return (*self._trouble("days"), field)

    def _zone(self) -> tuple[Element, ...]:
        field = InputText(
            id="zone",
            label=plain("Time zone"),
            placeholder=plain("Europe/Berlin"),
            value=typed(self.zone, ZONE),
            max_length=ZONE,
        )
        return (*self._trouble("zone"), field)

    def _trouble(self, field: str) -> tuple[Element, ...]:
        return trouble(self.error) if self.field == field else ()
