"""Company groups: their list, and the form of one. What they are used for stands in the subscriptions."""

from collections.abc import Mapping

from msgspec import Struct, field

from attms_core.model import Company
from cards.actions import press
from cards.elements import Action, ActionSet, Container, Element, Json
from cards.forms import form
from cards.inputs import InputChoiceSet, InputText, Option, Query
from cards.listing import listing, none_yet, pages, removal
from cards.new_ticket import COMPANIES as DATASET
from cards.parts import (
    FieldError,
    card,
    feed,
    heading,
    option_title,
    paragraph,
    run,
    say,
    typed,
    whisper,
)
from cards.reader import Reader
from cards.subscription_asks import COMPANIES, NAME, YES, GroupForm, ListGroups, RemoveGroup, SaveGroup
from cards.text import plain

PAGE = 5
NAMES_SHOWN = 8
EXAMPLE = "groups vip = Contoso, Fabrikam"


class GroupLine(Struct, frozen=True, kw_only=True):
    """A group with its companies' names."""

    name: str
    companies: tuple[str, ...]


class GroupsCard(Struct, frozen=True, kw_only=True):
    """A page of groups."""

    lines: tuple[GroupLine, ...]
    """Of this page alone."""
    total: int
    offset: int = 0
    can_change: bool = True
    """Whether the person may change them: then there are buttons."""
    said: str = ""
    asks_about: GroupLine | None = None
    """The one that shall be removed, if that is asked now."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        if self.asks_about is not None:
            return self._asking(self.asks_about, nonce)
        rows = [self._row(line, nonce) for line in self.lines]
        told, buttons = self._told(), self._buttons(nonce)
        return listing("Company groups", told, rows, said=self.said, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        if self.asks_about is not None:
            return feed(_question(self.asks_about))
        return feed(self.said or f"Company groups: {self.total}")

    def _told(self) -> tuple[Element, ...]:
        if not self.total:
            return none_yet(EXAMPLE)
        last = self.offset + len(self.lines)
        use = f"{self.offset + 1}-{last} of {self.total} · used like this: subscribe company:@{self.lines[0].name}"
        return (whisper(use if self.lines else f"{self.total} groups", spacing="None"),)

    def _row(self, line: GroupLine, nonce: str) -> Container:
        deeds = (
            press("Edit", GroupForm(name=line.name), nonce),
            press("Remove", RemoveGroup(name=line.name), nonce),
        )
        items = (
            paragraph(run(f"@{line.name}", weight="Bolder")),
            say(_named(line.companies), most=600, spacing="None"),
            *((ActionSet(actions=deeds, spacing="Small"),) if self.can_change else ()),
        )
        return Container(items=items, separator=True)

    def _asking(self, line: GroupLine, nonce: str) -> Json:
        companies, deed = say(_named(line.companies), most=600, spacing="None"), RemoveGroup(name=line.name, sure=YES)
        return removal(_question(line), companies, deed=deed, back=ListGroups(), nonce=nonce)

    def _buttons(self, nonce: str) -> tuple[Action, ...]:
        shown = len(self.lines)
        ways = pages(_at, nonce, offset=self.offset, shown=shown, total=self.total, size=PAGE)
        return (*ways, press("New group", GroupForm(), nonce)) if self.can_change else ways


class GroupFormCard(Struct, frozen=True, kw_only=True):
    """Asks for a group's name and companies."""

    group: str = ""
    """The group that is changed; empty for a new one."""
    name: str = ""
    companies: str = ""
    """As they stand in the input, one a line."""
    offered: tuple[Company, ...] = ()
    """Some companies to begin with."""
    errors: Mapping[str, FieldError] = field(default_factory=dict)
    """By the inputs' names: ``name``, ``companies``; any other is shown on top."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        head = (heading("Company group"), whisper(self._asks(), spacing="None"))
        body = form(head, (*self._name(), self._companies(), *self._company(reader)), self.errors)
        buttons = (press("Save", SaveGroup(group=self.group), nonce), press("Cancel", ListGroups(), nonce))
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Change the group @{self.group}" if self.group else "New company group")

    def _asks(self) -> str:
        if self.group:
            return f"@{self.group}: all its subscriptions follow what is changed here."
        return "A short name for several companies, to be used in subscriptions."

    def _name(self) -> tuple[InputText, ...]:
        if self.group:
            return ()
        asked = InputText(
            id="name",
            label=plain("Name"),
            max_length=NAME,
            value=typed(self.name, NAME),
            placeholder=plain("vip"),
            is_required=True,
            error_message="A group needs a name.",
        )
        return (asked,)

    def _companies(self) -> InputText:
        return InputText(
            id="companies",
            label=plain("Companies, one a line; the beginning of a name is enough"),
            max_length=COMPANIES,
            value=typed(self.companies, COMPANIES),
            is_multiline=True,
        )

    def _company(self, reader: Reader) -> tuple[InputChoiceSet, ...]:
        if not self.offered:
            return ()
        asked = InputChoiceSet(
            id="company",
            label=plain("Add one more"),
            choices=tuple(Option(title=option_title(c.name), value=str(c.id)) for c in self.offered),
            choices_data=Query(dataset=DATASET) if reader.has_typeahead else None,
            style="filtered",
            placeholder=plain("Type the beginning of its name"),
        )
        return (asked,)


def _question(line: GroupLine) -> str:
    return f"Remove the group @{line.name}?"


def _at(offset: int) -> ListGroups:
    return ListGroups(offset=offset)


def _named(companies: tuple[str, ...]) -> str:
    if not companies:
        return "no company"
    more = len(companies) - NAMES_SHOWN
    return ", ".join(companies[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
