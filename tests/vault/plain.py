"""A vault's entries in the clear, to compare; and the smallest key there is."""

import base64

from pydantic import SecretStr

from attms_core.vault import EnvironmentKey, Vault

PHRASE = SecretStr("correct horse battery staple")
KEY = EnvironmentKey(SecretStr(base64.b64encode(bytes(range(32))).decode()))


def plain(vault: Vault) -> dict[str, str]:
    """Read all entries."""
    return {name: value.get_secret_value() for name, value in vault.entries().items()}
