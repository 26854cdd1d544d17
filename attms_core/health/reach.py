"""Looks whether a host answers at all: any status will do. Only hosts on the allow-list are asked."""

import re
from collections.abc import Iterable

from attms_core.health.clocks import Clocks
from attms_core.http import AllowList, AnswerLost, ForbiddenAddress, NotSent, Request, Send

DEADLINE = 5.0
"""Seconds for the whole exchange."""
BODY_CAP = 64 * 1024
"""Bytes of an answer; nobody reads it."""


def hosts_allowed(hosts: Iterable[str], *, loopback: bool = False) -> AllowList:
    """Make an allow-list of exact hosts, and of suffixes that start with a dot."""
    return AllowList(tuple(re.compile(_pattern(host.lower())) for host in hosts), allow_loopback=loopback)


def _pattern(host: str) -> str:
    return (r"[a-z0-9.-]+" if host.startswith(".") else "") + re.escape(host)


class Reach:
    """Asks hosts for anything, and notes what time it is there.

    send     exchanges a request for an answer, as ``attms_core.http`` does
    """

    def __init__(self, send: Send, clocks: Clocks) -> None:
        self._send = send
        self._clocks = clocks

    async def why_not(self, url: str, upstream: str) -> str:
        """Say in a few words why nothing answers at this address; empty when something does."""
        try:
            answer = await self._send(Request(method="GET", url=url, deadline=DEADLINE))
        except ForbiddenAddress as error:
            return f"the address is not allowed: {error}"
        except NotSent as error:
            return f"no connection: {error}"
        except AnswerLost:
            return "it was connected, and no answer came back"
        self._clocks.heard(upstream, answer.headers.get("date", ""))
        return ""
