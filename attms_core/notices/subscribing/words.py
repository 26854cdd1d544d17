"""The words of a subscription: ``queue:"Service Desk" priority:critical,high -from:monitoring mode:thread``.

Pure: words in, terms out, and back. Whether a queue of that name exists is for ``resolve`` to say.

A term is a field, a sign and values; a dash before it turns it round. Values are separated by commas, and quoted where
they hold spaces. Without a sign (``queue Service Desk priority high``) a value goes on until the next field.
"""

import difflib
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

MOST = 4_000
"""Characters that are looked at."""
UDF = "udf"
_ALIASES = {
    "queue": ("queues",),
    "status": ("statuses",),
    "priority": ("priorities",),
    "company": ("companies", "customer", "account"),
    "contact": ("contacts",),
    "assignee": ("assigned", "owner", "technician"),
    "source": ("sources",),
    "type": ("types",),
    "issue": ("issues",),
    "subissue": ("sub-issue",),
    "category": ("categories",),
    "sla": (),
    "stage": ("stages",),
    "rating": (),
    "title": ("search",),
    "amount": (),
    "cost": (),
    "probability": (),
    "hours": (),
    "from": (),
    "by": ("author",),
    "note": ("notes",),
    UDF: (),
    "events": ("event",),
    "mode": (),
    "about": (),
}
FIELDS = {alias: name for name, aliases in _ALIASES.items() for alias in (name, *aliases)}
"""What people write, and the name under which a term has it."""
FLAGS = {"mine": ("assignee", "me"), "unassigned": ("assignee", "nobody"), "opportunities": ("about", "opportunities")}
"""Words that stand for a whole term."""
COUNTED = frozenset({"priority", "amount", "cost", "probability", "hours", UDF})
"""What may be compared by size."""
_SIGN = re.compile(r"!=|<=|>=|[:=<>]")
_QUOTED = r'"[^"]*"|“[^”]*”'
_TOKEN = re.compile(rf"(?:{_QUOTED}|\s*,\s*|(?<=[\w\"”])\s+(?:!=|<=|>=|[=<>])\s*|(?:!=|<=|>=|[=<>])\s*|\S)+")
_COMMA = re.compile(rf"{_QUOTED}|,|\Z")
_PLAIN = re.compile(r'[^\s,"“”:=<>!]+')


class Term(Struct, frozen=True, kw_only=True):
    """One condition as it was typed."""

    field: str
    """A key of ``_ALIASES``."""
    values: tuple[str, ...]
    sign: str = ":"
    """``:``, or ``<``, ``<=``, ``>``, ``>=``."""
    is_out: bool = False
    name: str = ""
    """Of a user-defined field, its name."""


class Misread(Struct, frozen=True, kw_only=True):
    """Something that cannot be read."""

    word: str
    what: str
    """What is wrong with it, as a sentence."""
    meant: str = ""
    """The field that was probably meant."""


def read(text: str) -> tuple[Term, ...] | Misread:
    """Read what somebody typed. Never raises, whatever it is."""
    if len(text) > MOST:
        return Misread(word=text[:20], what="That is too long to be read.")
    tokens = [found[0].strip() for found in _TOKEN.finditer(text)]
    terms: list[Term] = []
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        term = _term(tokens[at], tokens[at + 1 : end])
        if isinstance(term, Misread):
            return term
        terms.append(term)
        at = end
    return tuple(terms)


def spell(terms: Sequence[Term]) -> str:
    """Write terms so that ``read`` gives them again."""
    return " ".join(_spelled(term) for term in terms)


def quoted(value: str) -> str:
    """Write a value with quotes where it needs them. One that holds both kinds loses the plain ones."""
    if _PLAIN.fullmatch(value):
        return value
    if '"' not in value:
        return f'"{value}"'
    return f"“{value}”" if "”" not in value and "“" not in value else f'"{value.replace(chr(34), "")}"'


def nearest(word: str, known: Sequence[str]) -> str:
    """Find what was probably meant; nothing where nothing is near."""
    by_folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[near[0]] if near else ""


def _spelled(term: Term) -> str:
    head = f"{UDF}:{quoted(term.name)}" if term.field == UDF else term.field
    sign = "=" if term.field == UDF and term.sign == ":" else term.sign
    return f"{'-' if term.is_out else ''}{head}{sign}{','.join(quoted(value) for value in term.values)}"


def _end(tokens: Sequence[str], at: int) -> int:
    """Say where the term that begins here ends: one without a value takes what follows it."""
    if _is_flag(tokens[at]) or not _is_open(tokens[at]):
        return at + 1
    end = at + 1
    while end < len(tokens) and not _begins(tokens[end]):
        end += 1
    return end


def _begins(token: str) -> bool:
    return _is_flag(token) or _is_open(token) or _head(token) is not None


def _is_flag(token: str) -> bool:
    return token.removeprefix("-").casefold() in FLAGS


def _is_open(token: str) -> bool:
    """Say whether a token is a field alone, or a field and its sign, without a value."""
    return token.removeprefix("-").rstrip(":=").casefold() in FIELDS


def _head(token: str) -> tuple[str, str, str] | None:
    """Part a token into field, sign and the rest; none where no sign stands outside quotes."""
    found = _SIGN.search(token)
    if found is None or found.start() == 0 or any(mark in token[: found.start()] for mark in '"“”'):
        return None
    return token[: found.start()].strip(), found[0], token[found.end() :]


def _term(token: str, following: Sequence[str]) -> Term | Misread:
    is_out = token.startswith("-")
    bare = token.removeprefix("-")
    if flag := FLAGS.get(bare.casefold()):
        return Term(field=flag[0], values=(flag[1],), is_out=is_out)
    head = (bare.rstrip(":="), ":", " ".join(following)) if _is_open(token) else _head(bare)
    if head is None:
        return _unknown(token)
    field = FIELDS.get(head[0].casefold())
    if field is None:
        return _unknown(head[0])
    made = _udf(head[2], is_out=is_out) if field == UDF else _valued(field, head[1], head[2], is_out=is_out)
    return made if isinstance(made, Misread) or made.values else Misread(word=head[0], what=f"{head[0]} needs a value.")


def _unknown(word: str) -> Misread:
    meant = nearest(word.strip('-"“”'), [*FIELDS, *FLAGS])
    return Misread(word=word, what=f'"{word}" is no field that can be listened for.', meant=meant)


def _udf(rest: str, *, is_out: bool) -> Term | Misread:
    """Read ``"Contract tier"=Gold``: a name, a sign and values."""
    parts = list(re.finditer(rf"{_QUOTED}|!=|<=|>=|[:=<>]|.", rest, re.DOTALL))
    sign = next((part for part in parts if _SIGN.fullmatch(part[0])), None)
    if sign is None:
        return Misread(word=f"udf:{rest}", what='A user-defined field is written udf:"Its name"=value.')
    name = _value(rest[: sign.start()])
    if not name:
        return Misread(word=f"udf:{rest}", what="The name of the user-defined field is missing.")
    made = _valued(UDF, sign[0], rest[sign.end() :], is_out=is_out)
    return made if isinstance(made, Misread) else replace(made, name=name)


def _valued(field: str, sign: str, rest: str, *, is_out: bool) -> Term | Misread:
    values = tuple(dict.fromkeys(_values(rest)))
    if any(mark in value and not _is_kept(mark, rest) for value in values for mark in '"“”'):
        return Misread(word=rest[:40], what="A quotation mark is missing.")
    if sign == "!=":
        sign, is_out = ":", not is_out
    if sign in {"=", ":"}:
        return Term(field=field, values=values, is_out=is_out)
    if field not in COUNTED:
        return Misread(word=field, what=f"{field} cannot be compared by size.")
    if len(values) != 1:
        return Misread(word=field, what=f"{field}{sign} needs one value.")
    return Term(field=field, values=values, sign=sign, is_out=is_out)


def _is_kept(mark: str, rest: str) -> bool:
    """Say whether a quotation mark stands inside a quotation of the other kind."""
    return any(mark in found[0][1:-1] for found in re.finditer(_QUOTED, rest))


def _values(rest: str) -> Iterator[str]:
    """Give what stands between commas, quotes taken off."""
    start = 0
    for found in _COMMA.finditer(rest):
        if found[0] in {",", ""}:
            if value := _value(rest[start : found.start()]):
                yield value
            start = found.end()


def _value(raw: str) -> str:
    """Take the quotes off, and spaces that say nothing."""
    text = raw.strip()
    if re.fullmatch(_QUOTED, text):
        text = text[1:-1]
    return " ".join(text.split())
