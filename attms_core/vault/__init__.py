"""The vault: a small book of settings and secrets that lies sealed, and opens whole or not at all.

It is never a place for state that grows. How it lies on the disk is specified in docs/vault.md.
"""

from attms_core.vault.format import Damaged, KeyKind
from attms_core.vault.homes import FILE, FileHome, Home, RowHome
from attms_core.vault.keys import EnvironmentKey, FileKey, KeyringKey, PassphraseKey, forget_key, key_source
from attms_core.vault.opened import KeySource
from attms_core.vault.vault import Vault, VaultMissing, VaultStatus, create_vault, open_vault

__all__ = [
    "FILE",
    "Damaged",
    "EnvironmentKey",
    "FileHome",
    "FileKey",
    "Home",
    "KeyKind",
    "KeySource",
    "KeyringKey",
    "PassphraseKey",
    "RowHome",
    "Vault",
    "VaultMissing",
    "VaultStatus",
    "create_vault",
    "forget_key",
    "key_source",
    "open_vault",
]
