"""Subscriptions and company groups as cards: the form, the preview, the lists. Decides nothing."""

import re
from collections.abc import Sequence
from datetime import timedelta

from attms_core.errors import Invalid, NotFound
from attms_core.model import CompanyGroup, ConversationKind, Event, SubscriptionId
from attms_core.model.filter import About
from attms_core.model.subscription import Subscription, events_of
from attms_core.notices.subscribing import Overlap, Preview, Replay, Verdict
from bot.asking import Asking
from bot.faces.subscription_words import Offers, clauses, company_of, filled, has_term, in_short
from bot.reply import Reply
from cards import times
from cards.parts import FieldError
from cards.subscription_asks import HERE
from cards.subscription_form import NEW, Filled, FormCard
from cards.subscription_groups import PAGE as GROUPS_A_PAGE
from cards.subscription_groups import GroupFormCard, GroupLine, GroupsCard
from cards.subscription_parts import EVENT_WORDS, SubscriptionLine, subject
from cards.subscription_preview import Example, PreviewCard
from cards.subscriptions import SubscriptionsCard

HERE_WORDS = {
    ConversationKind.PERSONAL: "you",
    ConversationKind.GROUP: "this chat",
    ConversationKind.CHANNEL: "this channel",
}
_OVERLAPS = {
    Verdict.SAME: "the same by {}",
    Verdict.COVERED: "all of it by {}",
    Verdict.COVERS: "{}, of which this one tells all and more",
    Verdict.SOME: "some of it by {}",
}
_WEEK = 7
_DAY = timedelta(days=1)
MORE = "more"
INPUTS = frozenset({"queue", "priority", "company", "events", "mode"})
_NUMBERED = re.compile(r".*#(\d{1,15})", re.DOTALL)


def here(asking: Asking) -> str:
    """Say who is told: ``this channel``, ``you``."""
    return HERE_WORDS[asking.conversation.kind]


async def subscription_form(
    asking: Asking,
    words: str,
    about: About,
    *,
    groups: Sequence[CompanyGroup],
    editing: SubscriptionId = NEW,
    error: Invalid | None = None,
) -> Reply:
    """Ask for a subscription, its inputs filled in from words."""
    offers = await _offers(asking, words, groups)
    return await subscription_inputs(
        asking, filled(words, about, offers), about, groups=groups, editing=editing, error=error
    )


async def subscription_inputs(
    asking: Asking,
    inputs: Filled,
    about: About,
    *,
    groups: Sequence[CompanyGroup],
    editing: SubscriptionId = NEW,
    error: Invalid | None = None,
) -> Reply:
    """Ask for a subscription, its inputs as they were."""
    card = FormCard(
        about=about,
        here=here(asking),
        id=editing,
        filled=inputs,
        queues=asking.desk.choices("queue"),
        priorities=asking.desk.choices("priority"),
        companies=tuple(await asking.desk.companies(asking.person, "")),
        groups=tuple(group.name for group in groups),
        errors=_errors(error, inputs),
    )
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def subscription_preview(
    asking: Asking, preview: Preview, typed: str, *, editing: SubscriptionId = NEW, said: str = ""
) -> Reply:
    """Show what words would tell, and ask whether they shall be kept."""
    line = SubscriptionLine(
        id=editing,
        about=preview.about,
        words=preview.words,
        filter=in_short(preview.words),
        events=_in_order(preview.about, preview.events),
        mode=preview.mode,
        maker=asking.person.name,
    )
    card = PreviewCard(
        line=line,
        typed=typed,
        here=here(asking),
        clauses=clauses(preview.words),
        replay=replayed(preview.replay),
        overlaps=tuple(_overlap(each) for each in preview.overlaps if each.verdict in _OVERLAPS),
        examples=_examples(asking, preview.replay),
        said=said,
    )
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def subscriptions(
    asking: Asking,
    page: Sequence[tuple[Subscription, str]],
    *,
    total: int,
    offset: int,
    place: str = HERE,
    said: str = "",
) -> Reply:
    """List a page of subscriptions, each with the words for where it is told; said in no words where that is here."""
    card = SubscriptionsCard(
        lines=tuple(_line(each, where) for each, where in page),
        total=total,
        offset=offset,
        here=here(asking),
        place=place,
        said=said,
    )
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def removal(asking: Asking, subscription: Subscription, where: str, *, offset: int, place: str) -> Reply:
    """Ask once whether a subscription shall really go."""
    line = _line(subscription, where)
    card = SubscriptionsCard(lines=(), total=1, offset=offset, place=place, asks_about=line)
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def named(subscription: Subscription) -> str:
    """Name a subscription in a sentence: ``subscription 3 (Tickets: Queue: Service Desk)``."""
    return f"subscription {subscription.id} ({subject(_line(subscription, ''))})"


def companies_of(asking: Asking, group: CompanyGroup) -> tuple[str, ...]:
    """Name the companies of a group that the person may see."""
    within = asking.person.within_companies
    seen = (company for company in group.companies if within is None or company in within)
    return tuple(sorted((asking.desk.company_name(company) for company in seen), key=str.casefold))


def company_groups(
    asking: Asking, groups: Sequence[CompanyGroup], *, offset: int, can_change: bool, said: str = ""
) -> Reply:
    """List a page of the company groups."""
    offset = offset if offset < len(groups) else 0
    card = GroupsCard(
        lines=tuple(_group(asking, each) for each in groups[offset : offset + GROUPS_A_PAGE]),
        total=len(groups),
        offset=offset,
        can_change=can_change,
        said=said,
    )
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def group_removal(asking: Asking, group: CompanyGroup) -> Reply:
    """Ask once whether a group shall really go."""
    card = GroupsCard(lines=(), total=1, asks_about=_group(asking, group))
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


async def group_form(
    asking: Asking, *, group: str = "", name: str = "", companies: str = "", error: Invalid | None = None
) -> Reply:
    """Ask for a group; ``companies`` stand one a line."""
    errors = {} if error is None else {_group_field(error): _shown(error)}
    offered = tuple(await asking.desk.companies(asking.person, ""))
    card = GroupFormCard(group=group, name=name, companies=companies, offered=offered, errors=errors)
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def replayed(replay: Replay) -> str:
    """Say what the last days would have brought."""
    span = _days(replay.days)
    cut = " Only the latest changes were looked at." if replay.is_cut else ""
    if not replay.posts:
        return f"In the last {span} nothing would have been told.{cut}"
    posts = "1 post" if replay.posts == 1 else f"{replay.posts:,} posts"
    if replay.days < 1:
        # What a few hours brought says nothing about a day.
        return f"In the {span} for which changes are known: {posts}.{cut}"
    return f"In the last {span}: {posts}, {_rate(replay)} (busiest day {replay.busiest:,}).{cut}"


def _days(days: float) -> str:
    if days >= 1:
        return "24 hours" if round(days) == 1 else f"{round(days)} days"
    return times.span(_DAY * days)


def _rate(replay: Replay) -> str:
    a_day = round(replay.per_day)
    return f"{a_day:,} a day" if a_day else "less than one a day"


def _line(subscription: Subscription, where: str) -> SubscriptionLine:
    return SubscriptionLine(
        id=subscription.id,
        about=subscription.about,
        words=subscription.words,
        filter=in_short(subscription.words),
        events=_in_order(subscription.about, subscription.events),
        mode=subscription.mode,
        maker=subscription.created_by_name,
        is_paused=subscription.is_paused,
        where=where,
    )


def _in_order(about: About, events: frozenset[Event]) -> tuple[Event, ...]:
    return tuple(event for event in events_of(about) if event in events)


def _overlap(overlap: Overlap) -> str:
    return _OVERLAPS[overlap.verdict].format(named(overlap.subscription))


def _examples(asking: Asking, replay: Replay) -> tuple[Example, ...]:
    return tuple(
        Example(
            name=each.title,
            what=EVENT_WORDS[each.event],
            ago=times.ago(each.at, asking.reader),
            ticket=each.topic.ticket,
        )
        for each in replay.examples
    )


async def _offers(asking: Asking, words: str, groups: Sequence[CompanyGroup]) -> Offers:
    company, name = await _company(asking, company_of(words), groups)
    return Offers(
        queues=asking.desk.choices("queue"),
        priorities=asking.desk.choices("priority"),
        company=company,
        company_name=name,
    )


async def _company(asking: Asking, text: str, groups: Sequence[CompanyGroup]) -> tuple[str, str]:
    """Find what the form's input would hold for a company's name or a group, and the name as it was written."""
    if text.startswith("@"):
        return (text, text) if any(text == f"@{group.name}" for group in groups) else ("", "")
    if not text:
        return "", ""
    if numbered := _NUMBERED.fullmatch(text):
        return numbered[1], text
    try:
        found = await asking.desk.company_named(asking.person, text)
    except (Invalid, NotFound):
        return "", ""
    return str(found.id), text


def _errors(error: Invalid | None, inputs: Filled) -> dict[str, FieldError]:
    """Put a refusal where the value stands: in the input of its field, else among the words."""
    if error is None:
        return {}
    is_typed = error.field not in INPUTS or has_term(inputs.more, error.field)
    return {MORE if is_typed else error.field: _shown(error)}


def _shown(error: Invalid) -> FieldError:
    return FieldError(what=str(error), legal=error.legal, more=error.hint)


def _group(asking: Asking, group: CompanyGroup) -> GroupLine:
    return GroupLine(name=group.name, companies=companies_of(asking, group))


def _group_field(error: Invalid) -> str:
    return {"company": "companies", "group": "name"}.get(error.field, error.field)
