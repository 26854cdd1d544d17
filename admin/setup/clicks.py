"""What to click in Azure, AutoTask and Teams, in order, with the exact values to paste. How it is shown is not here."""

from msgspec import Struct

from admin.setup.steps.autotask import LEVELS
from admin.setup.steps.graph import GRANTED
from attms_core.settings import Settings

ENDPOINT = "/api/messages"


class Click(Struct, frozen=True):
    """One thing to do, and what to paste there."""

    what: str
    value: str = ""
    """Empty when nothing is pasted, or when it is not known yet."""
    is_wanted: bool = False
    """Whether there is a value to paste once it is known."""


class Section(Struct, frozen=True):
    """What is done in one place."""

    title: str
    why: str
    clicks: tuple[Click, ...]


def paste(what: str, value: str) -> Click:
    """Say what to paste."""
    return Click(what, value, is_wanted=True)


def sections(settings: Settings) -> tuple[Section, ...]:
    """Write the whole page."""
    return (_azure(settings), _autotask(), _teams(), _first_words(), _graph())


def _azure(settings: Settings) -> Section:
    endpoint = f"{settings.public_url}{ENDPOINT}" if settings.public_url else ""
    return Section(
        "In the Azure portal: the bot",
        "So that Teams knows where to send what people write.",
        (
            Click("Open Create a resource, search for Azure Bot and choose Create."),
            Click("Type of App: Single Tenant. Let it create a new Microsoft App ID. Price tier F0 is enough."),
            paste("Open the bot > Configuration, and compare Microsoft App ID:", settings.bot_app_id),
            paste("Compare App Tenant ID:", settings.bot_tenant_ids[0] if settings.bot_tenant_ids else ""),
            paste("Put this into Messaging endpoint and choose Apply:", endpoint),
            Click("Open Channels, choose Microsoft Teams, accept the terms and choose Apply."),
            Click(
                "Note the day on which the client secret ends (Manage Password > Expires): ATTMS stops hearing then, "
                "unless a new one is set."
            ),
        ),
    )


def _autotask() -> Section:
    return Section(
        "In AutoTask: writing in people's names",
        "So that a note says who wrote it. Needed once writing is switched on; reading works without.",
        (
            Click(f"{LEVELS}, and open the level of the API user."),
            Click("Under Impersonation tick Add and Edit for Tickets and for Ticket Notes. Save."),
            Click(
                'Open the level of each group of technicians, and under Other tick "Allow impersonation of resources '
                'with this security level". Save.'
            ),
        ),
    )


def _teams() -> Section:
    return Section(
        "In Teams: the app",
        "So that people find ATTMS. Download attms.zip in the last step, Finish.",
        (
            Click("For everybody: open the Teams admin centre > Teams apps > Manage apps > Upload new app: attms.zip."),
            Click("Allow it for those who shall have it, in the app's own page or in a permission policy."),
            Click("Pin it for them, if you like: Teams apps > Setup policies > Pinned apps."),
            Click(
                "Only to try it yourself: Teams > Apps > Manage your apps > Upload an app > Upload a custom app. Your "
                "organisation must allow custom apps."
            ),
            Click("If Teams refuses attms.zip, take attms-conservative.zip: the same without the / menu."),
        ),
    )


def _first_words() -> Section:
    return Section(
        "In Teams: the first words",
        "So that you see it work.",
        (
            Click("Open ATTMS and write:", "me"),
            Click("It knows you by your AutoTask e-mail address: press Yes, that is me."),
            Click("Then write:", "tickets mine"),
        ),
    )


def _graph() -> Section:
    return Section(
        "In the Azure portal: Microsoft Graph, nothing yet",
        "Nothing in this release uses it.",
        (
            Click("Grant ATTMS no permission of Microsoft Graph. A release that needs one will name it here."),
            Click(f"If one was granted for ATTMS, take it back: {GRANTED} > Revoke admin consent."),
        ),
    )
