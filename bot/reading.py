"""Who reads a card in which conversation: zone, language, rights to see, and where links may lead."""

import secrets
from base64 import urlsafe_b64encode

from attms_core.model import Conversation, ResourceId
from attms_core.ports import Now
from bot.conversations import is_personal
from bot.turn import Turn
from cards.reader import Reader

_NONCE = 16
"""Bytes."""
_DRAWN = 256


class Readers:
    """Makes readers. ``link_hosts`` are the hosts that buttons may lead to, as ``Reader`` takes them."""

    def __init__(self, *, now: Now, can_write: bool, link_hosts: frozenset[str], has_typeahead: bool = True) -> None:
        self._now = now
        self._can_write = can_write
        self._link_hosts = link_hosts
        self._has_typeahead = has_typeahead

    def of_turn(self, turn: Turn, conversation: Conversation, *, me: ResourceId | None = None) -> Reader:
        """Make the reader of an answer: whoever asked."""
        return self._reader(conversation, zone=turn.timezone, locale=turn.locale, me=me, is_shared=not turn.is_own)

    def of_conversation(self, conversation: Conversation, *, me: ResourceId | None = None) -> Reader:
        """Make the reader of a message that stands there already: everybody in the conversation."""
        return self._reader(
            conversation,
            zone=conversation.timezone,
            locale=conversation.locale or "",
            me=me,
            is_shared=not is_personal(conversation),
        )

    def _reader(
        self, conversation: Conversation, *, zone: str | None, locale: str, me: ResourceId | None, is_shared: bool
    ) -> Reader:
        return Reader(
            zone=zone or "",  # an unknown zone is shown as UTC, and named
            locale=locale,
            now=self._now(),
            is_shared=is_shared,
            can_write=self._can_write,
            is_internal=conversation.is_internal or is_personal(conversation),
            has_typeahead=self._has_typeahead,
            me=me,
            link_hosts=self._link_hosts,
        )


class Nonces:
    """Gives 128 random bits as text for each card's buttons, out of a pool: asking the system for each is dear."""

    def __init__(self) -> None:
        self._pool: list[str] = []

    def __call__(self) -> str:
        """Give one that was never given before."""
        if not self._pool:
            drawn = secrets.token_bytes(_NONCE * _DRAWN)
            parts = (drawn[at : at + _NONCE] for at in range(0, len(drawn), _NONCE))
            self._pool = [urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]
        return self._pool.pop()


fresh_nonce = Nonces()
