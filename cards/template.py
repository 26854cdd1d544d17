"""Parts that are shown many times with other words: built and encoded once, then filled in at a fiftieth of the price.

A template is made of typed parts, so it keeps all their rules; what fills a hole must be as safe as what the part
would have taken there.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import orjson

from cards.elements import Filled, Node, encode
from cards.text import Plain, plain

_MARK = "\ue000"
"""Begins every hole. A private-use character: none of our own words hold one, and a template has no others."""
_HOLE = re.compile(f'"{_MARK}([a-z_]+)"'.encode())
DOT = " · "
_NOTHING = "-"
"""Stands where a text from outside turned out to be nothing."""


def hole(name: str) -> Plain:
    """Make what stands in a template where words will be filled in; the name has small letters alone."""
    return Plain(f"{_MARK}{name}")


@lru_cache(maxsize=4096)
def words(text: str, most: int = 120) -> bytes:
    """Make one safe line, encoded for a hole. Labels, names and spans come again and again, so they are remembered."""
    return orjson.dumps(str(plain(text, most=most) or _NOTHING))


def dotted(parts: Iterable[str], *, most: int = 120, then: str = "") -> bytes:
    """Make one safe line of several, each cut by itself, with dots between; ``then`` are words of our own behind them.

    What turns out to be nothing is left out with its dot.
    """
    shown = [found for each in parts if (found := plain(each, most=most))]
    return orjson.dumps((DOT.join(shown) or _NOTHING) + then)


def unbroken(text: str) -> bytes:
    """Make words of our own that stay together where a line ends."""
    return orjson.dumps(text.replace(" ", "\u00a0"))


class Template:
    """A part with holes. Each time it is filled, its JSON is written anew."""

    def __init__(self, part: Node) -> None:
        fixed = _HOLE.split(orjson.dumps(encode(part)))
        if any(_MARK.encode() in each for each in fixed[::2]):
            raise ValueError("a hole is a whole text, and its name has small letters alone")
        self._holes = tuple(name.decode() for name in fixed[1::2])
        self._form = b"%b".join(each.replace(b"%", b"%%") for each in fixed[::2])

    def fill(self, **encoded: bytes) -> Filled:
        """Give the part with these values, each encoded as JSON. Raises ``KeyError`` when one is missing."""
        return Filled(json=orjson.Fragment(self._form % tuple(map(encoded.__getitem__, self._holes))))
