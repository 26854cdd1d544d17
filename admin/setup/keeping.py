"""Where the set-up keeps things: settings through the configuration, its own entries in the vault beside them."""

from collections.abc import Mapping

from attms_core.config import Configuration
from attms_core.errors import Invalid
from attms_core.settings import Settings, Source
from attms_core.vault import Vault

BY = "the set-up"
OUTSIDE = frozenset({Source.ENVIRONMENT, Source.FILE})


class VaultKeeping:
    """Keeps what the set-up is told. The configuration is one over this vault."""

    def __init__(self, vault: Vault, configuration: Configuration) -> None:
        self._vault = vault
        self._configuration = configuration

    @property
    def settings(self) -> Settings:
        """What is in force now."""
        return self._configuration.current

    def fixed(self) -> frozenset[str]:
        """Name the settings that the environment has decided."""
        return frozenset(each.name for each in self._configuration.read() if each.source in OUTSIDE)

    def entry(self, name: str) -> str:
        """Read an entry; empty when there is none."""
        kept = self._vault.get(name)
        return kept.get_secret_value() if kept else ""

    async def save(self, patch: Mapping[str, str | None], *, reason: str) -> None:
        """Change settings, all or none.

        Raises ``Invalid`` with every reason, ``StoreUnavailable``, and what those raise who must go by the settings.
        """
        if not patch:
            return
        verdict = await self._configuration.patch(patch, by=BY, reason=reason)
        if verdict.mistakes:
            raise Invalid(" ".join(verdict.mistakes), hint="Nothing was saved.")

    async def note(self, put: Mapping[str, str], drop: tuple[str, ...] = ()) -> None:
        """Write entries of the set-up's own. Raises ``StoreUnavailable``."""
        await self._vault.change(put, drop)

    async def refresh(self) -> None:
        """Take what another process has changed. Raises ``StoreUnavailable``."""
        await self._configuration.refresh()
