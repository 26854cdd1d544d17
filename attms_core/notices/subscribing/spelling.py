"""From what somebody wants back to words: with today's names, and so that they mean the same when they are read."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from attms_core.errors import Invalid
from attms_core.model import Event, Mode
from attms_core.model.filter import (
    About,
    Between,
    By,
    Clause,
    Custom,
    Filter,
    From,
    Notes,
    OneOf,
    Titled,
)
from attms_core.model.subscription import events_of, usual_events
from attms_core.notices.filter import HOURS, UDF, plain
from attms_core.notices.subscribing.fields import KNOWN
from attms_core.notices.subscribing.names import Named, Names
from attms_core.notices.subscribing.words import Term, spell

ORIGINS = ("source", "assignee", "contact")
PEOPLE = ("assignee", "contact")
CUSTOMER, UNKNOWN = "customer", "unknown"
_ORDER = list(KNOWN)


class Wanted(Struct, frozen=True, kw_only=True):
    """What words mean."""

    about: About
    filter: Filter
    events: frozenset[Event]
    mode: Mode


def written(wanted: Wanted, names: Names) -> str:
    """Write it so that ``understood`` understands the same."""
    about, listened = wanted.about, wanted.filter
    terms = [term for clause in listened.include for term in _terms(clause, about, names)]
    terms += [replace(term, is_out=True) for clause in listened.exclude for term in _terms(clause, about, names)]
    if wanted.events != usual_events(about) | implied(listened):
        events = [event for event in events_of(about) if event in wanted.events]
        terms.append(Term(field="events", values=("all",) if len(events) == len(events_of(about)) else tuple(events)))
    if wanted.mode is not Mode.BOTH:
        terms.append(Term(field="mode", values=(wanted.mode,)))
    if about == "opportunity":
        terms.append(Term(field="about", values=("opportunities",)))
    return spell(terms)


def implied(listened: Filter) -> frozenset[Event]:
    """Give the events that a condition speaks of: who narrows notes wants to hear of notes."""
    implied = set()
    for clause in listened.include:
        if isinstance(clause, Notes):
            implied.add(Event.NOTE_ADDED)
        if isinstance(clause, Between) and clause.field == HOURS:
            implied.add(Event.TIME_LOGGED)
    return frozenset(implied)


def place(clause: Clause) -> tuple[int, str, str]:
    """Say where a condition stands, so that equal filters are written alike."""
    return _ORDER.index(word_of(clause)), getattr(clause, "field", getattr(clause, "name", "")), repr(clause)


def word_of(clause: Clause) -> str:  # noqa: PLR0911 - one for each kind of condition
    """Give the word under which a condition is written."""
    match clause:
        case OneOf() | Between():
            if clause.field.startswith(UDF):
                return "udf"
            return next(word for word, known in KNOWN.items() if clause.field in {known.ticket, known.opportunity})
        case Titled():
            return "title"
        case Custom():
            return "udf"
        case By():
            return "by"
        case From():
            return "from"
        case Notes():
            return "note"


def _terms(clause: Clause, about: About, names: Names) -> list[Term]:
    word = word_of(clause)
    match clause:
        case Between():
            return _bound_terms(clause, word)
        case OneOf():
            values = [*(names.name(word, about, value) for value in clause.values), *(f"@{g}" for g in clause.groups)]
        case Titled():
            values = [" ".join(words) for words in clause.alternatives]
        case Custom():
            return [Term(field=word, name=clause.name, values=_custom_values(clause, about, names))]
        case Notes():
            values = list(clause.kinds)
        case By():
            special = {CUSTOMER: clause.is_customer, UNKNOWN: clause.is_unknown}
            values = [*_origins(clause, about, names, PEOPLE), *(said for said, is_so in special.items() if is_so)]
        case From():
            values = _origins(clause, about, names, ORIGINS)
    return [Term(field=word, values=tuple(sorted(values, key=str.casefold)))]


def _bound_terms(bounds: Between, word: str) -> list[Term]:
    name = bounds.field.removeprefix(UDF) if word == "udf" else ""
    if bounds.low is not None and bounds.low == bounds.high:
        # a user-defined field's equality is one of words: as a number it has two bounds
        signs = [(">=", bounds.low), ("<=", bounds.low)] if word == "udf" else [(":", bounds.low)]
    else:
        low, high = ">" if bounds.is_low_out else ">=", "<" if bounds.is_high_out else "<="
        signs = [(sign, value) for sign, value in ((low, bounds.low), (high, bounds.high)) if value is not None]
    return [Term(field=word, name=name, sign=sign, values=(f"{value.normalize():f}",)) for sign, value in signs]


def _custom_values(clause: Custom, about: About, names: Names) -> tuple[str, ...]:
    """Write a picklist's entries by their labels alone."""
    try:
        choices = names.udf(about, clause.name).choices
    except Invalid:
        choices = ()
    numbers = {str(choice.value) for choice in choices if plain(choice.label) in clause.values}
    return tuple(sorted("none" if value is None else value for value in clause.values if value not in numbers))


def _origins(clause: By | From, about: About, names: Names, words: Sequence[str]) -> list[str]:
    sources = clause.sources if isinstance(clause, From) else frozenset()
    by_word = {"source": sources, "assignee": clause.resources, "contact": clause.contacts}
    among = frozenset(Named(value, "", word=word) for word, values in by_word.items() for value in values)
    return list(dict.fromkeys(names.origin(about, each.word, each.value, words, among) for each in among))
