"""Microsoft Graph, for what the bot alone cannot do. Nothing here uses it yet, so no permission of it is asked for.

The step keeps an app for later. Unset, the bot's own app registration is asked; a second one keeps its rights apart.
"""

from pydantic import SecretStr

from admin.setup.fields import Field, Found, Mark, Report
from admin.setup.ports import Tools
from admin.setup.steps import entra
from admin.setup.steps.bot import client_secret, one_id
from admin.setup.steps.step import Patch, Step
from attms_core.errors import Invalid
from attms_core.settings import Settings

SCOPE = "https://graph.microsoft.com/.default"
GRANTED = f"{entra.PORTAL} > the app > API permissions"


def both(patch: Patch, settings: Settings) -> Patch:
    """Refuse an app without its secret, and a secret without its app."""
    app_id = patch.get("graph_app_id", settings.graph_app_id)
    has_secret = bool(patch.get("graph_secret") or settings.graph_secret)
    if app_id and not has_secret:
        raise Invalid("The app's client secret is needed too.", field="graph_secret")
    if not app_id:
        return {**patch, "graph_app_id": None, "graph_secret": None}
    return patch


async def look(settings: Settings, tools: Tools) -> Report:
    """Get a token for Graph, and tell which permissions it carries that nothing here needs."""
    is_own = bool(settings.graph_app_id)
    answer = await tools.token(
        settings=settings,
        app_id=settings.graph_app_id or settings.bot_app_id,
        secret=(settings.graph_secret if is_own else settings.bot_secret) or SecretStr(""),
        scope=SCOPE,
    )
    report = entra.judge(answer, "Microsoft Graph lets ATTMS in.")
    if not report.ok:
        return report
    granted = sorted(entra.roles(answer))
    nothing = Found(mark=Mark.GOOD, what="No permission is granted, and none is needed.")
    return Report(ok=True, said=report.said, found=tuple(_found(name) for name in granted) or (nothing,))


def _found(name: str) -> Found:
    return Found(
        mark=Mark.NOTE,
        what=f"{name} is granted, in the whole organisation. ATTMS makes no use of it.",
        fix=f"{GRANTED}. Unless something else needs {name}, choose Remove permission and Revoke admin consent.",
    )


STEP = Step(
    name="graph",
    title="Microsoft Graph",
    why="Nothing in this release uses Microsoft Graph: it makes no tickets of mail and no Planner tasks. Skip this "
    "step, unless you want to keep an app for a later release.",
    where=(
        "Grant no API permissions: those of an application hold for the whole organisation, and none is needed yet.",
        "Leave both fields empty, and the bot's own app registration is the one that is asked.",
        "Or make a second app registration, with a client secret of its own, to keep its rights apart.",
    ),
    fields=(
        Field(
            name="graph_app_id",
            label="Application (client) ID for Graph",
            help="Empty: the bot's.",
            example="7c6b5a49-3827-4165-9f4e-3d2c1b0a9f8e",
            is_optional=True,
            also_called=("app id", "client id"),
            read=one_id,
        ),
        Field(
            name="graph_secret",
            label="Client secret for Graph",
            help="The Value, not the Secret ID. Empty: the bot's.",
            is_secret=True,
            is_optional=True,
            also_called=("secret", "client secret"),
            read=client_secret,
        ),
    ),
    look=look,
    adjust=both,
    is_optional=True,
)
