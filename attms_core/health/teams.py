"""The way to Teams: token, signing keys, tenants, service URL, and whether the app is installed anywhere."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from attms_core.errors import AttmsError
from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted
from attms_core.health.ports import TeamsLine
from attms_core.health.reach import Reach
from attms_core.model import TenantId
from attms_core.store import conversations
from attms_core.store.database import Database

TOKEN = Subject("bot-token", "Bot token")
KEYS = Subject("bot-keys", "Microsoft's signing keys")
TENANTS = Subject("bot-tenants", "Tenants that may speak here")
SERVICE = Subject("teams-service", "Teams' service address")
INSTALLED = Subject("teams-app", "App installed in Teams")

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MOST_ADDRESSES = 3
TENANT_ID = "In the Azure portal copy the Tenant ID from Microsoft Entra ID > Overview"
FIRST_WORD = "In Teams open the app's chat and say: hello"
OPEN_443 = "Let the firewall or proxy of the host pass port 443 to it"


async def token(teams: TeamsLine) -> Finding:
    """Get a token for the bot, or have one."""
    try:
        await teams.prove_token()
    except AttmsError as error:
        return TOKEN.ill(
            f"The bot gets no token, so it can answer nobody: {error}.",
            "In the Azure portal open Microsoft Entra ID > App registrations > the bot: compare Application (client) "
            "ID with bot_app_id, and look under Certificates & secrets whether the secret has expired. With a new one, "
            f"{commands.put('bot_secret')}",
        )
    return TOKEN.fine("The bot has a token.")


async def keys(teams: TeamsLine, metadata_url: str) -> Finding:
    """See that messages can be checked."""
    if teams.has_keys:
        return KEYS.fine("Messages can be checked.")
    host = urlsplit(metadata_url).hostname or ""
    return KEYS.ill(
        f"The keys that messages are signed with could not be fetched from {host}, so every message is refused.",
        f"{OPEN_443}. ATTMS tries again by itself every half minute.",
        host=host,
    )


async def tenants(app_id: str, tenant_ids: Sequence[str]) -> Finding:
    """See that the allow-list names tenants as tokens name them."""
    if not tenant_ids:
        return TENANTS.ill(
            "No tenant is named, so everybody is refused.",
            f"{TENANT_ID}. Then {commands.put('bot_tenant_ids', value='ID')}",
        )
    odd = [tenant for tenant in tenant_ids if not _GUID.fullmatch(tenant)]
    if odd:
        return TENANTS.ill(
            f"{', '.join(odd)} is no tenant ID: tokens name tenants by their ID, so nobody of it gets in.",
            f"{TENANT_ID} (a domain name does not do). Then {commands.put('bot_tenant_ids', value='ID')}",
        )
    if not _GUID.fullmatch(app_id):
        return TENANTS.ill(
            "The bot's app ID is no ID.",
            "In the Azure portal copy Application (client) ID from Microsoft Entra ID > App registrations > the bot. "
            f"Then {commands.put('bot_app_id', value='ID')}",
        )
    if len(set(map(str.lower, tenant_ids))) > 1:
        return TENANTS.warning(
            f"People of {len(set(tenant_ids))} tenants may speak here; tickets are mirrored for the first alone.",
            f"If that is not meant, {commands.put('bot_tenant_ids', value=tenant_ids[0])}",
        )
    return TENANTS.fine("One tenant may speak here.", tenant=tenant_ids[0])


async def service(database: Database, tenant: TenantId, reach: Reach) -> Finding:
    """See that Teams' addresses are known, and that something answers there."""
    urls = await database.read(lambda tx: conversations.service_urls(tx, tenant, MOST_ADDRESSES))
    if not urls:
        return SERVICE.unknown("Teams has not told its address yet: it comes with the first message.", FIRST_WORD)
    for url in urls:
        if reason := await reach.why_not(url, "Teams"):
            host = urlsplit(url).hostname or ""
            return SERVICE.ill(
                f"{host} does not answer, so nothing can be said in Teams ({reason}).",
                f"{OPEN_443}: {host}. A host beyond Microsoft's own also has to stand in bot_service_url_hosts.",
                host=host,
            )
    return SERVICE.fine("Teams' address answers.", host=urlsplit(urls[0]).hostname or "")


async def installed(database: Database, tenant: TenantId) -> Finding:
    """Count the conversations that the bot knows, and the people whom it cannot write to first."""
    there = await database.read(lambda tx: conversations.places(tx, tenant))
    if there.personal + there.shared == 0:
        return INSTALLED.warning(
            "The app is installed nowhere yet, or nobody has spoken to it.",
            f"{commands.manifest()}. Upload the zip in the Teams admin center under Teams apps > Manage apps > "
            f"Upload new app. {FIRST_WORD}",
        )
    facts = {"chats": str(there.personal), "channels_and_groups": str(there.shared)}
    if there.unreachable:
        return INSTALLED.warning(
            f"{there.unreachable} of {there.linked} linked people have no chat with the bot: it cannot write to them.",
            "In the Teams admin center open Teams apps > Setup policies > the policy of these people > Installed apps "
            "> Add apps. It reaches everybody within a day.",
            **facts,
        )
    return INSTALLED.fine(f"The bot is in {counted(there.personal + there.shared, 'conversation')}.", **facts)
