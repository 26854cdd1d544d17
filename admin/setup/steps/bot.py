"""The bot: its app in Entra, the tenants whose people may speak, and the address at which Microsoft reaches it."""

from datetime import date
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr

from admin.setup.fields import Field, Found, Mark, Report, text
from admin.setup.paste import guids_in
from admin.setup.ports import Tools
from admin.setup.steps import entra
from admin.setup.steps.step import Patch, Step
from attms_core.errors import Invalid
from attms_core.settings import LOOPBACK, Settings

SCOPE = "https://api.botframework.com/.default"
_GUID = "It looks like 1f0e2d3c-4b5a-4978-8695-a4b3c2d1e0f9."


def one_id(typed: str) -> str:
    """Find the one id in what was pasted. Raises ``Invalid``."""
    found = guids_in(typed)
    if len(found) > 1:
        raise Invalid("There are several ids in this.", hint="Paste the one that is asked for alone.")
    if not found and text(typed):
        raise Invalid("There is no id in this.", hint=_GUID)
    return found[0] if found else ""


def ids(typed: str) -> str:
    """Find every id in what was pasted. Raises ``Invalid``."""
    found = guids_in(typed)
    if not found and text(typed):
        raise Invalid("There is no id in this.", hint=f"Paste the Directory (tenant) ID. {_GUID}")
    return ",".join(found)


def client_secret(typed: str) -> str:
    """Take the secret's value. Raises ``Invalid`` for its id, which stands beside it in the portal."""
    value = text(typed)
    if guids_in(value) == [value.lower()]:
        raise Invalid(
            "This is the secret's ID.", hint="Copy what stands in the column Value, to the left of Secret ID."
        )
    return value


def day(typed: str) -> str:
    """Take a day. Raises ``Invalid`` for one that could be read in two ways."""
    value = text(typed)
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise Invalid("This is no day.", hint="Write year, month and day: 2028-11-23") from None


def public_url(typed: str) -> str:
    """Take the bot's own address, also the whole messaging endpoint. Raises ``Invalid``."""
    value = text(typed)
    if not value:
        return ""
    parts = urlsplit(value if "://" in value else f"https://{value}")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("This is no address.", hint="It looks like https://desk.example.com") from None
    if parts.scheme not in {"http", "https"} or not host or " " in value:
        raise Invalid("This is no address.", hint="It looks like https://desk.example.com")
    if host not in LOOPBACK and (parts.scheme != "https" or "." not in host or _is_number(host)):
        raise Invalid(
            "Microsoft could not reach the bot there.",
            hint="It needs https:// and a host name with a certificate, such as https://desk.example.com",
        )
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def apart(patch: Patch, settings: Settings) -> Patch:
    """Refuse one id in two places: the portal shows several of them on one page."""
    app_id = patch.get("bot_app_id") or settings.bot_app_id
    if app_id and app_id in str(patch.get("bot_tenant_ids") or ",".join(settings.bot_tenant_ids)).split(","):
        raise Invalid(
            "This is the app's id.",
            field="bot_tenant_ids",
            hint="Copy Directory (tenant) ID, which stands below Application (client) ID.",
        )
    return patch


async def look(settings: Settings, tools: Tools) -> Report:
    """Get a token for the bot."""
    answer = await tools.token(settings=settings, app_id=settings.bot_app_id, secret=_secret(settings), scope=SCOPE)
    report = entra.judge(answer, "Entra gives the bot a token.")
    if not report.ok:
        return report
    endpoint = f"{settings.public_url}/api/messages"
    unseen = Found(
        mark=Mark.NOTE,
        what="Whether Microsoft reaches the bot shows itself with the first message.",
        fix=f"Let your reverse proxy or tunnel hand {endpoint} to http://{settings.host}:{settings.port}/api/messages, "
        "and paste the first address into the Azure Bot as its messaging endpoint.",
    )
    return Report(ok=True, said=report.said, found=(unseen,))


def _secret(settings: Settings) -> SecretStr:
    return settings.bot_secret or SecretStr("")


STEP = Step(
    name="bot",
    title="Bot",
    why="Teams reaches ATTMS through an Azure Bot. Its app registration in Entra is what ATTMS signs in with.",
    where=(
        (
            "In the Azure portal choose Create a resource > Azure Bot > Create. Type of App: Single Tenant; let it "
            "make a new Microsoft App ID. The free price tier (F0) will do."
        ),
        "Open the bot's Configuration: Microsoft App ID and App Tenant ID stand there.",
        "Beside the app id choose Manage Password > New client secret. Copy its Value at once: it is shown only now.",
        "Under Channels add Microsoft Teams and accept the terms.",
        "Under Configuration put the messaging endpoint: your public address followed by /api/messages.",
    ),
    fields=(
        Field(
            name="bot_app_id",
            label="Application (client) ID",
            help="Also called Microsoft App ID. An address with the id in it will do.",
            example="1f0e2d3c-4b5a-4978-8695-a4b3c2d1e0f9",
            also_called=("app id", "client id", "application id", "MicrosoftAppId", "appId"),
            read=one_id,
        ),
        Field(
            name="bot_secret",
            label="Client secret",
            help="The Value, not the Secret ID.",
            is_secret=True,
            also_called=("secret", "app password", "MicrosoftAppPassword", "password", "value"),
            read=client_secret,
        ),
        Field(
            name="bot_secret_expires",
            label="Last day of the client secret",
            help="ATTMS then warns 30, 14 and 3 days before. It stands beside the secret, under Expires.",
            example="2028-11-23",
            is_optional=True,
            also_called=("expires", "secret expires"),
            read=day,
        ),
        Field(
            name="bot_tenant_ids",
            label="Directory (tenant) ID",
            help="Whose people may speak here. Several may stand here, with commas; the bot's own comes first.",
            example="9a8b7c6d-5e4f-4321-8765-0f1e2d3c4b5a",
            also_called=("tenant id", "tenant ids", "tenant", "MicrosoftAppTenantId", "app tenant id"),
            read=ids,
        ),
        Field(
            name="public_url",
            label="Public address",
            help="How Microsoft reaches ATTMS from the internet, by https.",
            example="https://desk.example.com",
            also_called=("messaging endpoint", "url", "endpoint", "host"),
            read=public_url,
        ),
    ),
    look=look,
    adjust=apart,
)
