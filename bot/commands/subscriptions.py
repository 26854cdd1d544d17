"""The subscriptions that are there: list, pause, resume, remove. New and changed ones: ``subscribe``."""

from attms_core.errors import Invalid, NotFound
from attms_core.model import Lane, PersonKey, Right, SubscriptionId, person_of
from attms_core.model.conversation import ConversationKind
from attms_core.model.subscription import Subscription
from bot.asking import Asking
from bot.commands.subscribe import lane, must_arrange, number
from bot.faces import subscriptions as faces
from bot.reply import Reply
from bot.router import Router
from cards.notice_asks import ShowSubscriptions
from cards.subscription_asks import (
    EVERYWHERE,
    HERE,
    YES,
    ListSubscriptions,
    OfSubscription,
    PauseSubscription,
    RemoveSubscription,
    ResumeSubscription,
)
from cards.subscriptions import PAGE

router = Router()
ALL = "all"
_KINDS = {ConversationKind.CHANNEL: "a channel", ConversationKind.GROUP: "a group chat"}


@router.command(
    "subscriptions",
    usage="subscriptions [all]",
    help="List what this conversation is told of: pause, change or remove it. Administrators: all everywhere.",
    needs=Right.READ,
)
async def subscriptions(asking: Asking, words: str) -> Reply:
    """List this conversation's, or all."""
    asked = words.casefold()
    if asked not in {"", HERE, ALL}:
        raise Invalid("Say it like this: subscriptions, or subscriptions all", hint="For a new one, say: subscribe")
    return await _list(asking, EVERYWHERE if asked == ALL else HERE)


@router.on(ShowSubscriptions, needs=Right.READ)
async def show(asking: Asking, _wish: ShowSubscriptions) -> Reply:
    """List this conversation's."""
    return await _list(asking, HERE)


@router.on(ListSubscriptions, needs=Right.READ)
async def page(asking: Asking, wish: ListSubscriptions) -> Reply:
    """List from a place on."""
    return await _list(asking, wish.place, wish.offset)


@router.on(PauseSubscription, needs=Right.READ)
async def pause(asking: Asking, wish: PauseSubscription) -> Reply:
    """Tell nothing by it for now."""
    there = await _lane_of(asking, wish)
    done = await asking.wants.subscriptions.pause(asking.person, there, number(wish.id))
    return await _list(asking, wish.place, wish.offset, f"Subscription {done.id} is paused: nothing is told by it.")


@router.on(ResumeSubscription, needs=Right.READ)
async def resume(asking: Asking, wish: ResumeSubscription) -> Reply:
    """Tell by it again."""
    there = await _lane_of(asking, wish)
    done = await asking.wants.subscriptions.resume(asking.person, there, number(wish.id))
    return await _list(asking, wish.place, wish.offset, f"Subscription {done.id} tells again what happens from now on.")


@router.on(RemoveSubscription, needs=Right.READ)
async def remove(asking: Asking, wish: RemoveSubscription) -> Reply:
    """Ask once, then take it away. One that is gone already is gone."""
    try:
        there = await _lane_of(asking, wish)
        if wish.sure != YES:
            found = await asking.wants.subscriptions.get(asking.person, there, number(wish.id))
            where = "" if there == lane(asking) else await _where(asking, there)
            return faces.removal(asking, found, where, offset=wish.offset, place=wish.place)
        await asking.wants.subscriptions.remove(asking.person, there, number(wish.id))
    except NotFound:
        return await _list(asking, wish.place, wish.offset, f"There is no subscription {wish.id} any more.")
    return await _list(asking, wish.place, wish.offset, f"Subscription {wish.id} is removed.")


async def _list(asking: Asking, place: str, offset: int = 0, said: str = "") -> Reply:
    if place == EVERYWHERE:
        found = await asking.wants.subscriptions.everywhere(asking.person)
    else:
        must_arrange(asking)
        found = await asking.wants.subscriptions.of_lane(asking.person, lane(asking))
    at = min(offset, max(len(found) - 1, 0)) // PAGE * PAGE  # after a removal the last page may be gone
    shown = [(each, await _said(asking, each, place)) for each in found[at : at + PAGE]]
    return faces.subscriptions(asking, shown, total=len(found), offset=at, place=place, said=said)


async def _said(asking: Asking, subscription: Subscription, place: str) -> str:
    return await _where(asking, subscription.lane) if place == EVERYWHERE else ""


async def _lane_of(asking: Asking, wish: OfSubscription) -> Lane:
    """Say whose list a subscription stands on: this conversation's, or, for an administrator, any."""
    if wish.place != EVERYWHERE:
        must_arrange(asking)
        return lane(asking)
    found = _numbered(await asking.wants.subscriptions.everywhere(asking.person), number(wish.id))
    return found.lane


def _numbered(among: list[Subscription], wanted: SubscriptionId) -> Subscription:
    for each in among:
        if each.id == wanted:
            return each
    raise NotFound(f"There is no subscription {wanted} any more.", hint="Say: subscriptions all")


async def _where(asking: Asking, there: Lane) -> str:
    """Say which conversation a lane is, as well as it is known: Teams tells no channel's name."""
    if there == lane(asking):
        return "this conversation"
    tenant = asking.conversation.tenant
    if object_id := person_of(there):
        who = await asking.people.get(PersonKey(tenant, object_id))
        return f"{who.name}'s own chat" if who and who.name else "somebody's own chat"
    place = await asking.conversations.find(tenant, there)
    if place is None:
        return "a conversation that is no longer known"
    left = "" if place.is_installed else ", from which the app was removed"
    return f"{_KINDS.get(place.kind, 'a chat')} ({place.id[:24]}…){left}"
