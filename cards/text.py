"""Text from outside on its way into a card: cleaned, disarmed, cut. Wording and layout do not belong here.

``plain`` is the one way in: elements that show text take a ``Plain`` and refuse anything else. A ``Plain`` is only
ever shown where Teams reads no Markdown (text runs, button titles, choices, labels).
"""

import re
import unicodedata
from collections.abc import Iterator

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control characters, halves of surrogate pairs, and what turns or hides text (bidirectional marks, zero widths)."""
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_ARMED = re.compile(r"(?:\{(?=\{)|\$(?=\{)|<(?=/?at\b))", re.IGNORECASE)
"""Where Teams' date function, a template or a mention would begin (Adaptive Cards help: text features)."""
_CUT = "…"
_JOINER = "\u200d"
_CLUSTER = 16
"""Code points in one visible character at most; nobody writes longer ones in good faith."""
_PER_CHARACTER = 3
"""Code points per visible character that a whole text may spend."""


class Plain(str):
    """Text that holds nothing a client would act upon. Made by ``plain`` alone."""

    __slots__ = ()


def plain(text: str, *, most: int = 200) -> Plain:
    """Make one safe line of at most ``most`` visible characters; what is left out becomes an ellipsis."""
    # Nearly all text is left as it is, and told by these signs at a tenth of the price.
    if text.isprintable() and "  " not in text and "<" not in text and "{" not in text:
        text = text.strip()
        return Plain(text if len(text) <= most else cut(text, most))
    line = _SPACES.sub(" ", clean(text)).strip()
    return Plain(_ARMED.sub("\\g<0>\u200b", cut(line, most)))


def lines(text: str, *, most: int, rows: int) -> tuple[list[Plain], bool]:
    """Make at most ``rows`` safe lines of ``most`` visible characters together; say whether something was left out."""
    whole = clean(text).strip()
    shown = cut(whole, most)
    found = [line for line in shown.split("\n") if line.strip()]
    return [plain(line, most=most) for line in found[:rows]], len(found) > rows or shown != whole


def clean(text: str) -> str:
    """Take away what is unseen; keep line breaks, at most two in a row."""
    return _EMPTY_LINES.sub("\n\n", _UNSEEN.sub("", _BREAKS.sub("\n", text)))


def cut(text: str, most: int) -> str:
    """Keep at most ``most`` visible characters, the ellipsis included, and never half of one."""
    if len(text) <= most:  # visible characters are never more than code points
        return text
    kept: list[str] = []
    left = most * _PER_CHARACTER + _CLUSTER
    for cluster in clusters(text):
        left -= len(cluster)
        if len(kept) == most or left < 0:
            return "".join(kept[: most - 1] if len(kept) == most else kept).rstrip() + _CUT
        kept.append(cluster)
    return "".join(kept)


def clusters(text: str) -> Iterator[str]:
    """Split text into what people see as single characters (marks, joined emoji and flags stay whole)."""
    held = ""
    for char in text:
        if held and (not _joins(held, char) or len(held) >= _CLUSTER):
            yield held
            held = ""
        held += char
    if held:
        yield held


def _joins(held: str, char: str) -> bool:
    if char.isascii():
        return False
    if char == _JOINER or held[-1] == _JOINER:
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char)[0] == "M":
        return True
    return _is_flag_half(char) and len(held) == 1 and _is_flag_half(held)


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
