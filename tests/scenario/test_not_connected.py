"""Before there is anything to show: not set up, not startable, or still reading."""

from pathlib import Path

import pytest

import app
from attms_core.settings import SettingsError, load
from sandbox.autotask import AutotaskSandbox
from sandbox.teams import buttons, texts
from tests.scenario.conftest import Open, card_of

TOLD = {
    "ATTMS_BOT_APP_ID": "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77",
    "ATTMS_BOT_SECRET": "of-no-worth",
    "ATTMS_BOT_TENANT_IDS": "2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65",
}
"""What a bot is told, as far as the start looks at it."""


@pytest.mark.parametrize("words", ["tickets mine", "7001", "new", "note 7001 hello", "status 7001 new"])
async def test_the_chat_says_that_it_is_not_connected_and_what_to_do(open_world: Open, words: str) -> None:
    world = await open_world(connected=False)
    said = await world.client.say(words, person=world.technician())
    shown = texts(card_of(said))
    assert "Not connected to AutoTask yet" in shown
    assert any("An administrator sets the AutoTask user, secret and integration code" in text for text in shown)


async def test_help_and_me_answer_all_the_same(open_world: Open) -> None:
    world = await open_world(connected=False)
    mara = world.technician()
    assert "Mara Lindqvist" in texts(card_of(await world.client.say("me", person=mara)))
    assert any("help" in text for text in texts(card_of(await world.client.say("help", person=mara))))


@pytest.mark.parametrize("missing", ["BOT_APP_ID", "BOT_TENANT_IDS"])
async def test_without_app_id_or_tenants_the_start_is_refused(tmp_path: Path, missing: str) -> None:
    given = {**TOLD, "ATTMS_DATA_DIR": str(tmp_path)}
    del given[f"ATTMS_{missing}"]
    with pytest.raises(SettingsError, match=f"ATTMS_{missing}"):
        async with app.build(load(given)):
            pass


async def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        async with app.build(load({"ATTMS_DATA_DIR": str(tmp_path)})):
            pass
    assert "ATTMS_BOT_APP_ID" in str(told.value)
    assert "ATTMS_BOT_TENANT_IDS" in str(told.value)


def stop_after_open_tickets(at: AutotaskSandbox) -> None:
    at.faults.add("server_error", entity="Contacts")


async def test_while_the_first_reading_runs_lists_say_how_far_it_is(open_world: Open) -> None:
    world = await open_world(prepare=stop_after_open_tickets)
    mara = await world.linked()
    said = await world.client.say("tickets mine", person=mara)
    read = sum(row["status"] != 5 for row in world.tickets())
    assert f"Still reading from AutoTask: {read} tickets so far. More may appear here." in texts(card_of(said))
    assert any(title.startswith("Open T") for title in buttons(card_of(said)))
    world.at.faults.clear()
    await world.house.core.jobs.run_now("first-sync")
    again = await world.client.say("tickets mine", person=mara)
    assert not any("Still reading" in text for text in texts(card_of(again)))
