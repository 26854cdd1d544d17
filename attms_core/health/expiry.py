"""Secrets end: the bot's at Entra always, the API user's at AutoTask where a password policy says so.

Nobody tells us when, so the day is a setting; the secret itself is never looked at here.
"""

from datetime import date, datetime

from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted

BOT = Subject("bot-secret-expiry", "Bot secret's last day")
AUTOTASK = Subject("autotask-secret-expiry", "AutoTask secret's last day")

EARLY, SOON, NOW = 30, 14, 3
"""Days before the end."""
_SETTINGS = {BOT: "bot_secret", AUTOTASK: "autotask_secret"}
_RENEW = {
    BOT: "In the Azure portal open Microsoft Entra ID > App registrations > the bot > Certificates & secrets > New "
    "client secret, and copy its Value",
    AUTOTASK: "In AutoTask open Admin > Resources/Users (HR) > the API user, and generate a new secret",
}
_WHERE = {
    BOT: "In the Azure portal read the day under Microsoft Entra ID > App registrations > the bot > Certificates & "
    "secrets > Expires",
    AUTOTASK: "Ask whoever minds AutoTask's password policy for the day, or take one a year from now",
}


async def look(subject: Subject, *, is_set: bool, expires: date | None, now: datetime) -> Finding:
    """Count the days that are left."""
    if not is_set:
        return subject.fine("There is no such secret.")
    if expires is None:
        day = commands.put(f"{_SETTINGS[subject]}_expires", value="YYYY-MM-DD")
        return subject.warning(
            "Nobody has told ATTMS when this secret ends, so it cannot warn in time.", f"{_WHERE[subject]}. Then {day}"
        )
    left = (expires - now.date()).days
    facts = {"last_day": expires.isoformat()}
    if left <= NOW:
        what = f"The secret ended {_days(-left)} ago." if left < 0 else f"The secret ends {_within(left)}."
        return subject.ill(what, _renew(subject, expires), **facts)
    if left <= EARLY:
        what = (
            f"Only {_days(left)} left until the secret ends." if left <= SOON else f"The secret ends in {_days(left)}."
        )
        return subject.warning(what, _renew(subject, expires), **facts)
    return subject.fine(f"The secret holds for {_days(left)} more.", **facts)


def _renew(subject: Subject, expires: date) -> str:
    name = _SETTINGS[subject]
    return (
        f"{_RENEW[subject]}. Then {commands.put(name)} and {commands.put(f'{name}_expires', value='YYYY-MM-DD')}. "
        f"The old one may stay until {expires.isoformat()}, so nothing stops meanwhile."
    )


def _within(left: int) -> str:
    return f"in {_days(left)}" if left else "today"


def _days(number: int) -> str:
    return counted(number, "day")
