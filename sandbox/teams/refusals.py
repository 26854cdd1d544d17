"""How the connector refuses: its status codes, switches to make it refuse on purpose, and its rate limits.

When a request is refused for its own faults is decided in `connector`.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace

from aiohttp import web

from sandbox.teams.service import Clock
from sandbox.teams.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One row of the status codes of Teams conversational bots; `retry_after` is in seconds."""

    status: int
    code: str
    message: str = ""
    sub_code: str = ""
    retry_after: int | None = None

    def response(self) -> web.Response:
        """Return the answer on the wire; gateways speak HTML, the service speaks JSON."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status in (502, 503, 504):
            page = f"<html><body><h1>{self.status} {self.code}</h1></body></html>"
            return web.Response(status=self.status, text=page, content_type="text/html", headers=headers)
        error: Json = {"code": self.code, "message": self.message or self.code}
        if self.sub_code:
            error["subCode"] = self.sub_code
        return web.json_response({"error": error}, status=self.status, headers=headers)


class Refused(Exception):
    """Raised by a handler to answer with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def _by_code(*refusals: Refusal) -> dict[str, Refusal]:
    return {refusal.code: refusal for refusal in refusals}


REFUSALS = _by_code(
    Refusal(status=400, code="BadArgument", message="Bad argument"),
    Refusal(status=401, code="BotNotRegistered", message="No registration found for this bot."),
    Refusal(
        status=403,
        code="BotNotInConversationRoster",
        message="The bot is not part of the conversation roster.",
    ),
    Refusal(
        status=403,
        code="ConversationBlockedByUser",
        message="User blocked the conversation with the bot.",
        sub_code="MessageWritesBlocked",
    ),
    Refusal(status=403, code="BotDisabledByAdmin", message="The tenant admin disabled this bot"),
    Refusal(
        status=403,
        code="ForbiddenOperationException",
        message="Bot is not installed in user's personal scope",
    ),
    Refusal(
        status=403,
        code="InvalidBotApiHost",
        message="Invalid bot api host. For GCC tenants, please call the GCC host.",
    ),
    Refusal(
        status=403,
        code="NotEnoughPermissions",
        message="The bot does not have enough permissions for this operation.",
    ),
    Refusal(status=404, code="ConversationNotFound", message="Conversation not found."),
    Refusal(status=404, code="ActivityNotFoundInConversation", message="Message does not exist in the thread"),
    Refusal(
        status=404,
        code="MemberNotFoundInConversation",
        message="The member is not part of the conversation.",
    ),
    # Teams: targeted messages, errors; of the question that an answer shows above itself
    Refusal(status=400, code="INVALID_TARGETED_MESSAGE_ID", message="The targeted message is not known"),
    Refusal(status=404, code="TARGETED_MESSAGE_EXPIRED_OR_DELETED", message="The targeted message is gone"),
    Refusal(
        status=412,
        code="PreconditionFailed",
        message="Precondition failed, please try again.",
    ),
    Refusal(status=413, code="MessageSizeTooBig", message="Message size too large."),
    Refusal(status=429, code="Throttled", message="API calls quota exceeded", retry_after=1),
    Refusal(status=500, code="ServiceError", message="Internal server error"),
    Refusal(status=502, code="BadGateway"),
    Refusal(status=503, code="ServiceUnavailable"),
    Refusal(status=504, code="GatewayTimeout"),
)
"""By code, as the status code table of Teams conversational bots lists them."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """A planned misfortune: what to answer (None cuts the connection), and whether the deed is done first."""

    refusal: Refusal | None
    conversation: str
    method: str
    delivered: bool
    left: int


@dataclass(slots=True)
class Faults:
    """The planned misfortunes, oldest first."""

    planned: list[Fault] = field(default_factory=list)

    def refuse(
        self,
        code: str,
        *,
        conversation: str = "",
        method: str = "",
        times: int = 1,
        retry_after: int | None = None,
        delivered: bool = False,
    ) -> None:
        """Refuse the next calls with a row of REFUSALS; KeyError for an unknown code.

        Without conversation or method any call is met; `delivered` does the deed all the same, as a
        gateway that gave up too early.
        """
        refusal = REFUSALS[code]
        if retry_after is not None:
            refusal = replace(refusal, retry_after=retry_after)
        self._plan(refusal, conversation, method, delivered=delivered, times=times)

    def lose_reply(self, *, conversation: str = "", method: str = "", times: int = 1) -> None:
        """Accept the next calls, then cut the connection instead of answering."""
        self._plan(None, conversation, method, delivered=True, times=times)

    def cut(self, *, conversation: str = "", method: str = "", times: int = 1) -> None:
        """Cut the connection of the next calls without accepting anything."""
        self._plan(None, conversation, method, delivered=False, times=times)

    def clear(self) -> None:
        """Plan nothing any more."""
        self.planned.clear()

    def take(self, conversation: str, method: str) -> Fault | None:
        """Use up one planned misfortune that fits this call."""
        for fault in self.planned:
            here = conversation == fault.conversation or conversation.startswith(f"{fault.conversation};")
            if (here or not fault.conversation) and fault.method in ("", method):
                fault.left -= 1
                if fault.left <= 0:
                    self.planned.remove(fault)
                return fault
        return None

    def _plan(self, refusal: Refusal | None, conversation: str, method: str, *, delivered: bool, times: int) -> None:
        self.planned.append(
            Fault(refusal=refusal, conversation=conversation, method=method, delivered=delivered, left=times)
        )


Windows = tuple[tuple[float, int], ...]

# Teams rate limiting, "per bot per thread limit": seconds of the window, calls within it
SEND_WINDOWS: Windows = ((1, 7), (2, 8), (30, 60), (3600, 1800))
READ_WINDOWS: Windows = ((1, 14), (2, 16), (30, 120), (3600, 3600))
TENANT_WINDOWS: Windows = ((1, 50),)  # the global limit of one app in one tenant


@dataclass(slots=True)
class Limits:
    """The rate limits; off until `enforced`, because a test's person is faster than a human."""

    clock: Clock
    enforced: bool = False
    throttled: int = 0
    _calls: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def wait(self, tenant: str, conversation: str, *, reading: bool) -> int:
        """Count a call; return 0, or after how many seconds to come again (the call then counts nowhere)."""
        if not self.enforced:
            return 0
        thread = conversation.partition(";")[0]
        lanes = [(("tenant", tenant), TENANT_WINDOWS)]
        if thread:
            lanes.append((("read" if reading else "send", thread), READ_WINDOWS if reading else SEND_WINDOWS))
        now = self.clock()
        wait = max(self._wait(lane, windows, now) for lane, windows in lanes)
        if wait:
            self.throttled += 1
            return wait
        for lane, _ in lanes:
            self._calls[lane].append(now)
        return 0

    def _wait(self, lane: tuple[str, str], windows: Windows, now: float) -> int:
        calls = self._calls.setdefault(lane, deque(maxlen=max(count for _, count in windows)))
        waits = [
            calls[-count] + seconds - now
            for seconds, count in windows
            if len(calls) >= count and calls[-count] + seconds > now
        ]
        return math.ceil(max(waits, default=0))
