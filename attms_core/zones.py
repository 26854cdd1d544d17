"""Time zones by their IANA names, as Teams tells them and people type them."""

from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=512)
def zone_named(name: str) -> tzinfo:
    """Find a zone by its name; what is none here counts as UTC: another machine may know more zones than this one."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # ZoneInfo raises any of these for a name that is none
        return UTC
