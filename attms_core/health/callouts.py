"""Callouts from AutoTask: whether they come, what was wrong with the webhooks, and that polls go on meanwhile."""

from datetime import datetime, timedelta
from typing import Protocol

from attms_core.callouts import Standing
from attms_core.errors import NotConnected, TryLater
from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted, lasting

CALLOUTS = Subject("callouts", "Callouts from AutoTask")
RECENT = timedelta(minutes=10)
"""How old a look at the webhooks may be; the job looks every five minutes."""
REPORTED = timedelta(hours=1)


class CalloutsLine(Protocol):
    """The callouts."""

    @property
    def every(self) -> timedelta:
        """Time between polls."""
        ...

    async def look(self, *, within: timedelta) -> Standing:
        """Tell how they stand."""
        ...


async def look(line: CalloutsLine | None, now: datetime) -> Finding:
    """Judge by the webhooks in AutoTask and by what came."""
    if line is None:
        return CALLOUTS.fine("AutoTask is polled; callouts are not set up.")
    try:
        seen = await line.look(within=RECENT)
    except (NotConnected, TryLater) as error:
        return CALLOUTS.unknown(f"The webhooks could not be looked at: {error}", "See to the AutoTask sign-in first.")
    polled = f"AutoTask is polled every {lasting(line.every)}"
    if not seen.is_set_up:
        return CALLOUTS.fine(f"{polled}; callouts, which make news come within two seconds, are not set up.")
    return judge(seen, f"{polled} meanwhile, so nothing is lost", now)


def judge(seen: Standing, polled: str, now: datetime) -> Finding:
    """Judge callouts that are set up."""
    facts = {"heard": heard(seen, now), "refused": str(seen.refused), "left_to_polls": str(seen.dropped)}
    if seen.troubles:
        return CALLOUTS.warning(f"{_sentence(seen.troubles)} {polled}.", commands.repair_callouts(), **facts)
    if seen.missed:
        what = f"AutoTask gave up {counted(seen.missed, 'callout')} within the hour: {seen.said} {polled}."
        return CALLOUTS.warning(what, _WAY_IN, **facts)
    if seen.mended_at is not None and now - seen.mended_at < REPORTED:
        ago = lasting(now - seen.mended_at)
        fix = f"Nothing to do. If it comes again: {_WAY_IN}"
        return CALLOUTS.warning(f"{_sentence(seen.mended)} ATTMS mended that {ago} ago.", fix, **facts)
    return CALLOUTS.fine(f"AutoTask calls out for tickets and their notes. Heard last: {facts['heard']}.", **facts)


def heard(seen: Standing, now: datetime) -> str:
    """Say when something came last."""
    moments = [hook.line.last for hook in seen.hooks if hook.line and hook.line.last]
    return f"{lasting(now - max(moments))} ago" if moments else "nothing since the start"


_WAY_IN = (
    "Let AutoTask reach the public address: https on port 443 with a certificate that is trusted, and a proxy that "
    "passes bodies on unchanged within ten seconds."
)


def _sentence(said: tuple[str, ...] | list[str]) -> str:
    whole = "; ".join(said)
    return f"{whole[:1].upper()}{whole[1:]}."
