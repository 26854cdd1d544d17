"""The new ticket, in two steps: first the company, then the rest with that company's contacts."""

from collections.abc import Mapping

from msgspec import Struct, field

from attms_core.model import Choice, Company, CompanyId, Contact, ContactId
from cards.actions import press
from cards.asks import (
    DEMANDED_PREFIX,
    TITLE,
    CancelForm,
    ChooseCompany,
    CreateTicket,
    NewTicketForm,
)
from cards.elements import Json
from cards.forms import form
from cards.inputs import MOST_CHOICES, Input, InputChoiceSet, InputText, InputToggle, Option, Query
from cards.parts import (
    FieldError,
    capital,
    card,
    feed,
    heading,
    option_title,
    options,
    selected,
    title,
    trouble,
    typed,
    whisper,
)
from cards.reader import Reader
from cards.text import Plain, plain

COMPANIES = "companies"
"""The dataset of the search for companies; values are company ids."""
DESCRIPTION_SHOWN = 6_000
"""Characters of a description that the form takes: AutoTask takes more, a card gives no more back safely."""
DESCRIPTION_KEPT = 2_000
"""Characters of a description that ride along while the company is chosen again."""
DEMANDED_SHOWN = 2_000
MOST_CONTACTS = 60
LONG = 255
"""From here a demanded text gets several lines."""
SEARCH_FIRST = "Company: write the beginning of its name and press Next"
SEARCH_MORE = "Not offered? Write the beginning of its name and press Next"
REQUIRED = "This field is needed."


class CompanyStepCard(Struct, frozen=True, kw_only=True):
    """Step one, the company."""

    companies: tuple[Company, ...] = ()
    """What the search found, or some to begin with; fifteen are plenty."""
    search: str = ""
    """The words that were searched for."""
    company: CompanyId | None = None
    kept_title: str = ""
    kept_description: str = ""
    """Typed before, if the company is being changed."""
    error: FieldError | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        asks = ChooseCompany(kept_title=self.kept_title, kept_description=self.kept_description[:DESCRIPTION_KEPT])
        body = (
            heading("New ticket"),
            whisper("Step 1 of 2: for which company?", spacing="None"),
            *trouble(self.error or self._nothing_found()),
            *self._company(reader),
            self._search(),
        )
        buttons = (press("Next", asks, nonce), press("Cancel", CancelForm(), nonce))
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed("New ticket: for which company?")

    def _nothing_found(self) -> FieldError | None:
        if self.companies or not self.search:
            return None
        return FieldError(what=f"No active company has a word that begins with {plain(self.search, most=60)}.")

    def _company(self, reader: Reader) -> tuple[Input, ...]:
        """Offer what was found; before any search the client may ask for more while somebody types."""
        asks_more = reader.has_typeahead and not self.search
        offered = tuple(Option(title=option_title(c.name), value=str(c.id)) for c in self.companies[:MOST_CHOICES])
        if not offered:
            return ()
        only = self.companies[0].id if len(self.companies) == 1 else None
        field = InputChoiceSet(
            id="company",
            label=plain("Company"),
            choices=offered,
            choices_data=Query(dataset=COMPANIES) if asks_more else None,
            style="filtered" if asks_more else "compact",
            placeholder=plain("Type the beginning of its name" if asks_more else "Choose one"),
            value=selected(only if self.company is None else self.company, offered) if self.search else None,
        )
        return (field,)

    def _search(self) -> InputText:
        return InputText(
            id="search",
            label=plain(SEARCH_MORE if self.companies else SEARCH_FIRST),
            max_length=100,
            value=typed("" if self.companies else self.search, 100),
        )


class Demanded(Struct, frozen=True, kw_only=True):
    """A field that AutoTask asks for beyond the usual ones."""

    name: str
    """Our name of it, or its wire name: what comes back in ``CreateTicket.demanded``."""
    label: str = ""
    """As the tenant calls it; without one the name is spelled out."""
    data_type: str = "string"
    """As AutoTask's metadata says: ``string``, ``boolean``, ``integer``, ``datetime``, ..."""
    length: int = 0
    choices: tuple[Choice, ...] = ()
    """Its live values; empty when it is no picklist."""
    value: str = ""
    """As typed before."""


class NewTicketCard(Struct, frozen=True, kw_only=True):
    """Step two: all the rest."""

    company: CompanyId
    company_name: str
    contacts: tuple[Contact, ...] = ()
    """Of that company."""
    queues: tuple[Choice, ...] = ()
    priorities: tuple[Choice, ...] = ()
    contact: ContactId | None = None
    title: str = ""
    description: str = ""
    queue: int | None = None
    priority: int | None = None
    demanded: tuple[Demanded, ...] = ()
    errors: Mapping[str, FieldError] = field(default_factory=dict)
    """By our field names; one that fits no field is shown on top."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it, with everything typed before still there."""
        del reader
        head = (
            heading("New ticket"),
            whisper("Step 2 of 2", spacing="None"),
            title(self.company_name, size="Medium", spacing="Small"),
        )
        body = form(head, self._inputs(), self.errors, undone="created", prefix=DEMANDED_PREFIX)
        buttons = (
            press("Create ticket", CreateTicket(company=self.company), nonce),
            press("Other company", NewTicketForm(), nonce),
            press("Cancel", CancelForm(), nonce),
        )
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"New ticket for {self.company_name}")

    def _inputs(self) -> tuple[Input, ...]:
        return (
            InputText(
                id="title",
                label=plain("Title"),
                value=typed(self.title, TITLE),
                max_length=TITLE,
                is_required=True,
                error_message="A ticket needs a title.",
            ),
            InputText(
                id="description",
                label=plain("Description"),
                value=typed(self.description, DESCRIPTION_SHOWN),
                max_length=DESCRIPTION_SHOWN,
                is_multiline=True,
            ),
            *self._contact(),
            *_choice("priority", "Priority", self.priorities, self.priority, required=True),
            *_choice("queue", "Queue", self.queues, self.queue, required=False),
            *(_demanded(each) for each in self.demanded),
        )

    def _contact(self) -> tuple[Input, ...]:
        offered = tuple(Option(title=_contact_title(c), value=str(c.id)) for c in self.contacts[:MOST_CONTACTS])
        if not offered:
            return ()
        return (
            InputChoiceSet(
                id="contact",
                label=plain("Contact"),
                choices=offered,
                placeholder=plain("Nobody in particular"),
                value=selected(self.contact, offered),
            ),
        )


def _contact_title(contact: Contact) -> Plain:
    return option_title(f"{contact.name} ({contact.email})" if contact.email else contact.name)


def _choice(
    name: str, label: str, choices: tuple[Choice, ...], value: int | None, *, required: bool
) -> tuple[Input, ...]:
    offered = options(choices)
    if not offered:
        return ()
    usual = next((c.value for c in choices if c.is_default), None)
    return (
        InputChoiceSet(
            id=name,
            label=plain(label),
            choices=offered,
            placeholder=plain("Choose one"),
            value=selected(usual if value is None else value, offered),
            is_required=True if required else None,
            error_message=REQUIRED if required else None,
        ),
    )


def _demanded(asked: Demanded) -> Input:
    name, label = f"{DEMANDED_PREFIX}{asked.name}", plain(asked.label or _spelled(asked.name)) or plain("More")
    if asked.choices:
        offered = options(asked.choices)
        value = asked.value if any(each.value == asked.value for each in offered) else None
        return InputChoiceSet(
            id=name,
            label=label,
            choices=offered,
            value=value,
            placeholder=plain("Choose one"),
            is_required=True,
            error_message=REQUIRED,
        )
    if asked.data_type == "boolean":
        return InputToggle(id=name, label=label, title=plain("Yes"), value="true" if asked.value == "true" else "false")
    most = min(asked.length or LONG, DEMANDED_SHOWN)
    return InputText(
        id=name,
        label=label,
        value=typed(asked.value, most),
        max_length=most,
        placeholder=plain("YYYY-MM-DD HH:MM") if asked.data_type == "datetime" else None,
        is_multiline=True if most > LONG else None,
        is_required=True,
        error_message=REQUIRED,
    )


def _spelled(name: str) -> str:
    """Spell a name out: ``purchaseOrderNumber`` and ``issue_type`` as ``Purchase order number``, ``Issue type``."""
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in name)
    return capital(words.replace("_", " ").strip().removesuffix(" i d"))
