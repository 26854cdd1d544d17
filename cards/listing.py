"""The frame of a list: its name, what has just been done, the ways to other pages, and the question before one goes.

What its rows look like is each list's own; the list of tickets, which everybody asks for all day, has ready-made parts.
"""

from collections.abc import Callable, Sequence

from cards.actions import Execute, press
from cards.elements import Action, Element, Json
from cards.parts import card, done, feed, say, title, whisper
from cards.submission import Submission


def listing(
    name: str, told: Sequence[Element], rows: Sequence[Element], *, said: str, summary: str, actions: Sequence[Action]
) -> Json:
    """Close the card of a list. ``told`` stands beneath its name, ``said`` in a band above it."""
    return card(done(said), title(name, size="Medium"), *told, *rows, summary=summary, actions=actions)


def none_yet(example: str) -> tuple[Element, ...]:
    """Say that the list is empty, and how to begin it."""
    return (say("There is none yet."), whisper(f"For example: {example}", spacing="None"))


def pages(
    to: Callable[[int], Submission], nonce: str, *, offset: int, shown: int, total: int, size: int
) -> tuple[Execute, ...]:
    """Lead to the page before and the page after, where there are such.

    to      asks for the page that begins at an offset
    shown   rows on this page
    size    rows that a page holds
    """
    after = offset + shown
    back = (press("Previous", to(max(0, offset - size)), nonce),) if offset else ()
    return (*back, *((press("Next", to(after), nonce),) if shown and after < total else ()))


def removal(question: str, *about: Element, deed: Submission, back: Submission, nonce: str) -> Json:
    """Ask whether one of the list shall really go."""
    buttons = (press("Yes, remove it", deed, nonce), press("Keep it", back, nonce))
    return card(title(question, size="Medium"), *about, summary=feed(question), actions=buttons)
