"""Where a tenant lives: AutoTask's zones, their addresses, and which addresses are AutoTask's at all. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from msgspec import Struct

from attms_core.http import AllowList, ForbiddenAddress
from attms_core.model import TicketId

DISCOVERY = "https://webservices.autotask.net/ATServicesRest/"
"""Answers the zone question for everybody (REST help: zone information)."""
_NUMBER = r"(?:\d{1,2}|prde|pres)"
"""Zones have numbers; two pre-release ones have names (REST help: API zones)."""
API_HOSTS = (re.compile(rf"webservices{_NUMBER}?\.autotask\.net"),)
PAGE_HOSTS = (re.compile(rf"ww{_NUMBER}\.autotask\.net"),)
_BASE_PATH = re.compile(r"/+atservicesrest/", re.IGNORECASE)
_LOCAL_BASE_PATH = re.compile(r"(?:/[\w-]+)*/+atservicesrest/", re.IGNORECASE)
_API_HOST = re.compile(rf"webservices(?P<number>{_NUMBER})\.autotask\.net")


class Zone(Struct, frozen=True):
    """One zone."""

    base: str
    """Ends in ``/ATServicesRest/``."""
    pages: str
    """AutoTask's own pages, ending in a slash; empty when unknown."""

    def ticket_url(self, ticket: TicketId) -> str:
        """Give the deep link to a ticket (vendor help: ExecuteCommand)."""
        if not self.pages:
            return ""
        return f"{self.pages}Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID={int(ticket)}"


class Zones(Struct, frozen=True):
    """Where a tenant is looked for, and where it lives."""

    in_use: str
    """The base that is called; empty while none is known."""
    told: str
    """The base that AutoTask names now."""


def question(base: str, user: str) -> str:
    """Give the address that tells a user's zone. It takes no log-in."""
    return f"{base}V1.0/zoneInformation?user={quote(user, safe='')}"


def configured(base: str, *, allow_loopback: bool) -> Zone:
    """Take a base address from the settings. Raises ``ForbiddenAddress``."""
    base = base if base.endswith("/") else base + "/"
    _check_base(base, allow_loopback=allow_loopback)
    host = urlsplit(base)
    found = _API_HOST.fullmatch((host.hostname or "").lower())
    if found:
        return Zone(base, f"https://ww{found['number'].lower()}.autotask.net/")
    return Zone(base, f"{host.scheme}://{host.netloc}/" if allow_loopback else "")


def discovered(answer: Mapping[str, Any], *, allow_loopback: bool) -> Zone:
    """Read the answer to ``question``. Raises ``ForbiddenAddress``: the log-in goes wherever it says."""
    base, pages = answer.get("url"), answer.get("webUrl")
    if not isinstance(base, str) or not base.endswith("/"):
        raise ForbiddenAddress("no address in the answer")
    _check_base(base, allow_loopback=allow_loopback)
    if not isinstance(pages, str) or not pages:
        return Zone(base, "")
    AllowList(PAGE_HOSTS, allow_loopback).check(pages)
    return Zone(base, pages if pages.endswith("/") else pages + "/")


def _check_base(base: str, *, allow_loopback: bool) -> None:
    AllowList(API_HOSTS, allow_loopback).check(base)
    parts = urlsplit(base)
    path = _LOCAL_BASE_PATH if allow_loopback else _BASE_PATH
    if not path.fullmatch(parts.path) or parts.query or parts.fragment:
        raise ForbiddenAddress("not the path of AutoTask's REST interface")
