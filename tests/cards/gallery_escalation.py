"""The cards of escalation in every state, for the gallery."""

from collections.abc import Callable

from msgspec.structs import replace

from attms_core.model import Choice, ResourceId
from attms_core.model.ladder import LadderId
from cards.elements import Json
from cards.escalation import LadderLine, LaddersCard, LadderSetCard, RemoveLadderCard, StepLine
from cards.escalation_asks import AFTER, AS_BEFORE, EVERYONE, HERE
from cards.escalation_form import FormStep, LadderFormCard
from cards.parts import FieldError
from cards.reader import Reader

Say = Callable[[str], str]


def line(say: Say, at: int = 3) -> LadderLine:
    steps = (
        StepLine(after="15 min", who="here"),
        StepLine(after="30 min", who=say("Ana Ruiz and Ben Stone")),
        StepLine(after="1 h", who="everyone"),
    )
    return LadderLine(
        id=LadderId(at), queue=say("Service Desk"), steps=steps, maker=say("Ana Ruiz"), since="today 09:10", climbing=at
    )


def escalation(say: Say, reader: Reader, nonce: str) -> dict[str, Json]:
    asleep = "It tells nothing: whoever set it may see no tickets any more. Change and save it, and it is yours."
    page = (line(say, 0), line(say, 1), line(say, 2))
    paused, sleeping = replace(line(say, 5), is_paused=True), replace(line(say, 6), trouble=asleep)
    queues = tuple(Choice(value=at, label=say(f"Queue {at}")) for at in range(1, 20))
    people = tuple((ResourceId(at), say(f"Ana Ruiz {at}")) for at in range(1, 150))
    steps = (
        FormStep(after="15m", who=HERE),
        FormStep(after="30m", who="149"),
        FormStep(after="45m", who=EVERYONE),
        FormStep(after="1h", who=AS_BEFORE, before=say("another channel and Ana Ruiz")),
    )
    wrong = LadderFormCard(
        queues=queues[:3],
        queue=2,
        steps=(FormStep(after=say("soon"), who=HERE), *(FormStep() for _ in range(9))),
        here="Here, in this conversation",
        people=people,
        errors={
            f"{AFTER}1": FieldError(what=say("This is no time. Say 15m, 1h30m or 2d.")),
            "steps": FieldError(what="Each step has to come later than the one before it."),
        },
    )
    made: dict[str, LaddersCard | LadderSetCard | RemoveLadderCard | LadderFormCard] = {
        "escalation-none": LaddersCard(lines=(), total=0),
        "escalation-list": LaddersCard(lines=(*page, paused, sleeping), total=9),
        "escalation-list-end": LaddersCard(lines=(line(say),), total=7, offset=6),
        "escalation-set": LadderSetCard(
            said=f"This is the escalation of {say('Service Desk')}.",
            line=line(say),
            next="Tickets that nobody has count from now on. It ends for each as soon as somebody takes it.",
        ),
        "escalation-remove": RemoveLadderCard(line=line(say)),
        "escalation-form": LadderFormCard(
            id=LadderId(3), queues=queues, queue=5, steps=steps, here="Here, in this conversation", people=people[:9]
        ),
        "escalation-form-new": LadderFormCard(
            queues=queues[:3], steps=(FormStep(),) * 3, here="Me, in this chat", people=people
        ),
        "escalation-form-wrong": wrong,
    }
    return {name: card.render(reader, nonce) for name, card in made.items()}
