"""The first administrator: an Entra object id, however it was copied."""

from admin.setup.fields import Field, Found, Mark, Report, bad, good, text
from admin.setup.paste import guids_in, person_in
from admin.setup.ports import Tools
from admin.setup.steps.step import Patch, Step
from attms_core.errors import Invalid
from attms_core.settings import Settings


def people(typed: str) -> str:
    """Find the ids of people: in an address the person's own, in plain words every one. Raises ``Invalid``."""
    value = text(typed)
    if not value:
        return ""
    if "/" not in value:
        found = guids_in(value)
    else:
        found = [person for part in value.replace(",", " ").split() if (person := person_in(part))]
    if not found:
        several = bool(guids_in(value))
        raise Invalid(
            "Several ids stand in this address." if several else "There is no id in this.",
            hint="Paste the person's Object ID alone. It looks like 3b1a6c52-07f4-4e0d-9c2b-8d5e4f60a7b1.",
        )
    return ",".join(dict.fromkeys(found))


def strangers(patch: Patch, settings: Settings) -> Patch:
    """Refuse ids that we know to be something else."""
    named = str(patch.get("administrators") or "").split(",")
    known = {each.lower(): "the tenant" for each in settings.bot_tenant_ids} | {settings.bot_app_id.lower(): "the bot"}
    for each in named:
        if each and each in known:
            raise Invalid(
                f"This is the id of {known[each]}, not of a person.",
                field="administrators",
                hint="In Entra open Users > the person > Overview, and copy Object ID.",
            )
    return patch


async def look(settings: Settings, _tools: Tools) -> Report:
    """Say who will be an administrator; only the first message proves that the id is the right one."""
    if not settings.administrators:
        return bad("Nobody is named yet.", "Paste the Object ID of the first administrator.")
    many = len(settings.administrators)
    return good(
        "This is an object id." if many == 1 else f"These are {many} object ids.",
        Found(
            mark=Mark.NOTE,
            what="Whether it is the right person shows itself in Teams.",
            fix='Write "me" to the bot: it says administrator. More administrators are made there, or by '
            "attms people role.",
        ),
    )


STEP = Step(
    name="administrator",
    title="Administrator",
    why="One person has to be able to let the others in: to link people to their technicians, to give roles and to "
    "switch writing on. Take yourself; more can follow later.",
    where=(
        "In the Azure portal open Microsoft Entra ID > Users > the person.",
        "On the Overview copy Object ID, or simply the address of that page.",
    ),
    fields=(
        Field(
            name="administrators",
            label="Object ID of the person",
            help="Or the address of their page in the Entra or Azure portal: ATTMS finds the id in it.",
            example="3b1a6c52-07f4-4e0d-9c2b-8d5e4f60a7b1",
            also_called=("administrator", "admin", "object id", "oid"),
            read=people,
        ),
    ),
    look=look,
    adjust=strangers,
)
