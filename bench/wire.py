"""HTTP/1.1 in as few steps as Python allows, for both ends of the load: it must cost less than what it measures.

Keep-alive and ``Content-Length``, nothing else: that is all that the bots under measurement send.
"""

import asyncio
from collections.abc import Callable
from typing import cast

Handle = Callable[[bytes, bytes], bytes]
"""Request line and body in, response out."""
_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


def split(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Part one whole message into head, body and what follows; none while some of it is missing."""
    end = data.find(_END)
    if end < 0:
        return None
    head, start = data[:end], end + len(_END)
    at = head.lower().find(_LENGTH)
    stop = head.find(b"\r\n", at + 2)
    size = 0 if at < 0 else int(head[at + len(_LENGTH) : stop if stop > 0 else end])
    return None if len(data) < start + size else (head, data[start : start + size], data[start + size :])


def response(body: bytes, status: bytes = b"200 OK") -> bytes:
    """Write an answer of JSON."""
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body


class Server(asyncio.Protocol):
    """One connection of a server whose handler answers at once."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._data += data
        while self._transport is not None and (message := split(self._data)):
            head, body, self._data = message
            self._transport.write(self._handle(head, body))


class Client(asyncio.Protocol):
    """One connection of a client that has one request under way at most."""

    def __init__(self) -> None:
        self._data = b""
        self._transport: asyncio.Transport | None = None
        self._status: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way there."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that nothing will come."""
        if self._status is not None and not self._status.done():
            self._status.set_exception(exc or ConnectionResetError("the bot hung up"))

    def data_received(self, data: bytes) -> None:
        """Give the status of the answer once it is whole."""
        self._data += data
        if (message := split(self._data)) and self._status is not None and not self._status.done():
            self._data = message[2]
            self._status.set_result(int(message[0].split(b" ", 2)[1]))

    def send(self, request: bytes) -> asyncio.Future[int]:
        """Send a request; its status is what comes of it."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._status = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._status

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()
