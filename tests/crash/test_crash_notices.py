"""``kill -9`` between any two steps of telling what customers wrote, on both engines: nothing is lost, and a
conversation is told one message twice at most.

The steps are the commits and the calls to Teams of a real process, which dies before one of them or after it; another
process finishes. What is told is two notes in a chat, a group and a channel: one on a new ticket, whose card is posted,
and one on a ticket whose card stands, which is edited and replied to.
"""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from drill.fate import Death
from drill.play import Play, playing
from drill.scene import Left, Scene, opened

NOTES, FEWEST_STEPS = 2, 15


@pytest.fixture(params=["sqlite", "postgresql"])
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with opened(tmp_path, url) as made:
        yield made


async def test_wherever_a_process_dies_every_note_is_told_and_one_a_conversation_twice_at_most(scene: Scene) -> None:
    deaths, doubled = 0, 0
    async with playing(scene) as play:
        for step in count(1):
            before, again_before = await die(play, scene, Death(step=step, is_after=False))
            after, again_after = await die(play, scene, Death(step=step, is_after=True))
            deaths, doubled = deaths + before + after, doubled + again_before + again_after
            if not before and not after:
                break
    assert deaths > 2 * FEWEST_STEPS
    assert doubled  # a message that was not noted to have arrived: without one, nobody died where it matters


async def die(play: Play, scene: Scene, death: Death) -> tuple[bool, int]:
    """Let a process die and another one finish; judge what people were told and what is left."""
    played = await play.die(death, notes=NOTES)
    verdict = scene.judge(played.notes)
    assert verdict.lost == 0, death
    assert verdict.worst <= played.died, death
    assert await scene.left() == Left(), death
    return played.died, verdict.doubled
