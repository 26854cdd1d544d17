"""Free ports on 127.0.0.1: the usual one if it is free, else the next that is."""

import socket
from collections.abc import Iterator

from demo.problems import CannotShow

HOST = "127.0.0.1"
NEIGHBOURS = 40
"""So many ports after the wanted one are tried."""


class Ports:
    """Hands ports out, none twice. What is handed out is bound only later: whoever binds it may still be late."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def near(self, wanted: int) -> int:
        """Return the wanted port or the next free one. Raises `CannotShow`."""
        for port in _candidates(wanted):
            if port not in self._taken and is_free(port):
                self._taken.add(port)
                return port
        raise CannotShow(f"No port is free from {wanted} on.", hint="Name another one: --port.")


def _candidates(wanted: int) -> Iterator[int]:
    yield from range(wanted, min(wanted + NEIGHBOURS, 65536))


def is_free(port: int) -> bool:
    """Say whether a port can be listened on now."""
    with socket.socket() as probe:
        # as servers do: a connection that has just been closed does not keep its port busy
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
