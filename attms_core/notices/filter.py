"""Whether a filter takes a change. Filters are made into small functions once and then asked often. Pure."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from attms_core.model import AuthorKind, CompanyId
from attms_core.model.filter import Between, By, Clause, Custom, Filter, From, Notes, OneOf, Titled
from attms_core.notices.facts import Facts, State, sum_of
from attms_core.store.words import folded

Check = Callable[[State, Facts], bool]
Members = Mapping[str, frozenset[CompanyId]]
"""Companies by the name of their group."""
UDF = "udf:"
"""Before the name of a user-defined field that is compared by size."""
HOURS = "hours"


def matches(wanted: Filter, facts: Facts, members: Members) -> bool:
    """Say whether a filter takes a change, by its record after the change or before it."""
    return compiled(wanted, members)(facts)


def compiled(wanted: Filter, members: Members) -> Callable[[Facts], bool]:
    """Make a function of a filter."""
    is_within = _within(wanted, members)

    def is_taken(facts: Facts) -> bool:
        for state in facts.states:  # noqa: SIM110 - any() makes a generator, at each of many thousand calls
            if is_within(state, facts):
                return True
        return False

    return is_taken


def _within(wanted: Filter, members: Members) -> Check:
    # What holds one of a few values is looked up here: a call for each would cost more than the look.
    values = tuple((c.field, members_of(c, members)) for c in wanted.include if isinstance(c, OneOf))
    include = tuple(check(clause, members) for clause in wanted.include if not isinstance(clause, OneOf))
    exclude = tuple(check(clause, members, is_out=True) for clause in wanted.exclude)

    def is_within(state: State, facts: Facts) -> bool:
        for field, these in values:
            if state[field] not in these:
                return False
        for one in include:
            if not one(state, facts):
                return False
        for one in exclude:  # noqa: SIM110 - any() makes a generator, at each of many thousand calls
            if one(state, facts):
                return False
        return True

    return is_within


def members_of(clause: OneOf, members: Members) -> frozenset[int | None]:
    """Give the values of a clause, those of its groups among them; a group that is gone has none."""
    if not clause.groups:
        return clause.values
    return clause.values.union(*(members.get(name, frozenset()) for name in clause.groups))


def check(clause: Clause, members: Members, *, is_out: bool = False) -> Check:  # noqa: PLR0911 - one for each clause
    """Make a function of one clause. ``is_out``: what it speaks of shall be left out, so what lacks it stays."""
    match clause:
        case OneOf():
            return _one_of(clause.field, members_of(clause, members))
        case Between(field="hours"):
            return lambda _, facts: not is_out if facts.hours is None else _lies(clause, facts.hours)
        case Between():
            return _between(clause)
        case Titled():
            return lambda state, _: _has_words(str(state["title"]), clause.alternatives)
        case Custom():
            return _custom(clause.name, clause.values)
        case By():
            return lambda _, facts: _did(clause, facts)
        case From():
            return _came(clause)
        case Notes():
            return lambda _, facts: not is_out if facts.note is None else bool(facts.note & clause.kinds)


def _one_of(field: str, values: frozenset[int | None]) -> Check:
    return lambda state, _: state[field] in values


def _between(clause: Between) -> Check:
    if clause.field.startswith(UDF):
        name = clause.field.removeprefix(UDF)
        return lambda state, _: _lies(clause, sum_of(_udf(state, name)))
    return lambda state, _: _lies(clause, sum_of(state[clause.field]))


def _custom(name: str, values: frozenset[str | None]) -> Check:
    def check(state: State, _: Facts) -> bool:
        said = _udf(state, name)
        return (plain(said) if said else None) in values

    return check


def plain(text: str) -> str | None:
    """Write a user-defined field's value as it is compared; nothing where it says nothing."""
    return " ".join(text.casefold().split()) or None


def _udf(state: State, name: str) -> str | None:
    udfs = state["udfs"]
    return udfs.get(name) if isinstance(udfs, Mapping) else None


def _lies(bounds: Between, value: Decimal | None) -> bool:
    if value is None:
        return False
    if bounds.low is not None and (value < bounds.low or (bounds.is_low_out and value == bounds.low)):
        return False
    return not (bounds.high is not None and (value > bounds.high or (bounds.is_high_out and value == bounds.high)))


@lru_cache(maxsize=4_096)  # many filters look at the same few titles
def _words(title: str) -> tuple[str, ...]:
    return tuple(folded(title))


def _has_words(title: str, alternatives: frozenset[tuple[str, ...]]) -> bool:
    said = _words(title)
    return any(all(any(word.startswith(one) for word in said) for one in wanted) for wanted in alternatives)


def _did(by: By, facts: Facts) -> bool:
    author = facts.author
    if author.kind is AuthorKind.UNKNOWN:
        return by.is_unknown
    if author.kind is AuthorKind.CONTACT:
        return by.is_customer or author.id in by.contacts
    return author.id in by.resources


def _came(origin: From) -> Check:
    by = By(resources=origin.resources, contacts=origin.contacts)

    def check(state: State, facts: Facts) -> bool:
        source = state["source"] if facts.about == "ticket" else state["lead_source"]
        return (
            source in origin.sources
            or state["contact"] in origin.contacts
            or state["creator"] in origin.resources
            or _did(by, facts)
        )

    return check
