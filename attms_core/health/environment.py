"""What the environment says that it had better not: secrets in plain text, and settings that hide the vault's.

Only names are looked at; a value never enters a finding.
"""

from collections.abc import Collection, Mapping

from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted

SECRETS = Subject("environment-secrets", "Secrets in the environment")
OVERRULED = Subject("settings-overruled", "Settings overruled by the environment")

PREFIX = "ATTMS_"
BOOTSTRAP = frozenset({"data_dir", "database_url", "vault_key", "vault_key_source"})
"""What has to stand outside, because the vault is found and opened with it."""
FILE = "_FILE"


async def plain_secrets(environ: Mapping[str, str], secrets: Collection[str], *, has_vault: bool) -> Finding:
    """Look for secrets that stand in the environment itself; a ``..._FILE`` only names where one lies."""
    found = sorted(name for name in set(secrets) - BOOTSTRAP if environ.get(PREFIX + name.upper()))
    if not found:
        return SECRETS.fine("No secret stands in the environment.")
    names = ", ".join(PREFIX + name.upper() for name in found)
    into = f"On the host {commands.put(*found)}. That puts them into the vault" if has_vault else commands.setup()
    return SECRETS.warning(
        f"{counted(len(found), 'secret')} in plain text in the environment: {names}. Whoever may inspect the process, "
        "the container or the App Service's configuration can read them.",
        f"{into}. Then take the variables away and start ATTMS again.",
        names=names,
    )


async def overruled(environ: Mapping[str, str], entries: Collection[str]) -> Finding:
    """Look for entries of the vault that do nothing, because the environment says otherwise."""
    found = sorted(name for name in set(entries) - BOOTSTRAP if _is_given(environ, name))
    if not found:
        return OVERRULED.fine("The environment hides no setting of the vault.")
    names = ", ".join(found)
    return OVERRULED.warning(
        f"{counted(len(found), 'setting')} of the vault without effect, for the environment sets the same: {names}.",
        f"Take {', '.join(PREFIX + name.upper() for name in found)} out of the environment and start ATTMS again. Or, "
        f"if the environment shall win, {commands.drop(*found)}",
        names=names,
    )


def _is_given(environ: Mapping[str, str], name: str) -> bool:
    variable = PREFIX + name.upper()
    return variable in environ or variable + FILE in environ
