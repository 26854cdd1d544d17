"""Why a message did not reach Teams, one error for each thing a sender can do about it.

Knows nothing of HTTP libraries; which status and code means what is decided in the channel
(Teams: status codes of conversational bots).
"""

from datetime import timedelta

from attms_core.errors import AttmsError


class Delivery(AttmsError):
    """A message, an edit or a roster question failed."""

    code = "delivery"


class Gone(Delivery):
    """The conversation or the message does not exist any more: drop the reference, or send anew."""

    code = "delivery-gone"


class ConversationGone(Gone):
    """Not the message alone: the whole conversation does not exist any more."""

    code = "delivery-conversation-gone"


class NotInstalled(Delivery):
    """The app was removed from the conversation, or never installed: wait for an installation."""

    code = "delivery-not-installed"


class Blocked(Delivery):
    """The person or the tenant's administrator blocked the bot: never retry by oneself."""

    code = "delivery-blocked"


class Disabled(Blocked):
    """An administrator has blocked the bot in the whole tenant: nothing reaches anybody there."""

    code = "delivery-disabled"


class TooBig(Delivery):
    """The message exceeds what Teams takes: send a shorter form."""

    code = "delivery-too-big"


class Rejected(Delivery):
    """Teams calls the message wrong, or we would not send it: retrying cannot help."""

    code = "delivery-rejected"


class WrongHost(Rejected):
    """The tenant lives in another cloud: speak to it at that cloud's address."""

    code = "delivery-wrong-host"


class Later(Delivery):
    """It may work in a while."""

    code = "delivery-later"

    def __init__(
        self, what: str, *, after: timedelta | None = None, may_have_arrived: bool = False, repeatable: bool = True
    ) -> None:
        super().__init__(what)
        self.after = after
        """How long Teams asked us to wait, where it said so."""
        self.may_have_arrived = may_have_arrived
        """True when a lost answer leaves open whether people see the message already."""
        self.repeatable = repeatable
        """False when repeating at once could double the message, or when Teams says not to."""


class Throttled(Later):
    """Too many messages; surely not delivered."""

    code = "delivery-throttled"


class Transient(Later):
    """The connector failed or did not answer."""

    code = "delivery-transient"


class Failed(Transient):
    """The connector failed inside: one more try, and not at once (Teams: status codes, 500)."""

    code = "delivery-failed"


class AuthBroken(Delivery):
    """We get no token for the bot, or Teams refuses it: an operator must look at app id and secret."""

    code = "delivery-auth-broken"


AWAY = frozenset({NotInstalled.code, Blocked.code, ConversationGone.code})
"""Codes of what cannot be said while the app is not there: said when it is there again, if that is soon."""
