"""What comes to our address: whose it is, whether it was signed, whether it is new; then it becomes a hint."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog

from attms_core.callouts import entries
from attms_core.callouts.entries import OFF
from attms_core.callouts.heard import Heard
from attms_core.callouts.payload import Action, Callout, parse
from attms_core.ports import Now

log = structlog.get_logger(__name__)

QUIET = timedelta(minutes=1)
"""After an alarm: nobody who knows the address can make us ask AutoTask more often."""


class Place(Enum):
    """What an address is."""

    NONE = auto()
    """None of ours."""
    HINTS = auto()
    OFF = auto()
    """Where AutoTask says that it has switched a webhook off."""


class Reception:
    """Takes what comes, without waiting for anything.

    hint    is given each new callout
    alarm   is told that a webhook seems to have been switched off
    """

    def __init__(
        self,
        stored: Callable[[], Mapping[str, str]],
        heard: Heard,
        *,
        hint: Callable[[Callout], None],
        alarm: Callable[[], None],
        now: Now,
    ) -> None:
        self._stored = stored
        self._heard = heard
        self._hint = hint
        self._alarm = alarm
        self._now = now
        self._alarmed_at: datetime | None = None

    def place(self, path: str) -> Place:
        """Say what an address is: what follows the root of all of them."""
        mine, kept = path.removesuffix(OFF), entries.read(self._stored())
        if kept is None or not sum(keys.is_of(mine) for keys in kept.holding(self._now())):  # a sum looks at them all
            return Place.NONE
        return Place.HINTS if mine == path else Place.OFF

    def take(self, path: str, raw: bytes, signature: str) -> bool:
        """Take a callout to one of our addresses; False when it was not signed with our secret.

        Raises ``Invalid`` for one that was, and cannot be read.
        """
        kept = entries.read(self._stored())
        keys = [each for each in kept.holding(self._now()) if each.is_of(path)] if kept else []
        if not any(each.has_signed(raw, signature) for each in keys):
            self._heard.refuse()
            return False
        callout = parse(raw)
        if self._heard.note(callout):
            self._welcome(callout)
        return True

    def take_off(self) -> None:
        """Hear that a webhook was switched off.

        How AutoTask signs that is not documented, so whoever knows the address is believed: it only makes us look.
        """
        now = self._now()
        if self._alarmed_at is None or now - self._alarmed_at >= QUIET:
            self._alarmed_at = now
            log.warning("webhook_switched_off")
            self._alarm()

    def _welcome(self, callout: Callout) -> None:
        log.debug("callout", action=callout.action, subject=callout.subject, id=callout.id, sequence=callout.sequence)
        if callout.action is Action.DEACTIVATED:
            self.take_off()
        else:
            self._hint(callout)
