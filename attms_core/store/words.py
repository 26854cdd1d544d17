"""How text becomes searchable words: the same on both engines, because it happens here and not in them."""

import re
import unicodedata

LONGEST = 64
"""Characters of a word that count."""
MOST = 8
"""Words of a query that count."""
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> list[str]:
    """Split into words of letters and digits, without case, accents and compatibility forms, in order."""
    if not text.isascii():
        spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(c for c in spread if not unicodedata.category(c).startswith("M"))
    return [word[:LONGEST] for word in _WORD.findall(text.casefold())]


def asked(text: str) -> tuple[str, ...]:
    """Fold what a person typed: the first few different words."""
    return tuple(dict.fromkeys(folded(text)))[:MOST]


def joined(*texts: str) -> str:
    """Fold texts into one line that ``LIKE '% word%'`` can search: it begins with a space."""
    return "".join(f" {word}" for word in folded(" ".join(texts)))


def begins_words(text: str, name: str) -> bool:
    """Say whether each word typed begins a word of the name, as a search of the store would find it."""
    said = folded(name)
    return all(any(word.startswith(part) for word in said) for part in asked(text))
