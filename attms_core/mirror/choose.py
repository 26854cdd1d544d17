"""From what somebody typed to one of several named things. Pure; a doubt is an error that lists what is possible."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from attms_core.errors import Invalid
from attms_core.store.words import folded

T = TypeVar("T")
LISTED = 15
"""So many names stand in an error at most."""


def choose(text: str, among: Sequence[T], *, name: Callable[[T], str], field: str, what: str, enough: int = 1) -> T:
    """Pick what ``text`` names: by its whole name, else by how its name begins, else by words of it.

    What is spelled so comes before what only is without accents and punctuation, as a search reads names.
    Fewer characters than ``enough`` pick nothing unless they are whole words of the name. Raises ``Invalid`` for
    ``field`` when nothing fits (legal: all names), several do, or too little is said (legal: those that fit).
    """
    typed = _spelled(text)
    for fitting in chain(_rounds(text, among, name, _spelled), _rounds(text, among, name, _searched)):
        if len(fitting) == 1:
            if len(typed) >= enough or set(typed.split()) <= set(_spelled(name(fitting[0])).split()):
                return fitting[0]
            what_for = f'"{text.strip()}" is too short to name a {what}.'
            raise Invalid(what_for, field=field, legal=_names(fitting, name))
        if fitting:
            legal = _names(fitting, name)
            raise Invalid(f'"{text.strip()}" fits more than one {what}.', field=field, legal=legal)
    legal = _names(among, name)
    raise Invalid(f'There is no {what} "{text.strip()}".', field=field, legal=legal, hint=_hint(what, legal))


def _rounds(text: str, among: Sequence[T], name: Callable[[T], str], fold: Callable[[str], str]) -> Iterator[list[T]]:
    typed = fold(text)
    if not typed:
        return
    named = [(one, fold(name(one))) for one in among]
    yield [one for one, said in named if said == typed]
    yield [one for one, said in named if said.startswith(typed)]
    yield [one for one, said in named if _begins_words(typed, said)]


def _begins_words(typed: str, said: str) -> bool:
    words = said.split()
    return all(any(word.startswith(part) for word in words) for part in typed.split())


def _spelled(text: str) -> str:
    return " ".join(text.casefold().split())


def _searched(text: str) -> str:
    return " ".join(folded(text))


def _names(among: Sequence[T], name: Callable[[T], str]) -> tuple[str, ...]:
    return tuple(name(one) for one in among[:LISTED])


def _hint(what: str, legal: Sequence[str]) -> str:
    """Say what to do where there is nothing to choose from; else the legal names say it."""
    return "" if legal else f"AutoTask lists no {what} at all."
