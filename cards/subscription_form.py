"""The form of a subscription, of tickets or of opportunities: what was typed stays, an error stands at its field."""

from collections.abc import Mapping

from msgspec import Struct, field

from attms_core.model import Choice, Company
from attms_core.model.filter import About
from attms_core.model.notice import Mode, SubscriptionId
from attms_core.model.subscription import events_of
from cards.actions import press
from cards.elements import Element, Json
from cards.forms import form
from cards.inputs import MOST_CHOICES, Input, InputChoiceSet, InputText, Option, Query
from cards.new_ticket import COMPANIES
from cards.parts import (
    FieldError,
    capital,
    card,
    feed,
    heading,
    option_title,
    options,
    typed,
    whisper,
)
from cards.reader import Reader
from cards.subscription_asks import (
    NAME,
    OPPORTUNITY,
    TICKET,
    WORDS,
    DropSubscription,
    PreviewSubscription,
    SubscriptionForm,
)
from cards.subscription_parts import ABOUT_WORDS, EVENT_WORDS
from cards.text import clean, plain

MODES = {
    Mode.BOTH: "A card, and replies for notes",
    Mode.UPDATE: "A card alone, kept up to date",
    Mode.THREAD: "A card, and replies for all",
}
NEW = SubscriptionId(0)
MOST_COMPANIES = 60
EXAMPLES = {TICKET: "title:printer -from:monitoring assignee:nobody", OPPORTUNITY: "amount>5000 -by:Ana"}


class Filled(Struct, frozen=True, kw_only=True):
    """What stands in the inputs."""

    queue: tuple[int, ...] = ()
    priority: tuple[int, ...] = ()
    company: str = ""
    """A company's id, or a group's name with an @ before it."""
    company_name: str = ""
    """Of a chosen company, so that it is offered."""
    events: tuple[str, ...] = ()
    mode: Mode = Mode.BOTH
    more: str = ""


class FormCard(Struct, frozen=True, kw_only=True):
    """Asks what shall be told."""

    about: About
    here: str
    """Who is told: ``this channel``, ``you``."""
    id: SubscriptionId = NEW
    """Of the subscription that is changed."""
    filled: Filled
    queues: tuple[Choice, ...] = ()
    priorities: tuple[Choice, ...] = ()
    companies: tuple[Company, ...] = ()
    """Some to begin with."""
    groups: tuple[str, ...] = ()
    errors: Mapping[str, FieldError] = field(default_factory=dict)
    """By the inputs' names; one that fits no input is shown on top."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        body = form(self._head(), self._inputs(reader), self.errors)
        number = str(self.id) if self.id else ""
        buttons = [press("Preview", PreviewSubscription(about=self.about, id=number), nonce)]
        if not self.id:
            other: About = OPPORTUNITY if self.about == TICKET else TICKET
            buttons.append(press(f"{capital(ABOUT_WORDS[other])} instead", SubscriptionForm(about=other), nonce))
        return card(*body, summary=self.summary(), actions=(*buttons, press("Cancel", DropSubscription(), nonce)))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Change subscription {self.id}" if self.id else f"Subscribe {self.here} to {self._about()}")

    def _about(self) -> str:
        return ABOUT_WORDS[self.about]

    def _head(self) -> tuple[Element, ...]:
        name = heading("Change a subscription" if self.id else "New subscription")
        asks = whisper(
            f"Which {self._about()} shall {self.here} be told of? Whatever is left empty means all.", spacing="None"
        )
        return (name, asks)

    def _inputs(self, reader: Reader) -> tuple[Input, ...]:
        picked: tuple[Input, ...] = ()
        if self.about == TICKET:
            picked = (
                *_several("queue", "Queues", self.queues, self.filled.queue),
                *_several("priority", "Priorities", self.priorities, self.filled.priority),
            )
        return (*picked, *self._company(reader), self._events(), self._mode(), self._more())

    def _company(self, reader: Reader) -> tuple[Input, ...]:
        chosen = self.filled.company
        offered = [
            Option(title=option_title(f"@{name} (group)"), value=f"@{clean(name)[:NAME]}") for name in self.groups
        ]
        offered += [Option(title=option_title(c.name), value=str(c.id)) for c in self.companies[:MOST_COMPANIES]]
        offered = offered[:MOST_CHOICES]
        known = {each.value for each in offered}
        if chosen and chosen not in known and self.filled.company_name:
            offered = [Option(title=option_title(self.filled.company_name), value=chosen), *offered[: MOST_CHOICES - 1]]
        if not offered:
            return ()
        choice = InputChoiceSet(
            id="company",
            label=plain("Company or group"),
            choices=tuple(offered),
            choices_data=Query(dataset=COMPANIES) if reader.has_typeahead else None,
            style="filtered",
            placeholder=plain("Any: type the beginning of a name"),
            value=chosen if any(each.value == chosen for each in offered) else None,
        )
        return (choice,)

    def _events(self) -> InputChoiceSet:
        offered = events_of(self.about)
        chosen = [event.value for event in offered if event.value in self.filled.events]
        return InputChoiceSet(
            id="events",
            label=plain("Tell when"),
            choices=tuple(Option(title=plain(capital(EVENT_WORDS[each])), value=each.value) for each in offered),
            value=",".join(chosen) or None,
            is_multi_select=True,
            wrap=True,
            is_required=True,
            error_message="Choose at least one.",
        )

    def _mode(self) -> InputChoiceSet:
        return InputChoiceSet(
            id="mode",
            label=plain("How"),
            choices=tuple(Option(title=plain(words), value=mode.value) for mode, words in MODES.items()),
            value=self.filled.mode.value,
        )

    def _more(self) -> InputText:
        return InputText(
            id="more",
            label=plain("More, in words"),
            max_length=WORDS,
            value=typed(self.filled.more, WORDS),
            placeholder=plain(EXAMPLES[self.about]),
        )


def _several(name: str, label: str, choices: tuple[Choice, ...], chosen: tuple[int, ...]) -> tuple[Input, ...]:
    offered = options(choices)
    if not offered:
        return ()
    known = {each.value for each in offered}
    return (
        InputChoiceSet(
            id=name,
            label=plain(label),
            choices=offered,
            value=",".join(str(each) for each in chosen if str(each) in known) or None,
            placeholder=plain("Any"),
            is_multi_select=True,
            wrap=True,
        ),
    )
