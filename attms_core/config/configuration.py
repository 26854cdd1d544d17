"""The settings in force and how they change: checked whole, stored whole, followed whole, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import structlog

from attms_core import settings as known
from attms_core.config import past
from attms_core.config.judging import Check, judge
from attms_core.config.past import Change, Made
from attms_core.config.values import Patch, Revision, Setting, Verdict
from attms_core.errors import AttmsError, ChangedMeanwhile, NotFound, OperatorNeeded, StoreUnavailable
from attms_core.ports import Now
from attms_core.settings import OF_THE_VAULT, RESTART, Settings
from attms_core.vault import Vault

log = structlog.get_logger(__name__)

MASK = "********"
PATIENCE = timedelta(minutes=1)
"""Until settings that somebody could not go by are tried again: what kept him may have passed."""
Follower = Callable[[Settings, frozenset[str]], Awaitable[None]]
"""Goes by new settings from now on, and is told which changed. Raises an ``AttmsError`` when that cannot be: then he
has to be as he was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """What is in force: one value, so that nobody sees half of it."""

    settings: Settings
    entries: Mapping[str, str] = field(repr=False)
    generation: int

    def differs(self, other: "_Stand") -> frozenset[str]:
        """Name the settings, and the entries of other subjects, that are another there."""
        own = {n for n in Settings.model_fields if getattr(self.settings, n) != getattr(other.settings, n)}
        named = {*self.entries, *other.entries} - Settings.model_fields.keys() - {past.ENTRY}
        return frozenset(own | {name for name in named if self.entries.get(name) != other.entries.get(name)})


class Configuration:
    """Environment over vault over default. Without a vault the environment decides alone, and nothing can be changed.

    ``extra`` says how entries of other subjects are checked, by the beginnings of their names (``schedule.``).
    Making one raises ``SettingsError`` when what it finds does not hold together.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        vault: Vault | None,
        *,
        now: Now = lambda: datetime.now(UTC),
        extra: Mapping[str, Check] = MappingProxyType({}),
    ) -> None:
        self._environ = {name: value for name, value in environ.items() if name not in OF_THE_VAULT}
        self._vault = vault
        self._now = now
        self._extra = dict(extra)
        self._followers: list[Follower] = []
        self._changing = asyncio.Lock()
        self._owed: Made | None = None
        self._tried: tuple[int, datetime] | None = None
        self._stand = self._stored()

    @property
    def current(self) -> Settings:
        """What is in force. What waits for a restart is told here too, and goes on as it was until then."""
        return self._stand.settings

    @property
    def generation(self) -> int:
        """How often the vault has been changed; 0 without one."""
        return self._vault.generation if self._vault else 0

    @property
    def vault(self) -> Vault | None:
        """Where the settings are kept."""
        return self._vault

    def follow(self, follower: Follower) -> None:
        """Tell somebody whenever settings change; the first to follow is told first."""
        self._followers.append(follower)

    def check_by(self, prefix: str, check: Check) -> None:
        """Say how entries whose names begin so are checked."""
        self._extra[prefix] = check

    def of(self, prefix: str) -> dict[str, str]:
        """Give the entries of another subject, by what follows the beginning of their names."""
        entries = self._stand.entries
        return {name.removeprefix(prefix): value for name, value in entries.items() if name.startswith(prefix)}

    def read(self) -> list[Setting]:
        """Tell all settings; a secret shows a mask at most."""
        deciders, secrets = known.sources(self._environ, self._stand.entries), known.secret_names()
        return [
            Setting(
                name=name,
                value=_shown(getattr(self.current, name), is_secret=name in secrets),
                is_secret=name in secrets,
                source=deciders[name],
                restart=name in RESTART,
                help=known.help_of(name),
            )
            for name in Settings.model_fields
        ]

    def check(self, patch: Patch) -> Verdict:
        """Say what a change would mean, every mistake at once."""
        return judge(patch, self._entries(), environ=self._environ, extra=self._extra)

    async def patch(self, patch: Patch, *, by: str, reason: str = "", expect: int | None = None) -> Verdict:
        """Change settings, all or none; with mistakes nothing changes. ``expect`` is the generation it is meant for.

        Raises ``ChangedMeanwhile``, ``StoreUnavailable``, ``OperatorNeeded`` without a vault, and what a follower
        raises: then everything is as it was.
        """
        async with self._alone() as vault:
            if expect is not None and vault.generation != expect:
                raise ChangedMeanwhile("Somebody else has changed the settings meanwhile.", hint="Look again first.")
            return await self._change(vault, patch, by=by, reason=reason)

    def history(self) -> list[Revision]:
        """Tell the last twenty changes, the oldest first."""
        return [change.revision for change in self._past()]

    async def rollback(self, number: int, *, by: str) -> Verdict:
        """Undo a change and all that came after it, as a change of its own. Raises ``NotFound``, and as ``patch``."""
        async with self._alone() as vault:
            try:
                undo = past.back_to(self._past(), number)
            except KeyError:
                raise NotFound(f"There is no change {number} to go back to.", hint="Look at the history.") from None
            return await self._change(vault, undo, by=by, reason=f"back to before change {number}")

    async def refresh(self) -> bool:
        """Take over what another process has changed; say whether anything is another now.

        What somebody here cannot go by is logged and tried again after a while. Raises ``StoreUnavailable``.
        """
        if self._vault is None:
            return False
        async with self._alone() as vault:
            generation = vault.generation
            if generation == self._stand.generation or self._waits(generation):
                return False
            self._tried = (generation, self._now())
            try:
                names = await self._go_by(self._stored())
            except AttmsError as error:
                log.warning("settings_not_taken", code=error.code, reason=str(error), generation=generation)
                return False
            if names:
                log.info("settings_taken", names=sorted(names), generation=generation)
            return bool(names)

    # inside

    def _entries(self) -> dict[str, str]:
        return {n: v.get_secret_value() for n, v in self._vault.entries().items()} if self._vault else {}

    def _stored(self) -> _Stand:
        entries = self._entries()
        return _Stand(settings=known.load(self._environ, entries), entries=entries, generation=self.generation)

    def _past(self) -> list[Change]:
        return past.read(self._entries().get(past.ENTRY, ""))

    def _waits(self, generation: int) -> bool:
        return self._tried is not None and self._tried[0] == generation and self._now() < self._tried[1] + PATIENCE

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Vault]:
        """Give the vault as it lies there now, to one at a time."""
        if self._vault is None:
            raise OperatorNeeded(
                "The settings come from the environment alone: there is no vault to change them in.",
                hint="On the host type: attms vault create. Or change the environment, and start ATTMS again.",
            )
        async with self._changing:
            await self._vault.refresh()
            await self._take_back(self._vault)
            yield self._vault

    async def _change(self, vault: Vault, patch: Patch, *, by: str, reason: str) -> Verdict:
        verdict = self.check(patch)
        if verdict.mistakes or not verdict.changed:
            return verdict
        made = past.made(patch, verdict.changed, self._entries(), when=self._now(), by=by, reason=reason)
        # As read a moment ago: what another process changes meanwhile must not be written over.
        await vault.change(made.put, made.drop, expect=vault.generation)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._undo, vault, made)
            await self._go_by(self._stored())
            undo.pop_all()
        log.info("settings_changed", by=by, names=sorted(verdict.changed), generation=vault.generation)
        return verdict

    async def _undo(self, vault: Vault, made: Made) -> None:
        revision = made.change.revision
        log.warning("settings_undone", by=revision.by, names=sorted(revision.names))
        self._owed = made
        try:
            await self._take_back(vault)
        except (StoreUnavailable, ChangedMeanwhile) as error:
            log.warning("settings_not_put_back", names=sorted(revision.names), code=error.code)  # the next look does

    async def _take_back(self, vault: Vault) -> None:
        """Take a change that somebody could not go by out of the vault, and leave what others have changed since."""
        if self._owed is None:
            return
        undo = self._owed.undone_in(self._entries())
        put = {name: value for name, value in undo.items() if value is not None}
        await vault.change(put, undo.keys() - put.keys(), expect=vault.generation)
        self._owed = None

    async def _go_by(self, fresh: _Stand) -> frozenset[str]:
        """Let everybody go by other settings, or nobody, whatever is raised; name what is another now."""
        before = self._stand
        names = before.differs(fresh)
        async with AsyncExitStack() as undo:
            undo.callback(self._stand_by, before)
            self._stand_by(fresh)
            for follower in self._followers if names else ():
                await follower(fresh.settings, names)
                undo.push_async_callback(self._lead_back, follower, before, names)
            undo.pop_all()
        return names

    def _stand_by(self, stand: _Stand) -> None:
        self._stand = stand

    async def _lead_back(self, follower: Follower, before: _Stand, names: frozenset[str]) -> None:
        self._stand_by(before)  # already: he may look here
        try:
            await follower(before.settings, names)
        except AttmsError as error:
            log.warning("settings_follower_lost", code=error.code, reason=str(error), names=sorted(names))


def _shown(value: object, *, is_secret: bool) -> str | None:
    if value is None or not str(value) or value == ():
        return None
    if is_secret:
        return MASK
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
