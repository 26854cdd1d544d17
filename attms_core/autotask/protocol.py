"""What AutoTask's REST protocol says: requests as bytes, answers as verdicts. Pure: no I/O, no clock.

Names of records' fields are in ``wire``; what a refusal means for a person is in ``refusals``; retries in ``caller``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import orjson

from attms_core.errors import Invalid
from attms_core.http import Request, Response
from attms_core.model import ResourceId


class Deed(Enum):
    """What a call does to a record."""

    READ = auto()
    CREATE = auto()
    UPDATE = auto()


class Priority(Enum):
    """Who waits for a call."""

    MIRROR = auto()
    TICK = auto()
    """The mirror's look for what has moved: one call where nothing has, so nothing is asked beside it."""
    PERSON = auto()
    """A read that a person waits for."""
    WRITE = auto()


URGENT = frozenset({Priority.PERSON, Priority.WRITE})
"""Somebody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing to ask of AutoTask, whatever zone it lives in."""

    entity: str
    """AutoTask allows three calls at once per entity (REST help: thread limiting)."""
    method: str
    path: str
    """Below ``/V1.0/``."""
    body: bytes | None = field(default=None, repr=False)
    deed: Deed = Deed.READ
    priority: Priority = Priority.MIRROR
    as_: ResourceId | None = None
    """Whose name a write bears."""

    @property
    def is_repeatable(self) -> bool:
        """Say whether doing it twice is the same as doing it once."""
        return self.deed is not Deed.CREATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are; kept out of ``repr``."""

    user: str
    secret: str = field(repr=False)
    integration_code: str = field(repr=False)


def request(call: Call, base: str, login: Login, *, deadline: float) -> Request:
    """Write a call for one zone. Only writes carry the person's id (REST help: impersonation)."""
    headers = {
        "ApiIntegrationCode": login.integration_code,
        "UserName": login.user,
        "Secret": login.secret,
        "Accept": "application/json",
    }
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.as_ is not None and call.deed is not Deed.READ:
        headers["ImpersonationResourceId"] = str(int(call.as_))
    return Request(
        method=call.method, url=f"{base}V1.0/{call.path}", headers=headers, body=call.body, deadline=deadline
    )


def encoded(body: Mapping[str, object]) -> bytes:
    """Write JSON. Raises ``Invalid`` for text that no UTF-8 can hold."""
    try:
        return orjson.dumps(body)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise Invalid("The text holds characters that AutoTask cannot store.") from error


class Kind(Enum):
    """What came of one attempt."""

    DONE = auto()
    MISSING = auto()
    """404: no such record or route."""
    REFUSED = auto()
    """AutoTask said no and did nothing."""
    CROWDED = auto()
    """More than three calls at once; nothing was done."""
    BUSY = auto()
    """Another 429; nothing was done."""
    SPENT = auto()
    """The tenant's hourly calls are used up; nothing was done."""
    LOCKED = auto()
    """Our user was refused; nothing was done."""
    UNSENT = auto()
    """Nothing reached AutoTask."""
    LOST = auto()
    """It may have been done: no answer, nonsense, or a server's fault."""


HARMLESS = frozenset({Kind.CROWDED, Kind.BUSY, Kind.UNSENT})
"""Nothing happened, so that anything may be asked again."""
FINAL = frozenset({Kind.DONE, Kind.MISSING, Kind.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An attempt and its fruit."""

    kind: Kind
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    texts: tuple[str, ...] = ()
    """AutoTask's own words of a refusal, cleaned."""
    after: float | None = None
    """Seconds that AutoTask asks us to wait."""


# Texts decide, not the status: most refusals are a 500 (REST help: HTTP response codes).
_TEXTS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"thread threshold", re.IGNORECASE), Kind.CROWDED),
    (re.compile(r"(requests?|calls?)\b.*threshold|threshold of \d+ in \d+ minutes", re.IGNORECASE), Kind.SPENT),
    (re.compile(r"^\W*(401\W+)?unauthorized\b|invalid (user ?name|credentials)", re.IGNORECASE), Kind.LOCKED),
    (re.compile(r"deadlock|timeout expired|operation (has )?timed out|wait operation", re.IGNORECASE), Kind.LOST),
)
_TAIL = re.compile(r"\s*;\s*on record number \[\d+\]\.?\s*$", re.IGNORECASE)
_HEAD = re.compile(r"^\s*data violation:\s*", re.IGNORECASE)
LONGEST_TEXT = 500
"""Characters of one refusal that we keep."""


def verdict(response: Response) -> Verdict:
    """Judge an answer by its text first and its status second."""
    body = decoded(response)
    texts = _error_texts(body)
    for pattern, kind in _TEXTS:
        if any(pattern.search(text) for text in texts):
            return Verdict(kind=kind, texts=texts, after=_retry_after(response))
    if response.status == 200:  # noqa: PLR2004 - AutoTask's only good status
        return Verdict(kind=Kind.DONE, answer=body) if body is not None and not texts else Verdict(kind=Kind.LOST)
    kind = _BY_STATUS.get(response.status, Kind.REFUSED if texts else Kind.LOST)
    return Verdict(kind=kind, texts=texts, after=_retry_after(response))


_BY_STATUS = {
    400: Kind.REFUSED,
    401: Kind.LOCKED,
    403: Kind.REFUSED,
    404: Kind.MISSING,
    405: Kind.REFUSED,
    413: Kind.REFUSED,
    415: Kind.REFUSED,
    429: Kind.BUSY,
}


def decoded(response: Response) -> Mapping[str, Any] | None:
    """Read a JSON object; none for anything else. The parser itself stops at 1,024 levels and refuses NaN."""
    if "json" not in response.headers.get("content-type", "").lower():
        return None
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        body = _mended(response.body)
    return body if isinstance(body, dict) else None


_ESCAPE = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def _mended(raw: bytes) -> Any:
    """Read JSON whose text was cut within a character, as a length limit does; one such ticket must not hide a page."""
    whole = raw.decode("utf-8", errors="replace")
    whole = _ESCAPE.sub(lambda found: "\\ufffd" if found["lone"] else found[0], whole)
    try:
        return orjson.loads(whole)
    except orjson.JSONDecodeError:
        return None


def _error_texts(body: Mapping[str, Any] | None) -> tuple[str, ...]:
    if body is None:
        return ()
    errors = body.get("errors")
    if isinstance(errors, list):
        found = [each for each in errors if isinstance(each, str)]
    else:
        found = [body["Message"]] if isinstance(body.get("Message"), str) else []
    return tuple(clean for each in found if (clean := cleaned(each)))


def cleaned(text: str) -> str:
    """Take AutoTask's own wrapping off a refusal, and whatever cannot be shown."""
    text = _HEAD.sub("", _TAIL.sub("", text[:LONGEST_TEXT]))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _retry_after(response: Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else None  # noqa: PLR2004 - a day has five digits of seconds


def records(answer: Mapping[str, Any]) -> list[Any] | None:
    """Take a page's records; none when the answer is no page."""
    items = answer.get("items")
    return items if isinstance(items, list) else None


def has_next_page(answer: Mapping[str, Any]) -> bool:
    """Say whether AutoTask announces another page. The link itself is never followed."""
    details = answer.get("pageDetails")
    return isinstance(details, dict) and bool(details.get("nextPageUrl"))
