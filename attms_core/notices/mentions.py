"""Whom a note names: ``@Full Name``, ``@First`` or ``@user`` of an e-mail address, if that means one person. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from attms_core.model import Note, Resource, ResourceId

SHORTEST = 2
"""Characters of a name that can be meant."""
_AT = re.compile(r"(?<![\w.@+-])@(?=\w)")
_GOES_ON = re.compile(r"\w|[-.'\u2019+@](?=\w)")
_QUOTED = re.compile(r"\s*>")
_RULE = re.compile(
    r"\s*(?:_{8,}|-{2,}\s*(?:original|forwarded|urspr|weitergeleitet|mensaje|messag|oorspronkelijk).*)\s*",
    re.IGNORECASE,
)
_SENDER = re.compile(r"\s*\*?(?:from|von|de|da|van)\s*:", re.IGNORECASE)
_SENT = re.compile(
    r"\s*\*?(?:sent|date|to|gesendet|datum|an|envoy|enviad|para|inviato|data|a|verzonden|aan)\w*\s*:", re.IGNORECASE
)
_BEGAN = re.compile(r"\s*(?:on|am|le|el|il|op)\s", re.IGNORECASE)
_WROTE = re.compile(r"\b(?:wrote|schrieb|[\u00e9e]crit|escribi[\u00f3o]|scritto|schreef)\b", re.IGNORECASE)
_HEAD = 3
"""Lines of a mail's head that are looked at: who sent it, and when or to whom."""


class Roll:
    """The active technicians by all that they can be called. A name that two of them have means neither."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._holders: dict[str, set[ResourceId]] = {}
        for resource in resources:
            if resource.is_active:
                self._enter(resource)
        self._by_start: dict[str, list[str]] = {}
        for name in sorted(self._holders, key=len, reverse=True):
            self._by_start.setdefault(name[:SHORTEST], []).append(name)

    def named(self, text: str) -> frozenset[ResourceId]:
        """Tell who is named in a text: of names that begin alike the longest counts."""
        if "@" not in text and "\uff20" not in text:
            return frozenset()
        said = folded(text)
        found = (self._at(said, match.end()) for match in _AT.finditer(said))
        return frozenset(one for one in found if one is not None)

    def named_in(self, note: Note) -> frozenset[ResourceId]:
        """Tell who is named in a note's title or in what its writer has written, not in what is quoted there."""
        return self.named(note.title) | self.named(own_words(note.text))

    def _enter(self, resource: Resource) -> None:
        address = folded(resource.email)
        names = (folded(resource.name), folded(resource.first_name), address, address.partition("@")[0])
        for name in names:
            if len(name) >= SHORTEST:
                self._holders.setdefault(name, set()).add(resource.id)

    def _at(self, said: str, start: int) -> ResourceId | None:
        for name in self._by_start.get(said[start : start + SHORTEST], ()):
            if said.startswith(name, start) and not _GOES_ON.match(said, start + len(name)):
                holders = self._holders[name]
                return next(iter(holders)) if len(holders) == 1 else None
        return None


def folded(text: str) -> str:
    """Write a text without case, accents and compatibility forms, with single spaces."""
    if not text.isascii():
        spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(char for char in spread if not unicodedata.category(char).startswith("M"))
    return " ".join(text.casefold().split())


def own_words(text: str) -> str:
    """Give a note without the mail that it answers: an answer quotes everybody who was ever named."""
    lines = text.splitlines()
    end = next((at for at in range(len(lines)) if _begins_quote(lines, at)), len(lines))
    return "\n".join(line for line in lines[:end] if not _QUOTED.match(line))


def _begins_quote(lines: Sequence[str], at: int) -> bool:
    """Say whether a mail begins at a line, in one of the ways in which mail programs quote."""
    line = lines[at]
    if _RULE.fullmatch(line):
        return True
    if _SENDER.match(line):
        return any(_SENT.match(each) for each in lines[at + 1 : at + 1 + _HEAD])
    if not _BEGAN.match(line):
        return False
    return any(each.rstrip().endswith(":") and _WROTE.search(each) for each in lines[at : at + 2])
