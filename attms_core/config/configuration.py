"""The settings in force and how they change: checked whole, stored whole, followed whole, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import structlog

from attms_core import settings as known
from attms_core.config import past
from attms_core.config.past import Change
from attms_core.config.values import Patch, Revision, Setting, Verdict
from attms_core.errors import AttmsError, Invalid, NotFound, OperatorNeeded
from attms_core.ports import Now
from attms_core.settings import BOOTSTRAP, RESTART, Settings, SettingsError, Source
from attms_core.vault import Vault

log = structlog.get_logger(__name__)

MASK = "********"
Follower = Callable[[Settings, frozenset[str]], Awaitable[None]]
"""Goes by new settings from now on, and is told which changed. Raises an ``AttmsError`` when that cannot be."""
Check = Callable[[str], object]
"""Reads a value of another subject. Raises ``Invalid``."""


class Configuration:
    """Environment over vault over default. Without a vault the environment decides alone, and nothing can be changed.

    ``extra`` says how entries of other subjects are checked, by the beginnings of their names (``schedule.``).
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        vault: Vault | None,
        *,
        now: Now = lambda: datetime.now(UTC),
        extra: Mapping[str, Check] = MappingProxyType({}),
    ) -> None:
        self._environ = dict(environ)
        self._vault = vault
        self._now = now
        self._extra = dict(extra)
        self._followers: list[Follower] = []
        self._changing = asyncio.Lock()
        self._stored = self._entries()
        self.current = known.load(self._environ, self._stored)

    @property
    def generation(self) -> int:
        """How often the vault has been changed; 0 without one."""
        return self._vault.generation if self._vault else 0

    @property
    def vault(self) -> Vault | None:
        """Where the settings are kept."""
        return self._vault

    def follow(self, follower: Follower) -> None:
        """Tell somebody whenever settings change."""
        self._followers.append(follower)

    def check_by(self, prefix: str, check: Check) -> None:
        """Say how entries whose names begin so are checked."""
        self._extra[prefix] = check

    def of(self, prefix: str) -> dict[str, str]:
        """Give the entries of another subject, by what follows the beginning of their names."""
        return {name.removeprefix(prefix): value for name, value in self._stored.items() if name.startswith(prefix)}

    def read(self) -> list[Setting]:
        """Tell all settings; a secret shows a mask at most."""
        deciders, secrets = known.sources(self._environ, self._stored), known.secret_names()
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
        return self._judge(patch, self._stored)

    async def patch(self, patch: Patch, *, by: str, reason: str = "", expect: int | None = None) -> Verdict:
        """Change settings, all or none; with mistakes nothing changes. ``expect`` is the generation it is meant for.

        Raises ``ChangedMeanwhile``, ``StoreUnavailable``, ``OperatorNeeded`` without a vault, and what a follower
        raises: then everything is as it was.
        """
        vault = self._need_vault()
        async with self._changing:
            await vault.refresh()
            stored = self._entries()
            verdict = self._judge(patch, stored)
            if verdict.mistakes or not verdict.changed:
                return verdict
            await self._store(vault, patch, verdict.changed, by=by, reason=reason, expect=expect)
            await self._take(before=stored)
            log.info("settings_changed", by=by, names=sorted(verdict.changed), generation=vault.generation)
            return verdict

    def history(self) -> list[Revision]:
        """Tell the last twenty changes, the oldest first."""
        return [change.revision for change in self._past(self._stored)]

    async def rollback(self, number: int, *, by: str) -> Verdict:
        """Undo a change and all that came after it, as a change of its own. Raises ``NotFound``, and as ``patch``."""
        self._need_vault()
        try:
            undo = past.back_to(self._past(self._stored), number)
        except KeyError:
            raise NotFound(f"There is no change {number} to go back to.", hint="Ask for the history first.") from None
        return await self.patch(undo, by=by, reason=f"back to before change {number}")

    async def refresh(self) -> bool:
        """Take over what another process has changed; say whether there was anything. The log tells what cannot be."""
        if self._vault is None:
            return False
        async with self._changing:
            if not await self._vault.refresh():
                return False
            try:
                await self._go_by(known.load(self._environ, self._entries()), self._entries())
            except AttmsError as error:
                log.warning("settings_not_taken", code=error.code, reason=str(error), generation=self.generation)
                return False
            return True

    # inside

    def _entries(self) -> dict[str, str]:
        return {n: v.get_secret_value() for n, v in self._vault.entries().items()} if self._vault else {}

    def _past(self, stored: Mapping[str, str]) -> list[Change]:
        return past.read(stored.get(past.ENTRY, ""))

    def _need_vault(self) -> Vault:
        if self._vault is None:
            raise OperatorNeeded(
                "The settings come from the environment alone: there is no vault to change them in.",
                hint="On the host type: attms vault create. Or change the environment, and start ATTMS again.",
            )
        return self._vault

    def _judge(self, patch: Patch, stored: Mapping[str, str]) -> Verdict:
        mistakes = [mistake for name, value in patch.items() for mistake in self._wrong(name, value)]
        merged = _merged(stored, patch)
        if not mistakes:
            try:
                known.load(self._environ, merged)
            except SettingsError as error:
                mistakes = str(error).split("\n")
        if mistakes:
            return Verdict(mistakes=tuple(mistakes))
        changed = frozenset(name for name in patch if merged.get(name) != stored.get(name))
        outside = known.sources(self._environ, {})
        overruled = frozenset(n for n in changed if outside.get(n) in {Source.ENVIRONMENT, Source.FILE})
        return Verdict(changed=changed, restart=changed & RESTART - overruled, overruled=overruled)

    def _wrong(self, name: str, value: str | None) -> list[str]:
        if name in BOOTSTRAP:
            return [f"{name} tells where the vault is, so it stands in the environment: {known.PREFIX}{name.upper()}"]
        if name in Settings.model_fields:
            return []
        check = next((check for prefix, check in self._extra.items() if name.startswith(prefix)), None)
        if check is None:
            return [known.unknown(name)]
        try:
            if value is not None:
                check(value)
        except Invalid as error:
            return [f"{name}: {error} {error.hint}".rstrip()]
        return []

    async def _store(
        self, vault: Vault, patch: Patch, names: frozenset[str], *, by: str, reason: str, expect: int | None
    ) -> None:
        stored = self._entries()
        changes = self._past(stored)
        number = changes[-1].revision.number + 1 if changes else 1
        revision = Revision(number=number, when=self._now(), by=by, reason=reason, names=names)
        changes.append(Change(revision=revision, undo={name: stored.get(name) for name in names}))
        put = {name: value for name in names if (value := patch[name]) is not None}
        drop = {name for name in names if patch[name] is None}
        # Refreshed a moment ago: a change that another process makes meanwhile must not be written over.
        expect = vault.generation if expect is None else expect
        await vault.change({**put, past.ENTRY: past.write(changes)}, drop, expect=expect)

    async def _take(self, before: Mapping[str, str]) -> None:
        """Go by what is stored now; when somebody cannot, put back what was stored before and go by that again."""
        entries = self._entries()
        try:
            await self._go_by(known.load(self._environ, entries), entries)
        except AttmsError as error:
            log.warning("settings_undone", code=error.code, reason=str(error))
            await self._put_back(before)
            raise

    async def _put_back(self, before: Mapping[str, str]) -> None:
        vault = self._need_vault()
        now = self._entries()
        changed = {name: value for name, value in before.items() if now.get(name) != value}
        await vault.change(changed, now.keys() - before.keys(), expect=vault.generation)
        self._stored = self._entries()

    async def _go_by(self, fresh: Settings, entries: Mapping[str, str]) -> None:
        names = frozenset(n for n in {*entries, *self._stored} if entries.get(n) != self._stored.get(n))
        before, told = (self.current, self._stored), []
        self.current, self._stored = fresh, dict(entries)
        try:
            for follower in self._followers:
                told.append(follower)
                await follower(fresh, names)
        except AttmsError:
            self.current, self._stored = before
            for follower in told[:-1]:  # the last one has refused, and goes by the earlier ones still
                await follower(self.current, names)
            raise


def _merged(stored: Mapping[str, str], patch: Patch) -> dict[str, str]:
    merged = {**stored, **patch}
    return {name: value for name, value in merged.items() if value is not None}


def _shown(value: object, *, is_secret: bool) -> str | None:
    if value is None or value in {"", ()}:
        return None
    if is_secret:
        return MASK
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
