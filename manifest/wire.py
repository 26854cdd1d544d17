"""The manifest as Teams reads it, in two editions. The only place that knows its field names.

Current (1.30) has the ``/`` menu and private answers in channels. Conservative (1.19) is for organisations whose Teams
still refuses these fields; it says the same commands after a mention.

No permission is taken to read messages that do not mention the bot, and no single sign-on is needed, so neither
``authorization`` nor ``webApplicationInfo`` is there.
"""

from manifest import lists
from manifest.values import App, CommandList, teams_app_id

Json = dict[str, object]

CURRENT = "1.30"
CONSERVATIVE = "1.19"
COLOR_ICON = "color.png"
OUTLINE_ICON = "outline.png"
SMALL_ICON = "color32.png"
"""For places of Teams that are too small for the big one; manifest 1.19 does not know it."""
ICONS: dict[str, str] = {"color": COLOR_ICON, "outline": OUTLINE_ICON}
ACCENT = "#0B6470"
"""What Teams puts behind the outline icon, and what our colour icon has behind its mark."""

NAME = "ATTMS"
FULL_NAME = "ATTMS: the AutoTask service desk in chat"
SHORT = "AutoTask tickets in chat: list, open, assign, note and update them."
FULL = """\
ATTMS is the service desk of a managed service provider, inside chat.

Say "tickets mine" and get your open AutoTask tickets, the next SLA due first. Open one, take it, set its status or \
priority, write a note, or create a new ticket with a form that knows your queues and customers. Every change is made \
in AutoTask in your own name, and the card shows what AutoTask made of it.

ATTMS reads only messages that are written to it. Internal notes stay internal. It needs an AutoTask account of your \
organisation, and runs on a server of your organisation."""


def current(app: App) -> Json:
    """Write the edition with the ``/`` menu."""
    whole = _manifest(app, CURRENT, {**_bot(app, lists.current(app)), "supportsTargetedMessages": True})
    return {**whole, "icons": {**ICONS, "color32x32": SMALL_ICON}}


def conservative(app: App) -> Json:
    """Write the edition that older rules accept."""
    return _manifest(app, CONSERVATIVE, _bot(app, lists.conservative(app)))


def icons_of(manifest: Json) -> tuple[str, ...]:
    """Name the pictures that a manifest shows."""
    icons = manifest["icons"]
    return tuple(str(name) for name in icons.values()) if isinstance(icons, dict) else ()


def _manifest(app: App, edition: str, bot: Json) -> Json:
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{edition}/MicrosoftTeams.schema.json",
        "manifestVersion": edition,
        "version": app.version,
        "id": teams_app_id(app.app_id),
        "developer": _developer(app),
        "name": {"short": NAME, "full": FULL_NAME},
        "description": {"short": SHORT, "full": FULL},
        "icons": ICONS,
        "accentColor": ACCENT,
        "bots": [bot],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "validDomains": [app.host.lower()],
    }


def _developer(app: App) -> Json:
    publisher, home = app.publisher, f"https://{app.host.lower()}"
    return {
        "name": publisher.name,
        "websiteUrl": publisher.website or f"{home}/",
        "privacyUrl": publisher.privacy or f"{home}/privacy",
        "termsOfUseUrl": publisher.terms or f"{home}/terms",
    }


def _bot(app: App, shown: tuple[CommandList, ...]) -> Json:
    return {
        "botId": app.app_id.lower(),
        "scopes": list(lists.SCOPES),
        "supportsFiles": False,
        "isNotificationOnly": False,
        "commandLists": [_list(each) for each in shown],
    }


def _list(told: CommandList) -> Json:
    shown = [{"title": command.title, "description": command.description} for command in told.commands]
    triggers = {"triggers": list(told.triggers)} if told.triggers else {}
    return {"scopes": list(told.scopes), **triggers, "commands": shown}
