"""From words to what they mean for this tenant: names become values. The way back is ``spelling``."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from attms_core.errors import Invalid
from attms_core.model import Event, Field, Mode
from attms_core.model.filter import (
    About,
    Between,
    By,
    Clause,
    Custom,
    Filter,
    From,
    NoteKind,
    Notes,
    OneOf,
    Titled,
)
from attms_core.model.subscription import events_of, usual_events
from attms_core.notices.facts import sum_of
from attms_core.notices.filter import UDF, plain
from attms_core.notices.subscribing.fields import KNOWN, Kind, listened_for
from attms_core.notices.subscribing.names import NOBODY, Named, Names
from attms_core.notices.subscribing.spelling import CUSTOMER, ORIGINS, PEOPLE, UNKNOWN, Wanted, implied, place
from attms_core.notices.subscribing.words import Misread, Term, nearest, read, spell
from attms_core.store.words import asked

_ABOUT: dict[str, About] = {
    "ticket": "ticket",
    "tickets": "ticket",
    "opportunity": "opportunity",
    "opportunities": "opportunity",
}
_EVENTS = {
    "new": (Event.CREATED,),
    "assignment": (Event.ASSIGNED, Event.UNASSIGNED),
    "closed": (Event.COMPLETED,),
    "done": (Event.COMPLETED,),
    "note": (Event.NOTE_ADDED,),
    "notes": (Event.NOTE_ADDED,),
    "time": (Event.TIME_LOGGED,),
    "sla": (Event.SLA_90, Event.SLA_BREACHED),
    "breached": (Event.SLA_BREACHED,),
}
"""Other words for events."""


def understood(text: str, names: Names) -> Wanted:
    """Say what somebody wants. Raises ``Invalid`` with the field, the legal values, and what was probably meant."""
    terms = read(text)
    if isinstance(terms, Misread):
        near = f'Did you mean "{terms.meant}"?' if terms.meant else ""
        raise Invalid(terms.what, field="words", legal=() if terms.meant else listened_for("ticket"), hint=near)
    about = _about(terms)
    parts: dict[tuple[str, bool], list[Clause]] = {}
    for term in terms:
        if term.field in KNOWN:
            parts.setdefault((_key(term), term.is_out), []).append(_clause(term, about, names))
    include = [_merged(some) for (_, is_out), some in parts.items() if not is_out]
    exclude = [one for (_, is_out), some in parts.items() if is_out for one in _left_out(some)]
    wanted = Filter(tuple(sorted(include, key=place)), tuple(sorted(exclude, key=place)))
    return Wanted(about=about, filter=wanted, events=_events(terms, about, wanted), mode=_mode(terms))


def _about(terms: Sequence[Term]) -> About:
    said = [value for term in terms if term.field == "about" for value in term.values]
    for value in said:
        if value.casefold() not in _ABOUT:
            raise Invalid(f'Changes are not about "{value}".', field="about", legal=("tickets", "opportunities"))
    found = {_ABOUT[value.casefold()] for value in said}
    if len(found) > 1:
        raise Invalid("One subscription is about tickets or about opportunities.", field="about", hint="Make two.")
    return found.pop() if found else "ticket"


def _mode(terms: Sequence[Term]) -> Mode:
    said = list(dict.fromkeys(v.casefold() for term in terms if term.field == "mode" for v in term.values))
    if not said:
        return Mode.BOTH
    if len(said) > 1 or said[0] not in set(Mode):
        raise Invalid(f'There is no mode "{", ".join(said)}".', field="mode", legal=tuple(Mode))
    return Mode(said[0])


def _events(terms: Sequence[Term], about: About, listened: Filter) -> frozenset[Event]:
    chosen = {event for term in terms if _names_events(term) for v in term.values for event in _event(v, about)}
    out = {
        event
        for term in terms
        if term.field == "events" and term.is_out
        for v in term.values
        for event in _event(v, about)
    }
    found = ((frozenset(chosen) or usual_events(about)) - out) | implied(listened)
    if not found:
        raise Invalid("Nothing is left to tell.", field="events", legal=events_of(about))
    return found


def _names_events(term: Term) -> bool:
    return term.field == "events" and not term.is_out


def _event(text: str, about: About) -> tuple[Event, ...]:
    said = text.casefold()
    if said == "all":
        return events_of(about)
    if said in {"usual", "default"}:
        return tuple(usual_events(about))
    found = _EVENTS.get(said) or tuple(event for event in events_of(about) if event == said)
    if not found or not set(found) <= set(events_of(about)):
        near = nearest(said, [*events_of(about), *_EVENTS])
        hint = f'Did you mean "{near}"?' if near else ""
        raise Invalid(f'There is no event "{text}" here.', field="events", legal=("all", *events_of(about)), hint=hint)
    return found


def _key(term: Term) -> str:
    kind = " number" if term.field == "udf" and term.sign != ":" else ""
    return f"{term.field}:{term.name.casefold()}{kind}" if term.field == "udf" else term.field


def _clause(term: Term, about: About, names: Names) -> Clause:  # noqa: PLR0911 - one for each kind of value
    known = KNOWN[term.field]
    if not known.field(about):
        plural = "tickets" if about == "ticket" else "opportunities"
        hint = "About opportunities, add: about:opportunities" if about == "ticket" else ""
        raise Invalid(f"No {term.field} is known of {plural}.", field=term.field, legal=listened_for(about), hint=hint)
    match known.kind:
        case Kind.NUMBER:
            return _between(term, known.field(about))
        case Kind.TITLE:
            return Titled(frozenset(_title_words(value) for value in term.values))
        case Kind.UDF:
            return _custom(term, names.udf(about, term.name))
        case Kind.FROM:
            return _from([n for value in term.values for n in names.origins(about, value, ORIGINS)])
        case Kind.BY:
            return _by(term, about, names)
        case Kind.NOTE:
            return Notes(frozenset(_note_kind(value) for value in term.values))
        case _:
            return _one_of(term, about, names)


def _one_of(term: Term, about: About, names: Names) -> OneOf:
    field = KNOWN[term.field].field(about)
    if term.sign != ":":
        return OneOf(field, frozenset(_ranked(term, about, names)))
    groups = [value for value in term.values if term.field == "company" and value.startswith("@")]
    values = [names.value(term.field, about, value) for value in term.values if value not in groups]
    return OneOf(field, frozenset(values), frozenset(_group(value, names) for value in groups))


def _ranked(term: Term, about: About, names: Names) -> Iterator[int]:
    """Compare by the order that people know: ``priority<=2`` are the first two."""
    order = names.order(term.field, about)
    limit, wanted = term.values[0], Term(field=term.field, values=("",))
    labels = [choice.label for choice in order]
    if not (limit.isascii() and limit.isdigit()):
        hint = (
            f"Count from the first ({labels[0]}), or name them: {spell([replace(wanted, values=tuple(labels[:2]))])}"
            if labels
            else ""
        )
        raise Invalid(f"{term.field}{term.sign}{limit} says no number.", field=term.field, legal=labels, hint=hint)
    bounds = _bounds(term.field, term.sign, Decimal(limit))
    found = [choice.value for rank, choice in enumerate(order, 1) if _is_within(bounds, rank)]
    if not found:
        raise Invalid(f"There is no {term.field}{term.sign}{limit}.", field=term.field, legal=labels)
    yield from found


def _is_within(bounds: Between, rank: int) -> bool:
    low, high = bounds.low, bounds.high
    is_above = low is None or rank > low or (rank == low and not bounds.is_low_out)
    return is_above and (high is None or rank < high or (rank == high and not bounds.is_high_out))


def _group(value: str, names: Names) -> str:
    name = value.removeprefix("@").casefold()
    if name not in names.groups:
        known = [f"@{one}" for one in names.groups]
        near = nearest(value, known)
        hint = f'Did you mean "{near}"?' if near else "Make it: groups NAME = COMPANY, COMPANY"
        raise Invalid(f'There is no group of companies "{value}".', field="company", legal=known, hint=hint)
    return name


def _between(term: Term, field: str) -> Between:
    value = sum_of(term.values[0].strip("€$£% ")) if len(term.values) == 1 else None
    if value is None:
        raise Invalid(f"{term.field} needs one number, like 5000 or 2.5.", field=term.field)
    return _bounds(field, term.sign, value)


def _bounds(field: str, sign: str, value: Decimal) -> Between:
    if sign == ":":
        return Between(field, value, value)
    if sign.startswith("<"):
        return Between(field, high=value, is_high_out=sign == "<")
    return Between(field, low=value, is_low_out=sign == ">")


def _title_words(value: str) -> tuple[str, ...]:
    found = asked(value)
    if not found:
        raise Invalid(f'"{value}" holds no word to look for.', field="title")
    return found


def _custom(term: Term, field: Field) -> Clause:
    if term.sign != ":":
        return _between(term, f"{UDF}{field.name}")
    values: set[str | None] = set()
    for value in term.values:
        said = None if value.casefold() in NOBODY else plain(value)
        listed = [c for c in field.choices if said is not None and said in {plain(c.label), str(c.value)}]
        values |= {said, *(v for c in listed for v in (plain(c.label), str(c.value)))}
    return Custom(field.name, frozenset(values))


def _from(found: Sequence[Named]) -> From:
    return From(_of(found, "source"), _of(found, "assignee"), _of(found, "contact"))


def _by(term: Term, about: About, names: Names) -> By:
    words = {CUSTOMER, UNKNOWN}
    found = [n for v in term.values if v.casefold() not in words for n in names.origins(about, v, PEOPLE)]
    said = {value.casefold() for value in term.values}
    return By(_of(found, "assignee"), _of(found, "contact"), CUSTOMER in said, UNKNOWN in said)


def _of(found: Sequence[Named], word: str) -> frozenset[int]:
    return frozenset(each.value for each in found if each.word == word)


def _note_kind(value: str) -> NoteKind:
    if value.casefold() not in set(NoteKind):
        raise Invalid(f'There are no "{value}" notes.', field="note", legal=tuple(NoteKind))
    return NoteKind(value.casefold())


def _merged(some: Sequence[Clause]) -> Clause:
    """Make one condition of all that was said of a field: one value or another, but both bounds."""
    first, *others = some
    for other in others:
        first = _joined(first, other)
    if isinstance(first, Between) and _is_nothing(first):
        raise Invalid(f"No {first.field.removeprefix(UDF)} lies within these bounds.", field=first.field)
    return first


def _left_out(some: Sequence[Clause]) -> list[Clause]:
    """Bounds that are left out stay apart; all else is one condition."""
    bounds = [clause for clause in some if isinstance(clause, Between)]
    others = [clause for clause in some if not isinstance(clause, Between)]
    return [*dict.fromkeys(bounds), *([_merged(others)] if others else [])]


def _joined(one: Clause, other: Clause) -> Clause:
    if isinstance(one, Between) and isinstance(other, Between):
        return _narrowed(one, other)
    fields = [name for name in one.__struct_fields__ if isinstance(getattr(one, name), frozenset | bool)]
    return replace(one, **{name: getattr(one, name) | getattr(other, name) for name in fields})


def _narrowed(one: Between, other: Between) -> Between:
    lows = [(b.low, b.is_low_out) for b in (one, other) if b.low is not None]
    highs = [(b.high, not b.is_high_out) for b in (one, other) if b.high is not None]
    low, is_low_out = max(lows, default=(None, False))
    high, is_high_in = min(highs, default=(None, True))
    return Between(one.field, low, high, is_low_out, not is_high_in)


def _is_nothing(bounds: Between) -> bool:
    if bounds.low is None or bounds.high is None:
        return False
    return bounds.low > bounds.high or (bounds.low == bounds.high and (bounds.is_low_out or bounds.is_high_out))
