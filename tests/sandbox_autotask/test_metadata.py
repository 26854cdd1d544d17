"""What the API tells about itself."""

import pytest

from sandbox.autotask import AutotaskSandbox, table
from tests.sandbox_autotask.hand import Body, Hand


async def fields_of(hand: Hand, entity: str) -> dict[str, Body]:
    answer = await hand.get(f"{entity}/entityInformation/fields")
    return {field["name"]: field for field in answer.body["fields"]}


async def test_picklist_values_are_texts_with_every_key_the_vendor_sends(hand: Hand) -> None:
    status = (await fields_of(hand, "Tickets"))["status"]
    assert (status["dataType"], status["isPickList"], status["isRequired"]) == ("integer", True, True)
    complete = next(choice for choice in status["picklistValues"] if choice["value"] == "5")
    assert complete["label"] == "Complete"
    assert complete.keys() == {
        "value", "label", "isDefaultValue", "sortOrder", "parentValue", "isActive", "isSystem",
    }  # fmt: skip
    assert complete["parentValue"] == ""
    assert any(not choice["isActive"] for choice in status["picklistValues"])


async def test_critical_comes_first_though_its_number_is_4(hand: Hand) -> None:
    choices = (await fields_of(hand, "Tickets"))["priority"]["picklistValues"]
    ordered = sorted(choices, key=lambda choice: choice["sortOrder"])
    assert [choice["value"] for choice in ordered] == ["4", "1", "2", "3"]


async def test_sub_issues_name_their_parent_field_and_value(at: AutotaskSandbox, hand: Hand) -> None:
    fields = await fields_of(hand, "Tickets")
    assert fields["subIssueType"]["picklistParentValueField"] == "issueType"
    issues = {choice["value"] for choice in fields["issueType"]["picklistValues"]}
    assert {choice["parentValue"] for choice in fields["subIssueType"]["picklistValues"]} == issues
    at.quirks.parent_value_null = True
    assert (await fields_of(hand, "Tickets"))["status"]["picklistValues"][0]["parentValue"] is None


async def test_flags_follow_the_vendors_table(hand: Hand) -> None:
    fields = await fields_of(hand, "Tickets")
    assert fields["title"]["length"] == 255
    assert fields["createDate"]["isReadOnly"] is True
    assert fields["creatorType"]["isQueryable"] is False
    assert (fields["contactID"]["isReference"], fields["contactID"]["referenceEntityType"]) == (True, "Contact")
    assert fields["title"]["picklistValues"] is None
    assert (await fields_of(hand, "Contacts"))["isActive"]["dataType"] == "integer"


async def test_user_defined_fields_have_labels(hand: Hand) -> None:
    answer = await hand.get("Tickets/entityInformation/userDefinedFields")
    first = answer.body["fields"][0]
    assert (first["name"], first["label"], first["isPickList"]) == ("Affected Users", "Affected Users", True)


async def test_entity_information_tells_rights_as_words_or_numbers(at: AutotaskSandbox, hand: Hand) -> None:
    info = (await hand.get("Tickets/entityInformation")).body["info"]
    assert (info["name"], info["canCreate"], info["canDelete"]) == ("Ticket", True, False)
    assert info["userAccessForUpdate"] == "All"
    at.quirks.access_as_integers = True
    assert (await hand.get("Tickets/entityInformation")).body["info"]["userAccessForUpdate"] == 1


async def test_contacts_can_be_deleted_through_their_companies(hand: Hand) -> None:
    assert (await hand.get("Contacts/entityInformation")).body["info"]["canDelete"] is True


@pytest.mark.parametrize("entity", sorted(table.load().entities))
def test_every_entity_of_the_table_has_an_id_and_known_types(entity: str) -> None:
    fields = table.load().entities[entity].fields
    assert fields["id"].type in ("integer", "long")
    kinds = {"string", "integer", "long", "decimal", "datetime", "boolean", "byte[]"}
    assert {field.type for field in fields.values()} <= kinds
