"""``attms people`` and ``attms manifest`` as part of the whole: JSON everywhere, beside a running server too."""

import asyncio
import json
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


def test_the_menu_s_commands_come_from_the_bot(attms: CommandLine, tmp_path: Path) -> None:
    words = ["manifest", "build", "--app-id", "none", "--host-name", "desk.example.com", "--out", str(tmp_path / "out")]
    done = attms(*words)
    assert done.exit_code == 70  # this house's bot understands nothing, so its menu cannot be made
    assert json.loads(attms(*words, "--json").stdout)["error"]["code"] == "fault"
