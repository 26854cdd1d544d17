"""A command line on a data folder of its own, and a server beside it for those who want one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.control_server import ControlServer, beside


@pytest.fixture
def attms(tmp_path: Path) -> CommandLine:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    return CommandLine(data_dir)


@pytest.fixture
def server(attms: CommandLine) -> Iterator[ControlServer]:
    with beside(attms.data_dir, ControlServer()) as running:
        yield running
