"""Opportunities, the notes of companies, assets, and what the API tells of itself."""

from datetime import timedelta

import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

MARA = 29682901
EVERY = {"op": "gte", "field": "id", "value": 0}


@pytest.fixture
def company(at: AutotaskSandbox) -> int:
    id_: int = at.world.rows.find("Companies", isActive=True)[5]["id"]
    return id_


@pytest.fixture
def hope(company: int) -> Body:
    return {
        "companyID": company,
        "title": "Firewall replacement",
        "ownerResourceID": MARA,
        "stage": 201,
        "status": 1,
        "amount": 2400.5,
        "cost": 0,
        "probability": 40,
        "useQuoteTotals": False,
        "startDate": "2024-05-01",
        "projectedCloseDate": "2024-07-01T00:00:00Z",
    }


@pytest.fixture
def note() -> Body:
    when = {"startDateTime": "2024-05-15T10:00:00Z", "endDateTime": "2024-05-15T10:20:00Z"}
    return {"actionType": 1, "assignedResourceID": MARA, "name": "Call", "note": "They like it.", **when}


async def test_an_opportunity_is_created_won_and_reopened(at: AutotaskSandbox, hand: Hand, hope: Body) -> None:
    id_ = (await hand.post("Opportunities", hope, as_resource=MARA)).body["itemId"]
    made = at.world.record("Opportunities", id_)
    assert (made["creatorResourceID"], made["lastActivity"], made["closedDate"]) == (MARA, "2024-05-15T12:00:00Z", None)
    assert '"amount":2400.5000' in (await hand.get(f"Opportunities/{id_}")).text
    await hand.patch("Opportunities", {"id": id_, "status": 3})
    assert at.world.record("Opportunities", id_)["closedDate"] == "2024-05-15T12:00:00Z"
    await hand.patch("Opportunities", {"id": id_, "status": 1})
    assert at.world.record("Opportunities", id_)["closedDate"] is None
    assert (await hand.send("DELETE", f"Opportunities/{id_}")).status == 405


async def test_what_is_implemented_keeps_the_day_on_which_it_was_won(
    at: AutotaskSandbox, hand: Hand, hope: Body
) -> None:
    id_ = (await hand.post("Opportunities", hope)).body["itemId"]
    await hand.patch("Opportunities", {"id": id_, "status": 3})
    at.clock.advance(timedelta(days=2))
    await hand.patch("Opportunities", {"id": id_, "status": 4})
    assert at.world.record("Opportunities", id_)["closedDate"] == "2024-05-15T12:00:00Z"
    straight = (await hand.post("Opportunities", {**hope, "status": 4})).body["itemId"]
    assert at.world.record("Opportunities", straight)["closedDate"] == "2024-05-17T12:00:00Z"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": None}, "Missing Required Field: title"),
        ({"projectedCloseDate": None}, "Missing Required Field: projectedCloseDate"),
        ({"stage": 205}, "Picklist value [205] does not exist for stage"),
        ({"status": 9}, "Picklist value [9] does not exist for status"),
        ({"companyID": 5}, "companyID of type: Company"),
        ({"ownerResourceID": 5}, "ownerResourceID of type: Resource"),
        ({"probability": 101}, "probability"),
        ({"contactID": 30681001}, "contactID of type: Contact"),
    ],
)
async def test_an_opportunity_is_refused(hand: Hand, hope: Body, change: Body, words: str) -> None:
    assert words in (await hand.post("Opportunities", {**hope, **change})).errors


async def test_losing_may_have_to_be_explained(at: AutotaskSandbox, hand: Hand, hope: Body) -> None:
    id_ = (await hand.post("Opportunities", hope)).body["itemId"]
    at.world.tenant.reasons_demanded = True
    assert "lossReason is required" in (await hand.patch("Opportunities", {"id": id_, "status": 2})).errors
    assert (await hand.patch("Opportunities", {"id": id_, "status": 2, "lossReason": 1})).status == 200
    assert at.world.record("Opportunities", id_)["lostDate"]


async def test_a_note_of_a_company_moves_its_opportunity(
    at: AutotaskSandbox, hand: Hand, hope: Body, note: Body, company: int
) -> None:
    opportunity = next(each for each in at.world.rows.find("Opportunities") if each["companyID"] != company)
    place = f"Companies/{company}/Notes"
    refused = await hand.post(place, {**note, "opportunityID": opportunity["id"]})
    assert "opportunityID of type: Opportunity" in refused.errors
    mine = (await hand.post("Opportunities", hope)).body["itemId"]
    at.world.rows.put(
        "Opportunities", {**at.world.record("Opportunities", mine), "lastActivity": "2024-01-01T00:00:00Z"}
    )
    id_ = (await hand.post(place, {**note, "opportunityID": mine}, as_resource=MARA)).body["itemId"]
    assert at.world.record("Opportunities", mine)["lastActivity"] == "2024-05-15T12:00:00Z"
    assert at.world.record("CompanyNotes", id_)["lastModifiedDate"] == "2024-05-15T12:00:00Z"
    moved = {"id": id_, "companyID": 0, "note": "They love it."}
    assert (await hand.patch(place, moved)).status == 200
    assert at.world.record("CompanyNotes", id_)["companyID"] == company


@pytest.mark.parametrize("status", [0, 2, 3, 4])
async def test_a_note_is_written_about_an_active_opportunity_and_outlives_it(
    hand: Hand, hope: Body, note: Body, company: int, status: int
) -> None:
    place, about = f"Companies/{company}/Notes", (await hand.post("Opportunities", hope)).body["itemId"]
    old = (await hand.post(place, {**note, "opportunityID": about})).body["itemId"]
    await hand.patch("Opportunities", {"id": about, "status": status})
    assert "opportunityID of type: Opportunity" in (await hand.post(place, {**note, "opportunityID": about})).errors
    assert (await hand.patch(place, {"id": old, "note": "They liked it."})).status == 200


async def test_a_note_of_a_company_needs_its_fields(hand: Hand, note: Body, company: int) -> None:
    bare = {name: value for name, value in note.items() if name in ("name", "note")}
    answer = await hand.post(f"Companies/{company}/Notes", bare)
    assert all(field in answer.errors for field in ("actionType", "assignedResourceID", "startDateTime", "endDateTime"))
    assert (await hand.post("CompanyNotes", note)).status == 404


async def test_an_asset_is_created_and_stays_with_its_company(at: AutotaskSandbox, hand: Hand, company: int) -> None:
    body = {"companyID": company, "productID": 29685001, "isActive": True, "referenceTitle": "PC-9"}
    id_ = (await hand.post("ConfigurationItems", body)).body["itemId"]
    assert (await hand.patch("ConfigurationItems", {"id": id_, "companyID": 0, "serialNumber": "S9"})).status == 200
    asset = at.world.record("ConfigurationItems", id_)
    assert (asset["companyID"], asset["serialNumber"]) == (company, "S9")
    assert asset["lastModifiedTime"] == "2024-05-15T12:00:00Z"
    assert await hand.ids("ConfigurationItems", {"op": "eq", "field": "serialNumber", "value": "s9"}) == [id_]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"productID": 5}, "productID of type: Product"),
        ({"isActive": None}, "isActive"),
        ({"configurationItemType": 99}, "configurationItemType"),
        ({"contactID": 30681001}, "contactID of type: Contact"),
    ],
)
async def test_an_asset_is_refused(hand: Hand, company: int, change: Body, words: str) -> None:
    body = {"companyID": company, "productID": 29685001, "isActive": True, **change}
    assert words in (await hand.post("ConfigurationItems", body)).errors


async def test_seeded_sales_obey_the_rules_that_the_api_enforces(at: AutotaskSandbox, hand: Hand) -> None:
    contacts = {each["id"]: each["companyID"] for each in at.world.rows.find("Contacts")}
    found = (await hand.query("Opportunities", EVERY)).body["items"]
    assert {each["status"] for each in found} >= {1, 3}
    assert all(contacts[each["contactID"]] == each["companyID"] for each in found)
    assert all((each["closedDate"] is not None) == (each["status"] in (3, 4)) for each in found)
    assert len((await hand.query("ConfigurationItems", EVERY)).body["items"]) > 100
    assert len((await hand.query("CompanyNotes", EVERY)).body["items"]) == len(found)


async def test_the_api_tells_its_version_its_modules_and_every_entity(at: AutotaskSandbox, hand: Hand) -> None:
    version = (await hand.get("Version")).body
    assert set(version) == {"majorVersion", "minorVersion", "build", "customerType"}
    at.world.tenant.modules_off.add("Opportunities")
    modules = {each["key"]: each["value"] for each in (await hand.get("Modules")).body["modules"]}
    assert modules[2] is False
    assert modules[4] is True
    told = {
        each["info"]["name"]: each["info"] for each in (await hand.get("EntityInformation")).body["entityDescriptions"]
    }
    assert told["Ticket"]["canDelete"] is False
    assert told["TimeEntry"]["canDelete"] is True
    assert told["Opportunity"]["userAccessForQuery"] == "None"
