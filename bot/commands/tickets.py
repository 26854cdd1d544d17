"""Lists: ``tickets mine overdue queue Service Desk``, page by page."""

from attms_core.errors import Invalid
from attms_core.model import ResourceId, Right, TicketFilter
from attms_core.model.ticket import COMPLETE
from bot import faces
from bot.asking import Asking
from bot.conversations import is_personal
from bot.grammar import ListWords, Misread, read_list
from bot.reply import Reply
from bot.router import Router
from cards.asks import ListTickets

router = Router()
PICKED = frozenset({"queue", "status", "priority"})
"""Keywords whose names stand in a picklist."""


@router.command(
    "tickets",
    usage="tickets [mine | open | unassigned | overdue] [queue | company | status | priority NAME] [search WORDS]",
    help="List tickets, the next SLA due first. All of it can be combined; alone it lists yours.",
    needs=Right.READ,
    examples=("tickets mine", "tickets unassigned", "tickets overdue"),
    aliases=("list",),
)
async def tickets(asking: Asking, words: str) -> Reply:
    """Answer with the first page."""
    return await _page(asking, words, 0)


@router.on(ListTickets, needs=Right.READ)
async def page(asking: Asking, wish: ListTickets) -> Reply:
    """Answer with the page asked for."""
    return await _page(asking, wish.filter, wish.offset)


async def _page(asking: Asking, words: str, offset: int) -> Reply:
    asked = read_list(words or "mine")
    if isinstance(asked, Misread):
        return _misread(asking, words, asked)
    where = await resolve(asking, asked)
    found = await asking.desk.page(asking.person, where, offset=offset)
    if offset and not found.lines:
        found = await asking.desk.page(asking.person, where)
    is_first = is_personal(asking.conversation) and asking.conversations.is_first_list(asking.person.key)
    return faces.tickets(asking, found, words=words or "mine", is_first=is_first)


async def resolve(asking: Asking, asked: ListWords) -> TicketFilter:
    """Turn names into values of this tenant. Raises ``Invalid`` with the legal names, or for words that clash."""
    desk = asking.desk
    statuses = tuple(desk.choice_named("status", name) for name in asked.status)
    if asked.open and (complete := next((each for each in statuses if each.value == COMPLETE), None)):
        raise Invalid(
            f"No ticket is open and {complete.label} at once.",
            field="status",
            hint=f"Say: tickets status {complete.label}, or: tickets open",
        )
    return TicketFilter(
        assignee=_mine(asking) if asked.mine else None,
        unassigned=asked.unassigned,
        overdue=asked.overdue,
        queues=tuple(desk.choice_named("queue", name).value for name in asked.queue),
        companies=tuple([(await desk.company_named(asking.person, name)).id for name in asked.company]),
        statuses=tuple(each.value for each in statuses),
        priorities=tuple(desk.choice_named("priority", name).value for name in asked.priority),
        words=asked.search,
    )


def _mine(asking: Asking) -> ResourceId | None:
    return asking.asker().resource


def _misread(asking: Asking, words: str, misread: Misread) -> Reply:
    """Offer what was probably meant. Raises ``Invalid`` with the legal names when a name is missing."""
    if misread.meant:
        return faces.suggestion(asking, said=f"tickets {words}", run=f"tickets {misread.meant}")
    if misread.word == "search":
        raise Invalid("Say what to search for.", field="search", hint="For example: tickets search printer")
    choices = asking.desk.choices(misread.word) if misread.word in PICKED else ()
    raise Invalid(
        f"Say which {misread.word}.",
        field=misread.word,
        hint=f"For example: tickets {misread.word} NAME",
        legal=[choice.label for choice in choices],
    )
