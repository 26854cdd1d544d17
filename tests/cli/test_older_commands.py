"""``attms people`` and ``attms manifest`` as part of the whole: they answer as JSON, and keep their codes."""

import asyncio
from pathlib import Path

from attms_core.store import directory
from tests.support.command_line import CommandLine, House
from tests.support.fake_autotask import ANA, TENANT, technician

PERSON = "aaaaaaaa-0000-4000-8000-000000000001"
BOT = "00000000-0000-4000-8000-000000000001"


def fill(attms: CommandLine) -> None:
    async def work() -> None:
        async with House(attms.memory, attms.data_dir, attms.environ).store() as store:
            await store.write(lambda tx: directory.put_resources(tx, TENANT, [technician(ANA, "Ana Ruiz")]))

    asyncio.run(work())


def test_every_command_about_people_answers_as_json(attms: CommandLine) -> None:
    fill(attms)
    linked = attms.json("people", "link", PERSON, str(ANA))
    assert (linked["object_id"], linked["resource"], linked["link"]) == (PERSON, ANA, "linked")
    assert attms.json("people", "role", PERSON, "dispatcher", "--queue", "5")["queues"] == [5]
    assert attms.json("people", "unlink", PERSON)["link"] == "unlinked"
    assert [one["object_id"] for one in attms.json("people", "list")] == [PERSON]


def test_a_refusal_about_people_keeps_its_code(attms: CommandLine) -> None:
    done = attms("people", "unlink", PERSON)
    assert done.exit_code == 1
    assert done.stderr.startswith("ATTMS does not know this person.")


def test_the_teams_app_is_told_as_json(attms: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["manifest", "build", "--app-id", BOT, "--host-name", "desk.example.com", "--out", str(out)]
    told = attms.json(*words, "--package-version", "1.2.3")
    assert set(told) == {"current", "conservative", "version", "teams_app_id"}
    assert (told["version"], Path(told["current"]).exists()) == ("1.2.3", True)
