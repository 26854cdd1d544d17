"""Ladders of queues, by words and by form: who is told when nobody takes a ticket."""

from collections.abc import Sequence
from datetime import timedelta
from string import ascii_lowercase

from attms_core.digits import whole
from attms_core.errors import Invalid, NotFound
from attms_core.model import ResourceId, Right
from attms_core.model.ladder import Ladder, LadderId, Step, Target
from attms_core.notices.escalation import EVERYBODY, target_of_person, target_of_place
from attms_core.notices.escalation.words import EVERYONE as EVERYBODY_SAID
from attms_core.notices.escalation.words import HERE as HERE_SAID
from attms_core.notices.escalation.words import HINT, ME, SpokenStep, read_ladder, read_time
from bot import faces
from bot.asking import Asking
from bot.reply import Reply
from bot.router import Router
from bot.turn import Mention
from cards.escalation_asks import (
    AFTER,
    AS_BEFORE,
    EVERYONE,
    HERE,
    NEW,
    WHO,
    AskRemoval,
    LadderForm,
    PauseLadder,
    RemoveLadder,
    ResumeLadder,
    SetLadder,
    ShowLadders,
)

router = Router()
MARK = "\ue000"
"""Begins what stands for a mention. A private-use character: nobody types it."""
NEXT = "Tickets that nobody has count from now on. It ends for each as soon as somebody takes it."
_NEW = frozenset({"new", "form"})
_DEEDS = {"pause": "pause", "stop": "pause", "resume": "resume", "remove": "remove", "delete": "remove"}


@router.command(
    "escalation",
    usage='escalation [new | "QUEUE" 15m here, 30m @NAME, 45m everyone | pause QUEUE | resume QUEUE | remove QUEUE]',
    help="Say who is told when nobody takes a ticket of a queue, step by step.",
    needs=Right.DISPATCH,
    examples=("escalation",),
    aliases=("escalations",),
)
async def escalation(asking: Asking, words: str) -> Reply:
    """List the ladders, set one, or change one."""
    if not words.strip():
        return await _list(asking)
    verb, _, rest = words.strip().partition(" ")
    if verb.casefold() in _NEW and not rest.strip():
        return await _form(asking, None)
    if verb.casefold() in _DEEDS and rest.strip():
        return await _deed(asking, _DEEDS[verb.casefold()], rest)
    return await _said(asking, words)


@router.on(ShowLadders, needs=Right.DISPATCH)
async def show(asking: Asking, wish: ShowLadders) -> Reply:
    """List them."""
    return await _list(asking, wish.offset)


@router.on(LadderForm, needs=Right.DISPATCH)
async def form(asking: Asking, wish: LadderForm) -> Reply:
    """Show the form."""
    known = await asking.wants.ladders.find(asking.person, wish.id) if wish.id != NEW else None
    return await _form(asking, known)


@router.on(SetLadder, needs=Right.DISPATCH)
async def keep(asking: Asking, wish: SetLadder) -> Reply:
    """Set what the form says; what is wrong in it comes back at its field."""
    known = await _known(asking, wish.id)
    try:
        return await _set(asking, _queue(wish), await _filled(asking, wish, known))
    except Invalid as error:
        return await _form(asking, known, filled=wish, error=error)


@router.on(PauseLadder, needs=Right.DISPATCH)
async def pause(asking: Asking, wish: PauseLadder) -> Reply:
    """Let it rest."""
    return await _pause(asking, wish.id)


@router.on(ResumeLadder, needs=Right.DISPATCH)
async def resume(asking: Asking, wish: ResumeLadder) -> Reply:
    """Let it go on."""
    return await _resume(asking, wish.id)


@router.on(AskRemoval, needs=Right.DISPATCH)
async def ask(asking: Asking, wish: AskRemoval) -> Reply:
    """Ask whether it shall really go."""
    return faces.ladder_removal(asking, await asking.wants.ladders.find(asking.person, wish.id))


@router.on(RemoveLadder, needs=Right.DISPATCH)
async def remove(asking: Asking, wish: RemoveLadder) -> Reply:
    """Take it away, and show what is left."""
    await asking.wants.ladders.remove(asking.person, wish.id)
    return await _list(asking)


async def _list(asking: Asking, offset: int = 0) -> Reply:
    found = await asking.wants.ladders.all(asking.person)
    climbing, asleep = await asking.wants.ladders.climbing(), await asking.wants.ladders.asleep(found)
    return faces.ladders(asking, found, climbing=climbing, asleep=asleep, offset=offset)


async def _form(
    asking: Asking,
    known: Ladder | None,
    *,
    queue: int | None = None,
    filled: SetLadder | None = None,
    error: Invalid | None = None,
) -> Reply:
    people = await asking.wants.ladders.colleagues()
    return faces.ladder_form(asking, known, people, queue=queue, filled=filled, error=error)


async def _said(asking: Asking, words: str) -> Reply:
    """Set what was said; a queue alone shows its form."""
    said = read_ladder(_with_marks(asking, words))
    queue = asking.desk.choice_named("queue", said.queue).value
    if not said.steps:
        return await _form(asking, await asking.wants.ladders.of_queue(asking.person, queue), queue=queue)
    return await _set(asking, queue, [await _spoken(asking, step) for step in said.steps])


async def _deed(asking: Asking, deed: str, queue: str) -> Reply:
    """Pause, resume or remove by the queue's name."""
    named = asking.desk.choice_named("queue", queue.strip(' "“”'))
    found = await asking.wants.ladders.of_queue(asking.person, named.value)
    if found is None:
        raise NotFound(f"{named.label} has no escalation.", hint=HINT)
    if deed == "pause":
        return await _pause(asking, found.id)
    if deed == "resume":
        return await _resume(asking, found.id)
    return faces.ladder_removal(asking, found)


async def _set(asking: Asking, queue: int, steps: Sequence[Step]) -> Reply:
    kept = await asking.wants.ladders.set(asking.person, queue, steps)
    return faces.ladder(asking, kept, said="This is the escalation of", more=NEXT)


async def _pause(asking: Asking, ladder: LadderId) -> Reply:
    kept = await asking.wants.ladders.pause(asking.person, ladder)
    more = f"Nobody is told until it goes on. Say: escalation resume {faces.queue_name(asking, kept.queue)}"
    return faces.ladder(asking, kept, said="Paused: the escalation of", more=more)


async def _resume(asking: Asking, ladder: LadderId) -> Reply:
    kept = await asking.wants.ladders.resume(asking.person, ladder)
    return faces.ladder(asking, kept, said="It goes on: the escalation of", more=NEXT)


async def _spoken(asking: Asking, step: SpokenStep) -> Step:
    return Step(after=step.after, targets=tuple([await _named(asking, name) for name in step.targets]))


async def _named(asking: Asking, name: str) -> Target:
    if name == HERE_SAID:
        return target_of_place(asking.conversation, asking.person)
    if name == EVERYBODY_SAID:
        return EVERYBODY
    if name == ME:
        return target_of_person(asking.person)
    mention = _mention(asking, name)
    if mention is not None:
        met = await asking.wants.ladders.met(mention.object_id or "", mri=mention.mri)
        if met is not None:
            return target_of_person(met)
    colleague = asking.desk.colleague_named(mention.name if mention else name)
    return await asking.wants.ladders.target_of(colleague.id, colleague.name)


def _with_marks(asking: Asking, words: str) -> str:
    """Put a mark in the place of each mention: a name in Teams may hold commas, or be none that AutoTask knows."""
    for number, mention in enumerate(asking.turn.mentions[: len(ascii_lowercase)]):
        if mention.name:
            words = words.replace(f"@{mention.name}", f"@{MARK}{ascii_lowercase[number]} ")
    return words


def _mention(asking: Asking, name: str) -> Mention | None:
    number = ascii_lowercase.find(name.removeprefix(MARK)) if name.startswith(MARK) else -1
    return asking.turn.mentions[number] if 0 <= number < len(asking.turn.mentions) else None


def _queue(wish: SetLadder) -> int:
    if wish.queue is None:
        raise Invalid("Choose a queue.", field="queue")
    return wish.queue


async def _filled(asking: Asking, wish: SetLadder, known: Ladder | None) -> list[Step]:
    """Read the form's lines; those left empty are no steps. Raises ``Invalid`` for the input."""
    numbers = sorted({number for each in (*wish.after, *wish.who) if (number := whole(each)) is not None})
    steps = []
    for number in numbers:
        after, who = wish.after.get(str(number), "").strip(), wish.who.get(str(number), "")
        if not after:
            raise Invalid("Say after what time, such as 15m.", field=f"{AFTER}{number}")
        if not who:
            raise Invalid("Choose who is told.", field=f"{WHO}{number}")
        before = known.steps[number - 1].targets if known and 0 < number <= len(known.steps) else ()
        targets = before if who == AS_BEFORE else (await _chosen(asking, who),)
        steps.append(Step(after=_time(after, number), targets=targets))
    return steps


async def _chosen(asking: Asking, value: str) -> Target:
    if value == HERE:
        return target_of_place(asking.conversation, asking.person)
    if value == EVERYONE:
        return EVERYBODY
    number = whole(value)
    if number is None:
        raise Invalid("This is none of the choices.", field="steps", hint="Ask for the form again.")
    resource = ResourceId(number)
    return await asking.wants.ladders.target_of(resource, asking.desk.resource_name(resource))


def _time(text: str, number: int) -> timedelta:
    after = read_time(text)
    if after is None:
        raise Invalid("This is no time. Say 15m, 1h30m or 2d.", field=f"{AFTER}{number}")
    return after


async def _known(asking: Asking, ladder: LadderId) -> Ladder | None:
    """Give the ladder that a form was filled in from, unless it is gone meanwhile."""
    if ladder == NEW:
        return None
    return next((each for each in await asking.wants.ladders.all(asking.person) if each.id == ladder), None)
