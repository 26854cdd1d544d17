"""What words mean for a tenant: names become values, values become names again, and what does not exist is told."""

from collections.abc import AsyncIterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attms_core.errors import Invalid
from attms_core.mirror.fields import listed_as
from attms_core.model import Company, CompanyGroup, Event, Filter, Mode
from attms_core.model.filter import Between, By, Custom, From, NoteKind, Notes, OneOf, Titled
from attms_core.model.subscription import USUAL, usual_events
from attms_core.notices.subscribing.fields import KNOWN, Kind
from attms_core.notices.subscribing.names import Names
from attms_core.notices.subscribing.resolve import understood
from attms_core.notices.subscribing.spelling import Wanted, written
from attms_core.store import company_groups, directory, filters, metadata
from attms_core.store.database import Database, Tx, open_database
from tests.notices import office
from tests.notices.office import OURS, furnished

VIP = CompanyGroup(name="vip", companies=frozenset({office.CONTOSO}))


def _names(tx: Tx) -> Names:
    return Names(tx, OURS, me=office.ANA)


async def meaning(database: Database, words: str) -> Wanted:
    return await database.read(lambda tx: understood(words, _names(tx)))


async def said(database: Database, words: str) -> str:
    return await database.read(lambda tx: written(understood(words, _names(tx)), _names(tx)))


async def _with_vip(database: Database) -> Database:
    await database.write(lambda tx: company_groups.put(tx, OURS, VIP, office.NOON))
    return await furnished(database)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield await _with_vip(opened)
    await opened.close()


@pytest.mark.parametrize(
    ("words", "clause"),
    [
        ('queue:"service desk"', OneOf("queue", frozenset({office.SERVICE}))),
        ("queue:proj", OneOf("queue", frozenset({office.PROJECTS}))),
        ("queue:none", OneOf("queue", frozenset({None}))),
        ('queue:"Old desk"', OneOf("queue", frozenset({30}))),
        ('queue:"unknown (99)"', OneOf("queue", frozenset({99}))),
        ("priority:high priority:critical", OneOf("priority", frozenset({office.HIGH, office.CRITICAL}))),
        ("priority<=2", OneOf("priority", frozenset({office.HIGH, office.CRITICAL}))),
        ("priority>3", OneOf("priority", frozenset({office.LOW}))),
        ("company:contoso,@VIP", OneOf("company", frozenset({office.CONTOSO}), frozenset({"vip"}))),
        ('company:"Woodgrove #14"', OneOf("company", frozenset({office.WOODGROVE_TOO}))),
        ("contact:#72", OneOf("contact", frozenset({office.KIM_TOO}))),
        ("mine", OneOf("assignee", frozenset({office.ANA}))),
        ("assignee:ben@msp.test,nobody", OneOf("assignee", frozenset({office.BEN, None}))),
        ('title:"Printer fire",Toner', Titled(frozenset({("printer", "fire"), ("toner",)}))),
        ("type:incident", OneOf("ticket_type", frozenset({1}))),
        ("udf:seats>5 udf:Seats<=9", Between("udf:Seats", Decimal(5), Decimal(9), is_low_out=True)),
        ('udf:"contract tier"=gold', Custom("Contract tier", frozenset({"gold", "1"}))),
        ("udf:Seats=none", Custom("Seats", frozenset({None}))),
        ("hours>=1.5", Between("hours", low=Decimal("1.5"))),
        ("note:customer,public", Notes(frozenset({NoteKind.CUSTOMER, NoteKind.PUBLIC}))),
        ("by:ana,customer", By(frozenset({office.ANA}), frozenset(), is_customer=True)),
        ("from:monitoring", From(frozenset({office.MONITORING}), frozenset({office.ROBOT}))),
        ("from:kim", From(contacts=frozenset({office.KIM, office.KIM_TOO}))),
        ("amount>=5000 amount<9000 opportunities", Between("amount", Decimal(5000), Decimal(9000), is_high_out=True)),
        ("owner:ben stage:quoted opportunities", OneOf("owner", frozenset({office.BEN}))),
        ("probability:50% about:opportunities", Between("probability", Decimal(50), Decimal(50))),
    ],
)
async def test_a_word_means_values_of_the_tenant(desk: Database, words: str, clause: object) -> None:
    assert clause in (await meaning(desk, words)).filter.include


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        ('priority:high QUEUE:"service desk" -from:monitoring', None),
        ("company:@vip,contoso", "company:@vip,Contoso"),
        ("priority<=2", "priority:Critical,High"),
        ('company:"Woodgrove #14"', 'company:"Woodgrove #14"'),
        ('queue:"unknown (99)"', 'queue:"unknown (99)"'),
        ("queue:#33", "queue:#33"),
        ("mine", 'assignee:"Ana Ruiz"'),
        ("unassigned", "assignee:nobody"),
        ("contact:#71", 'contact:"Kim Lee #71"'),
        ("events:all", "events:all"),
        ("events:usual", ""),
        ("events:note,created mode:thread", "events:created,note-added mode:thread"),
        ("note:public", "note:public"),
        ("hours>2", "hours>2"),
        ("udf:Seats>=5 udf:Seats<=5", "udf:Seats>=5 udf:Seats<=5"),
        ("-amount>5000 -amount<10 opportunities", "-amount>5000 -amount<10 about:opportunities"),
        ("amount=5000.50 opportunities", "amount:5000.5 about:opportunities"),
        ("by:unknown,customer", "by:customer,unknown"),
    ],
)
async def test_what_was_understood_is_written_in_the_tenants_own_spelling(
    desk: Database, words: str, canonical: str | None
) -> None:
    expected = canonical
    if expected is None:
        expected = 'queue:"Service Desk" priority:High -from:"Monitoring Alert","Monitoring Integration"'
    assert await said(desk, words) == expected
    assert await meaning(desk, expected) == await meaning(desk, words)


@pytest.mark.parametrize(
    ("words", "field", "told"),
    [
        ("queue:servise", "queue", 'Did you mean "Service Desk"?'),
        ("status:waiting", "status", "Waiting Materials"),
        ("company:nobodys", "company", "Type how the name of the company begins."),
        ("company:contosso", "company", 'Did you mean "Contoso"?'),
        ("company:woodgrove", "company", "Woodgrove #13"),
        ("company:@gold", "company", "@vip"),
        ("priority>=high", "priority", "priority:Critical,High"),
        ("priority<1", "priority", "Critical"),
        ("stage:quoted", "stage", "about:opportunities"),
        ("queue:projects opportunities", "queue", "stage"),
        ("udf:Seat=1", "udf", 'Did you mean "Seats"?'),
        ("udf:Seats>many", "udf", "one number"),
        ("amount:many opportunities", "amount", "one number"),
        ("amount>5 amount<3 opportunities", "amount", "these bounds"),
        ("title:!!!", "title", "no word"),
        ("from:nothing-like-it", "source", "Monitoring Alert"),
        ("note:secret", "note", "internal"),
        ("events:cretaed", "events", 'Did you mean "created"?'),
        ("events:stage", "events", "created"),
        ("events:created -events:created", "events", "Nothing is left"),
        ("mode:loud", "mode", "thread"),
        ("about:cats", "about", "tickets"),
        ("about:tickets,opportunities", "about", "Make two"),
        ("qeue:x", "words", 'Did you mean "queue"?'),
        ("whatever", "words", "queue"),
    ],
)
async def test_what_does_not_exist_is_told_with_what_would_do(
    desk: Database, words: str, field: str, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await meaning(desk, words)
    assert refused.value.field == field
    assert told in " ".join([str(refused.value), refused.value.hint, *refused.value.legal])


async def test_both_engines_find_the_same_names(database: Database) -> None:
    words = "company:contoso,@vip contact:#71 mine -from:monitoring,kim -by:ben priority<=2 udf:Seats>5"
    assert await said(await _with_vip(database), words) == (
        'priority:Critical,High company:@vip,Contoso contact:"Kim Lee #71" assignee:"Ana Ruiz" udf:Seats>5 '
        '-from:"Kim Lee","Monitoring Alert","Monitoring Integration" -by:"Ben Okafor"'
    )


async def test_somebody_who_may_see_few_companies_is_not_told_of_others(desk: Database) -> None:
    def work(tx: Tx, words: str) -> Wanted:
        return understood(words, Names(tx, OURS, among=(office.CONTOSO,)))

    for words in ("company:fabrikam", "company:#12", "contact:#72"):
        with pytest.raises(Invalid) as refused:
            await desk.read(partial(work, words=words))
        assert "Fabrikam" not in " ".join([str(refused.value), refused.value.hint, *refused.value.legal])
    assert (await desk.read(lambda tx: work(tx, "contact:kim"))).filter.include


async def test_what_is_told_unless_events_are_named(desk: Database) -> None:
    assert (await meaning(desk, "")).events == USUAL
    assert (await meaning(desk, "opportunities")).events == usual_events("opportunity")
    assert (await meaning(desk, "-events:note,sla")).events == USUAL - {
        Event.NOTE_ADDED,
        Event.SLA_90,
        Event.SLA_BREACHED,
    }
    assert (await meaning(desk, "events:created note:customer")).events == {Event.CREATED, Event.NOTE_ADDED}
    assert (await meaning(desk, "mode:update")).mode is Mode.UPDATE


async def test_a_name_that_changes_is_shown_as_it_is_now_and_one_that_goes_by_its_number(desk: Database) -> None:
    wanted = await meaning(desk, "queue:projects company:fabrikam assignee:ben")

    def change(tx: Tx) -> None:
        fields = [f for f in office.ticket_fields() if f.name != "queueID"]
        metadata.put(tx, OURS, "Tickets", fields, office.NOON)
        directory.put_companies(tx, OURS, [Company(id=office.FABRIKAM, name="Fabrikam Ltd")])

    await desk.write(change)
    assert await desk.read(lambda tx: written(wanted, _names(tx))) == (
        'queue:"unknown (29)" company:"Fabrikam Ltd" assignee:"Ben Okafor"'
    )


def test_the_fields_have_the_names_that_the_mirror_knows() -> None:
    for known in KNOWN.values():
        if known.kind is Kind.PICK and known.ticket:
            assert listed_as(known.ticket) == known.listed_as


WORDS = st.lists(
    st.sampled_from(
        [
            *(
                'queue:"Service Desk"',
                "-queue:projects",
                "queue:#33,none",
                "priority<=2",
                "-priority:low",
                "company:@vip",
            ),
            *("company:contoso,fabrikam", "contact:#71", "mine", "-assignee:ben", "from:monitoring", "-from:kim"),
            *("by:ana", "-by:customer,unknown", "note:customer", "-note:internal", "hours>1.5", "-hours<1"),
            *("title:Ünïcode", '-title:"printer fire",toner', "udf:Seats>5", "udf:Seats=5", "-udf:Seats>=9"),
            *('udf:"Contract tier"=Gold,none', "events:all", "events:created", "-events:note", "mode:update"),
            *("source:email", "type:incident", "status:new"),
        ]
    )
).map(" ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS)
async def test_canonical_words_mean_the_same_and_are_written_alike(desk: Database, words: str) -> None:
    wanted = await meaning(desk, words)
    once = await said(desk, words)
    assert await meaning(desk, once) == wanted
    assert await said(desk, once) == once
    assert filters.read(filters.written(wanted.filter)) == wanted.filter


@given(
    st.builds(
        Filter,
        st.lists(
            st.one_of(
                st.builds(OneOf, st.text(), st.frozensets(st.none() | st.integers()), st.frozensets(st.text())),
                st.builds(Between, st.text(), st.none() | st.decimals(allow_nan=False, allow_infinity=False)),
                st.builds(Titled, st.frozensets(st.lists(st.text()).map(tuple))),
                st.builds(Custom, st.text(), st.frozensets(st.none() | st.text())),
                st.builds(By, st.frozensets(st.integers()), st.frozensets(st.integers()), st.booleans()),
                st.builds(From, st.frozensets(st.integers())),
                st.builds(Notes, st.frozensets(st.sampled_from(NoteKind))),
            )
        ).map(tuple),
    )
)
def test_a_filter_is_kept_and_read_as_it_was(wanted: Filter) -> None:
    assert filters.read(filters.written(wanted)) == wanted
