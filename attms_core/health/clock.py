"""Is this machine's clock right? Told by the Dates of what other services answer."""

from datetime import timedelta

from attms_core.health.clocks import Clocks, Reading
from attms_core.health.finding import Finding, Subject, lasting
from attms_core.health.reach import Reach

CLOCK = Subject("clock", "Clock")
OFF = timedelta(seconds=60)
WRONG = timedelta(seconds=240)
"""Tokens are refused from five minutes on."""
SYNC = (
    "On the host type: timedatectl set-ntp true (on Windows: w32tm /resync). A container or a virtual machine takes "
    "its host's clock, so set that one."
)


async def look(clocks: Clocks, reach: Reach, url: str) -> Finding:
    """Judge by the last hour's answers; if there were none, ask for one now and then."""
    if clocks.is_asking_due() and (reason := await reach.why_not(url, "Microsoft")):
        return CLOCK.unknown(f"No service has told the time, and Microsoft cannot be asked ({reason}).")
    return judge(clocks.readings())


def judge(readings: list[Reading]) -> Finding:
    """Judge by the reading that is furthest off, which comes first."""
    if not readings:
        return CLOCK.unknown("No service has told the time lately.")
    worst = readings[0]
    where = f"{lasting(worst.ahead)} {'ahead of' if worst.ahead > timedelta() else 'behind'} {worst.upstream}'s"
    facts = {each.upstream: f"{each.ahead.total_seconds():+.0f} s" for each in readings}
    if abs(worst.ahead) > WRONG:
        return CLOCK.ill(f"This machine's clock is {where}: sign-ins fail from five minutes on.", SYNC, **facts)
    if abs(worst.ahead) > OFF:
        return CLOCK.warning(f"This machine's clock is {where}.", SYNC, **facts)
    return CLOCK.fine("This machine's clock is right.", **facts)
