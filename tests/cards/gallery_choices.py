"""The cards of somebody's own choices, in every state."""

from collections.abc import Callable
from datetime import timedelta

from attms_core.model.preferences import CHOSEN, Matter, Preferences
from cards.choices import ChoicesCard, ChoicesForm, Filled, Stand
from cards.elements import Json
from cards.parts import FieldError
from cards.reader import Reader


def choices(say: Callable[[str], str], reader: Reader, nonce: str) -> dict[str, Json]:
    """Render them, with text from outside put in by ``say``."""
    zone = say("Europe/Berlin")
    usual = Preferences()
    told = frozenset(CHOSEN) - usual.off
    begins = Stand(turns_at=reader.now + timedelta(hours=8), zone=zone)
    within = Stand(is_quiet=True, turns_at=reader.now + timedelta(hours=21), zone=zone, held=3)
    form = ChoicesForm(filled=Filled(told=told, through=usual.through), stand=Stand(), chat_zone=zone)
    filled = Filled(
        told=told,
        through=frozenset(),
        start=say("19:00"),
        end=say("25:00"),
        days=say("someday"),
        whole_days=say("sat,sun"),
        zone=say("Europe/Atlantis"),
    )
    errors = {
        "quiet_to": FieldError(what=say('"25:00" is no time of the day.'), more=say("Write it like this: 07:00")),
        "quiet_days": FieldError(what=say('"someday" is no day of the week.'), legal=(say("mon"), say("tue"))),
        "elsewhere": FieldError(what=say("The database does not answer.")),
    }
    card = ChoicesCard(
        said="Saved.",
        told=tuple(told),
        through=tuple(usual.through),
        quiet="19:00 to 07:00, Monday to Friday; all day on Saturday and Sunday",
        stand=within,
    )
    shown: dict[str, ChoicesCard | ChoicesForm] = {
        "choices-form": form,
        "choices-form-quiet": ChoicesForm(
            filled=Filled(told=frozenset(), through=frozenset(Matter), start="19:00", end="07:00", days="mon-fri"),
            stand=within,
        ),
        "choices-form-refused": ChoicesForm(filled=filled, stand=begins, chat_zone=zone, errors=errors),
        "choices": card,
        "choices-none": ChoicesCard(said="No longer told: All.", told=(), through=(), stand=Stand()),
        "choices-soon": ChoicesCard(
            said="Saved.", told=(), through=(), quiet="12:00 to 13:00, every day", stand=begins
        ),
    }
    return {name: each.render(reader, nonce) for name, each in shown.items()}
