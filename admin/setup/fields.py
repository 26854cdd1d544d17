"""What a step asks, and what it finds out: fields, mistakes and reports. How they are shown is the faces' business."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from admin.setup.paste import LONGEST, tidy
from attms_core.errors import Invalid

Read = Callable[[str], str]
"""Makes a value of what was typed. Raises ``Invalid`` with what is wrong and how it should look."""


def text(typed: str) -> str:
    """Take one line of text."""
    value = tidy(typed)
    if len(value) > LONGEST:
        raise Invalid(f"This is too long: {len(value):,} characters.", hint="Paste the value alone.")
    return value


class Choice(Struct, frozen=True, kw_only=True):
    """One of a few legal values."""

    value: str
    label: str
    help: str


class Field(Struct, frozen=True, kw_only=True):
    """One thing that is asked."""

    name: str
    """The setting that it becomes."""
    label: str
    help: str = ""
    example: str = ""
    is_secret: bool = False
    is_optional: bool = False
    decides: str = ""
    """The setting that this question is about, when it is none itself."""
    choices: tuple[Choice, ...] = ()
    only_if: tuple[str, str] | None = None
    """The field and its value without which this one is not asked."""
    also_called: tuple[str, ...] = ()
    """Other names that a pasted block may use."""
    read: Read = text


class Mistake(Struct, frozen=True):
    """Why a value was not taken."""

    field: Field
    said: str


class Mark(StrEnum):
    """How one thing stands that a test looked at."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Found(Struct, frozen=True, kw_only=True):
    """One thing that a test found out, and what to do about it."""

    mark: Mark
    what: str
    fix: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """What a test found out."""

    ok: bool
    said: str
    fix: str = ""
    found: tuple[Found, ...] = ()
    is_final: bool = False
    """The same values will be refused again, and asking once more does harm."""


def good(said: str, *found: Found) -> Report:
    """Report that it works."""
    return Report(ok=True, said=said, found=found)


def bad(said: str, fix: str, *found: Found) -> Report:
    """Report that it does not work, and how to mend it."""
    return Report(ok=False, said=said, fix=fix, found=found)
