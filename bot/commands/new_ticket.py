"""A new ticket: company first, then the form, which grows by what AutoTask demands."""

import re
from collections.abc import Mapping

from msgspec import structs

from attms_core.desk import AskedBefore, Draft
from attms_core.digits import signed, whole
from attms_core.errors import ImpersonationRefused, Invalid
from attms_core.model import CompanyId, Right
from attms_core.model.wish import Value
from bot import faces
from bot.asking import Asking
from bot.reply import Hit, Reply
from bot.router import Router
from bot.typed import moment_typed
from cards.asks import ChooseCompany, CreateTicket, NewTicketForm

router = Router()
OURS = (*faces.USUAL, "status", "assignee", "assignee_role", "external_id", "number")
"""Fields of a new ticket that have inputs of their own, or that the desk alone decides."""
_A_TICKET = re.compile(r"(?:an?\s+)?ticket\b[\s:,-]*", re.IGNORECASE)
"""Said of what is opened, and no part of its title: ``new ticket``, ``create a ticket: Printer on fire``."""


@router.command(
    "new",
    usage="new [TITLE]",
    help="Open a new ticket: a form asks for the rest.",
    needs=Right.WRITE,
    examples=("new",),
    aliases=("create",),
)
async def new(asking: Asking, words: str) -> Reply:
    """Ask for the company."""
    return await faces.choose_company(
        asking, Draft(title=words[found.end() :] if (found := _A_TICKET.match(words)) else words)
    )


@router.on(NewTicketForm, needs=Right.WRITE)
async def form(asking: Asking, wish: NewTicketForm) -> Reply:
    """Ask for the company (again), keeping what was typed."""
    return await faces.choose_company(asking, Draft(title=wish.title, description=wish.description))


@router.on(ChooseCompany, needs=Right.WRITE)
async def choose(asking: Asking, wish: ChooseCompany) -> Reply:
    """Go on to the form, or look for companies; one that is found alone needs no further choice."""
    draft = Draft(company=wish.company, title=wish.kept_title, description=wish.kept_description)
    if wish.search:
        found = await asking.desk.companies(asking.person, wish.search)
        if len(found) != 1:
            return await faces.choose_company(asking, structs.replace(draft, company=None), search=wish.search)
        draft = structs.replace(draft, company=found[0].id)
    elif wish.company is None:
        missing = Invalid("Choose a company, or write the beginning of its name.", field="company")
        return await faces.choose_company(asking, draft, error=missing)
    return await faces.new_ticket(asking, draft)


@router.on(CreateTicket, needs=Right.WRITE)
async def create(asking: Asking, wish: CreateTicket) -> Reply:
    """Create it; what AutoTask refuses comes back as the same form, with the reason at the field or on top."""
    draft = Draft(
        company=wish.company,
        contact=wish.contact,
        title=wish.title,
        description=wish.description,
        queue=wish.queue,
        priority=wish.priority,
    )
    try:
        draft = structs.replace(draft, demanded=demanded_values(asking, wish.demanded))
        done = await asking.desk.open(asking.asker(), draft)
    except (Invalid, ImpersonationRefused) as error:
        return await faces.new_ticket(asking, draft, error=error, typed=wish.demanded)
    except AskedBefore as error:
        return await faces.new_ticket(asking, draft, error=faces.used(asking, error.wish), typed=wish.demanded)
    return await faces.done(asking, done)


@router.search("companies")
async def companies(asking: Asking, text: str) -> list[Hit]:
    """Answer the typeahead of the company's input."""
    return [Hit(company.name, str(company.id)) for company in await asking.desk.companies(asking.person, text)]


@router.search("contacts")
async def contacts(asking: Asking, text: str) -> list[Hit]:
    """Answer the typeahead of the contact's input, within the company that the card names."""
    beside = asking.turn.value.get("data")
    named = beside.get("company") if isinstance(beside, Mapping) else None
    company = whole(named) if isinstance(named, str) else None
    if company is None:
        return []
    found = await asking.desk.contacts(asking.person, CompanyId(company), text)
    return [Hit(contact.name, str(contact.id)) for contact in found]


def demanded_values(asking: Asking, typed: Mapping[str, str]) -> dict[str, Value]:
    """Turn what was typed into values of the fields' kinds. Raises ``Invalid`` for one that does not fit."""
    return {name: _value(asking, name, text) for name, text in typed.items() if text.strip()}


def _ours(asking: Asking) -> set[str]:
    """Name the fields that the form or the desk fills in: nobody slips them in beside it."""
    known = (asking.desk.field(name) for name in OURS)
    return {field.name for field in known if field}


def _value(asking: Asking, name: str, text: str) -> Value:
    field = asking.desk.field(name)
    if field is None or field.is_read_only or field.name in _ours(asking):
        raise Invalid(f"AutoTask has no field {name} that can be filled in.", field=name)
    if field.is_picklist or field.data_type in {"integer", "long", "short"}:
        number = signed(text.strip())
        if number is None:
            raise Invalid("This must be a whole number.", field=name)
        return number
    return moment_typed(text, asking.reader, name) if field.data_type == "datetime" else text.strip()
