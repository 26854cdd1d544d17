"""What is silent in a conversation, in words. Decides nothing."""

from collections.abc import Sequence

from attms_core.model import Opportunity, Right, Ticket
from attms_core.model.silence import Silence
from attms_core.notices.senders import Candidate
from attms_core.notices.silences import PAGE, Silenced, SilencePage
from attms_core.people import authorize
from bot.asking import Scene
from bot.reply import Reply
from cards.silences import ChooseSenderCard, SenderOption, SilencedCard, SilenceLine, SilencesCard
from cards.times import moment

HIDDEN = "A ticket that you may not see"


def silenced_topic(scene: Scene, silence: Silence, record: Ticket | Opportunity, *, is_personal: bool) -> Reply:
    """Say that a ticket or an opportunity is silent from now on, and how to hear it again."""
    ticket = record if isinstance(record, Ticket) else None
    card = SilencedCard(
        name=_called(record),
        what=silence.what.key,
        until=silence.until,
        ticket=ticket.id if ticket else None,
        hear=f"hear {ticket.number}" if ticket else "",
        is_personal=is_personal,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def silenced_sender(scene: Scene, silence: Silence, sender: Candidate, *, is_personal: bool) -> Reply:
    """Say that somebody's deeds are silent from now on, and how to hear them again."""
    card = SilencedCard(
        name=f"{sender.name} ({sender.about})",
        what=silence.what.key,
        until=silence.until,
        is_sender=True,
        hear=f"hear sender {sender.name}",
        is_personal=is_personal,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def silences(scene: Scene, page: SilencePage, *, said: str = "") -> Reply:
    """List what is silent here."""
    card = SilencesCard(
        lines=tuple(_line(scene, each) for each in page.lines),
        offset=page.offset,
        total=page.total,
        page=PAGE,
        said=said,
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def choose_sender(scene: Scene, said: str, found: Sequence[Candidate]) -> Reply:
    """Ask who of several is meant."""
    options = tuple(SenderOption(name=each.name, about=each.about, what=each.sender.key) for each in found)
    card = ChooseSenderCard(said=said, options=options)
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def called(scene: Scene, each: Silenced) -> str:
    """Name what is silent, for somebody who may see it or not."""
    if each.sender is not None:
        return each.sender.name
    record = each.record
    return _called(record) if record is not None and _may_see(scene, record) else HIDDEN


def _line(scene: Scene, each: Silenced) -> SilenceLine:
    silence, record = each.silence, each.record
    name = called(scene, each)
    is_seen = isinstance(record, Ticket) and name != HIDDEN
    return SilenceLine(
        name=name,
        about=each.sender.about if each.sender else "",
        what=silence.what.key,
        hear=record.number if isinstance(record, Ticket) and is_seen else "it" if name == HIDDEN else name,
        until=silence.until,
        by_name=silence.by_name,
        since=f"since {moment(silence.since, scene.reader)}",
    )


def _called(record: Ticket | Opportunity) -> str:
    return f"{record.number} {record.title}" if isinstance(record, Ticket) else record.title


def _may_see(scene: Scene, record: Ticket | Opportunity) -> bool:
    if isinstance(record, Ticket):
        return authorize(scene.person, Right.READ, ticket=record).allowed
    within = scene.person.within_companies
    return within is None or record.company in within
