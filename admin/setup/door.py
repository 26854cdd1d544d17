"""The one-time code on the console, and the one browser session that it opens.

256 bits, 15 minutes, one use. Another code opens another session and ends the one before. Nothing here is stored:
a restart needs a new code.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from attms_core.errors import Busy, NotAllowed
from attms_core.ports import Now

log = structlog.get_logger(__name__)

BYTES = 32
HOLDS = timedelta(minutes=15)
SESSION_HOLDS = timedelta(hours=8)
TRIES = 5
"""Wrong ones until a code is taken back."""
BETWEEN_CODES = timedelta(seconds=30)

Tell = Callable[[str], None]
"""Prints a code where only the host's administrator reads it."""


class WrongCode(NotAllowed):
    """This code opens nothing."""

    code = "wrong-code"


class CodeSpent(Busy):
    """Too many wrong codes, or a new one was asked for too soon."""

    code = "code-spent"


class Session(Struct, frozen=True):
    """What a browser holds: a cookie that only it sends, and a token that only our page's script knows."""

    cookie: str
    token: str


class _Code(Struct):
    digest: bytes
    until: datetime
    wrong: int = 0
    is_used: bool = False


class _Kept(Struct, frozen=True):
    cookie: bytes
    token: bytes
    until: datetime


class Door:
    """Hands out codes and lets one browser in."""

    def __init__(self, tell: Tell, now: Now) -> None:
        self._tell = tell
        self._now = now
        self._code: _Code | None = None
        self._session: _Kept | None = None
        self._issued: datetime | None = None

    def issue(self) -> None:
        """Print a new code; the one before opens nothing any more."""
        code = secrets.token_urlsafe(BYTES)
        self._issued = self._now()
        self._code = _Code(_digest(code), self._issued + HOLDS)
        self._tell(code)

    def ask_for_code(self) -> bool:
        """Print a new code if the last one is gone; say whether it was. Raises ``CodeSpent`` when asked too often."""
        if self._holds():
            return False
        if self._issued is not None and self._now() - self._issued < BETWEEN_CODES:
            raise CodeSpent("A code was printed a moment ago.", after=BETWEEN_CODES, hint="Ask again in half a minute.")
        self.issue()
        return True

    def enter(self, code: str) -> Session:
        """Take a code and open a session. Raises ``WrongCode`` and ``CodeSpent``."""
        kept = self._code
        if kept is None or not self._holds():
            raise CodeSpent("The code on the console no longer holds.", hint="Have a new one printed, and use that.")
        if not hmac.compare_digest(kept.digest, _digest(code)):
            kept.wrong += 1
            log.warning("setup_code_wrong", tries=kept.wrong)
            raise WrongCode(
                "This is not the code on the console.",
                hint="Copy all of it: 43 letters, digits, - and _, without spaces.",
            )
        kept.is_used = True
        session = Session(secrets.token_urlsafe(BYTES), secrets.token_urlsafe(BYTES))
        self._session = _Kept(_digest(session.cookie), _digest(session.token), self._now() + SESSION_HOLDS)
        log.info("setup_session_opened")
        return session

    def knows(self, cookie: str) -> bool:
        """Say whether a cookie is the open session's."""
        kept = self._session
        return kept is not None and self._now() < kept.until and hmac.compare_digest(kept.cookie, _digest(cookie))

    def trusts(self, cookie: str, token: str) -> bool:
        """Say whether cookie and token are the open session's."""
        kept = self._session
        return self.knows(cookie) and kept is not None and hmac.compare_digest(kept.token, _digest(token))

    def shut(self) -> None:
        """End the session and take the code back."""
        self._code = self._session = None

    def _holds(self) -> bool:
        kept = self._code
        return kept is not None and not kept.is_used and kept.wrong < TRIES and self._now() < kept.until


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
