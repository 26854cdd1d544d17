"""Parts that are shown many times with other words: built and encoded once, then filled in at a tenth of the price.

A template is made of typed parts, so it keeps all their rules; what fills a hole must be as safe as what the part
would have taken there.
"""

from collections.abc import Callable, Mapping

from cards.elements import Element, Filled, encode
from cards.text import Plain

Filler = Callable[[Mapping[str, object]], object]
_MARK = "\ue000"
"""Begins every hole. A private-use character: none of our own words hold one, and a template has no others."""


def hole(name: str) -> Plain:
    """Make what stands in a template where words will be filled in."""
    return Plain(f"{_MARK}{name}")


class Template:
    """A part with holes. What does not change is shared by all that is made of it, so nobody may change it either."""

    def __init__(self, part: Element) -> None:
        self._fill = _filler(encode(part))

    def fill(self, **words: object) -> Filled:
        """Give the part with these words. Raises ``KeyError`` when there is none for a hole."""
        made = self._fill(words)
        if not isinstance(made, dict):
            raise TypeError("a part is an object")
        return Filled(json=made)


def _filler(value: object) -> Filler:
    """Make what gives a value with its holes filled."""
    if isinstance(value, str) and value.startswith(_MARK):
        name = value.removeprefix(_MARK)
        return lambda words: words[name]
    if isinstance(value, dict):
        return _of_object(value)
    if isinstance(value, list):
        return _of_list(value)
    return lambda _: value


def _of_object(value: dict[str, object]) -> Filler:
    moving = [(key, _filler(inner)) for key, inner in value.items() if _has_hole(inner)]
    if not moving:
        return lambda _: value

    def fill(words: Mapping[str, object]) -> object:
        made = value.copy()
        for key, inner in moving:
            made[key] = inner(words)
        return made

    return fill


def _of_list(value: list[object]) -> Filler:
    if not _has_hole(value):
        return lambda _: value
    each = [_filler(inner) for inner in value]
    return lambda words: [fill(words) for fill in each]


def _has_hole(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_hole(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_has_hole(inner) for inner in value)
    return isinstance(value, str) and value.startswith(_MARK)
