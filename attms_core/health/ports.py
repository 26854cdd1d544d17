"""What the checks want of other rooms, as small Protocols. Nothing here looks or judges."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attms_core.ports import BudgetMeter


class Usage(Protocol):
    """The calls of the hour, of all integrations of the tenant together."""

    @property
    def used(self) -> int:
        """Calls made."""
        ...

    @property
    def threshold(self) -> int:
        """Calls allowed."""
        ...


class Zones(Protocol):
    """Where the tenant lives."""

    @property
    def in_use(self) -> str:
        """The base that is called; empty while none is known."""
        ...

    @property
    def told(self) -> str:
        """The base that AutoTask names now."""
        ...


class AutotaskLine(BudgetMeter, Protocol):
    """AutoTask, asked how it stands. Both raise ``NotConnected``, ``Unreachable`` or ``CredentialsRefused``."""

    async def usage(self) -> Usage:
        """Log in and ask for the use of the hour. Raises ``Busy`` too."""
        ...

    async def zones(self) -> Zones:
        """Ask where the tenant lives; it takes no log-in."""
        ...


class TeamsLine(Protocol):
    """The bot's side of Teams."""

    async def prove_token(self) -> None:
        """Get a token for the bot, or have one that holds. Raises an ``AttmsError`` whose hint says what to look at."""
        ...

    @property
    def has_keys(self) -> bool:
        """Say whether the keys that messages are checked with are here and fresh."""
        ...


class VaultState(Protocol):
    """How the open vault stands."""

    @property
    def key_source(self) -> str:
        """Where the key comes from: ``file``, ``environment``, ``keyring``, ``passphrase``."""
        ...

    @property
    def home(self) -> str:
        """Where the sealed bytes lie."""
        ...

    @property
    def damaged(self) -> str | None:
        """The copy that was found damaged and set aside; None when there was none."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What else was found while it was opened, in sentences."""
        ...


class VaultLine(Protocol):
    """The vault, without its values."""

    @property
    def generation(self) -> int:
        """How often it has been changed."""
        ...

    @property
    def status(self) -> VaultState:
        """How it stands."""
        ...

    def names(self) -> Collection[str]:
        """Name the entries."""
        ...


class LastRun(Protocol):
    """How a job's last run went."""

    @property
    def ended(self) -> datetime | None:
        """When it ended; None while it runs."""
        ...

    @property
    def outcome(self) -> str:
        """One of ``ok``, ``failed``, ``skipped``, ``interrupted``."""
        ...

    @property
    def said(self) -> str:
        """What it said of itself, in a sentence."""
        ...


class JobLine(Protocol):
    """One job."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def next_run(self) -> datetime | None:
        """When it is due; None when it is off or paused."""
        ...

    @property
    def unplanned_since(self) -> datetime | None:
        """Since when it should have a next run and has none; None for one that is planned, off or paused."""
        ...

    @property
    def running_since(self) -> datetime | None:
        """When the run under way began."""
        ...

    @property
    def is_paused(self) -> bool:
        """Say whether it was paused."""
        ...

    @property
    def last_run(self) -> LastRun | None:
        """The last run."""
        ...


class JobsLine(Protocol):
    """The jobs of this process."""

    def all(self) -> Sequence[JobLine]:
        """List them."""
        ...


class PluginsLine(Protocol):
    """The plugins that were asked for."""

    @property
    def loaded(self) -> Collection[str]:
        """Those at work, by name."""
        ...

    @property
    def failed(self) -> Mapping[str, str]:
        """Why the others are not, by name."""
        ...
