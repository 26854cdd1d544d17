"""Which commands each menu of Teams shows, and how it is opened: by a mention of the bot, or by a slash.

How a list is written is in ``wire``, what a list may hold in ``rules``.
"""

from manifest.values import App, CommandList

PERSONAL = ("personal",)
SHARED = ("team", "groupChat")
SCOPES = (*PERSONAL, *SHARED)
MENTION = "mention"
SLASH = "slash"


def current(app: App) -> tuple[CommandList, ...]:
    """Give the lists of the edition with the ``/`` menu."""
    shared = tuple(command for command in app.commands if command.slash)
    return (
        CommandList(scopes=PERSONAL, commands=app.commands, triggers=(MENTION,)),
        CommandList(scopes=SHARED, commands=shared, triggers=(MENTION, SLASH)),
    )


def conservative(app: App) -> tuple[CommandList, ...]:
    """Give the lists of the edition that knows no triggers: all are opened by a mention."""
    return (CommandList(scopes=PERSONAL, commands=app.commands), CommandList(scopes=SHARED, commands=app.commands))
