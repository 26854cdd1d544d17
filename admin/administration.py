"""What an administrator can do, in one value: the use cases behind the management API. How each works is the core's."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from attms_core.audit import Audit
from attms_core.callouts import Callouts
from attms_core.config import Configuration
from attms_core.errors import OperatorNeeded
from attms_core.health import Doctor
from attms_core.jobs import SCHEDULE, Jobs
from attms_core.keys import Keys
from attms_core.model import TenantId
from attms_core.notices.letters import Letters
from attms_core.notices.reach import Roster
from attms_core.people import People

Word = Callable[[], Awaitable[str]]
"""Answers ``ok``, or one word that says what is wrong."""


class MailNotConfigured(OperatorNeeded):
    """There is no mailbox to look into; the hint says what to configure."""

    code = "mail-not-configured"


class MailOutcome(Struct, frozen=True, kw_only=True):
    """What a look into the mailbox found and did."""

    started: datetime
    ended: datetime
    found: int
    """Messages that were new."""
    taken: int
    """Messages that became a ticket or a note."""
    refused: int
    """Messages that became nothing, on purpose."""
    said: str
    """A sentence."""


class MailCheck(Protocol):
    """Looks into the mailbox now."""

    async def __call__(self) -> MailOutcome:
        """Look, and wait for the outcome. Raises ``MailNotConfigured``, ``Unreachable`` or ``CredentialsRefused``."""
        ...


async def no_mail() -> MailOutcome:
    """Say that there is no mail intake: the ``MailCheck`` of an installation without one."""
    raise MailNotConfigured(
        "Mail intake is not configured: no mailbox is known.",
        hint="It needs an app with access to Microsoft Graph (graph_app_id and graph_secret) and a mailbox to read. "
        "This installation has no part that reads mail.",
    )


class Administration(Struct, frozen=True, kw_only=True):
    """The use cases. Everything here is also what the command line asks a running server for."""

    live: Word
    ready: Word
    well: Word
    doctor: Doctor
    configuration: Configuration
    keys: Keys
    audit: Audit
    jobs: Jobs
    people: People
    tenant: TenantId
    """Whose people are meant where nobody says it."""
    callouts: Callouts
    letters: Letters
    """The outbox."""
    reach: Roster
    """Who can be reached."""
    check_mail: MailCheck = no_mail

    async def reload(self) -> list[str]:
        """Read the schedules anew and name the jobs whose schedule is another now. Raises ``Invalid``: none is then."""
        await self.configuration.refresh()
        return await self.jobs.reload(self.configuration.of(SCHEDULE))
