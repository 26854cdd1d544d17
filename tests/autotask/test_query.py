from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.autotask import wire
from attms_core.autotask.catalogue import Catalogue, UnknownField
from attms_core.autotask.query import Filter, Query, all_of, any_of, moment, to_wire, where
from attms_core.model import Field


def name(field: str) -> str:
    found = wire.column("Tickets", field)
    return found.theirs if found else field


def written(*filters: Filter, include: tuple[str, ...] = ()) -> dict[str, object]:
    return to_wire(Query("Tickets", filters, include), name, name)


MOMENT = datetime(2026, 11, 24, 8, 30, 15, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (where("status").noteq(5), {"op": "noteq", "field": "status", "value": 5}),
        (where("queue").eq(29), {"op": "eq", "field": "queueID", "value": 29}),
        (where("assignee").exists(), {"op": "exist", "field": "assignedResourceID"}),
        (where("id").is_in([3, 4]), {"op": "in", "field": "id", "value": [3, 4]}),
        (where("due").gte(MOMENT), {"op": "gte", "field": "dueDateTime", "value": "2026-11-24T08:30:15Z"}),
        (where("due").lt(MOMENT), {"op": "lt", "field": "dueDateTime", "value": "2026-11-24T08:30:16Z"}),
    ],
)
def test_a_condition_is_written_with_a_known_operator_and_autotasks_name(
    asked: Filter, expected: dict[str, object]
) -> None:
    assert written(asked)["Filter"] == [expected]


def test_groups_nest() -> None:
    asked = any_of(where("status").eq(1), all_of(where("queue").eq(5), where("assignee").exists()))
    assert written(asked)["Filter"] == [
        {
            "op": "or",
            "items": [
                {"op": "eq", "field": "status", "value": 1},
                {
                    "op": "and",
                    "items": [
                        {"op": "eq", "field": "queueID", "value": 5},
                        {"op": "exist", "field": "assignedResourceID"},
                    ],
                },
            ],
        }
    ]


def test_a_query_can_be_printed_and_compared() -> None:
    asked = Query("Tickets", (where("status").noteq(5), any_of(where("queue").eq(1), where("queue").exists())))
    assert str(asked) == "Tickets where status noteq 5 and (queue eq 1 or queue exist)"
    assert asked == Query("Tickets", asked.filters)


def test_all_rows_still_need_a_filter() -> None:
    assert written()["Filter"] == [{"op": "exist", "field": "id"}]


def test_a_slim_read_always_includes_the_id_once() -> None:
    assert written(include=("title", "id"))["IncludeFields"] == ["id", "title"]


@pytest.mark.parametrize(
    "asked",
    [
        where("id").is_in(range(501)),
        any_of(where("id").is_in(range(300)), where("status").is_in(range(250))),
        where("id").is_in([]),
        any_of(),
    ],
)
def test_what_autotask_would_refuse_or_misread_is_not_written(asked: Filter) -> None:
    with pytest.raises(ValueError, match=r"alternatives|nothing to compare|empty group"):
        written(asked)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_cutting_and_rounding_enclose_the_moment(at: datetime) -> None:
    assert wire.time(moment(at)) <= at <= wire.time(moment(at, up=True))  # type: ignore[operator] # both are read back


def catalogue(*fields: Field) -> Catalogue:
    kept = Catalogue(lambda: MOMENT)
    if fields:
        kept.keep("Tickets", fields)
    return kept


def test_before_metadata_is_read_only_our_own_table_counts() -> None:
    assert catalogue().asked("Tickets", "queue") == "queueID"
    with pytest.raises(UnknownField):
        catalogue().asked("Tickets", "projectID")


def test_metadata_knows_more_fields_and_their_true_spelling() -> None:
    known = catalogue(Field(name="projectID", data_type="integer"), Field(name="queueID", data_type="integer"))
    assert known.asked("Tickets", "PROJECTID") == "projectID"
    assert known.asked("Tickets", "id") == "id"
    with pytest.raises(UnknownField):
        known.asked("Tickets", "due")


def test_a_field_that_cannot_be_filtered_by_can_still_be_included() -> None:
    known = catalogue(Field(name="creatorType", data_type="integer", is_queryable=False))
    assert known.name("Tickets", "creatorType") == "creatorType"
    with pytest.raises(UnknownField):
        known.asked("Tickets", "creatorType")
