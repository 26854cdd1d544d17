"""A new subscription, or a changed one: words or the form, the preview, a sample, and only then it is saved."""

from attms_core.digits import whole
from attms_core.errors import Invalid, NotFound
from attms_core.model import CompanyGroup, CompanyId, Lane, Right, SubscriptionId, lane_of, lane_of_person
from attms_core.model.filter import About
from attms_core.model.subscription import Subscription
from attms_core.notices.rights import may_listen
from attms_core.notices.subscribing import Preview
from bot.asking import Asking
from bot.channel.answers import card_message
from bot.conversations import is_personal
from bot.delivery import Delivery
from bot.faces import subscriptions as faces
from bot.faces.samples import sample_of
from bot.faces.small import told
from bot.faces.subscription_words import about_of, inputs_of, spelled
from bot.reply import Reply
from bot.router import Router
from cards.notice_asks import EditSubscription
from cards.subscription_asks import (
    OPPORTUNITY,
    TICKET,
    DropSubscription,
    PreviewSubscription,
    SampleSubscription,
    SaveSubscription,
    SubscriptionForm,
)
from cards.subscription_form import NEW
from cards.subscriptions import PAGE

router = Router()


@router.command(
    "subscribe",
    usage="subscribe [WORDS]",
    help='Be told of tickets or opportunities here: subscribe queue:"Service Desk" priority:critical. Alone: a form.',
    needs=Right.READ,
)
async def subscribe(asking: Asking, words: str) -> Reply:
    """Show the form, or what the words would tell."""
    must_arrange(asking)
    if not words:
        return await _form(asking, "", TICKET)
    return await _preview(asking, words, NEW)


@router.on(SubscriptionForm, needs=Right.READ)
async def form(asking: Asking, wish: SubscriptionForm) -> Reply:
    """Show the form with these words in it."""
    must_arrange(asking)
    return await _form(asking, wish.words, wish.about, editing=number(wish.id))


@router.on(EditSubscription, needs=Right.READ)
async def edit(asking: Asking, wish: EditSubscription) -> Reply:
    """Show the form of a subscription that is there."""
    must_arrange(asking)
    found = await asking.wants.subscriptions.get(asking.person, lane(asking), number(wish.id))
    return await _form(asking, found.words, found.about, editing=found.id)


@router.on(PreviewSubscription, needs=Right.READ)
async def preview(asking: Asking, wish: PreviewSubscription) -> Reply:
    """Show what the filled-in form would tell; what is refused comes back in the form."""
    must_arrange(asking)
    if not wish.events:
        return await _refilled(asking, wish, Invalid("Choose at least one.", field="events"))
    words, editing = spelled(wish), number(wish.id)
    try:
        found = await asking.wants.subscriptions.preview(
            asking.person, lane(asking), words, instead_of=_instead(editing)
        )
    except Invalid as error:
        return await _refilled(asking, wish, error)
    return faces.subscription_preview(asking, found, words, editing=editing)


@router.on(SaveSubscription, needs=Right.READ)
async def save(asking: Asking, wish: SaveSubscription) -> Reply:
    """Keep it. Pressed again, it says the same and keeps nothing twice."""
    must_arrange(asking)
    await asking.conversations.settle(asking.conversation)  # what is owed there later needs the way there
    try:
        kept = await _save(asking, wish)
    except Invalid as error:
        return await _form(asking, wish.words, about_of(wish.words), editing=number(wish.id), error=error)
    return await listed(asking, kept, f"Saved as subscription {kept.id}: {_from_now_on(asking, kept)}")


@router.on(SampleSubscription, needs=Right.READ)
async def sample(asking: Asking, wish: SampleSubscription) -> Reply:
    """Post what it would have told last, marked as a sample, and keep the preview."""
    must_arrange(asking)
    editing = number(wish.id)
    found = await asking.wants.subscriptions.preview(
        asking.person, lane(asking), wish.words, instead_of=_instead(editing)
    )
    said = await _post_sample(asking, found)
    return faces.subscription_preview(asking, found, wish.words, editing=editing, said=said)


@router.on(DropSubscription, needs=Right.READ)
async def drop(asking: Asking, _wish: DropSubscription) -> Reply:
    """Leave it."""
    return told(asking, "Nothing was saved.", commands=("subscriptions",))


# what the other commands of subscriptions need too


def lane(asking: Asking) -> Lane:
    """Say where it is told: in this conversation."""
    if is_personal(asking.conversation):
        return lane_of_person(asking.person.key.object_id)
    return lane_of(asking.conversation)


def number(text: str) -> SubscriptionId:
    """Read a subscription's number; an empty one is a new subscription's. Raises ``NotFound``."""
    if not text:
        return NEW
    read = whole(text)
    if read is None:
        raise NotFound("There is no such subscription.", hint="Say: subscriptions")
    return SubscriptionId(read)


def must_arrange(asking: Asking) -> None:
    """Refuse somebody who may not decide what this conversation is told of, before a form is filled in.

    Raises ``NotLinked`` and ``NotAllowed``.
    """
    may_listen(asking.person, lane(asking))


async def listed(asking: Asking, kept: Subscription, said: str) -> Reply:
    """Show the page of this conversation's list on which a subscription stands."""
    there = await asking.wants.subscriptions.of_lane(asking.person, lane(asking))
    at = next((place for place, each in enumerate(there) if each.id == kept.id), 0)
    offset = at // PAGE * PAGE
    page = [(each, "") for each in there[offset : offset + PAGE]]
    return faces.subscriptions(asking, page, total=len(there), offset=offset, said=said)


# within


async def _preview(asking: Asking, words: str, editing: SubscriptionId) -> Reply:
    try:
        found = await asking.wants.subscriptions.preview(
            asking.person, lane(asking), words, instead_of=_instead(editing)
        )
    except Invalid as error:
        return await _form(asking, words, about_of(words), editing=editing, error=error)
    return faces.subscription_preview(asking, found, words, editing=editing)


async def _post_sample(asking: Asking, found: Preview) -> str:
    """Post the latest that it would have told; say what came of it."""
    latest = next(iter(found.replay.examples), None)
    if latest is None:
        return "There is no sample: nothing of the last days matches."
    try:
        reply = await sample_of(asking, latest)
        message = card_message(reply.card, reply.summary)
        await asking.conversations.say(asking.conversation, message, thread=asking.turn.thread)
    except NotFound:
        return "There is no sample: the latest that matches is gone."
    except Delivery as error:
        return f"The sample could not be posted: {error}"
    return "The sample has been posted here."


async def _form(
    asking: Asking, words: str, about: About, *, editing: SubscriptionId = NEW, error: Invalid | None = None
) -> Reply:
    groups = await _groups(asking)
    return await faces.subscription_form(asking, words, about, groups=groups, editing=editing, error=error)


async def _refilled(asking: Asking, wish: PreviewSubscription, error: Invalid) -> Reply:
    """Give the form back as it was filled in."""
    inputs = inputs_of(wish, company_name=_company_name(asking, wish.company))
    return await faces.subscription_inputs(
        asking, inputs, wish.about, groups=await _groups(asking), editing=number(wish.id), error=error
    )


async def _save(asking: Asking, wish: SaveSubscription) -> Subscription:
    if wish.id:
        return await asking.wants.subscriptions.edit(asking.person, lane(asking), number(wish.id), wish.words)
    return await asking.wants.subscriptions.add(asking.person, lane(asking), wish.words)


async def _groups(asking: Asking) -> list[CompanyGroup]:
    return await asking.wants.groups.all(asking.person)


def _company_name(asking: Asking, chosen: str) -> str:
    """Name what the company's input holds: a group, or a company by its id; nothing for what it never offered."""
    company = whole(chosen)
    return chosen if company is None else asking.desk.company_name(CompanyId(company))


def _instead(editing: SubscriptionId) -> SubscriptionId | None:
    return editing or None


def _from_now_on(asking: Asking, kept: Subscription) -> str:
    what = "opportunities" if kept.about == OPPORTUNITY else "tickets"
    who = faces.here(asking)
    return f"it is paused, so {who} will hear nothing yet." if kept.is_paused else f"{who} will hear of these {what}."
