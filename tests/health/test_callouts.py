"""What the doctor says of callouts: fine without them, and every trouble with the way out of it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from attms_core.callouts import Hook, Line, Standing, Trouble
from attms_core.errors import Unreachable
from attms_core.health import State
from attms_core.health.callouts import look
from attms_core.model.webhook import WebhookKind
from tests.health.patient import Callouts
from tests.support.fake_autotask import NOON

HOOK = Hook(kind=WebhookKind.TICKETS, id=1, line=Line(guid="g", last=NOON - timedelta(minutes=2)))
WELL = Standing(is_set_up=True, at=NOON, hooks=(HOOK,))


async def test_without_callouts_all_is_well() -> None:
    found = await look(Callouts(), NOON)
    assert found.state is State.OK
    assert "polled every 30 s" in found.what


async def test_what_comes_is_told() -> None:
    found = await look(Callouts(WELL), NOON)
    assert found.state is State.OK
    assert "2 min ago" in found.what


@pytest.mark.parametrize("trouble", Trouble)
async def test_every_trouble_is_a_warning_with_a_command_and_the_comfort_of_polls(trouble: Trouble) -> None:
    found = await look(Callouts(replace(WELL, hooks=(replace(HOOK, troubles=(trouble,)),))), NOON)
    assert found.state is State.WARNING
    assert "polled every 30 s meanwhile" in found.what
    assert "attms callouts repair" in found.fix


async def test_what_autotask_gave_up_and_what_was_mended_is_told_for_an_hour() -> None:
    missed = await look(Callouts(replace(WELL, missed=2, said="The operation has timed out.")), NOON)
    assert "gave up 2 callouts within the hour: The operation has timed out." in missed.what
    mended = replace(WELL, mended=("the webhook for tickets is switched off",), mended_at=NOON - timedelta(minutes=5))
    told = await look(Callouts(mended), NOON)
    assert (told.state, told.what) == (
        State.WARNING,
        "The webhook for tickets is switched off. ATTMS mended that 5 min ago.",
    )
    assert (await look(Callouts(mended), NOON + timedelta(hours=1))).state is State.OK


async def test_an_autotask_that_does_not_answer_is_no_fault_of_callouts() -> None:
    found = await look(Callouts(error=Unreachable("AutoTask does not answer.")), NOON)
    assert found.state is State.UNKNOWN
