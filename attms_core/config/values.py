"""What is told about settings. No value of a secret stands in any of these."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from attms_core.settings import Source

Patch = Mapping[str, str | None]
"""New values by name, as the environment would write them; None takes one out, and its default holds."""


class Setting(Struct, frozen=True, kw_only=True):
    """One setting as it is now."""

    name: str
    value: str | None
    """None where it is unset; a secret that is set shows a mask."""
    is_secret: bool
    source: Source
    restart: bool
    """Whether a change waits for the next start."""
    help: str


class Verdict(Struct, frozen=True, kw_only=True):
    """What a change means, or would mean. One with mistakes changes nothing."""

    mistakes: tuple[str, ...] = ()
    """Every mistake, in sentences."""
    changed: frozenset[str] = frozenset()
    """Names that are stored otherwise afterwards."""
    restart: frozenset[str] = frozenset()
    """Those of them that wait for the next start."""
    overruled: frozenset[str] = frozenset()
    """Those of them that the environment decides, whatever is stored."""


class Revision(Struct, frozen=True, kw_only=True):
    """A change of the past."""

    number: int
    when: datetime
    by: str
    reason: str
    names: frozenset[str]
