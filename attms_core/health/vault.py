"""The vault: how it stands, who holds its key, and whether a damaged copy was set aside."""

from attms_core.health import commands
from attms_core.health.finding import Finding, Subject
from attms_core.health.ports import VaultLine

VAULT = Subject("vault", "Vault")
DAMAGED = Subject("vault-damaged", "Vault's damaged copy")


async def look(vault: VaultLine | None) -> Finding:
    """Say how it stands."""
    if vault is None:
        return VAULT.fine("There is no vault: every setting comes from the environment.")
    status = vault.status
    facts = {"key_source": str(status.key_source), "home": str(status.home), "generation": str(vault.generation)}
    if status.warnings:
        return VAULT.warning(" ".join(status.warnings), commands.verify_vault(), **facts)
    return VAULT.fine(f"Open, generation {vault.generation}; its key comes from: {status.key_source}.", **facts)


async def damaged(vault: VaultLine | None) -> Finding:
    """Say whether a copy was found damaged when it was opened."""
    if vault is None or not vault.status.damaged:
        return DAMAGED.fine("No damaged copy was found.")
    return DAMAGED.warning(
        f"The vault was found damaged and opened from its previous copy; the damaged one is {vault.status.damaged}. "
        "The last change may be missing.",
        "Compare the settings with what you changed last: attms config list. Then look at the disk, and delete the "
        "damaged copy once nothing is missed.",
    )
