"""What a package is made of, and the one error. Which values are legal stands in ``rules``."""

from uuid import UUID, uuid5

from msgspec import Struct, field


class Command(Struct, frozen=True, kw_only=True):
    """A line of the menu that Teams shows; picking it types its title."""

    title: str
    description: str
    slash: bool = True
    """Whether the ``/`` menu may show it; Teams keeps some names for itself."""


class CommandList(Struct, frozen=True, kw_only=True):
    """What one menu of Teams shows."""

    scopes: tuple[str, ...]
    commands: tuple[Command, ...]
    triggers: tuple[str, ...] = ()
    """What opens it; a mention alone where nothing is said."""


class Publisher(Struct, frozen=True, kw_only=True):
    """Who stands behind the app, as Teams shows it. An empty address becomes a page of the app's own host."""

    name: str = "ATTMS"
    website: str = ""
    privacy: str = ""
    terms: str = ""


class App(Struct, frozen=True, kw_only=True):
    """Everything that differs from one installation to the next."""

    app_id: str
    """Application (client) id of the Azure Bot."""
    host: str
    """Public host name of the bot, without scheme, port and path."""
    version: str
    """Three numbers; Teams takes a changed package only under a higher one."""
    commands: tuple[Command, ...]
    publisher: Publisher = field(default_factory=Publisher)


class UnfitApp(ValueError):
    """Teams would refuse the package; every reason is told, in words."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def teams_app_id(app_id: str) -> str:
    """Name the app's own id in Teams: another than the bot's, and always the same for the same bot."""
    return str(uuid5(UUID(app_id), "teams-app"))
