"""``python app.py people``: on the store that the settings name, with a directory that was read before."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import app
from attms_core.store import directory
from attms_core.store.database import Tx, open_database
from tests.support.fake_autotask import ANA, BOB, EVE, TENANT, technician

PERSON, OTHER = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"


class CommandLine:
    """Runs the command line on a data directory of its own."""

    def __init__(self, data_dir: Path) -> None:
        self._environ = {"ATTMS_DATA_DIR": str(data_dir), "ATTMS_BOT_TENANT_IDS": TENANT}

    def __call__(self, *words: str, **environ: str) -> Result:
        return CliRunner().invoke(app.cli(), ["people", *words], env={**self._environ, **environ})

    def listed(self) -> list[dict[str, object]]:
        found = json.loads(self("list", "--json").stdout)
        assert isinstance(found, list)
        return found


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    def fill(tx: Tx) -> None:
        some = [technician(ANA, "Ana Ruiz"), technician(BOB, "Bob Stone"), technician(EVE, "Eve Gone", is_active=False)]
        directory.put_resources(tx, TENANT, some)

    async def prepare() -> None:
        store = await open_database(None, tmp_path)
        await store.write(fill)
        await store.close()

    asyncio.run(prepare())
    return CommandLine(tmp_path)


def test_nobody_is_known_at_first(people: CommandLine) -> None:
    done = people("list")
    assert done.exit_code == 0
    assert done.stdout.startswith("Nobody has spoken yet.")
    assert people.listed() == []


def test_linking_makes_a_technician_and_unlinking_leaves_no_link(people: CommandLine) -> None:
    done = people("link", PERSON.upper(), str(ANA), "--name", "Ana Ruiz")
    assert done.exit_code == 0
    assert done.stdout.strip() == f"{PERSON}  Ana Ruiz  linked, resource {ANA}, technician"
    (known,) = people.listed()
    assert (known["link"], known["resource"], known["role"]) == ("linked", ANA, "technician")
    assert "unlinked, no resource" in people("unlink", PERSON).stdout
    assert people.listed()[0]["resource"] is None


def test_a_role_is_given_and_narrowed_and_widened_again(people: CommandLine) -> None:
    people("link", PERSON, str(ANA))
    narrowed = people("role", PERSON, "dispatcher", "--queue", "8", "--queue", "5", "--company", "7")
    assert narrowed.stdout.strip().endswith("dispatcher queues 8,5 companies 7")
    assert people.listed()[0]["queues"] == [8, 5]
    assert people("role", PERSON, "reader").stdout.strip().endswith("reader")
    assert people.listed()[0]["queues"] is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("link", OTHER, str(EVE)), f"AutoTask has no active technician {EVE}."),
        (("link", OTHER, "987654"), "AutoTask has no active technician 987654."),
        (("unlink", OTHER), "ATTMS does not know this person."),
        (("role", OTHER, "dispatcher"), "ATTMS does not know this person."),
    ],
)
def test_a_refusal_is_said_in_words_without_a_stack(people: CommandLine, words: tuple[str, ...], says: str) -> None:
    done = people(*words)
    assert done.exit_code == 1
    assert done.stderr.startswith(says)
    assert "Traceback" not in done.output
    assert people.listed() == []


def test_a_technician_belongs_to_one_person(people: CommandLine) -> None:
    people("link", PERSON, str(ANA))
    done = people("link", OTHER, str(ANA))
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert [one["object_id"] for one in people.listed() if one["resource"] == ANA] == [PERSON]


@pytest.mark.parametrize("words", [("list",), ("link", PERSON, "5"), ("unlink", PERSON), ("role", PERSON, "reader")])
def test_wrong_settings_are_said_in_words(people: CommandLine, words: tuple[str, ...]) -> None:
    done = people(*words, ATTMS_PORT="many")
    assert done.exit_code == 1
    assert done.stderr.startswith("ATTMS_PORT")


@pytest.mark.parametrize("words", [("role", PERSON, "king"), ("link", PERSON, "five"), ("nonsense",)])
def test_wrong_words_are_told_as_usage(people: CommandLine, words: tuple[str, ...]) -> None:
    done = people(*words)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
