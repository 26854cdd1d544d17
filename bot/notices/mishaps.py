"""What to do when a message did not arrive (Teams: status codes of conversational bots). Decides; does nothing."""

import random
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from attms_core.errors import AttmsError, NotFound
from bot.delivery import AuthBroken, Blocked, ConversationGone, Delivery, Disabled, Failed, Later, NotInstalled

TRIES = 30
"""Then a message is given up with its reason: after about six hours."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
JITTER = 0.25
"""A repeated wait is longer by up to this part of it, so that what failed together is not tried together."""
PUT_OFF = timedelta(minutes=5)
"""How long a row waits that only a newer ATTMS can read. It is tried as often as any other: while processes are updated
one of them may be newer."""
UNREADABLE = "unreadable"
"""The code of the reason for which it is given up."""
TENANT_WAIT = timedelta(minutes=15)
"""How long a tenant is left alone whose administrator has blocked the bot."""
STOP_WAIT = timedelta(minutes=1)
"""How long nothing is tried when Teams does not know the bot; then one message is."""

Chance = Callable[[], float]


class Deed(StrEnum):
    """What follows from an error."""

    WAIT = "wait"
    """The lane waits, and tries again."""
    BURY = "bury"
    """The message is given up, the lane goes on."""
    LEAVE = "leave"
    """Nothing can be said there: all that is due in the lane is given up."""
    STOP_TENANT = "stop-tenant"
    """Nothing can be said in the tenant; all of it waits."""
    STOP_ALL = "stop-all"
    """Nothing can be said anywhere; all of it waits."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A deed, and why."""

    deed: Deed
    reason: str
    """The error's code and its words."""
    wait: timedelta = timedelta()


def judge(  # noqa: PLR0911 - one answer for each row of Teams' table
    error: AttmsError, attempts: int, chance: Chance = random.random
) -> Verdict:
    """Decide what follows from an error, after so many tries before this one."""
    reason = f"{error.code}: {error}"
    match error:
        case Disabled():
            return Verdict(deed=Deed.STOP_TENANT, reason=reason, wait=TENANT_WAIT)
        case AuthBroken():
            return Verdict(deed=Deed.STOP_ALL, reason=reason, wait=STOP_WAIT)
        case NotInstalled() | Blocked() | ConversationGone():
            return Verdict(deed=Deed.LEAVE, reason=reason)
        case Failed() if attempts:
            return Verdict(deed=Deed.BURY, reason=reason)
        case Later():
            return _later(reason, error.after or backoff(attempts, chance), attempts)
        case Delivery() | NotFound():
            return Verdict(deed=Deed.BURY, reason=reason)
        case _:
            return _later(reason, backoff(attempts, chance), attempts)


def backoff(attempts: int, chance: Chance = random.random) -> timedelta:
    """Say how long to wait after so many tries before this one: ever longer, and not all alike."""
    wait = min(FIRST_WAIT * (1 << min(attempts, 16)), LONGEST_WAIT)
    return wait * (1 + JITTER * chance()) if attempts else wait


def _later(reason: str, wait: timedelta, attempts: int) -> Verdict:
    is_enough = attempts + 1 >= TRIES
    return Verdict(deed=Deed.BURY if is_enough else Deed.WAIT, reason=reason, wait=wait)
