"""What is checked around a write, and AutoTask before it is set up."""

import pytest

from attms_core.autotask import AutotaskClient, NotConnectedAutotask
from attms_core.errors import (
    ImpersonationRefused,
    Invalid,
    NotConnected,
)
from attms_core.http import Request, Response
from attms_core.model import NoteId, ResourceId
from attms_core.model.wish import Value
from attms_core.settings import Settings
from tests.autotask.fake import (
    ANA,
    T7,
    WRITTEN,
    FakeAutotask,
    Time,
    body_of,
    errors,
    json_answer,
    page,
)


async def test_nothing_unfit_leaves_the_house() -> None:
    autotask = FakeAutotask(lambda _: WRITTEN)
    client = autotask.client(Time())
    with pytest.raises(Invalid):
        await client.create_ticket({"title": "x" * 256}, as_=ANA)
    with pytest.raises(Invalid):
        await client.update_ticket(T7, {"assignee": 3}, as_=ANA)
    with pytest.raises(ImpersonationRefused):
        await client.update_ticket(T7, {"status": 8}, as_=ResourceId(0))
    await client.update_ticket(T7, {}, as_=ANA)
    assert autotask.seen == []


async def test_nobody_writes_in_the_api_users_name() -> None:
    robot = {"id": 5, "firstName": "Api", "lastName": "User", "licenseType": 7, "isActive": True}
    client = FakeAutotask(lambda _: page(robot)).client(Time())
    _ = [each async for each in client.resources()]
    with pytest.raises(ImpersonationRefused):
        await client.update_ticket(T7, {"status": 8}, as_=ResourceId(5))


async def test_a_refused_impersonation_is_not_tried_without_the_name() -> None:
    text = "The logged in Resource does not have the adequate permissions to create this entity type."
    autotask = FakeAutotask(lambda _: errors(text))
    with pytest.raises(ImpersonationRefused):
        await autotask.client(Time()).create_ticket({"title": "x"}, as_=ANA)
    assert [request.headers.get("ImpersonationResourceId") for request in autotask.seen] == ["29"]


async def test_an_unknown_picklist_value_refreshes_the_fields_once_a_minute() -> None:
    def answer(request: Request) -> Response:
        if "userDefinedFields" in request.url:
            return json_answer({"Message": "No HTTP resource was found"}, 404)
        if "entityInformation" in request.url:
            choices = [{"value": "2", "label": "Medium", "isActive": True}, {"value": "x", "label": "no number"}]
            field = {"name": "priority", "dataType": "integer", "isPickList": True, "picklistValues": choices}
            return json_answer({"fields": [field]})
        return errors("Picklist value [9] does not exist for priority ; on record number [1].")

    autotask = FakeAutotask(answer)
    client = autotask.client(Time())
    for _ in range(2):
        with pytest.raises(Invalid) as caught:
            await client.update_ticket(T7, {"priority": 9}, as_=ANA)
        assert (caught.value.field, caught.value.legal) == ("priority", ("Medium",))
    assert sum("entityInformation" in request.url for request in autotask.seen) == 2


async def test_a_field_made_since_the_last_look_is_looked_up_once_a_minute() -> None:
    names = ["title"]

    def answer(request: Request) -> Response:
        if "entityInformation/fields" in request.url:
            return json_answer({"fields": [{"name": name, "dataType": "string"} for name in names]})
        return json_answer({"fields": []}) if "entityInformation" in request.url else WRITTEN

    time, autotask = Time(), FakeAutotask(answer)
    client = autotask.client(time)
    await client.fields("Tickets")
    names.append("brandNew")
    with pytest.raises(Invalid):
        await client.update_ticket(T7, {"brandNew": "x"}, as_=ANA)
    time.jump(minutes=1)
    await client.update_ticket(T7, {"brandNew": "x"}, as_=ANA)
    assert body_of(autotask.seen[-1]) == {"brandNew": "x", "id": 7}


async def test_a_numeric_text_is_an_id_too() -> None:
    client = FakeAutotask(lambda _: json_answer({"itemId": "31"})).client(Time())
    note: dict[str, Value] = {"title": "a", "text": "b", "note_type": 1, "publish": 2}
    assert await client.add_note(T7, note, as_=ANA) == NoteId(31)


async def test_without_autotask_everything_says_what_to_set() -> None:
    absent = NotConnectedAutotask()
    with pytest.raises(NotConnected) as caught:
        await absent.ticket(T7, urgent=True)
    assert "ATTMS_AUTOTASK_USER" in caught.value.hint
    with pytest.raises(NotConnected):
        _ = [each async for each in absent.open_tickets()]
    assert await absent.ticket_url(T7) == ""


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(
            autotask_user="a",
            autotask_secret="b",  # type: ignore[arg-type] # pydantic takes plain text
            autotask_integration_code="c",  # type: ignore[arg-type] # pydantic takes plain text
            autotask_zone_url="https://evil.test/ATServicesRest/",
        ),
    ],
)
def test_unfit_settings_are_told_before_anything_is_sent(settings: Settings) -> None:
    with pytest.raises(NotConnected):
        AutotaskClient(settings, now=Time().now)
