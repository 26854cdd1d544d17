"""How two subscriptions lie to each other: the same, one within the other, apart, or perhaps some of both.

Decided field by field on sets of values. Where a condition is no such set (words of a title, who did it), only what is
certain is said: ``SAME``, ``COVERED``, ``COVERS`` and ``NONE`` are proofs, ``SOME`` is a may-be.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from attms_core.model import Event, Subscription
from attms_core.model.filter import Between, By, Clause, Custom, Filter, Notes, OneOf, Titled
from attms_core.notices.filter import HOURS, UDF, Members, members_of
from attms_core.notices.subscribing.preview import Overlap, Verdict
from attms_core.notices.subscribing.spelling import Wanted

_RANK = (Verdict.SAME, Verdict.COVERED, Verdict.COVERS, Verdict.SOME)


class _Values(Struct, frozen=True):
    """A set of values, or all but a set."""

    those: frozenset[object]
    is_all_but: bool = True

    def within(self, other: "_Values") -> bool:
        if self.is_all_but:
            return other.is_all_but and other.those <= self.those
        return not (self.those & other.those) if other.is_all_but else self.those <= other.those

    def is_apart(self, other: "_Values") -> bool:
        if self.is_all_but and other.is_all_but:
            return False
        if self.is_all_but or other.is_all_but:
            few, all_but = (other, self) if self.is_all_but else (self, other)
            return few.those <= all_but.those
        return not self.those & other.those

    def without(self, out: frozenset[object]) -> "_Values":
        return _Values(self.those | out) if self.is_all_but else _Values(self.those - out, is_all_but=False)


def overlaps(wanted: Wanted, others: Iterable[Subscription], members: Members) -> tuple[Overlap, ...]:
    """Give those of one conversation that tell some of the same, the most telling first."""
    found = [Overlap(one, verdict(wanted, one, members)) for one in others if not one.is_paused]
    return tuple(
        sorted((o for o in found if o.verdict in _RANK), key=lambda o: (_RANK.index(o.verdict), o.subscription.id))
    )


def verdict(wanted: Wanted, other: Subscription | Wanted, members: Members) -> Verdict:
    """Say how a new subscription lies to another one."""
    if wanted.about != other.about or _are_apart(wanted.filter, other.filter, members):
        return Verdict.NONE
    if not wanted.events & other.events:
        return Verdict.NONE
    is_within = wanted.events <= other.events and _is_within(wanted.filter, other.filter, members, wanted.events)
    holds = other.events <= wanted.events and _is_within(other.filter, wanted.filter, members, other.events)
    if is_within and holds:
        return Verdict.SAME
    if is_within:
        return Verdict.COVERED
    return Verdict.COVERS if holds else Verdict.SOME


def _is_within(one: Filter, other: Filter, members: Members, events: frozenset[Event]) -> bool:
    """Say whether whatever ``one`` takes, ``other`` takes too."""
    values, limits = _values(one, members), _values(other, members)
    if any(not values.get(key, _Values(frozenset())).within(limit) for key, limit in limits.items()):
        return False
    wider = [clause for clause in other.include if not _is_set(clause) and not _is_idle(clause, events)]
    if not all(any(_narrows(mine, limit) for mine in one.include) for limit in wider):
        return False
    out = [clause for clause in other.exclude if not _is_set(clause) and not _is_idle(clause, events)]
    return all(any(_narrows(limit, mine) for mine in one.exclude) for limit in out)


def _are_apart(one: Filter, other: Filter, members: Members) -> bool:
    """Say whether no record can be within both."""
    values, others = _values(one, members), _values(other, members)
    if any(values[key].is_apart(others[key]) for key in values.keys() & others.keys()):
        return True
    return any(_are_disjoint(a, b) for a in one.include for b in other.include)


def _values(listened: Filter, members: Members) -> dict[str, _Values]:
    """Give what each field may hold: of those conditions that are sets of values."""
    found: dict[str, _Values] = {}
    for clause in listened.include:
        if isinstance(clause, OneOf):
            found[clause.field] = _Values(frozenset(members_of(clause, members)), is_all_but=False)
        elif isinstance(clause, Custom):
            found[f"{UDF}{clause.name}"] = _Values(frozenset(clause.values), is_all_but=False)
    for clause in listened.exclude:
        if isinstance(clause, OneOf):
            found[clause.field] = found.get(clause.field, _ALL).without(frozenset(members_of(clause, members)))
        elif isinstance(clause, Custom):
            key = f"{UDF}{clause.name}"
            found[key] = found.get(key, _ALL).without(frozenset(clause.values))
    return found


_ALL = _Values(frozenset())


def _is_set(clause: Clause) -> bool:
    return isinstance(clause, OneOf | Custom)


def _is_idle(clause: Clause, events: frozenset[Event]) -> bool:
    """Say whether a condition narrows events alone that are not told anyway."""
    if isinstance(clause, Notes):
        return Event.NOTE_ADDED not in events
    return isinstance(clause, Between) and clause.field == HOURS and Event.TIME_LOGGED not in events


def _narrows(one: Clause, other: Clause) -> bool:
    """Say whether whatever fulfils ``one`` fulfils ``other``."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Between) and isinstance(other, Between):
        return one.field == other.field and _lies_within(one, other)
    if isinstance(one, Titled) and isinstance(other, Titled):
        return all(any(_needs(words, fewer) for fewer in other.alternatives) for words in one.alternatives)
    if isinstance(one, By) and isinstance(other, By) and one.contacts and other.is_customer:
        one = By(one.resources, frozenset(), one.is_customer, one.is_unknown)
    parts = [(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__]
    return all(mine <= theirs for mine, theirs in parts)


def _needs(words: Sequence[str], fewer: Sequence[str]) -> bool:
    """Say whether a title with ``words`` has ``fewer`` too: each begins one of them."""
    return all(any(word.startswith(part) for word in words) for part in fewer)


def _lies_within(one: Between, other: Between) -> bool:
    is_above = other.low is None or (
        one.low is not None and (one.low > other.low or (one.low == other.low and one.is_low_out >= other.is_low_out))
    )
    is_below = other.high is None or (
        one.high is not None
        and (one.high < other.high or (one.high == other.high and one.is_high_out >= other.is_high_out))
    )
    return is_above and is_below


def _are_disjoint(one: Clause, other: Clause) -> bool:
    """Say whether two conditions bound the same number of a record apart; logged hours are not the record's."""
    if not (isinstance(one, Between) and isinstance(other, Between)) or one.field != other.field:
        return False
    return one.field != HOURS and (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: Between, other: Between) -> bool:
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and (one.is_high_out or other.is_low_out))
