"""What the application and the command line open first: the vault, where there is one, and the settings."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from pydantic import SecretStr

from attms_core.config.configuration import Configuration
from attms_core.config.judging import Check
from attms_core.errors import Sealed
from attms_core.settings import PREFIX, Settings
from attms_core.store.database import Database
from attms_core.vault import FILE, FileHome, Home, RowHome, Vault, VaultMissing, key_source, open_vault

DATA_DIR = f"{PREFIX}DATA_DIR"


class Opened(Struct, frozen=True):
    """What was found: a configuration, or why there is none because the vault stays sealed."""

    configuration: Configuration | None
    sealed: Sealed | None = None

    def must(self) -> Configuration:
        """Give the configuration. Raises ``Sealed``."""
        if self.configuration is None:
            raise self.sealed or Sealed("The vault does not open.")
        return self.configuration


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Say where this installation's files lie, which only the environment can tell."""
    return Path(environ.get(DATA_DIR) or Settings.model_fields["data_dir"].default)


def home(environ: Mapping[str, str], database: Database | None = None) -> Home:
    """Say where the vault lies: in a file, or beside the data where a PostgreSQL database is given."""
    return RowHome(database) if database is not None else FileHome(data_dir(environ) / FILE)


async def open_configuration(
    environ: Mapping[str, str] = os.environ,
    *,
    database: Database | None = None,
    ask: Callable[[], SecretStr] | None = None,
    extra: Mapping[str, Check] = MappingProxyType({}),
) -> Opened:
    """Open the vault where there is one, and read the settings.

    ``database`` is the PostgreSQL store that the environment names, ``ask`` asks for a passphrase, ``extra`` is as for
    ``Configuration``. A vault that stays sealed is told: who serves then is alive, not ready, and answers 503.
    Raises ``SettingsError`` for settings that do not hold together, and ``StoreUnavailable``.
    """
    vault: Vault | None = None
    try:
        vault = await open_vault(home(environ, database), key_source(environ, data_dir(environ), ask=ask))
    except VaultMissing:
        pass
    except Sealed as error:
        return Opened(None, error)
    return Opened(Configuration(environ, vault, extra=extra))
