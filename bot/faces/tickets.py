"""Lists of tickets, a ticket, and a ticket after something was done to it."""

from functools import lru_cache
from typing import Protocol

from msgspec import structs

from attms_core.errors import Invalid
from attms_core.model import Right, TicketId, TicketPage, Wish, WishId
from attms_core.people import authorize
from bot.asking import Scene
from bot.grammar import ListWords, Misread, read_list
from bot.notices.telling import happened
from bot.reply import Reply
from cards.asks import NO_WISH, OfTicket
from cards.elements import Style
from cards.ticket import TicketCard
from cards.tickets import TicketsCard

ELSEWHERE = ("tickets open", "tickets unassigned", "tickets overdue")
ONWARDS = ("/tickets unassigned", "/tickets overdue", "/help")
"""Offered after the first list."""


class Form(Protocol):
    """A step of a ticket's card that asks for a value, shown again with the error when it was refused."""

    async def __call__(self, scene: Scene, wish: OfTicket, *, error: Invalid | None = None) -> Reply:
        """Make it."""
        ...


def tickets(scene: Scene, page: TicketPage, *, words: str, is_first: bool = False) -> Reply:
    """Show a page of a list; the first one that somebody sees suggests how to go on."""
    card = TicketsCard(
        title=list_title(words),
        filter=words,
        page=page,
        says_whose=_says_whose(words, scene),
        suggestions=tuple(other for other in ELSEWHERE if other != f"tickets {words}"),
    )
    shown = card.render(scene.reader)
    return Reply(shown, shown["fallbackText"], ONWARDS if is_first else ())


async def ticket(
    scene: Scene,
    wanted: TicketId,
    *,
    notice: str = "",
    style: Style = "accent",
    back: str = "",
    back_offset: int = 0,
    wish: WishId = NO_WISH,
) -> Reply:
    """Show a ticket to a person who may see it; ``wish`` is what the notice tells of.

    A card that many see is nobody's own: it offers every deed, and views of their own to those who may have them.
    """
    detail = await scene.desk.detail(scene.person, wanted, internal=scene.reader.is_internal)
    card = TicketCard(
        detail=detail,
        notice=notice,
        notice_style=style,
        back=back,
        back_offset=back_offset,
        refresh_for=await scene.viewers(),
        wish=wish,
        can_write=not scene.is_own or authorize(scene.person, Right.WRITE).allowed,
    )
    reader = scene.reader if scene.is_own else structs.replace(scene.reader, me=None)
    return Reply(card.render(reader, scene.fresh_nonce()), card.summary())


async def done(scene: Scene, wish: Wish, *, back: str = "", back_offset: int = 0, by: str = "") -> Reply:
    """Show what came of a wish that was done: the fresh ticket, with what happened on top."""
    wanted = wish.outcome.ticket or wish.ticket
    if wanted is None:
        raise Invalid("The wish names no ticket.")
    said = happened(scene.desk, wish)
    style: Style = "warning" if wish.outcome.reverted else "good"
    notice = f"{said} ({by})" if by else said
    return await ticket(scene, wanted, notice=notice, style=style, back=back, back_offset=back_offset, wish=wish.id)


@lru_cache(maxsize=1024)
def list_title(words: str) -> str:
    """Say in words what a list holds: ``Your overdue tickets in Service Desk``."""
    asked = read_list(words)
    if isinstance(asked, Misread):
        return "Tickets"
    kinds = [word for word in ("overdue", "unassigned") if getattr(asked, word)]
    plain = [] if kinds or asked.status else ["open"]
    head = " ".join([*(["your"] if asked.mine else []), *kinds, *plain, "tickets"])
    return (head[0].upper() + head[1:]) + _where(asked)


def _says_whose(words: str, scene: Scene) -> bool:
    """Say whether the title says whose the tickets are; where others read it, ``Your`` says nothing to them."""
    asked = read_list(words)
    if isinstance(asked, Misread):
        return False
    return asked.unassigned or (asked.mine and not scene.reader.is_shared)


def _where(asked: ListWords) -> str:
    parts = [
        f" with status {' or '.join(asked.status)}" if asked.status else "",
        f" of priority {' or '.join(asked.priority)}" if asked.priority else "",
        f" in {' or '.join(asked.queue)}" if asked.queue else "",
        f" for {' or '.join(asked.company)}" if asked.company else "",
        f' matching "{asked.search}"' if asked.search else "",
    ]
    return "".join(parts)
