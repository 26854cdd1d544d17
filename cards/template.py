"""Parts that are shown many times with other words: built and encoded once, then filled in at a tenth of the price.

A template is made of typed parts, so it keeps all their rules; what fills a hole must be as safe as what the part
would have taken there.
"""

from collections.abc import Callable

from cards.elements import Element, Filled, Json, encode
from cards.text import Plain

_MARK = "\ue000"
"""Begins every hole. A private-use character: none of our own words hold one, and a template has no others."""


def hole(name: str) -> Plain:
    """Make what stands in a template where words will be filled in."""
    return Plain(f"{_MARK}{name}")


class Template:
    """A part with holes. Each time it is filled, its JSON is made anew from top to bottom."""

    def __init__(self, part: Element) -> None:
        holes: set[str] = set()
        source = _source(encode(part), holes)
        # As dataclasses do it: code out of our own parts, whose every text stands there as a literal.
        self._fill: Callable[..., Json] = eval(f"lambda *, {', '.join(sorted(holes))}: {source}")  # noqa: S307 - see above

    def fill(self, **words: object) -> Filled:
        """Give the part with these words. Raises ``TypeError`` when one is missing or has no hole."""
        return Filled(json=self._fill(**words))


def _source(value: object, holes: set[str]) -> str:
    """Write the expression that makes a value; the names of the holes in it are added to ``holes``."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{str(key)!r}: {_source(inner, holes)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_source(inner, holes) for inner in value)}]"
    if isinstance(value, str) and value.startswith(_MARK):
        name = value.removeprefix(_MARK)
        if not name.isidentifier():
            raise ValueError(f"a hole needs a name: {name!r}")
        holes.add(name)
        return name
    if value is None or isinstance(value, str | int | float):
        return repr(str(value) if isinstance(value, str) else value)
    raise TypeError(f"no JSON: {value!r}")
