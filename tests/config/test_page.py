"""The page about the settings tells all of them, as they are."""

import re
from pathlib import Path
from typing import Any

import pytest

from attms_core.settings import OF_THE_VAULT, RESTART, Settings, help_of, secret_names, variable

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `(ATTMS_[A-Z_]+)` \| (.+?) \| (at once|restart) \| (.+) \|$", re.MULTILINE)
ROWS = {row[1]: row for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
NAMES = sorted(Settings.model_fields)


def test_every_setting_has_one_row_and_every_row_is_a_setting() -> None:
    told = [row[1] for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(told) == sorted(map(variable, NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_a_row_says_truly_when_a_change_is_in_force(name: str) -> None:
    assert ROWS[variable(name)][3] == ("restart" if name in RESTART else "at once")


@pytest.mark.parametrize("name", NAMES)
def test_a_row_says_the_default(name: str) -> None:
    default: Any = Settings.model_fields[name].default
    told = ROWS[variable(name)][2]
    if default in {None, "", ()} or "://" in str(default):
        assert "`" not in told
    else:
        assert told == f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_no_other_variable_is_named_on_the_page() -> None:
    named = set(re.findall(r"ATTMS_[A-Z_]+", PAGE.read_text(encoding="utf-8")))
    files = {f"{variable(name)}_FILE" for name in secret_names()}
    assert named <= {*map(variable, NAMES)} | files | OF_THE_VAULT


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_has_a_line_of_help(name: str) -> None:
    said = help_of(name)
    assert re.fullmatch(r"[^`\n]{10,160}\.", said)
