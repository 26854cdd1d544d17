"""The log's lines: nothing is lost, nothing changes places, trouble does not wait."""

import asyncio
import io
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from admin.log_lines import MOST, Lines, as_json, written

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Colour(StrEnum):
    RED = "red"


@given(event=st.dictionaries(st.text(), ANYTHING, max_size=5))
def test_what_is_written_can_be_read_again_and_is_ascii(event: dict[str, Any]) -> None:
    line = as_json(event)
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line) == event


def test_objects_show_themselves_and_secrets_hide() -> None:
    at = datetime(2026, 1, 15, tzinfo=UTC)
    line = as_json({"secret": SecretStr("hunter2"), "at": at, "colour": Colour.RED})
    assert json.loads(line) == {"secret": "SecretStr('**********')", "at": repr(at), "colour": "red"}


async def test_quiet_lines_wait_a_moment_and_trouble_takes_them_along() -> None:
    file = io.StringIO()
    lines = Lines(file)
    lines.info("one")
    lines.info("two")
    assert file.getvalue() == ""
    lines.error("three")
    assert file.getvalue() == "one\ntwo\nthree\n"


async def test_quiet_lines_leave_by_themselves() -> None:
    written = asyncio.Event()

    class File(io.StringIO):
        def flush(self) -> None:
            written.set()

    file = File()
    Lines(file).info("one")
    await asyncio.wait_for(written.wait(), 5)
    assert file.getvalue() == "one\n"


async def test_no_more_than_so_many_lines_wait() -> None:
    file = io.StringIO()
    lines = Lines(file)
    for number in range(MOST):
        lines.info(str(number))
    assert len(file.getvalue().splitlines()) == MOST


def test_where_no_loop_runs_nothing_waits() -> None:
    file = io.StringIO()
    Lines(file).info("one")
    assert file.getvalue() == "one\n"


def test_a_line_tells_its_level_and_when_it_was_said() -> None:
    before = datetime.now(UTC)
    said = json.loads(written(None, "warning", {"event": "odd"}))
    assert before <= datetime.fromisoformat(said.pop("timestamp")) <= datetime.now(UTC)
    assert said == {"event": "odd", "level": "warning"}
