"""When somebody or a conversation is told how things stand: set it, change it, send it now."""

from attms_core.errors import Invalid, NotFound
from attms_core.model import Lane, Right, lane_of, lane_of_person
from attms_core.model.digest import Digest, DigestKind, Rhythm
from attms_core.notices.rhythm import read_rhythm, read_zone, rhythm_of, spoken
from bot.asking import Asking
from bot.conversations import is_personal
from bot.faces import digests as faces
from bot.reply import Reply
from bot.router import Router
from cards.digest_asks import (
    DigestForm,
    OfDigest,
    PauseDigest,
    RemoveDigest,
    ResumeDigest,
    SendDigest,
    SetDigest,
    ShowDigests,
)
from cards.digests import NAMES

router = Router()
HOW = "For example: digest mine 07:30 mon-fri, digest here 08:00 mon,thu, or: digest off"
_OFF = frozenset({"off", "remove", "stop", "none"})
_KINDS = {"mine": DigestKind.MINE, "my": DigestKind.MINE, "me": DigestKind.MINE, "here": DigestKind.HERE}


@router.command(
    "digest",
    usage="digest [mine | here] [TIME] [DAYS] [ZONE] | off | pause | resume | now",
    help="Be told at set times how things stand: your own tickets in your own chat, or the desk in this conversation.",
    needs=Right.READ,
    examples=("digest",),
    aliases=("digests",),
)
async def digest(asking: Asking, words: str) -> Reply:
    """Show what is set, or set it."""
    kind, rest = _kind(asking, words)
    if not words.strip():
        return await _shown(asking)
    deed = rest.casefold()
    if deed in _OFF:
        return await (_remove(asking, kind) if _names_kind(words) else _remove_all(asking))
    if deed in {"pause", "resume", "now", "send"}:
        return await _done(asking, kind, deed)
    if not deed:
        return await _form(asking, kind)
    return await _set(asking, kind, _read(asking, rest))


@router.on(ShowDigests, needs=Right.READ)
async def show(asking: Asking, _wish: ShowDigests) -> Reply:
    """Show what is set."""
    return await _shown(asking)


@router.on(DigestForm, needs=Right.READ)
async def form(asking: Asking, wish: DigestForm) -> Reply:
    """Ask when it shall come."""
    return await _form(asking, DigestKind(wish.kind))


@router.on(SetDigest, needs=Right.READ)
async def set_(asking: Asking, wish: SetDigest) -> Reply:
    """Let it come; a value that makes no sense comes back at its field."""
    kind = DigestKind(wish.kind)
    try:
        rhythm = rhythm_of(wish.time, ",".join(wish.days), wish.zone)
    except Invalid as error:
        return faces.digest_form(asking, kind, time=wish.time, days=wish.days, zone=wish.zone, error=error)
    return await _set(asking, kind, rhythm)


@router.on(SendDigest, needs=Right.READ)
async def send(asking: Asking, wish: SendDigest) -> Reply:
    """Send it now."""
    return await _pressed(asking, wish, "now")


@router.on(PauseDigest, needs=Right.READ)
async def pause(asking: Asking, wish: PauseDigest) -> Reply:
    """Send none for now."""
    return await _pressed(asking, wish, "pause")


@router.on(ResumeDigest, needs=Right.READ)
async def resume(asking: Asking, wish: ResumeDigest) -> Reply:
    """Send it again."""
    return await _pressed(asking, wish, "resume")


@router.on(RemoveDigest, needs=Right.READ)
async def remove(asking: Asking, wish: RemoveDigest) -> Reply:
    """Forget it."""
    return await _remove(asking, DigestKind(wish.kind))


async def _pressed(asking: Asking, wish: OfDigest, deed: str) -> Reply:
    return await _done(asking, DigestKind(wish.kind), deed)


async def _set(asking: Asking, kind: DigestKind, rhythm: Rhythm) -> Reply:
    await asking.conversations.settle(asking.conversation)
    kept = await asking.wants.digests.set(asking.person, _lane(asking, kind), kind, rhythm)
    where = "" if is_personal(asking.conversation) or kind is DigestKind.HERE else " in your own chat"
    return await _shown(asking, said=f"{NAMES[kind]}{where}: {spoken(kept.rhythm)}.")


async def _done(asking: Asking, kind: DigestKind, deed: str) -> Reply:
    """Pause it, resume it or send it now."""
    book, lane = asking.wants.digests, _lane(asking, kind)
    if deed == "pause":
        await book.pause(asking.person, lane, kind)
        return await _shown(asking, said="Paused.")
    if deed == "resume":
        await book.resume(asking.person, lane, kind)
        return await _shown(asking, said="It comes again at its times.")
    await book.send(asking.person, lane, kind)
    return await _shown(asking, said="It is on its way.")


async def _remove(asking: Asking, kind: DigestKind) -> Reply:
    gone = await asking.wants.digests.remove(asking.person, _lane(asking, kind), kind)
    return await _shown(asking, said=f"It comes no more: {NAMES[kind].lower()}, {spoken(gone.rhythm)}.")


async def _remove_all(asking: Asking) -> Reply:
    """Forget all that come to this conversation."""
    found = await _here(asking)
    if not found:
        raise NotFound("No digest comes here.", hint=HOW)
    for each in found:
        await asking.wants.digests.remove(asking.person, each.lane, each.kind)
    return await _shown(asking, said="No digest comes here any more.")


async def _form(asking: Asking, kind: DigestKind) -> Reply:
    known = await asking.wants.digests.find(asking.person, _lane(asking, kind), kind)
    return faces.digest_form(asking, kind, known)


async def _shown(asking: Asking, *, said: str = "") -> Reply:
    found = await _here(asking)
    return faces.digest_settings(asking, found, is_personal=is_personal(asking.conversation), said=said)


async def _here(asking: Asking) -> tuple[Digest, ...]:
    return await asking.wants.digests.of_lane(asking.person, lane_of(asking.conversation))


def _kind(asking: Asking, words: str) -> tuple[DigestKind, str]:
    """Read which one is meant; where it is not said, one's own in one's own chat, else this conversation's."""
    head, _, rest = words.strip().partition(" ")
    if known := _KINDS.get(head.casefold()):
        return known, rest.strip()
    return (DigestKind.MINE if is_personal(asking.conversation) else DigestKind.HERE), words.strip()


def _read(asking: Asking, words: str) -> Rhythm:
    """Read when it shall come. Raises ``Invalid`` with whole commands to copy."""
    try:
        return read_rhythm(words, _zone(asking))
    except Invalid as error:
        raise Invalid(str(error), field=error.field, legal=error.legal, hint=HOW) from error


def _names_kind(words: str) -> bool:
    return words.strip().partition(" ")[0].casefold() in _KINDS


def _lane(asking: Asking, kind: DigestKind) -> Lane:
    """Say where it goes: what is one's own to one's own chat, wherever it was asked for."""
    if kind is DigestKind.MINE and not is_personal(asking.conversation):
        return lane_of_person(asking.person.key.object_id)
    return lane_of(asking.conversation)


def _zone(asking: Asking) -> str:
    """Give the zone that Teams tells of the person; UTC where it tells none that is known here."""
    try:
        return read_zone(asking.turn.timezone or asking.reader.zone)
    except Invalid:
        return "UTC"
