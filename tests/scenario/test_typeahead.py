"""Typeahead: companies and contacts while somebody types into a form."""

from typing import Any

import pytest

from tests.scenario.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_companies_are_found_by_how_their_words_begin(shared: World) -> None:
    mara = await shared.linked()
    found = (await shared.client.search("companies", "quill", person=mara)).results
    assert [each["title"] for each in found] == ["Quillbrook Dental Group"]
    found = (await shared.client.search("companies", "dental", person=mara)).results
    assert "Quillbrook Dental Group" in [each["title"] for each in found]


async def test_at_most_fifteen_come_and_inactive_ones_never(shared: World) -> None:
    mara = await shared.linked()
    assert len((await shared.client.search("companies", "", person=mara)).results) == 15
    gone = shared.at.world.rows.find("Companies", isActive=False)
    assert gone
    for company in gone:
        found = (await shared.client.search("companies", company["companyName"], person=mara)).results
        assert str(company["id"]) not in [each["value"] for each in found]


async def test_contacts_are_those_of_the_company_on_the_form(shared: World) -> None:
    mara = await shared.linked()
    company = shared.tickets()[0]["companyID"]
    theirs = {str(row["id"]) for row in shared.at.world.rows.find("Contacts", companyID=company, isActive=1)}
    found = (await shared.client.search("contacts", "", person=mara, data={"company": str(company)})).results
    assert {each["value"] for each in found} == theirs


@pytest.mark.parametrize("company", [None, "x", "", "\u00b2", "1\u00b2", "--1", "9" * 40, "9" * 5000, ["1"]], ids=ascii)
async def test_contacts_without_a_company_are_none(
    shared: World, company: object, capsys: pytest.CaptureFixture[str]
) -> None:
    mara = await shared.linked()
    said = await shared.client.search("contacts", "a", person=mara, data={"company": company})
    assert said.status == 200
    assert said.results == []
    assert "turn_broke" not in capsys.readouterr().out


@pytest.mark.parametrize("data", [None, {}])
async def test_contacts_of_a_card_that_names_no_company_are_none(shared: World, data: dict[str, Any] | None) -> None:
    mara = await shared.linked()
    said = await shared.client.search("contacts", "a", person=mara, data=data)
    assert said.status == 200
    assert said.results == []


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"queryText": ["x"], "dataset": "companies"},
        {"queryText": "x" * 100_000, "dataset": "companies"},
        {"queryText": "%_*\"' OR 1=1 --", "dataset": "companies"},
        {"queryText": "a", "dataset": {"x": 1}},
        {"queryText": "a", "dataset": "nothing"},
        {"queryText": "a", "dataset": "contacts", "data": "text"},
        {"queryText": "a", "dataset": "contacts", "data": [1]},
    ],
    ids=lambda value: str(value)[:40],
)
async def test_odd_questions_get_no_hits_and_break_nothing(
    shared: World, value: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    mara = await shared.linked()
    said = await shared.client.invoke("application/search", value, person=mara)
    assert said.status == 200
    assert said.results == []
    assert "turn_broke" not in capsys.readouterr().out
