"""The doorstep of ``/api/messages``: from an HTTP request to an authentic activity of an allowed tenant, or a refusal.

What the activity means is decided after it has passed here.
"""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from msgspec import Struct

from attms_core.model.ids import TenantId
from attms_core.settings import LOOPBACK
from bot.channel.decode import part
from bot.channel.places import Places
from bot.channel.strict import BadJson, read_object
from bot.channel.token import NotEndorsed, TokenCheck, Unauthentic, bearer_of

LARGEST_BODY = 256 * 1024  # bytes
CHANNEL = "msteams"
DEMO_TENANT = TenantId("demo")

_OWN_NAME = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
}


class Refused(Exception):
    """The request goes no further. The sender learns the status alone; the reason is for our log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Admitted(Struct, frozen=True, kw_only=True):
    """An authentic activity and the tenant it is from; no tenant when the activity names none."""

    activity: Mapping[str, Any]
    tenant: TenantId | None


def refusal(status: int) -> web.Response:
    """Write a refusal as a problem document of constant text (RFC 9457)."""
    body = f'{{"type":"about:blank","title":"{_TITLES[status]}","status":{status}}}'
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004 - HTTP's own number
    if status == 405:  # noqa: PLR2004 - HTTP's own number
        headers["Allow"] = "POST"
    return web.Response(status=status, text=body, content_type="application/problem+json", headers=headers)


async def read_activity(request: web.Request) -> dict[str, Any]:
    """Read the body as strict JSON; raises ``Refused`` with 400, 413 or 415."""
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Refused(415, "content type")
    if request.headers.getall("Content-Encoding", []):
        raise Refused(415, "content encoding")
    try:
        body = await _body_of(request)
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "body") from None
    except (web.RequestPayloadError, TimeoutError):
        raise Refused(400, "body") from None
    if len(body) > LARGEST_BODY:
        raise Refused(413, "body")
    try:
        return read_object(body)
    except BadJson as error:
        raise Refused(400, str(error)) from None


async def _body_of(request: web.Request) -> bytes:
    """Take the body; what lies ready, as nearly always, at a fourth of what aiohttp's own reading costs."""
    content = request.content
    return content.read_nowait() if content.is_eof() and not content.at_eof() else await request.read()


def check_size(request: web.Request) -> None:
    """Refuse what announces itself as too large, before a byte of it is read."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refused(413, "content length")


class Front:
    """Admits what carries the channel's token and comes from an allowed tenant."""

    def __init__(self, check: TokenCheck, *, places: Places, tenants: frozenset[str]) -> None:
        self._check = check
        self._places = places
        self._tenants = tenants

    async def admit(self, request: web.Request) -> Admitted:
        """Let an authentic activity in; raises ``Refused`` for everything else."""
        check_size(request)
        try:
            token = bearer_of(request.headers.getall("Authorization", []))
        except Unauthentic as error:
            raise Refused(401, str(error)) from None
        activity = await read_activity(request)
        channel, service_url = activity.get("channelId"), activity.get("serviceUrl")
        await self._authenticate(token, channel, service_url)
        if not isinstance(service_url, str) or not self._places.allows(service_url):
            raise Refused(403, "service url")
        told = request.headers.getall("x-ms-tenant-id", [])
        return Admitted(activity=activity, tenant=allowed_tenant(activity, told, self._tenants))

    async def _authenticate(self, token: str, channel: object, service_url: object) -> None:
        try:
            await self._check.check(
                token,
                channel=CHANNEL if channel == CHANNEL else "",
                service_url=service_url if isinstance(service_url, str) else "",
            )
        except NotEndorsed as error:
            raise Refused(403, str(error)) from None
        except Unauthentic as error:
            raise Refused(401, str(error)) from None


class OpenFront:
    """The demo's door: no token, any tenant, but this machine alone at both ends."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def admit(self, request: web.Request) -> Admitted:
        """Let an activity of this machine in; raises ``Refused`` for everything else."""
        check_size(request)
        if not _is_of_this_machine(request):
            raise Refused(403, "not loopback")
        activity = await read_activity(request)
        service_url = activity.get("serviceUrl")
        if not isinstance(service_url, str) or not self._places.allows(service_url):
            raise Refused(403, "service url")
        return Admitted(activity=activity, tenant=_any_tenant(activity))


def allowed_tenant(activity: Mapping[str, Any], told: list[str], tenants: frozenset[str]) -> TenantId | None:
    """Find the one allowed tenant that all parts of the request agree on; raises ``Refused`` when they do not.

    None when the activity names no tenant at all: a header alone proves nothing.
    """
    named = [part(part(activity, "channelData"), "tenant").get("id"), _conversation_tenant(activity)]
    heard: set[str] = set()
    for value in named:
        if isinstance(value, str):
            heard.add(value.lower())
        elif value is not None:
            raise Refused(403, "tenant")
    is_named = bool(heard)
    heard.update(value.lower() for value in told if value)
    if heard and (len(heard) > 1 or not heard <= tenants):
        raise Refused(403, "tenant")
    return TenantId(heard.pop()) if is_named else None


def _conversation_tenant(activity: Mapping[str, Any]) -> Any:
    return part(activity, "conversation").get("tenantId")


def _any_tenant(activity: Mapping[str, Any]) -> TenantId:
    for value in (part(part(activity, "channelData"), "tenant").get("id"), _conversation_tenant(activity)):
        if isinstance(value, str) and value.isprintable() and 0 < len(value) <= 100:  # noqa: PLR2004 - a bound
            return TenantId(value.lower())
    return DEMO_TENANT


def _is_of_this_machine(request: web.Request) -> bool:
    transport = request.transport
    if transport is None:
        return False
    ends = [transport.get_extra_info("sockname"), transport.get_extra_info("peername")]
    # A page in a browser could reach this door under a foreign name that resolves to 127.0.0.1.
    return all(end and end[0] in LOOPBACK for end in ends) and _OWN_NAME.fullmatch(request.host) is not None
