"""Who is let in: by a key, or on the unix socket by being the same user of the machine.

Whether a key is right is for ``attms_core.keys`` to say; how often one may be wrong is the throttle's.
"""

import os
import pwd
import socket
import struct
from typing import Protocol

from aiohttp import hdrs, web
from multidict import CIMultiDictProxy

from admin.api import guards
from admin.api.operation import Caller
from attms_core.keys import Keys, Scope

KEY_HEADER = "X-API-Key"
NO_KEY = "attms_00000000_0000000000000000000000000000000000000000000_00000000"
"""Checked in the place of a key that is not there, so that its absence costs what a wrong one costs."""
_PEER = struct.Struct("3i")
"""``struct ucred`` of Linux: process, user, group (unix(7))."""


class Gate(Protocol):
    """Lets in, or not."""

    @property
    def hosts(self) -> guards.Hosts:
        """Say which Host its listener answers to."""
        ...

    async def admit(self, request: web.Request, scope: Scope) -> Caller | None:
        """Say who asks; None whenever this may not be done, for whatever reason. Raises ``StoreUnavailable``."""
        ...


def shows_key(request: web.Request) -> bool:
    """Say whether a request brings anything that looks as if it should open something."""
    return hdrs.AUTHORIZATION in request.headers or KEY_HEADER in request.headers


class KeyGate:
    """Lets in whoever shows exactly one key that is right and holds the scope."""

    hosts = staticmethod(guards.loopback)

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def admit(self, request: web.Request, scope: Scope) -> Caller | None:
        """Check the key."""
        key = await self._keys.check(_shown(request.headers) or NO_KEY)
        if key is None or scope not in key.scopes:
            return None
        return Caller(actor=f"key:{key.id}", scopes=frozenset(key.scopes), counted_as=key.id)


class HostGate:
    """Lets in whoever runs as the same user as this process, for everything: that is who owns the data directory."""

    hosts = staticmethod(guards.socket)

    async def admit(self, request: web.Request, scope: Scope) -> Caller | None:  # noqa: ARG002 - the host may do all
        """Ask the kernel who is at the other end."""
        user = _peer(request)
        if user is None or user != os.geteuid() or shows_key(request):
            return None
        return Caller(actor=f"host:{_named(user)}", scopes=frozenset(Scope), counted_as=None)


def _shown(headers: CIMultiDictProxy[str]) -> str | None:
    """Give the one key that is shown; None when there is none, more than one, or something else."""
    bearers, named = headers.getall(hdrs.AUTHORIZATION, []), headers.getall(KEY_HEADER, [])
    if len(bearers) + len(named) != 1:
        return None
    scheme, _, text = f"bearer {named[0]}".partition(" ") if named else bearers[0].partition(" ")
    return text if scheme.lower() == "bearer" and text.isascii() else None


def _peer(request: web.Request) -> int | None:
    end = request.transport.get_extra_info("socket") if request.transport else None
    if end is None or end.family != socket.AF_UNIX:
        return None
    _, user, _ = _PEER.unpack(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return int(user)


def _named(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
