"""docs/command-line.md and the commands say the same; so do the fixes that the doctor tells."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from admin.cli import door, make_cli
from attms_core.health import commands as fixes
from tests.support.command_line import CommandLine

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
ANSWERLESS = {"run", "demo", "setup"}


@pytest.fixture
def known(attms: CommandLine) -> dict[str, Any]:
    root = get_command(make_cli(attms.openers({})))
    return dict(walk(root, ()))


def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield " ".join(words), command
        return
    for name, each in inner.items():
        if not each.hidden:
            yield from walk(each, (*words, name))


def test_every_command_is_documented_and_every_documented_one_exists(known: dict[str, Any]) -> None:
    documented = re.findall(r"^\| `attms ([a-z ]+)` \|", DOCS, re.MULTILINE)
    assert sorted(documented) == sorted(known)


def test_every_command_has_help(known: dict[str, Any]) -> None:
    assert [name for name, command in known.items() if not command.help] == []
    unexplained = [
        f"{name} {param.name}"
        for name, command in known.items()
        for param in command.params
        if not getattr(param, "help", None) and param.name not in {"help", "role"}
    ]
    assert unexplained == []


def test_every_command_that_answers_answers_as_json(known: dict[str, Any]) -> None:
    without = {name for name, command in known.items() if not any("--json" in param.opts for param in command.params)}
    assert without == ANSWERLESS


def test_every_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", DOCS, re.MULTILINE)}
    codes = {door.REFUSED, door.NOT_READY, door.NO_SERVER, door.USAGE, door.FAULT}
    assert documented == {0, 130, *codes}


def test_what_the_doctor_tells_to_type_exists(known: dict[str, Any]) -> None:
    told = [fixes.setup(), fixes.put("port", "1"), fixes.drop("port"), fixes.mirror(), fixes.verify_vault()]
    for fix in (*told, fixes.people(), fixes.manifest()):
        words = fix.partition("attms ")[2].split()
        assert any(" ".join(words[:length]) in known for length in (1, 2)), fix


def test_every_command_that_a_hint_or_a_page_names_exists(attms: CommandLine) -> None:
    groups = get_command(make_cli(attms.openers({}))).commands  # type: ignore[attr-defined] # it is a group
    inner = {name: set(group.commands) for name, group in groups.items() if hasattr(group, "commands")}
    named = re.compile(rf"\battms ({'|'.join(inner)}) ([a-z]+)")
    told = {
        (path.name, *found)
        for folder in ("admin", "assembly", "attms_core", "bot", "cards", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".html"}
        for found in named.findall(path.read_text(encoding="utf-8"))
    }
    assert told
    assert [each for each in told if each[2] not in inner[each[1]]] == []


def test_every_option_that_the_page_names_exists(known: dict[str, Any]) -> None:
    options = {option for command in known.values() for param in command.params for option in param.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", DOCS)) <= {*options, "--help"}
