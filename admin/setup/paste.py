"""What people paste, made into what they meant: quotes, line ends and unseen characters off, an id found in an address.

Which value belongs into which field is said by the steps.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping

LONGEST = 4096
"""Characters of one value; a whole pasted block may have more."""
_GUID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:userId|objectId|users?|oid)[/=:\"'\s]+(?P<guid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)
"""How an id stands in the addresses of Microsoft's portals, where a tenant's may stand beside it."""
_ASSIGNMENT = re.compile(
    r"\s*\{?\s*(?:export\s+|set\s+|\$env:)?(?P<quote>\"?)(?P<name>[A-Za-z][\w. -]*)(?P=quote)\s*[=:]\s*(?P<value>.*)"
)
_QUOTES = ("''", '""', "``", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u00ab\u00bb")
_NO_NAME = re.compile(r"[^a-z0-9]+")


def tidy(text: str) -> str:
    """Give one line: without line ends, unseen characters, outer spaces and the quotes around it."""
    seen = "".join(each for each in text if each in "\t " or unicodedata.category(each) not in {"Cf", "Cc", "Zl", "Zp"})
    bare = seen.replace("\u00a0", " ").strip()
    while len(bare) > 1 and any(bare[0] == pair[0] and bare[-1] == pair[-1] for pair in _QUOTES):
        bare = bare[1:-1].strip()
    return bare


def guids_in(text: str) -> list[str]:
    """Give every id in a text once, in lower case and in their order."""
    return list(dict.fromkeys(found.lower() for found in _GUID.findall(text)))


def person_in(text: str) -> str:
    """Give the id of a person in a text: the one that its address names so, else the only one. Else nothing."""
    named = _PERSON.search(text)
    if named:
        return named["guid"].lower()
    found = guids_in(text)
    return found[0] if len(found) == 1 else ""


def plain(name: str) -> str:
    """Give a name without what people write differently: ``ATTMS_BOT_APP_ID`` is ``botappid``, as is ``Bot app id``."""
    return _NO_NAME.sub("", name.lower()).removeprefix("attms")


def block(text: str, names: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Take a pasted block of ``NAME=value`` lines apart. ``names`` gives what each field may be called.

    Lines that name no field are left out, as are comments; JSON's ``"name": "value",`` lines are understood too.
    """
    fields = {plain(alias): field for field, aliases in names.items() for alias in (field, *aliases)}
    found: dict[str, str] = {}
    for given in _object(text) or map(assignment, text.splitlines()):
        field = fields.get(plain(given[0])) if given else None
        if given and field:
            found[field] = given[1]
    return found


def _object(text: str) -> list[tuple[str, str]]:
    """Read a whole JSON object; anything else gives nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return (
        [(name, tidy(value)) for name, value in found.items() if isinstance(value, str)]
        if isinstance(found, dict)
        else []
    )


def assignment(line: str) -> tuple[str, str] | None:
    """Take one ``NAME=value`` apart; none when the line is something else."""
    match = _ASSIGNMENT.fullmatch(line)
    if match is None:
        return None
    value = match["value"].rstrip()
    return match["name"], tidy(value.removesuffix(",") if match["quote"] else value)
