"""How it looks when somebody asks why they were told: each rule in words, and what it told of last."""

from collections.abc import Mapping

from attms_core.errors import NotFound
from attms_core.model import ConversationKind, Personal, RuleKind, Subscription, SubscriptionId, Topic
from attms_core.notices.escalation import step_of
from attms_core.notices.reasons import Because, Found
from bot.asking import Asking
from bot.conversations import is_personal
from bot.notices.telling import Naming, fold, lines
from bot.reply import Reply
from cards.notice_why import Reason, WhyCard
from cards.times import span

_PLACES = {
    ConversationKind.PERSONAL: "chat",
    ConversationKind.GROUP: "group chat",
    ConversationKind.CHANNEL: "channel",
}
_PERSONAL = {
    Personal.ASSIGNED: "You are told when a ticket becomes yours.",
    Personal.ANSWERED: "You are told when the customer writes on a ticket of yours.",
    Personal.MENTIONED: "You are told when a note names you.",
    Personal.SLA: "You are told when a due time of a ticket of yours is near or missed.",
}


async def why(asking: Asking, topic: Topic, found: Found) -> Reply:
    """Name the rules. Raises ``NotFound`` for what the person may not see."""
    name = await _name(asking, topic)
    known = await _subscriptions(asking, found)
    card = WhyCard(
        name=name,
        topic=topic.key,
        reasons=tuple(_reason(asking, each, found, known) for each in found.reasons),
        subscriptions=tuple(str(number) for number in known),
        is_personal=is_personal(asking.conversation),
        ticket=topic.ticket,
    )
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


async def _name(asking: Asking, topic: Topic) -> str:
    if topic.ticket is not None:
        ticket = await asking.desk.find(asking.person, topic.ticket)
        return f"{ticket.number} {ticket.title or '(no title)'}"
    if topic.opportunity is not None:
        detail = await asking.desk.opportunity(asking.person, topic.opportunity)
        return f"{detail.opportunity.title or '(no title)'}, {detail.company_name}"
    raise NotFound("There is nothing to explain.")


async def _subscriptions(asking: Asking, found: Found) -> dict[SubscriptionId, Subscription]:
    """Find the subscriptions that are still there."""
    rules = (each.rule for each in found.reasons if each.rule.kind is RuleKind.SUBSCRIPTION)
    numbers = [SubscriptionId(int(rule.name)) for rule in rules if rule.name.isdigit()]
    known = [await asking.wants.subscriptions.by_id(number) for number in numbers]
    return {each.id: each for each in known if each}


def _reason(asking: Asking, because: Because, found: Found, known: Mapping[SubscriptionId, Subscription]) -> Reason:
    return Reason(rule=_rule(asking, because, known), because=_because(asking, because, found))


def _rule(asking: Asking, because: Because, known: Mapping[SubscriptionId, Subscription]) -> str:
    rule = because.rule
    match rule.kind:
        case RuleKind.PERSONAL:
            return _PERSONAL[Personal(rule.name)] if rule.name in set(Personal) else "You are told of what is yours."
        case RuleKind.ESCALATION:
            return _ladder(asking, because)
        case RuleKind.SUBSCRIPTION if rule.name.isdigit() and (one := known.get(SubscriptionId(int(rule.name)))):
            return _subscription(asking, one)
        case RuleKind.SUBSCRIPTION:
            return f"Subscription {rule.name}, which has been removed since."
        case RuleKind.DIGEST:
            return f"Digest {rule.name} of this conversation."


def _subscription(asking: Asking, one: Subscription) -> str:
    place = f"this {_PLACES[asking.conversation.kind]}"
    rests = ", paused now" if one.is_paused else ""
    return f"Subscription {one.id} of {place}, made by {one.created_by_name}{rests}: {one.words or 'everything'}"


def _ladder(asking: Asking, because: Because) -> str:
    ladder, place = because.ladder, step_of(because.rule)
    if ladder is None or place is None:
        return "An escalation that has been removed since."
    step = ladder.steps[place[1] - 1] if place[1] <= len(ladder.steps) else None
    after = f" when nobody has taken a ticket for {span(step.after)}" if step else ""
    queue = asking.desk.label("queue", ladder.queue)
    return f"The escalation of {queue}, set by {ladder.created_by_name}, tells{after} (step {place[1]})."


def _because(asking: Asking, because: Because, found: Found) -> str:
    if because.change is None or because.number is None:
        return ""
    notes = {because.note.id: because.note} if because.note else {}
    deeds = fold({because.number: because.change}, notes)
    naming = Naming(names=asking.desk, reader=asking.reader, contacts=found.contacts)
    told = lines(deeds, naming)
    return f"The last time: {told[-1].what}" if told else ""
