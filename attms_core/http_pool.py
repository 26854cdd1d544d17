"""The one seam to the network of every client here, behind ``attms_core.http``: an allow-list, timeouts and a cap.

Nothing else imports httpx, so nothing else can forget a timeout, follow a redirect, believe a proxy in the environment
or send a secret to a foreign host.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from attms_core.http import CLOSED, AllowList, AnswerLost, ForbiddenAddress, NotSent, Request, Response

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
RESOLVED_FOR_SECONDS = 60.0
ADDRESSES_TRIED = 2
"""Of a host with several addresses; a dead first one must not cost the call, nor all of its time."""


def parse(url: str, allowed: AllowList) -> httpx.URL:
    """Read a URL with the parser that will send it. Raises ``ForbiddenAddress``."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ForbiddenAddress("not an address") from error
    host = parsed.raw_host.decode("ascii").lower()
    if parsed.userinfo or parsed.scheme not in {"http", "https"} or not host:
        raise ForbiddenAddress(f"not an address to call: {host}")
    if allowed.allow_loopback and is_loopback(host):
        return parsed
    is_listed = any(pattern.fullmatch(host) for pattern in allowed.patterns)
    if parsed.scheme != "https" or parsed.port is not None or not is_listed:
        raise ForbiddenAddress(f"not on the allow-list: {host}")
    return parsed


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Stream(Protocol):
    async def aclose(self) -> None: ...


class _Sending:
    """How far a request has come: what sends it tells each of its steps (httpx: trace extension)."""

    def __init__(self) -> None:
        self.has_begun = False
        """Whether anything of the request may be on its way."""
        self._stream: _Stream | None = None

    async def __call__(self, step: str, facts: Mapping[str, Any]) -> None:
        """Note the connection, and the step before the request's first byte."""
        if step == "connection.connect_tcp.complete":
            self._stream = facts["return_value"]
        elif step == "http11.send_request_headers.started":
            self.has_begun = True

    async def end(self) -> None:
        """Close a connection on which nothing was sent: one that is cut off in its greeting is closed by nobody."""
        if self._stream is not None and not self.has_begun:
            await self._stream.aclose()


class HttpPool:
    """Sends requests to allowed hosts over pooled connections. Making it loads the certificates, which blocks."""

    def __init__(self, allowed: AllowList, *, body_cap: int) -> None:
        self._allowed = allowed
        self._body_cap = body_cap
        self._transports: dict[str, httpx.AsyncHTTPTransport] = {}
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._resolved: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._is_closed = False

    async def close(self) -> None:
        """Close every connection; from then on nothing is sent."""
        self._is_closed = True
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    async def send(self, request: Request) -> Response:
        """Exchange one request for its answer. Raises ``ForbiddenAddress``, ``NotSent`` or ``AnswerLost``."""
        url = parse(request.url, self._allowed)
        ends = asyncio.get_running_loop().time() + request.deadline
        sending = _Sending()
        try:
            async with asyncio.timeout_at(ends):
                return await self._exchange(request, url, sending, ends)
        except TimeoutError as error:
            if sending.has_begun:
                raise AnswerLost("no answer in time") from error
            raise NotSent("no connection in time") from error
        finally:
            await sending.end()

    async def _exchange(self, request: Request, url: httpx.URL, sending: _Sending, ends: float) -> Response:
        addresses = (await self._addresses(url))[:ADDRESSES_TRIED]
        unsent = NotSent("no address")
        for place, address in enumerate(addresses):
            left = ends - asyncio.get_running_loop().time()
            message = _message(request, url, address, sending, connect=left / (len(addresses) - place))
            try:
                return await self._attempt(message, url.host)
            except NotSent as error:
                unsent = error
        raise unsent

    async def _attempt(self, message: httpx.Request, host: str) -> Response:
        try:
            return await self._deliver(message, host)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(type(error).__name__) from error
        except (httpx.RequestError, httpx.StreamError) as error:
            raise AnswerLost(type(error).__name__) from error

    async def _deliver(self, message: httpx.Request, host: str) -> Response:
        answer = await self._transport(host).handle_async_request(message)
        try:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > self._body_cap:
                    raise AnswerLost("the answer is too large")
        finally:
            await answer.aclose()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(status=answer.status_code, headers=headers, body=bytes(body))

    def _transport(self, host: str) -> httpx.AsyncHTTPTransport:
        """One pool per host: connections go to pinned addresses, which two hosts may share."""
        if self._is_closed:
            raise NotSent(CLOSED)  # what were opened now would be closed by nobody
        if host not in self._transports:
            limits = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30)
            self._transports[host] = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits)
        return self._transports[host]

    async def _addresses(self, url: httpx.URL) -> tuple[str, ...]:
        """Resolve once, refuse addresses inside any network, and connect to exactly what was looked at."""
        if is_loopback(url.host):
            return (url.host,)
        kept_at, kept = self._resolved.get(url.host, (0.0, ()))
        if kept and time.monotonic() - kept_at < RESOLVED_FOR_SECONDS:
            return kept
        found = await _resolve(url.host)
        if not all(_is_public(address) for address in found):
            raise ForbiddenAddress(f"{url.host} resolves to an address that is not public")
        self._resolved[url.host] = (time.monotonic(), found)
        return found


def _message(request: Request, url: httpx.URL, address: str, sending: _Sending, *, connect: float) -> httpx.Request:
    """Make what is sent. ``connect`` is how many seconds a connection may take, within what any may."""
    connect = min(CONNECT_SECONDS, connect)
    timeout = httpx.Timeout(READ_SECONDS, connect=connect, pool=connect)
    return httpx.Request(
        request.method,
        url.copy_with(host=address),
        headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "gzip", **request.headers},
        content=request.body,
        extensions={"timeout": timeout.as_dict(), "sni_hostname": url.host, "trace": sending},
    )


async def _resolve(host: str) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
        raise NotSent("the host name does not resolve") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_global and not ip.is_multicast
