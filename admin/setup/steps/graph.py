"""Microsoft Graph, for what the bot alone cannot do: mail to tickets, Planner tasks, installing the app for people.

It is optional. Unset, the bot's own app registration is asked; a second one keeps its rights apart.
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
USES = {
    "User.ReadBasic.All": "find people by their e-mail address",
    "Mail.Read": "make tickets of a mailbox's messages",
    "Tasks.ReadWrite.All": "make and follow Planner tasks",
    "TeamsAppInstallation.ReadWriteSelfForUser.All": "install ATTMS for people who have not added it",
}
"""Permissions (application kind) and what they are for; none is needed for tickets in chat."""
GRANT = f"{entra.PORTAL} > the app > API permissions > Add a permission > Microsoft Graph > Application permissions"


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
    """Get a token for Graph and see which permissions it carries."""
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
    granted = entra.roles(answer)
    return Report(ok=True, said=report.said, found=tuple(_found(name, granted) for name in USES))


def _found(name: str, granted: frozenset[str]) -> Found:
    if name in granted:
        return Found(mark=Mark.GOOD, what=f"{name} is granted: ATTMS may {USES[name]}.")
    fix = f"{GRANT}: {name}, then Grant admin consent."
    return Found(mark=Mark.NOTE, what=f"{name} is not granted. It is needed only to {USES[name]}.", fix=fix)


STEP = Step(
    name="graph",
    title="Microsoft Graph",
    why="Tickets in chat need none of this. Graph is for mailboxes, Planner and installing the app for people; you may "
    "skip it and come back later.",
    where=(
        "The bot's own app registration is used if you leave both fields empty.",
        "Or make a second app registration, with a client secret of its own, to keep its rights apart.",
        f"{GRANT}. Add only what you want to use, then choose Grant admin consent.",
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
