"""Free ports."""

import socket

import pytest

from demo import ports
from demo.ports import Ports, is_free
from demo.problems import CannotShow


def test_a_port_that_is_listened_on_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert Ports().near(taken) > taken


def test_no_port_is_handed_out_twice() -> None:
    handed = Ports()
    assert handed.near(20_000) != handed.near(20_000)


def test_a_machine_without_a_free_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(CannotShow, match="No port is free from 3978 on"):
        Ports().near(3978)
