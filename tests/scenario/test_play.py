"""The demo in the whole house: whoever speaks plays a technician, is told so once, and may change parts."""

from demo import cast
from demo.acting import Play
from demo.personas import Personas
from sandbox.teams import Said, texts
from tests.scenario.conftest import Open, World


async def a_play(open_world: Open) -> World:
    """Open a world in which the demo's play is on."""
    worlds: list[World] = []
    play = Play(Personas(lambda: cast.playable(worlds[0].at.world)))
    worlds.append(await open_world(brought={"play": play}))
    return worlds[0]


def all_said(said: Said) -> str:
    return "\n".join(text for each in said.messages for text in texts(each.card or {}))


async def test_whoever_speaks_first_is_given_a_technician_and_told_so_once(open_world: Open) -> None:
    world = await a_play(open_world)
    ana = world.teams.person("Ana Newcomer", email="ana@example.com")
    first = all_said(await world.client.say("tickets mine", person=ana))
    assert "You play " in first
    assert "open tickets" in first
    assert "You play " not in all_said(await world.client.say("tickets mine", person=ana))


async def test_a_part_is_changed_by_name_and_what_is_theirs_comes_with_it(open_world: Open) -> None:
    world = await a_play(open_world)
    ana = world.teams.person("Ana Newcomer", email="ana@example.com")
    await world.client.say("help", person=ana)
    wanted = world.technician(1).name
    assert f"You play {wanted} now." in all_said(await world.client.say(f"persona {wanted}", person=ana))
    assert wanted in all_said(await world.client.say("me", person=ana))


async def test_without_the_demo_nobody_plays_and_there_is_no_such_command(open_world: Open) -> None:
    world = await open_world()
    ana = world.teams.person("Ana Newcomer", email="ana@example.com")
    said = all_said(await world.client.say("persona", person=ana))
    assert "Whom would you like to play?" not in said
    assert "You play " not in said
