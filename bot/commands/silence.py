"""Silence a ticket or a sender in a conversation, list what is silent, hear it again."""

import re

from attms_core.errors import Invalid, NotFound
from attms_core.model import Opportunity, Right, Ticket, Topic, lane_of
from attms_core.model.silence import Sender, SenderKind, Until, read_key
from attms_core.notices.senders import Candidate
from bot.asking import Asking
from bot.conversations import is_personal
from bot.faces import silences as faces
from bot.grammar import Reference, nearest, reference_first
from bot.reply import Reply
from bot.router import Router
from cards.notice_asks import SilenceTopic
from cards.silence_asks import HearAgain, ListSilences, SilenceSender

router = Router()
HOW = "For example: silence T20261124.0001, silence T20261124.0001 for good, or: silence sender Monitoring"
SENDER = "sender"
_UNTIL = {
    "": Until.REPLY,
    "until reply": Until.REPLY,
    "until next reply": Until.REPLY,
    "until the customer writes": Until.REPLY,
    "for good": Until.EVER,
    "forever": Until.EVER,
    "for ever": Until.EVER,
    "ever": Until.EVER,
}
_KINDS = {
    "technician": SenderKind.RESOURCE,
    "resource": SenderKind.RESOURCE,
    "contact": SenderKind.CONTACT,
    "company": SenderKind.COMPANY,
    "customer": SenderKind.COMPANY,
}
_WORD = re.compile(r"\w+")
_SENDER = re.compile(rf"{SENDER}\b:?\s*(?:({'|'.join(_KINDS)})\b:?\s+)?(.*)", re.IGNORECASE | re.DOTALL)


@router.command(
    "silence",
    usage="silence [NUMBER [until reply | for good] | sender NAME]",
    help="Be told no more of a ticket here, until the customer writes or for good, or of somebody's deeds. "
    "Alone it lists what is silent.",
    needs=Right.READ,
    examples=("silence",),
    aliases=("mute",),
)
async def silence(asking: Asking, words: str) -> Reply:
    """Silence it, or list what is."""
    if not words.strip():
        return await _listed(asking)
    if found := _SENDER.fullmatch(words.strip()):
        return await _silence_sender(asking, found[2], _KINDS.get((found[1] or "").casefold()))
    named, rest = reference_first(words)
    if named is None:
        raise Invalid("Say which ticket, or which sender.", field="ticket", hint=HOW)
    until = _until(rest)
    ticket = await asking.desk.find(asking.person, str(named))
    return await _silence_topic(asking, Topic(ticket=ticket.id), ticket, until)


@router.command(
    "hear",
    usage="hear NUMBER | sender NAME",
    help="Be told again here of what was silenced.",
    needs=Right.READ,
    aliases=("unmute",),
)
async def hear(asking: Asking, words: str) -> Reply:
    """End a silence."""
    if not words.strip():
        return await _listed(asking)
    if found := _SENDER.fullmatch(words.strip()):
        return await _hear_sender(asking, found[2], _KINDS.get((found[1] or "").casefold()))
    named, _ = reference_first(words)
    if named is None:
        raise Invalid("Say what to hear again.", field="ticket", hint="For example: hear T20261124.0001")
    return await _hear_ticket(asking, named)


@router.on(SilenceTopic, needs=Right.READ)
async def silence_topic(asking: Asking, wish: SilenceTopic) -> Reply:
    """Silence what a notice is about, from its card."""
    topic = read_key(wish.topic)
    if not isinstance(topic, Topic):
        raise Invalid("This button names nothing that can be silenced.", hint="Say: silence NUMBER")
    return await _silence_topic(asking, topic, await _record(asking, topic), Until(wish.until))


@router.on(SilenceSender, needs=Right.READ)
async def silence_sender(asking: Asking, wish: SilenceSender) -> Reply:
    """Silence one of several who were offered."""
    sender = read_key(wish.what)
    if not isinstance(sender, Sender):
        raise Invalid("This button names nobody.", hint="Say: silence sender NAME")
    return await _silenced(asking, sender)


@router.on(ListSilences, needs=Right.READ)
async def listed(asking: Asking, wish: ListSilences) -> Reply:
    """List what is silent."""
    return await _listed(asking, offset=wish.offset)


@router.on(HearAgain, needs=Right.READ)
async def hear_again(asking: Asking, wish: HearAgain) -> Reply:
    """End a silence from the list, or from the card that told of it."""
    what = read_key(wish.what)
    is_known = what is not None and await asking.wants.silences.end(asking.person, lane_of(asking.conversation), what)
    return await _listed(asking, offset=wish.offset, said=_heard(is_known=is_known))


async def _silence_topic(asking: Asking, topic: Topic, record: Ticket | Opportunity, until: Until) -> Reply:
    kept = await asking.wants.silences.add(asking.person, lane_of(asking.conversation), topic, until)
    return faces.silenced_topic(asking, kept, record, is_personal=is_personal(asking.conversation))


async def _silence_sender(asking: Asking, name: str, kind: SenderKind | None) -> Reply:
    if not name.strip():
        raise Invalid("Say whose deeds shall be silent.", field=SENDER, hint="For example: silence sender Monitoring")
    found = await asking.wants.silences.candidates(asking.person, lane_of(asking.conversation), name, kind)
    if len(found) > 1 or not _is_named(found[0], name, kind):
        return faces.choose_sender(asking, name.strip(), found)
    return await _silenced(asking, found[0].sender)


def _is_named(found: Candidate, said: str, kind: SenderKind | None) -> bool:
    """Say whether somebody was named by whole words; all contacts of a company at once are meant when it is said so."""
    if kind is None and found.sender.kind is SenderKind.COMPANY:
        return _in_words(said) == _in_words(found.name)
    return set(_in_words(said)) <= set(_in_words(found.name))


def _in_words(name: str) -> list[str]:
    return _WORD.findall(name.casefold())


async def _silenced(asking: Asking, sender: Sender) -> Reply:
    book = asking.wants.silences
    kept = await book.add(asking.person, lane_of(asking.conversation), sender, Until.EVER)
    named = await book.named(sender)
    return faces.silenced_sender(asking, kept, named, is_personal=is_personal(asking.conversation))


async def _hear_ticket(asking: Asking, named: Reference) -> Reply:
    ticket = await asking.desk.find(asking.person, str(named))
    is_known = await asking.wants.silences.end(asking.person, lane_of(asking.conversation), Topic(ticket=ticket.id))
    return await _listed(asking, said=_heard(ticket.number, is_known=is_known))


async def _hear_sender(asking: Asking, name: str, kind: SenderKind | None) -> Reply:
    """End the silences of all whom the name may mean: hearing too much is mended by one press."""
    book, lane = asking.wants.silences, lane_of(asking.conversation)
    found = await book.candidates(asking.person, lane, name, kind)
    ended = [each.name for each in found if await book.end(asking.person, lane, each.sender)]
    who = ", ".join(dict.fromkeys(ended)) or name.strip()
    return await _listed(asking, said=_heard(who, is_known=bool(ended)))


async def _listed(asking: Asking, *, offset: int = 0, said: str = "") -> Reply:
    page = await asking.wants.silences.page(asking.person, lane_of(asking.conversation), offset=offset)
    return faces.silences(asking, page, said=said)


async def _record(asking: Asking, topic: Topic) -> Ticket | Opportunity:
    """Find what a button names, for somebody who may see it."""
    if topic.opportunity is not None:
        return (await asking.desk.opportunity(asking.person, topic.opportunity)).opportunity
    if topic.ticket is None:
        raise NotFound("This is about nothing that can be silenced.")
    return await asking.desk.find(asking.person, topic.ticket)


def _until(words: str) -> Until:
    said = " ".join(words.casefold().split())
    if said in _UNTIL:
        return _UNTIL[said]
    meant = nearest(said, [each for each in _UNTIL if each])
    raise Invalid(
        f'"{words.strip()[:40]}" does not say for how long.',
        field="until",
        legal=("until reply", "for good"),
        hint=f"Did you mean: {meant}?" if meant else HOW,
    )


def _heard(name: str = "It", *, is_known: bool) -> str:
    return f"{name} is told here again." if is_known else f"{name} was not silent here."
