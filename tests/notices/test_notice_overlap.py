"""What is said of two subscriptions is true: by example, and for random ones against random changes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from attms_core.model import Filter, Mode
from attms_core.model.subscription import USUAL
from attms_core.notices.facts import Facts, facts_of
from attms_core.notices.filter import matches
from attms_core.notices.happened import Happened
from attms_core.notices.subscribing import Verdict
from attms_core.notices.subscribing.names import Names
from attms_core.notices.subscribing.overlap import overlaps, verdict
from attms_core.notices.subscribing.resolve import understood
from attms_core.notices.subscribing.spelling import Wanted
from attms_core.store.database import Database, open_database
from tests.notices import wild
from tests.notices.office import OURS, furnished


def _takes(one: Wanted, facts: Facts) -> bool:
    return facts.event in one.events and matches(one.filter, facts, wild.MEMBERS)


@settings(max_examples=400)
@given(wild.wanted(), wild.wanted(), wild.happened())
def test_a_verdict_holds_for_whatever_happens(one: Wanted, other: Wanted, some: list[Happened]) -> None:
    said = verdict(one, other, wild.MEMBERS)
    for facts in facts_of(some):
        assert facts
        taken, taken_too = _takes(one, facts), _takes(other, facts)
        assert not (taken and not taken_too and said in {Verdict.SAME, Verdict.COVERED})
        assert not (taken_too and not taken and said in {Verdict.SAME, Verdict.COVERS})
        if len(facts.states) == 1:
            assert not (taken and taken_too and said is Verdict.NONE)


@given(wild.wanted())
def test_everything_is_the_same_as_itself(one: Wanted) -> None:
    assert verdict(one, one, wild.MEMBERS) in {Verdict.SAME, Verdict.NONE}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield await furnished(opened)
    await opened.close()


@pytest.mark.parametrize(
    ("new", "there", "expected"),
    [
        ("", "", Verdict.SAME),
        ("priority:high", "", Verdict.COVERED),
        ("", "priority:high", Verdict.COVERS),
        ("priority:high", "priority:low", Verdict.NONE),
        ("priority:high", "-priority:high", Verdict.NONE),
        ("priority:high", "-priority:low", Verdict.COVERED),
        ("priority:high", "queue:projects", Verdict.SOME),
        ("priority:high queue:projects", "queue:projects", Verdict.COVERED),
        ("queue:projects events:created", "queue:projects", Verdict.COVERED),
        ("queue:projects events:created", "queue:projects events:status", Verdict.NONE),
        ("queue:projects events:created,status", "queue:projects events:status,due", Verdict.SOME),
        ("title:printer", "title:print", Verdict.COVERED),
        ('title:"printer fire"', "title:printer", Verdict.COVERED),
        ("title:printer", "title:toner", Verdict.SOME),
        ("-from:monitoring", "", Verdict.COVERED),
        ("-from:monitoring", "-from:monitoring", Verdict.SAME),
        ("", "-from:monitoring", Verdict.COVERS),
        ("by:kim", "by:customer", Verdict.COVERED),
        ("udf:Seats>5", "udf:Seats>=5", Verdict.COVERED),
        ("udf:Seats>5", "udf:Seats<=5", Verdict.NONE),
        ("note:customer events:created", "events:created,note", Verdict.COVERED),
        ("events:created", "note:customer events:created", Verdict.COVERED),
        ("amount>5 opportunities", "amount>9 opportunities", Verdict.COVERS),
        ("opportunities", "", Verdict.NONE),
    ],
)
async def test_two_subscriptions_lie_to_each_other(desk: Database, new: str, there: str, expected: Verdict) -> None:
    one = await desk.read(lambda tx: understood(new, Names(tx, OURS)))
    other = await desk.read(lambda tx: understood(there, Names(tx, OURS)))
    assert verdict(one, other, {}) is expected


def test_paused_ones_are_not_warned_of_and_the_most_telling_comes_first() -> None:
    everything = Wanted(about="ticket", filter=Filter(), events=USUAL, mode=Mode.BOTH)
    few = Wanted(about="ticket", filter=Filter(), events=frozenset(list(USUAL)[:1]), mode=Mode.BOTH)
    paused = replace(wild.subscription(1, "here", everything), is_paused=True)
    found = overlaps(
        everything, [paused, wild.subscription(2, "here", few), wild.subscription(3, "here", everything)], {}
    )
    assert [(each.subscription.id, each.verdict) for each in found] == [(3, Verdict.SAME), (2, Verdict.COVERS)]
