"""Filters: every operator against a plain Python reading of it, and everything that is refused or ignored."""

import operator
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.autotask import AutotaskSandbox, Clock, World
from sandbox.autotask.reads import Reads
from sandbox.autotask.refusals import RefusalError
from sandbox.autotask.values import read_time
from tests.sandbox_autotask.hand import Body, Hand

TEXTS = ("", "a", "A", "ab", "Ba", "ÄB", "äb", "%", "_", "b'a")
TIMES = ("2024-05-01T08:00:00Z", "2024-05-01T08:00:00.5Z", "2024-05-01T08:00:01Z")
KINDS: dict[str, tuple[Any, ...]] = {
    "title": TEXTS,
    "description": TEXTS,
    "queueID": (5, 6, 8),
    "source": (-1, 2, 4),
    "estimatedHours": (0.5, 1.25),
    "dueDateTime": TIMES,
    "firstResponseDateTime": TIMES,
    "isVisibleToComanaged": (True, False),
}
STRINGS = ("title", "description")


def small_world() -> World:
    world = World(Clock())
    records = []
    for number in range(1, 61):
        record = {**world.blank("Tickets"), "id": number}
        for place, (name, values) in enumerate(KINDS.items()):
            pick = (number * 7 + place * 3 + number // (place + 2)) % (len(values) + 1)
            record[name] = values[pick] if pick < len(values) else None
        records.append(record)
    world.rows.fill("Tickets", records)
    return world


WORLD = small_world()
RECORDS = WORLD.rows.find("Tickets")


def plain(name: str, value: Any) -> Any:
    if name in STRINGS:
        return str(value).casefold()
    return read_time(value) if name.endswith("DateTime") else value


def holds(condition: dict[str, Any], record: dict[str, Any]) -> bool:
    if condition["op"] in ("and", "or"):
        every = [holds(item, record) for item in condition["items"]]
        return all(every) if condition["op"] == "and" else any(every)
    return leaf_holds(condition["op"], condition["field"], condition.get("value"), record)


def leaf_holds(op: str, name: str, value: Any, record: dict[str, Any]) -> bool:
    if record[name] is None:
        return op == "notExist"
    if op in ("exist", "notExist"):
        return op == "exist"
    mine = plain(name, record[name])
    if op in ("in", "notIn"):
        return (mine in [plain(name, each) for each in value]) == (op == "in")
    return COMPARE[op](mine, plain(name, value))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "noteq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
}


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(list(KINDS)))
    ops = ["eq", "noteq", "exist", "notExist", "in", "notIn"]
    ops += [] if name.startswith("is") else ["gt", "gte", "lt", "lte"]
    ops += ["beginsWith", "endsWith", "contains"] if name in STRINGS else []
    op = draw(st.sampled_from(ops))
    value = st.sampled_from(KINDS[name])
    condition: dict[str, Any] = {"op": op, "field": draw(st.sampled_from([name, name.upper()]))}
    if op in ("in", "notIn"):
        condition["value"] = draw(st.lists(value, min_size=1, max_size=3))
    elif op not in ("exist", "notExist"):
        condition["value"] = draw(value)
    return condition


def groups(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"op": st.sampled_from(["and", "or"]), "items": st.lists(children, min_size=1, max_size=3)}
    )


def named(condition: dict[str, Any]) -> dict[str, Any]:
    """Give the oracle the field names as records have them."""
    if "items" in condition:
        return {**condition, "items": [named(item) for item in condition["items"]]}
    proper = next(name for name in KINDS if name.upper() == condition["field"].upper())
    return {**condition, "field": proper}


def found(body: dict[str, Any]) -> list[int]:
    route = WORLD.table.match("/V1.0/Tickets/query")
    assert route
    page = orjson.loads(Reads(WORLD).query(route, body, "", search=None))
    return [item["id"] for item in page["items"] if "id" in item]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.recursive(leaves(), groups, max_leaves=6), min_size=1, max_size=3))
def test_a_filter_finds_exactly_the_records_that_it_describes(conditions: list[Body]) -> None:
    expected = [record["id"] for record in RECORDS if all(holds(named(each), record) for each in conditions)]
    assert found({"Filter": conditions}) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
wild_conditions = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["eq", "in", "gt", "contains", "and", "or", "exist", "like"]) | json_values,
        "field": st.sampled_from(["id", "title", "dueDateTime", "isVisibleToComanaged"]) | json_values,
        "value": json_values,
        "items": json_values,
        "udf": json_values,
    },
)


def answered(body: Body) -> tuple[list[int], list[str]]:
    """Return ids, or the texts of the refusal; anything else that happens is the server's fault."""
    try:
        return found(body), []
    except RefusalError as refusal:
        return [], refusal.body["errors"]


@settings(max_examples=300, deadline=None)
@given(st.lists(wild_conditions | json_values, max_size=3), json_values, json_values)
def test_nonsense_is_answered_or_refused_but_never_breaks_the_server(
    conditions: object, size: int, include: object
) -> None:
    body = {"filter": conditions, "MaxRecords": size, "IncludeFields": include}
    ids, texts = answered(body)
    assert texts or ids == sorted(ids)


async def test_keys_and_operators_are_read_whatever_their_case(hand: Hand) -> None:
    body = {"FILTER": [{"Op": "EQ", "Field": "TICKETNUMBER", "Value": hand.at.world.ticket(7001)["ticketNumber"]}]}
    answer = await hand.post("Tickets/query", body)
    assert [item["id"] for item in answer.body["items"]] == [7001]


@pytest.mark.parametrize("op", ["ne", "like", "noteExist", ""])
async def test_an_unknown_operator_is_dropped_and_every_row_comes_back(
    at: AutotaskSandbox, hand: Hand, op: str
) -> None:
    condition = {"op": op, "field": "status", "value": 5}
    assert len(await hand.ids("Tickets", condition)) == 40
    at.quirks.strict_operators = True
    assert (await hand.query("Tickets", condition)).status == 500


@pytest.mark.parametrize("field", ["accountID", "creatorType", "lastActivityPersonType"])
async def test_an_unknown_or_unqueryable_field_is_a_500_that_names_it(hand: Hand, field: str) -> None:
    answer = await hand.query("Tickets", {"op": "eq", "field": field, "value": 1})
    assert answer.status == 500
    assert answer.errors == f"Unable to find {field} in the Ticket Entity"


async def test_an_unknown_included_field_is_refused_too(hand: Hand) -> None:
    answer = await hand.query("Tickets", {"op": "exist", "field": "id"}, IncludeFields=["id", "queueName"])
    assert "Unable to find queueName" in answer.errors


@pytest.mark.parametrize("size", [0, 501, -1])
async def test_a_page_size_outside_the_limits_is_refused(hand: Hand, size: int) -> None:
    answer = await hand.query("Tickets", {"op": "exist", "field": "id"}, MaxRecords=size)
    assert "maxCountOfRecordsToReturn must be between 1 and 500" in answer.errors


@pytest.mark.parametrize("body", [None, b"", {}, {"MaxRecords": 5}])
async def test_a_missing_filter_is_refused_by_parameter_name(hand: Hand, body: object) -> None:
    answer = await hand.post("Tickets/query", body)
    assert answer.status == 500
    assert "Parameter name: filters" in answer.errors


async def test_an_empty_filter_finds_everything_or_is_refused(at: AutotaskSandbox, hand: Hand) -> None:
    assert len((await hand.query("Tickets")).body["items"]) == 40
    at.quirks.empty_filter_refused = True
    assert "filters" in (await hand.query("Tickets")).errors


async def test_more_than_500_or_conditions_are_refused_and_500_are_not(hand: Hand) -> None:
    ids = list(range(7001, 7501))
    many = {"op": "in", "field": "id", "value": ids}
    assert (await hand.query("Tickets", many)).status == 200
    ids.append(1)
    assert "500 or fewer 'OR' conditions" in (await hand.query("Tickets", many)).errors


@pytest.mark.parametrize(("field", "value"), [("id", "abc"), ("status", "new"), ("dueDateTime", "soon")])
async def test_text_that_does_not_convert_is_refused(hand: Hand, field: str, value: object) -> None:
    answer = await hand.query("Tickets", {"op": "eq", "field": field, "value": value})
    assert "Conversion failed when converting varchar" in answer.errors


async def test_a_number_written_as_text_is_converted(hand: Hand) -> None:
    assert await hand.ids("Tickets", {"op": "eq", "field": "id", "value": "7001"}) == [7001]


async def test_json_that_is_none_gets_the_parsers_text(hand: Hand) -> None:
    answer = await hand.post("Tickets/query", b"this is no json")
    assert answer.status == 500
    assert "Unexpected character encountered while parsing value: t." in answer.errors


async def test_a_user_defined_field_is_found_by_name_and_only_one_per_query(at: AutotaskSandbox, hand: Hand) -> None:
    at.world.change_ticket(7001, by=29682901, userDefinedFields=[{"name": "Asset Tag", "value": "LT-4711"}])
    condition = {"op": "eq", "field": "Asset Tag", "udf": True, "value": "lt-4711"}
    assert await hand.ids("Tickets", condition) == [7001]
    assert (await hand.query("Tickets", condition, condition)).status == 500


async def test_nulls_escape_noteq_unless_the_quirk_says_otherwise(at: AutotaskSandbox, hand: Hand) -> None:
    condition = {"op": "noteq", "field": "assignedResourceID", "value": 1}
    unassigned = await hand.ids("Tickets", {"op": "notExist", "field": "assignedResourceID"})
    assert unassigned
    assert not set(unassigned) & set(await hand.ids("Tickets", condition))
    at.quirks.noteq_finds_nulls = True
    assert set(unassigned) <= set(await hand.ids("Tickets", condition))


async def test_included_fields_are_all_that_comes(hand: Hand) -> None:
    answer = await hand.query("Tickets", {"op": "exist", "field": "id"}, IncludeFields=["ID", "Asset Tag"])
    assert answer.body["items"][0].keys() == {"id", "userDefinedFields"}
    assert [udf["name"] for udf in answer.body["items"][0]["userDefinedFields"]] == ["Asset Tag"]


async def test_count_agrees_with_the_rows_by_both_verbs(hand: Hand) -> None:
    body = {"filter": [{"op": "noteq", "field": "status", "value": 5}]}
    rows = len((await hand.post("Tickets/query", body)).body["items"])
    assert (await hand.post("Tickets/query/count", body)).body == {"queryCount": rows}
    assert (await hand.search("Tickets", body, "query/count")).body == {"queryCount": rows}


async def test_a_long_query_in_the_url_is_an_unexplained_404(hand: Hand) -> None:
    body = {"filter": [{"op": "in", "field": "id", "value": list(range(7001, 7401))}]}
    assert (await hand.search("Tickets", body)).status == 404


async def test_times_carry_z_and_the_quirk_takes_it_away(at: AutotaskSandbox, hand: Hand) -> None:
    assert (await hand.get("Tickets/7001")).body["item"]["createDate"].endswith("Z")
    at.quirks.datetimes_without_zone = True
    assert not (await hand.get("Tickets/7001")).body["item"]["createDate"].endswith("Z")


async def test_hidden_queues_vanish_without_a_word(at: AutotaskSandbox, hand: Hand) -> None:
    queue = at.world.ticket(7001)["queueID"]
    at.quirks.hidden_queues = frozenset({queue})
    assert (await hand.get("Tickets/7001")).body == {"item": None}
    assert not await hand.ids("Tickets", {"op": "eq", "field": "queueID", "value": queue})


async def test_decimals_come_with_four_places(at: AutotaskSandbox, hand: Hand) -> None:
    at.world.change_ticket(7001, by=29682901, estimatedHours=3.5)
    assert '"estimatedHours":3.5000' in (await hand.get("Tickets/7001")).text
