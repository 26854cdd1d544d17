"""Plain HTTP to Microsoft's services: read no more than expected, follow nothing. What the bodies mean is not here."""

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, StreamReader, TCPConnector

LARGEST_BODY = 5 * 1024 * 1024  # bytes
MOST_CONNECTIONS = 64
SECONDS = 10.0
CONNECT_SECONDS = 3.0

_UNSAID = ("Accept", "Accept-Encoding", "User-Agent")
"""Headers that say nothing the other side needs; and nothing compressed comes, which would grow when it is read."""


class BodyTooBig(ValueError):
    """The other side sends more than we read."""


def make_pool() -> TCPConnector:
    """Open the pool of connections that all of Microsoft's services share."""
    return TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=60)


def make_session(pool: TCPConnector) -> ClientSession:
    """Open a session without cookies and without proxies from the environment; closing it closes the pool."""
    return ClientSession(
        connector=pool,
        timeout=ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS),
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        skip_auto_headers=_UNSAID,
    )


async def read_body(response: ClientResponse, largest: int = LARGEST_BODY) -> bytes:
    """Read a body whole; raises ``BodyTooBig`` as soon as it exceeds ``largest`` bytes."""
    if response.content_length is not None and response.content_length <= largest:
        return await response.read()  # the parser holds it to the length told
    return await read_stream(response.content, largest)


async def read_stream(content: StreamReader, largest: int = LARGEST_BODY) -> bytes:
    """Read what comes until the end; raises ``BodyTooBig`` as soon as it exceeds ``largest`` bytes."""
    chunks, size = [], 0
    async for chunk in content.iter_any():
        size += len(chunk)
        if size > largest:
            raise BodyTooBig(f"more than {largest} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
