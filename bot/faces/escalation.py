"""How the ladders of queues look in a conversation: the list, the form, what comes of a change. Decides nothing."""

from collections.abc import Collection, Mapping, Sequence

from attms_core.digits import whole
from attms_core.errors import Invalid
from attms_core.model import Conversation, Lane, Person, lane_of, person_of
from attms_core.model.ladder import Ladder, LadderId, Step, Target, TargetKind
from attms_core.notices.escalation import MOST_STEPS, spoken
from attms_core.notices.escalation.words import spell_time
from bot.asking import Asking
from bot.conversations import is_personal
from bot.reply import Reply
from cards import times
from cards.escalation import PAGE, LadderLine, LaddersCard, LadderSetCard, RemoveLadderCard, StepLine
from cards.escalation_asks import AS_BEFORE, EVERYONE, HERE, NEW, SetLadder
from cards.escalation_form import FormStep, LadderFormCard
from cards.parts import FieldError

USUAL_LINES = 3
ASLEEP = "It tells nothing: whoever set it may see no tickets any more. Change and save it, and it is yours."


def ladders(
    asking: Asking,
    found: Sequence[Ladder],
    *,
    climbing: Mapping[LadderId, int],
    asleep: Collection[LadderId],
    offset: int = 0,
) -> Reply:
    """List ladders, page by page."""
    start = offset if offset < len(found) else 0
    lines = tuple(
        _line(asking, each, climbing=climbing.get(each.id, 0), is_asleep=each.id in asleep)
        for each in found[start : start + PAGE]
    )
    card = LaddersCard(lines=lines, total=len(found), offset=start)
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def ladder(asking: Asking, one: Ladder, *, said: str, more: str = "") -> Reply:
    """Say what came of a change."""
    card = LadderSetCard(said=f"{said} {queue_name(asking, one.queue)}.", line=_line(asking, one), next=more)
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def ladder_removal(asking: Asking, one: Ladder) -> Reply:
    """Ask whether it shall really go."""
    card = RemoveLadderCard(line=_line(asking, one))
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def ladder_form(
    asking: Asking,
    known: Ladder | None,
    people: Sequence[Person],
    *,
    queue: int | None = None,
    filled: SetLadder | None = None,
    error: Invalid | None = None,
) -> Reply:
    """Ask for a ladder, filled in as it stands or as it was typed, with the error at its field."""
    kept = _kept(asking, known, people)
    steps = _typed(filled, kept) if filled else kept
    asked = filled.queue if filled else None
    lines = min(max(len(steps) + (known is not None), USUAL_LINES), MOST_STEPS)
    card = LadderFormCard(
        id=known.id if known else NEW,
        queues=asking.desk.choices("queue"),
        queue=asked if asked is not None else known.queue if known else queue,
        steps=(*steps, *(FormStep() for _ in range(lines - len(steps)))),
        here=_here(asking.conversation),
        people=tuple((one.resource, one.name) for one in people if one.resource is not None),
        errors={error.field: FieldError(what=str(error), legal=error.legal, more=error.hint)} if error else {},
    )
    return Reply(card.render(asking.reader, asking.fresh_nonce()), card.summary())


def queue_name(asking: Asking, queue: int) -> str:
    """Name a queue."""
    return asking.desk.label("queue", queue)


def _line(asking: Asking, one: Ladder, *, climbing: int = 0, is_asleep: bool = False) -> LadderLine:
    lane = lane_of(asking.conversation)
    return LadderLine(
        id=one.id,
        queue=queue_name(asking, one.queue),
        steps=tuple(StepLine(after=times.span(step.after), who=_who(step, lane)) for step in one.steps),
        maker=one.created_by_name,
        since=times.moment(one.changed_at, asking.reader),
        is_paused=one.is_paused,
        climbing=climbing,
        trouble=ASLEEP if is_asleep and not one.is_paused else "",
    )


def _who(step: Step, lane: Lane) -> str:
    *most, last = (spoken(target, lane) for target in step.targets)
    return f"{', '.join(most)} and {last}" if most else last


def _kept(asking: Asking, known: Ladder | None, people: Sequence[Person]) -> tuple[FormStep, ...]:
    resources = {one.key.object_id: str(one.resource) for one in people if one.resource is not None}
    return tuple(_kept_step(step, lane_of(asking.conversation), resources) for step in (known.steps if known else ()))


def _kept_step(step: Step, lane: Lane, resources: Mapping[str, str]) -> FormStep:
    value = _value(step.targets[0], lane, resources) if len(step.targets) == 1 else ""
    return FormStep(after=spell_time(step.after), who=value or AS_BEFORE, before="" if value else _who(step, lane))


def _value(target: Target, lane: Lane, resources: Mapping[str, str]) -> str:
    """Give the choice that stands for a target; empty when none does."""
    if target.kind is TargetKind.EVERYONE:
        return EVERYONE
    if target.lane == lane:
        return HERE
    object_id = person_of(target.lane) if target.lane else None
    return resources.get(object_id, "") if object_id else ""


def _typed(filled: SetLadder, kept: Sequence[FormStep]) -> tuple[FormStep, ...]:
    numbers = [number for each in (*filled.after, *filled.who) if (number := whole(each)) is not None]
    most = min(max([*numbers, len(kept)], default=0), MOST_STEPS)
    return tuple(
        FormStep(
            after=filled.after.get(str(number), ""),
            who=filled.who.get(str(number), ""),
            before=kept[number - 1].before if number <= len(kept) else "",
        )
        for number in range(1, most + 1)
    )


def _here(conversation: Conversation) -> str:
    if is_personal(conversation):
        return "Me, in this chat"
    return "Here, in this conversation"
