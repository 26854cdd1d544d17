"""A person's text as the rest of the house may read it. What the words mean is the grammar's business."""

import html
import re
import unicodedata
from collections.abc import Iterable

LONGEST = 4000
LONGEST_NAME = 200
_ROOM = 8 * LONGEST  # what is looked at before entities and mentions shrink it
_AT_TAG = re.compile(r"<at(?:\s[^<>]*)?>([^<>]*)</at>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_INVISIBLE = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " "),
    **dict.fromkeys([*range(0xD800, 0xE000)], None),
    **dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None),  # bidi controls
    **dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF], None),  # zero width
    0: None,
}


def clean(text: str, longest: int) -> str:
    """Normalise (NFKC), drop control, bidi and zero-width characters, collapse whitespace, cut."""
    if _is_clean(text):
        return text.strip()[:longest].rstrip()
    visible = unicodedata.normalize("NFKC", text[: 8 * longest]).translate(_INVISIBLE)
    return " ".join(visible.split())[:longest].rstrip()


def clean_lines(text: str, longest: int) -> str:
    """Clean like ``clean``, each line by itself; no more than one empty line stays between two others."""
    if _is_clean(text):
        return clean(text, longest)  # one line, as most messages are
    lines = "\n".join(clean(line, longest) for line in text[: 8 * longest].splitlines())
    return _EMPTY_LINES.sub("\n\n", lines).strip()[:longest].rstrip()


def _is_clean(text: str) -> bool:
    return text.isascii() and text.isprintable() and "  " not in text


def name_of(text: object) -> str:
    """Clean a display name; empty for anything but text."""
    return clean(text, LONGEST_NAME) if isinstance(text, str) else ""


def words_of(text: object, own_mentions: Iterable[str]) -> str:
    """Clean a message, line by line: our own mentions go, other people's become ``@Name``, entities are decoded once.

    ``own_mentions`` are the exact texts of the mention entities that name the bot, such as ``<at>Desk</at>``.
    """
    if not isinstance(text, str) or not text:
        return ""
    said = text[:_ROOM]
    for mention in own_mentions:
        said = said.replace(mention, " ") if mention else said
    if "<" in said:
        said = _AT_TAG.sub(r"@\1", said)
    if "&" in said:
        said = html.unescape(said)
    return clean_lines(said, LONGEST)
