"""AutoTask: whether it lets us in, where the tenant lives, and how many calls are left in the hour."""

from attms_core.errors import Busy, CredentialsRefused, NotConnected, Unreachable
from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted, lasting
from attms_core.health.ports import AutotaskLine

SIGN_IN = Subject("autotask-sign-in", "AutoTask sign-in")
ZONE = Subject("autotask-zone", "AutoTask zone")
BUDGET = Subject("autotask-budget", "AutoTask calls of this hour")

SLOW = 0.5
"""From here AutoTask makes every call wait (REST help: thresholds and limits)."""
PEOPLE_ONLY = 0.75
WRITES_ONLY = 0.9
"""From here we keep what is left for people, then for their changes."""
NEAR_CAP = 0.9
MOST_CALLS = 10_000
"""All that a tenant has in an hour (REST help: thresholds and limits)."""
NOT_YET = "AutoTask is not connected yet, so there is nothing to look at."
WAY_OUT = (
    "On the host open https://webservices.autotask.net in a browser, and let the firewall or proxy pass port 443 to "
    "*.autotask.net. If it opens there, AutoTask itself has trouble: see Kaseya's status page."
)


async def sign_in(autotask: AutotaskLine) -> Finding:
    """Log in once."""
    try:
        usage = await autotask.usage()
    except NotConnected:
        return SIGN_IN.ill(
            "AutoTask is not connected yet.", f"{commands.setup()}; it asks for the API user, secret and code."
        )
    except CredentialsRefused:
        return SIGN_IN.ill(
            "AutoTask refuses ATTMS's API user, secret or integration code.",
            "In AutoTask open Admin > Resources/Users (HR) > the API user: it must be active and not locked; "
            f"generate a new secret there. Then {commands.put('autotask_secret')}. Compare the code with the user's "
            "API Tracking Identifier too.",
        )
    except Busy as error:
        return SIGN_IN.warning(f"AutoTask had no time for a question: {error}", "Look again in five minutes.")
    except Unreachable as error:
        return SIGN_IN.ill(f"{error}{_silence(autotask)}", WAY_OUT)
    return SIGN_IN.fine("AutoTask lets ATTMS in.", calls_of_the_hour=f"{usage.used} of {usage.threshold}")


def _silence(autotask: AutotaskLine) -> str:
    silent = autotask.silent_for
    return f" It has been silent for {lasting(silent)}." if silent else ""


async def zone(autotask: AutotaskLine, configured: str) -> Finding:
    """Compare where we call with where AutoTask says the tenant lives."""
    try:
        zones = await autotask.zones()
    except NotConnected:
        return ZONE.unknown(NOT_YET)
    except CredentialsRefused:
        return ZONE.ill(
            "AutoTask does not know the API user, so it names no zone.",
            "Compare the user name with AutoTask's Admin > Resources/Users (HR): it is the e-mail-like Username (Key). "
            f"Then {commands.put('autotask_user')}.",
        )
    except Unreachable as error:
        return ZONE.unknown(str(error), "See to the AutoTask sign-in first.")
    moved = _other(zones.in_use, zones.told) or _other(configured, zones.told)
    if not moved:
        return ZONE.fine("The tenant lives where ATTMS calls.", zone=zones.told)
    return ZONE.warning(
        f"AutoTask has moved this tenant to {zones.told}; the settings still name {moved}.",
        f"On the host {commands.drop('autotask_zone_url')}; ATTMS then finds the zone by itself. "
        "Firewalls that name the old address need the new one.",
        zone=zones.told,
    )


def _other(ours: str, told: str) -> str:
    """Give our address when it is another one; letter case and the last slash make none."""
    return ours if ours and ours.rstrip("/").lower() != told.rstrip("/").lower() else ""


async def budget(autotask: AutotaskLine, cap: int) -> Finding:
    """Compare the calls of the hour with what the tenant, and we ourselves, may use."""
    share, own = autotask.used_share, autotask.own_calls
    facts = {"tenant": f"{share:.0%} used", "ours": f"{own} of {cap}"}
    if share >= WRITES_ONLY:
        what = f"{share:.0%} of this hour's AutoTask calls are used: only people's changes still go through."
        return BUDGET.ill(what, _others(own), **facts)
    if share >= SLOW:
        slow = "the mirror waits and people go first" if share >= PEOPLE_ONLY else "AutoTask answers more slowly"
        return BUDGET.warning(f"{share:.0%} of this hour's AutoTask calls are used: {slow}.", _others(own), **facts)
    if own >= NEAR_CAP * cap:
        what = f"ATTMS has used {own:,} of the {cap:,} calls it may make in an hour, so the mirror waits."
        more = commands.put("api_hourly_cap", value=min(2 * cap, MOST_CALLS))
        return BUDGET.warning(what, f"If the tenant has calls to spare, {more}.", **facts)
    return BUDGET.fine(f"{share:.0%} of the hour is used; {counted(own, 'call')} were ours.", **facts)


def _others(own: int) -> str:
    return (
        f"ATTMS itself made {counted(own, 'call')}; the rest is other integrations. In AutoTask look through Admin > "
        "Resources/Users (HR) for API users, and slow the hungriest one down. It clears by itself within an hour."
    )
