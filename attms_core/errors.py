"""The error tree, grouped by who can act.

    AttmsError
    ├── AskDifferently      the person: another word, another value, another right
    │   ├── NotFound
    │   ├── Invalid             a value is wrong; names the field and the legal values
    │   ├── NotAllowed
    │   ├── NotLinked
    │   ├── ChangedMeanwhile
    │   └── OutOfDate           an old or foreign button
    ├── TryLater            nobody: wait
    │   ├── Unreachable
    │   ├── Busy
    │   └── StoreUnavailable    our own database does not take or give anything now
    ├── OperatorNeeded      an administrator, of ours or of AutoTask
    │   ├── NotConnected
    │   ├── CredentialsRefused
    │   │   └── Unreadable      one kind of record alone
    │   ├── WritesOff
    │   ├── ImpersonationRefused
    │   ├── WebhooksRefused
    │   └── Sealed              the vault does not open: nothing that needs a secret can be done
    └── OutcomeUnknown      the person, after a look into AutoTask

Each says what happened (``str(error)``), what to do next (``hint``) and carries a stable ``code``. Nothing of an
upstream body but AutoTask's own validation text ever stands in one. Anything else that is raised is our bug.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar


class AttmsError(Exception):
    """The root: what happened, and what to do next."""

    code: ClassVar[str] = "attms"
    hint: str = ""

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint or type(self).hint


class AskDifferently(AttmsError):
    """The person who asked can mend it."""

    code = "ask-differently"


class NotFound(AskDifferently):
    """There is no such record, or this person may not see it."""

    code = "not-found"


class Invalid(AskDifferently):
    """A value was refused, by us or by AutoTask."""

    code = "invalid"

    def __init__(self, what: str, *, field: str = "", legal: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.field = field
        """Our name of the field; a field that we have no name for keeps its wire name. Empty when unknown."""
        self.legal = tuple(legal)
        """Labels of the legal values, where there is a list."""


class Required(Invalid):
    """AutoTask demands a field that was left empty."""

    code = "required"


class NotAllowed(AskDifferently):
    """The person's role or limits forbid it."""

    code = "not-allowed"


class NotLinked(AskDifferently):
    """The person is not linked to an AutoTask resource."""

    code = "not-linked"


class ChangedMeanwhile(AskDifferently):
    """The record is no longer what the card showed."""

    code = "changed-meanwhile"


class OutOfDate(AskDifferently):
    """The button comes from an older version or from elsewhere."""

    code = "out-of-date"
    hint = "Ask for the card again."


class TryLater(AttmsError):
    """It may work in a while."""

    code = "try-later"

    def __init__(self, what: str, *, after: timedelta | None = None, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.after = after


class Unreachable(TryLater):
    """The service does not answer, or answers nonsense."""

    code = "unreachable"


class Busy(TryLater):
    """Too many calls: at once, in this hour, or the budget is kept for people."""

    code = "busy"


class StoreUnavailable(TryLater):
    """Our own database is locked, full or gone; whether a write took place is unknown when its commit was cut off."""

    code = "store-unavailable"
    hint = "Try again in a minute. If it stays so, an administrator has to look at the database and its disk."


class OperatorNeeded(AttmsError):
    """An administrator has to change something."""

    code = "operator-needed"


class NotConnected(OperatorNeeded):
    """AutoTask has not been set up."""

    code = "not-connected"


class CredentialsRefused(OperatorNeeded):
    """AutoTask refuses our user, secret or integration code."""

    code = "credentials-refused"


class Unreadable(CredentialsRefused):
    """AutoTask lets our user in and does not let it read this kind of record: a right or a module is missing."""

    code = "unreadable"


class WritesOff(OperatorNeeded):
    """Writing to AutoTask is switched off."""

    code = "writes-off"


class ImpersonationRefused(OperatorNeeded):
    """AutoTask does not let us act in the person's name; the hint names the switch to tick."""

    code = "impersonation-refused"


class WebhooksRefused(OperatorNeeded):
    """AutoTask does not let us have a webhook as we want it; what it says is AutoTask's own text."""

    code = "webhooks-refused"


class Sealed(OperatorNeeded):
    """The vault does not open; what it says is why, and the hint how to mend it. Never a reason to go without it."""

    code = "sealed"


class OutcomeUnknown(AttmsError):
    """The answer to a write was lost and the record cannot be found."""

    code = "outcome-unknown"
