"""AutoTask: the API user, its secret, the integration code; the tenant's zone is found by itself."""

from msgspec.structs import replace

from admin.setup.fields import Field, Found, Mark, Report, bad, good, text
from admin.setup.ports import AutotaskTrial, Tools
from admin.setup.steps.step import Patch, Step, secret
from attms_core.autotask.budget import Usage
from attms_core.autotask.rights import Access, Rights
from attms_core.autotask.zone import Zones
from attms_core.errors import Busy, CredentialsRefused, Invalid, Unreachable
from attms_core.settings import Settings

SHORT_SECRET = 10
"""Characters; AutoTask makes longer ones, so a shorter one was probably cut at a ``$`` or ``#``."""
NO_TICKET = "T00000000.0000"
"""Asked for to see whether tickets can be read at all; no ticket has this number."""
ENTITIES = {"Tickets": "tickets", "TicketNotes": "ticket notes", "Companies": "companies", "Resources": "technicians"}
WRITTEN = frozenset({"Tickets", "TicketNotes"})
LEVELS = "In AutoTask open Admin > Resources/Users (HR) > Security > Security Levels"
SWITCHES = (
    f'{LEVELS}: in the API user\'s level, under "Impersonation", tick Add and Edit for Tickets and Ticket Notes; in '
    'the level of each technician tick "Allow impersonation of resources with this security level".'
)


def user_name(typed: str) -> str:
    """Take the API user's name. Raises ``Invalid``."""
    value = text(typed)
    if value and ("@" not in value or " " in value):
        raise Invalid(
            "This does not look like an API user's name.", hint="It looks like an e-mail address: k3x9@example.com"
        )
    return value


def zone(typed: str) -> str:
    """Take a zone's base address, also one that was copied out of a browser. Raises ``Invalid``."""
    value = text(typed)
    if value and not value.startswith(("https://", "http://")):
        raise Invalid("This is no address.", hint="Leave it empty: ATTMS finds the zone by itself.")
    return value


async def look(settings: Settings, tools: Tools) -> Report:
    """Find the zone, log in, see what may be read and written."""
    notes = _cut(settings)
    async with tools.autotask(settings) as autotask:
        try:
            zones = await autotask.zones()
        except CredentialsRefused:
            return _unknown_user(settings)
        except Unreachable as error:
            return bad(str(error), _WAY_OUT)
        try:
            usage = await autotask.usage()
        except CredentialsRefused:
            return _refused(zones, notes)
        except Unreachable as error:
            return bad(str(error), _WAY_OUT, _lives(zones))
        return await _rights(autotask, [_lives(zones), _signed_in(usage), *notes])


async def _rights(autotask: AutotaskTrial, found: list[Found]) -> Report:
    try:
        await autotask.ticket_by_number(NO_TICKET, urgent=True)
        found.append(Found(mark=Mark.GOOD, what="Tickets can be read."))
        found += [seen for name in ENTITIES for seen in _judge(await autotask.rights(name))]
    except CredentialsRefused as error:
        return bad(str(error), error.hint, *found)
    except (Unreachable, Busy) as error:
        return bad(str(error), error.hint or "Test again in a minute.", *found)
    found.append(Found(mark=Mark.NOTE, what=_NOBODY_TELLS, fix=SWITCHES))
    worst = next((each for each in found if each.mark is Mark.BAD), None)
    return bad(worst.what, worst.fix, *found) if worst else good("AutoTask lets ATTMS in.", *found)


def _judge(rights: Rights) -> list[Found]:
    what = ENTITIES[rights.entity]
    if rights.query is Access.NONE:
        fix = f"{LEVELS}: give the API user's level the right to view {what}."
        return [Found(mark=Mark.BAD, what=f"The API user may not see {what}.", fix=fix)]
    found = []
    if rights.query is Access.RESTRICTED:
        fix = f"{LEVELS}: choose All for {what}, unless that is meant. AutoTask leaves the rest out without a word."
        found.append(Found(mark=Mark.NOTE, what=f"The API user sees only some of the {what}.", fix=fix))
    if rights.entity in WRITTEN and Access.NONE in {rights.create, rights.update}:
        fix = f"{LEVELS}: tick Add and Edit for {what}. Reading works without."
        found.append(Found(mark=Mark.NOTE, what=f"The API user may not change {what}.", fix=fix))
    return found


def _cut(settings: Settings) -> list[Found]:
    length = len(secret(settings.autotask_secret))
    if length >= SHORT_SECRET:
        return []
    what = f"The secret has only {length} characters: shells and spreadsheets cut it at $ or #."
    return [Found(mark=Mark.NOTE, what=what, fix="Copy it once more out of AutoTask itself.")]


def _lives(zones: Zones) -> Found:
    host = zones.told.partition("://")[2].partition("/")[0]
    return Found(mark=Mark.GOOD, what=f"Your tenant lives in the zone {host}.")


def _signed_in(usage: Usage) -> Found:
    left = max(0, usage.threshold - usage.used)
    what = f"Signed in. All integrations together have made {usage.used:,} of {usage.threshold:,} calls this hour."
    if left < usage.threshold // 4:
        return Found(mark=Mark.NOTE, what=what, fix="Few are left: look which other integration is so hungry.")
    return Found(mark=Mark.GOOD, what=what)


def _unknown_user(settings: Settings) -> Report:
    return bad(
        f"AutoTask knows no API user called {settings.autotask_user}.",
        "In AutoTask open Admin > Resources/Users (HR) > the API user, and copy its Username (Key). It is not the name "
        "that you sign in with yourself.",
    )


def _refused(zones: Zones, notes: list[Found]) -> Report:
    refused = bad(
        "AutoTask knows the user, and refuses its secret or the integration code.",
        "In AutoTask open Admin > Resources/Users (HR) > the API user. It must be active and not locked; generate a "
        "new Password (Secret) there and paste it here; the code stands under API Tracking Identifier on that page.",
        _lives(zones),
        *notes,
    )
    return replace(refused, is_final=True)  # AutoTask locks a user after some refusals (REST help: API users)


def whole(patch: Patch, settings: Settings) -> Patch:
    """Refuse a zone that the settings would refuse, in the words of a person."""
    zone_url = patch.get("autotask_zone_url") or ""
    if zone_url.startswith("http://") and not settings.allow_loopback:
        raise Invalid(
            "AutoTask's addresses begin with https://.", field="autotask_zone_url", hint="Leave it empty to find it."
        )
    return patch


_NOBODY_TELLS = (
    "Changes are made in the technician's own name. AutoTask does not tell beforehand whether that is allowed: the "
    "first change will show it."
)
_WAY_OUT = (
    "On the host open https://webservices.autotask.net in a browser, and let the firewall or proxy pass port 443 to "
    "*.autotask.net. If it opens there, AutoTask itself has trouble: see Kaseya's status page."
)

STEP = Step(
    name="autotask",
    title="AutoTask",
    why="ATTMS reads and writes your tickets through an API user of its own. It never uses a person's password.",
    where=(
        "In AutoTask open Admin > Resources/Users (HR) > Resources/Users.",
        "Choose New > New API User. The security level API User (system) will do; a copy of it can be narrowed later.",
        "Generate the key and the secret there, and copy both at once: the secret is shown only now.",
        "Under API Tracking Identifier choose Custom (Internal Integration), name it ATTMS, and copy the identifier.",
        "Tick Active and save.",
    ),
    fields=(
        Field(
            name="autotask_user",
            label="Username (key)",
            help="It looks like an e-mail address.",
            example="k3x9vq2mdh7@example.com",
            also_called=("user", "username", "key", "api user"),
            read=user_name,
        ),
        Field(
            name="autotask_secret",
            label="Password (secret)",
            help="All of it, with every $, # and %.",
            is_secret=True,
            also_called=("secret", "password"),
        ),
        Field(
            name="autotask_integration_code",
            label="API tracking identifier",
            help="27 letters and digits, also called integration code.",
            is_secret=True,
            also_called=("integration code", "code", "tracking identifier", "ApiIntegrationCode"),
        ),
        Field(
            name="autotask_zone_url",
            label="Zone",
            help="Leave it empty: ATTMS asks AutoTask where your tenant lives, and asks again when it has moved.",
            example="https://webservices2.autotask.net/ATServicesRest/",
            is_optional=True,
            also_called=("zone", "zone url"),
            read=zone,
        ),
    ),
    look=look,
    adjust=whole,
)
