"""What was perhaps meant by words that nobody understood. Pure; asked only when no command has the verb."""

from collections.abc import Collection

from bot.grammar import FLAGS, KEYWORDS, Spoken, nearest, reference_first, reference_within

HELP = "help"
ALIKE = 0.75
"""How alike a command must be: a wrong guess is worse than help."""
_CLOSING = frozenset({"close", "complete", "finish", "done", "resolve", "resolved"})
_OF_A_TICKET = frozenset({"assign", "status", "priority", "note", "silence", "hear"})
"""Commands after which a ticket's number stands; many write it before."""
_OTHER_WORDS = {"unsubscribe": "subscriptions"}
"""What others call it."""


def suggestion(words: str, spoken: Spoken, known: Collection[str], *, complete: str) -> str:
    """Give the words to offer: ``help`` where nothing is near.

    known     the commands that the person may use
    complete  what the tenant calls the status of a ticket that is done
    """
    offered = _of_a_list(spoken) or _of_a_ticket(words, spoken, known, complete) or _OTHER_WORDS.get(spoken.verb)
    if offered and offered.split(maxsplit=1)[0] in known:
        return offered
    if near := nearest(spoken.verb, known, cutoff=ALIKE):
        return f"{near} {spoken.rest}".strip()
    named = reference_within(words)
    return f"ticket {named}" if named and "ticket" in known else HELP


def _of_a_list(spoken: Spoken) -> str:
    """Offer a list to words of a list, and whoever says "my" theirs."""
    if spoken.verb == "my":
        flags = [word for word in spoken.rest.casefold().split() if word in FLAGS and word != "mine"]
        return " ".join(["tickets mine", *flags])
    is_named = reference_within(spoken.rest) is not None
    return f"tickets {spoken.verb} {spoken.rest}".strip() if spoken.verb in KEYWORDS and not is_named else ""


def _of_a_ticket(words: str, spoken: Spoken, known: Collection[str], complete: str) -> str:
    """Put a number and a deed that stand the wrong way round into their order; closing is a status."""
    named, rest = reference_first(words)
    verb, more = spoken.verb, spoken.rest
    if named is not None:
        head, *tail = rest.split(maxsplit=1) or [""]
        verb, more = head.casefold(), "".join(tail)
    else:
        named = reference_first(spoken.rest)[0]
    if named is None:
        return ""
    if verb in _CLOSING:
        return f"status {named} {complete}"
    return f"{verb} {named} {more}".strip() if verb in _OF_A_TICKET and verb in known else ""
