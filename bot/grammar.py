"""One grammar for all that people type. Pure: words in, values out.

``/tickets mine``, ``tickets mine``, ``@Bot tickets mine`` and ``@Bot, /tickets mine`` are the same: the channel has
removed the bot's mention, what stands between it and the words is dropped here, and only the verb is read without case.
"""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from attms_core.digits import whole

_NUMBER = re.compile(r"^#?T?(\d{8}\.\d{4}(?:\.\d{1,4})?)$", re.IGNORECASE | re.ASCII)
_NUMBER_WITHIN = re.compile(r"\bT?(\d{8}\.\d{4}(?:\.\d{1,4})?)\b", re.IGNORECASE | re.ASCII)
_ID = re.compile(r"^#?(\d{1,15})$", re.ASCII)
_LINK_PATH = "executecommand.aspx"
_PRODUCT_WORDS = frozenset({"desk", "attms"})
"""May stand before any command: ``/desk tickets mine``."""
_KEEPING_LINES = frozenset({"note"})
"""What follows these is kept as it was typed; to the others a line break is a space."""
_BEFORE = " \t\n,:;/"
"""May stand between a mention or the product's name and what is said: ``@Bot, tickets``, ``/ tickets``."""
_LINE_BREAK = re.compile(r"\s*\n\s*")
_SHORT = 40
"""Characters of a command that many say in the same words, such as ``/tickets mine``."""


class Spoken(Struct, frozen=True):
    """A verb and what follows it."""

    verb: str
    rest: str


def meant(words: str) -> Spoken:
    """Read what was said; a ticket's number or link alone asks for the ticket."""
    return _meant_before(words) if len(words) <= _SHORT else _meant(words)


def _meant(words: str) -> Spoken:
    said = _addressed(words)
    return read(f"ticket {said}" if reference(said) else said)


_meant_before = lru_cache(maxsize=512)(_meant)


def read(words: str) -> Spoken:
    """Split what was said into verb and rest."""
    head, rest = _split(_addressed(words))
    verb = head.rstrip(",:;").casefold()
    return Spoken(verb=verb, rest=rest if verb in _KEEPING_LINES else _LINE_BREAK.sub(" ", rest))


def _addressed(words: str) -> str:
    """Leave out what only says to whom it is said; the product's name alone says nothing."""
    said = words.lstrip(_BEFORE)
    head, rest = _split(said)
    return rest.lstrip(_BEFORE) if head.rstrip(",:;").casefold() in _PRODUCT_WORDS else said


def _split(words: str) -> tuple[str, str]:
    head, *rest = words.split(maxsplit=1) or [""]
    return head, "".join(rest).rstrip()


class Reference(Struct, frozen=True):
    """How somebody names a ticket: its number or its id."""

    number: str = ""
    id: int = 0

    def __str__(self) -> str:
        """Spell it as people write it."""
        return self.number or str(self.id)


def reference(word: str) -> Reference | None:
    """Read ``T20261124.0001``, a bare id, or a pasted link to a ticket in AutoTask; none when it is neither."""
    text = word.strip("<>()[]\"'., ")
    if numbered := _NUMBER.match(text):
        return Reference(number=f"T{numbered[1]}")
    if found := _ID.match(text):
        return Reference(id=int(found[1]))
    return _linked(text)


def _linked(text: str) -> Reference | None:
    if "://" not in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.path.casefold().endswith(_LINK_PATH):
        return None
    query = {name.casefold(): values[0] for name, values in parse_qs(parts.query).items()}
    if (ticket := whole(query.get("ticketid", ""))) is not None:
        return Reference(id=ticket)
    numbered = _NUMBER.match(query.get("ticketnumber", ""))
    return Reference(number=f"T{numbered[1]}") if numbered else None


def reference_first(words: str) -> tuple[Reference | None, str]:
    """Take a ticket off the front of the words, and give the rest."""
    head, rest = _split(words)
    return reference(head), rest


def reference_within(words: str) -> Reference | None:
    """Find the first ticket's number that stands anywhere in the words; a bare id may be any number."""
    found = _NUMBER_WITHIN.search(words)
    return Reference(number=f"T{found[1]}") if found else None


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Find the known word that somebody most likely meant; ``cutoff`` is how alike it must be, from 0 to 1."""
    near = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=cutoff)
    return near[0] if near else None


FLAGS = ("mine", "open", "unassigned", "overdue")
TAKING_A_NAME = ("queue", "company", "status", "priority")
KEYWORDS = (*FLAGS, *TAKING_A_NAME, "search")


class ListWords(Struct, frozen=True):
    """What ``tickets ...`` asks for, not yet looked up."""

    mine: bool = False
    open: bool = False
    unassigned: bool = False
    overdue: bool = False
    queue: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    search: str = ""


class Misread(Struct, frozen=True):
    """A word that the list does not know, or a keyword whose name is missing."""

    word: str
    meant: str = ""
    """All of the words, with what was probably meant in the place of the unknown one; empty for a missing name."""


@lru_cache(maxsize=256)  # a list and its title read the same words, and so does every page of it
def read_list(rest: str) -> ListWords | Misread:
    """Read ``mine overdue queue Service Desk search printer``.

    A name goes on until the next keyword; quotes keep keywords inside it. ``search`` takes all that follows.
    """
    tokens = _tokens(rest)
    flags: set[str] = set()
    names: dict[str, list[str]] = {word: [] for word in TAKING_A_NAME}
    search = ""
    at = 0
    while at < len(tokens):
        word = tokens[at]
        if word.keyword in FLAGS:
            flags.add(word.keyword)
            at += 1
        elif word.keyword == "search":
            search = " ".join(t.text for t in tokens[at + 1 :])
            at = len(tokens)
        elif word.keyword in TAKING_A_NAME:
            end = _name_end(tokens, at + 1)
            names[word.keyword].append(" ".join(t.text for t in tokens[at + 1 : end]))
            at = end
        else:
            return Misread(word=word.text, meant=_mended(tokens, at))
    empty = next((word for word, given in names.items() if "" in given), None)
    is_searching = any(token.keyword == "search" for token in tokens)
    if empty or (is_searching and not any(char.isalnum() for char in search)):
        return Misread(word=empty or "search")
    return ListWords(
        mine="mine" in flags,
        open="open" in flags,
        unassigned="unassigned" in flags,
        overdue="overdue" in flags,
        search=search,
        **{word: tuple(given) for word, given in names.items()},
    )


class _Token(Struct, frozen=True):
    text: str
    keyword: str
    """The text without case, or nothing when it was quoted."""

    @property
    def spelled(self) -> str:
        """Write it as it would be read again."""
        return self.text if self.keyword else f'"{self.text}"'


def _mended(tokens: list[_Token], at: int) -> str:
    """Put the nearest keyword in the place of an unknown word; with none near, search for it and all that follows."""
    better = nearest(tokens[at].text, KEYWORDS)
    before, after = ([token.spelled for token in part] for part in (tokens[:at], tokens[at + 1 :]))
    return " ".join([*before, *([better] if better else ["search", tokens[at].spelled]), *after])


_TOKEN = re.compile(rf'"([^"]*)"|“([^”]*)”|({"|".join((*TAKING_A_NAME, "search"))}):|(\S+)', re.IGNORECASE)
"""Quoted words, a keyword with a colon behind it (``queue:"Service Desk"``), or a word."""


def _tokens(rest: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(rest):
        bare = match[3] or match[4]
        found.append(_Token(text=bare or match[1] or match[2] or "", keyword=(bare or "").casefold()))
    return found


def _name_end(tokens: list[_Token], start: int) -> int:
    end = start
    while end < len(tokens) and tokens[end].keyword not in KEYWORDS:
        end += 1
    return end
