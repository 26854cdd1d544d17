"""A whole installation as the doctor sees it, every part of it a fake that is well until a test says otherwise."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from attms_core.autotask.budget import Usage
from attms_core.autotask.zone import Zones
from attms_core.callouts import Standing
from attms_core.errors import AttmsError
from attms_core.health import Clocks, Instruments, Reach
from attms_core.http import Request, Response
from attms_core.model import TenantId
from attms_core.settings import Settings
from attms_core.store.database import Database
from tests.support.fake_autotask import NOON, Clock

BASE = "https://webservices5.autotask.net/ATServicesRest/"
APP = "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77"
TENANT = TenantId("2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65")
SECRETS = frozenset({"bot_secret", "autotask_secret", "autotask_integration_code", "database_url"})


@dataclass
class Line:
    """AutoTask."""

    error: AttmsError | None = None
    zone_in_use: str = BASE
    zone_told: str = BASE
    used_share: float = 0.1
    own_calls: int = 100
    silent_for: timedelta | None = None

    async def usage(self) -> Usage:
        self._maybe_fail()
        return Usage(1000, 10_000)

    async def zones(self) -> Zones:
        self._maybe_fail()
        return Zones(self.zone_in_use, self.zone_told)

    def _maybe_fail(self) -> None:
        if self.error:
            raise self.error


@dataclass
class Teams:
    """The bot's side."""

    error: AttmsError | None = None
    has_keys: bool = True

    async def prove_token(self) -> None:
        if self.error:
            raise self.error


@dataclass
class Status:
    """How the vault stands."""

    key_source: str = "file"
    home: str = "data/vault.attms"
    damaged: str | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass
class Vault:
    """The vault, without its values."""

    status: Status = field(default_factory=Status)
    generation: int = 7
    entries: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        return self.entries


@dataclass
class Run:
    """A job's last run."""

    outcome: str = "ok"
    said: str = ""
    ended: datetime | None = NOON


@dataclass
class Job:
    """One job."""

    name: str = "poll"
    next_run: datetime | None = None
    unplanned_since: datetime | None = None
    running_since: datetime | None = None
    is_paused: bool = False
    last_run: Run | None = None


@dataclass
class Jobs:
    """All of them."""

    jobs: list[Job] = field(default_factory=list)

    def all(self) -> list[Job]:
        return self.jobs


@dataclass
class Plugins:
    """Those asked for."""

    loaded: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass
class Callouts:
    """Callouts that nobody has set up."""

    standing: Standing = field(default_factory=lambda: Standing(is_set_up=False))
    error: AttmsError | None = None
    every: timedelta = timedelta(seconds=30)

    async def look(self, *, within: timedelta) -> Standing:
        if self.error:
            raise self.error
        return self.standing


async def punctual(_request: Request) -> Response:
    """Answer at noon."""
    return Response(status=200, headers={"date": format_datetime(NOON, usegmt=True)})


def instruments(store: Database, settings: Settings, **other: Any) -> Instruments:
    """Give all that is looked with; ``other`` takes the place of what is well."""
    clocks = Clocks(Clock())
    given: dict[str, Any] = {
        "now": Clock(),
        "settings": lambda: settings,
        "tenant": TENANT,
        "database": store,
        "autotask": Line(),
        "reach": Reach(punctual, clocks),
        "clocks": clocks,
        "environ": {},
        "secrets": SECRETS,
        "vault": Vault(),
        "teams": Teams(),
        "jobs": Jobs([Job()]),
        "plugins": Plugins(),
        "callouts": Callouts(),
    }
    return Instruments(**{**given, **other})
