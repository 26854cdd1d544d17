"""What one is told in one's own chat: the form, quiet hours, and what is switched off or breaks through."""

from collections.abc import Callable, Mapping

from msgspec import structs

from attms_core.errors import Invalid, NotAllowed
from attms_core.model import Right
from attms_core.model.preferences import CHOSEN, Matter, Preferences
from attms_core.notices.quiet import quiet_of, read_quiet
from bot import faces
from bot.asking import Asking
from bot.conversations import is_personal
from bot.reply import Reply
from bot.router import Router
from cards.choices import listed
from cards.choices_asks import KeepChoices
from cards.notice_asks import NoticeChoices

router = Router()
HOW = "Say for example: notices quiet 19:00-07:00 mon-fri, notices off answered, or notices alone for the form"
_SLA = frozenset({Matter.SLA_75, Matter.SLA_90, Matter.SLA_BREACHED})
_MEANT: Mapping[str, frozenset[Matter]] = {
    **{matter.value: frozenset({matter}) for matter in Matter},
    "sla": _SLA,
    "breached": frozenset({Matter.SLA_BREACHED}),
    "mentions": frozenset({Matter.MENTIONED}),
    "answers": frozenset({Matter.ANSWERED}),
    "escalations": frozenset({Matter.ESCALATION}),
    "subscriptions": frozenset({Matter.SUBSCRIBED}),
    "all": frozenset(Matter),
}
Change = Callable[[Preferences, frozenset[Matter]], Preferences]


def _off(kept: Preferences, those: frozenset[Matter]) -> Preferences:
    return structs.replace(kept, off=kept.off | those)


def _on(kept: Preferences, those: frozenset[Matter]) -> Preferences:
    return structs.replace(kept, off=kept.off - those)


def _through(kept: Preferences, those: frozenset[Matter]) -> Preferences:
    return structs.replace(kept, through=kept.through | those)


def _hold(kept: Preferences, those: frozenset[Matter]) -> Preferences:
    return structs.replace(kept, through=kept.through - those)


_CHANGES: Mapping[str, tuple[Change, str]] = {
    "off": (_off, "No longer told"),
    "on": (_on, "Told from now on"),
    "through": (_through, "Told in quiet hours too"),
    "hold": (_hold, "Held back in quiet hours"),
}


@router.command(
    "notices",
    usage="notices [quiet 19:00-07:00 mon-fri | off WHAT | on WHAT | through WHAT | hold WHAT]",
    help="Choose what you are told in your own chat, and when it is quiet there.",
    needs=Right.READ,
    examples=("notices",),
)
async def notices(asking: Asking, words: str) -> Reply:
    """Show the form, or change one thing."""
    _must_be_alone(asking)
    verb, _, rest = words.strip().partition(" ")
    if not verb:
        return await _form(asking)
    if verb.casefold() == "quiet":
        return await _quiet(asking, rest)
    if verb.casefold() in _CHANGES:
        return await _change(asking, verb.casefold(), rest)
    raise Invalid(f'Notices cannot be asked for "{verb[:40]}".', legal=("quiet", *_CHANGES), hint=HOW)


@router.on(NoticeChoices, needs=Right.READ)
async def form(asking: Asking, _wish: NoticeChoices) -> Reply:
    """Show the form."""
    _must_be_alone(asking)
    return await _form(asking)


@router.on(KeepChoices, needs=Right.READ)
async def keep(asking: Asking, wish: KeepChoices) -> Reply:
    """Keep what the form holds; what is wrong in it comes back at its field."""
    _must_be_alone(asking)
    try:
        quiet = quiet_of(wish.quiet_from, wish.quiet_to, wish.quiet_days, wish.quiet_whole_days, wish.quiet_zone)
        wanted = Preferences(
            off=frozenset(CHOSEN) - frozenset(map(Matter, wish.told)),
            through=frozenset(map(Matter, wish.through)),
            quiet=quiet,
        )
        kept = await asking.wants.choices.save(asking.person, wanted)
    except Invalid as error:
        chosen = await asking.wants.choices.of(asking.person)
        return faces.choices_form(asking, chosen, typed=wish, error=error)
    return faces.choices(asking, kept, said="Saved.")


async def _form(asking: Asking) -> Reply:
    return faces.choices_form(asking, await asking.wants.choices.of(asking.person))


async def _quiet(asking: Asking, words: str) -> Reply:
    before = (await asking.wants.choices.of(asking.person)).preferences
    quiet = None if words.strip().casefold() in {"off", "none"} else read_quiet(words)
    if quiet and not quiet.zone and before.quiet:
        quiet = structs.replace(quiet, zone=before.quiet.zone)
    kept = await asking.wants.choices.save(asking.person, structs.replace(before, quiet=quiet))
    return faces.choices(asking, kept, said="Your quiet hours are set." if quiet else "You have no quiet hours now.")


async def _change(asking: Asking, verb: str, words: str) -> Reply:
    change, said = _CHANGES[verb]
    those = _meant(words, chosen=verb in {"off", "on"})
    before = (await asking.wants.choices.of(asking.person)).preferences
    kept = await asking.wants.choices.save(asking.person, change(before, those))
    return faces.choices(asking, kept, said=f"{said}: {listed(those)}.")


def _meant(words: str, *, chosen: bool) -> frozenset[Matter]:
    """Read what is meant. Raises ``Invalid`` with all that can be."""
    offered = frozenset(CHOSEN) if chosen else frozenset(Matter)
    found: set[Matter] = set()
    for word in words.casefold().replace(",", " ").split():
        those = _MEANT.get(word, frozenset()) & offered
        if not those:
            raise Invalid(f'Nothing here is called "{word[:40]}".', legal=_legal(offered), hint=HOW)
        found |= those
    if not found:
        raise Invalid("Say what.", legal=_legal(offered), hint=HOW)
    return frozenset(found)


def _legal(offered: frozenset[Matter]) -> tuple[str, ...]:
    return (*(matter.value for matter in Matter if matter in offered), "sla", "all")


def _must_be_alone(asking: Asking) -> None:
    """Refuse to show somebody's choices where others read and press. Raises ``NotAllowed``."""
    if not (is_personal(asking.conversation) or asking.is_own):
        raise NotAllowed("What you are told is yours alone, so it is not shown here.", hint="Ask me in our own chat.")
