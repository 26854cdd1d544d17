import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.autotask import encode, protocol
from attms_core.errors import Invalid
from attms_core.model import Field
from attms_core.model.wish import Value

KNOWN = {
    field.name.lower(): field
    for field in (
        Field(name="projectID", data_type="integer"),
        Field(name="estimatedHours", data_type="decimal"),
        Field(name="isVisibleToComanaged", data_type="boolean"),
        Field(name="purchaseOrderNumber", data_type="string", length=50),
        Field(name="ticketNumber", data_type="string", is_read_only=True),
        Field(name="rmmAlertID", data_type="string", is_read_only=True),
        Field(name="Site", data_type="string", length=10, is_user_defined=True),
        Field(name="title", data_type="string", length=255),
    )
}


def test_our_names_become_autotasks() -> None:
    fields: dict[str, Value] = {
        "title": "Printer",
        "queue": 5,
        "assignee": 3,
        "assignee_role": 4,
        "contact": None,
        "due": "2026-11-24T08:00:00+02:00",
    }
    assert encode.record("Tickets", fields, {}) == {
        "title": "Printer",
        "queueID": 5,
        "assignedResourceID": 3,
        "assignedResourceRoleID": 4,
        "contactID": None,
        "dueDateTime": "2026-11-24T06:00:00Z",
    }
    assert encode.record("TicketNotes", {"text": "a", "publish": 2}, {}) == {"description": "a", "publish": 2}


def test_metadata_vouches_for_fields_that_we_do_not_model() -> None:
    fields: dict[str, Value] = {"projectid": "12", "estimatedHours": "1.5", "isVisibleToComanaged": 1, "udf:site": "B"}
    assert encode.needs_metadata("Tickets", fields, {})
    assert not encode.needs_metadata("Tickets", fields, KNOWN)
    assert not encode.needs_metadata("Tickets", {"title": "x"}, {})
    assert encode.record("Tickets", fields, KNOWN) == {
        "projectID": 12,
        "estimatedHours": 1.5,
        "isVisibleToComanaged": True,
        "userDefinedFields": [{"name": "Site", "value": "B"}],
    }


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"titel": "x"}, "titel"),
        ({"created": "2026-01-01"}, "created"),
        ({"number": "T1"}, "number"),
        ({"rmmAlertID": "x"}, "rmmAlertID"),
        ({"id": 3}, "id"),
        ({"Site": "B"}, "Site"),
        ({"udf:Sight": "B"}, "udf:Sight"),
        ({"udf:Site": "B" * 11}, "udf:Site"),
        ({"title": "x" * 256}, "title"),
        ({"title": "\U0001f600" * 128}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\ud800b"}, "title"),
        ({"queue": "five"}, "queue"),
        ({"queue": 2**31}, "queue"),
        ({"title": 10**5000}, "title"),
        ({"due": "soon"}, "due"),
        ({"estimatedHours": "much"}, "estimatedHours"),
        ({"estimatedHours": "NaN"}, "estimatedHours"),
        ({"isVisibleToComanaged": "maybe"}, "isVisibleToComanaged"),
        ({"assignee": 3}, "assignee"),
        ({"assignee_role": 3}, "assignee"),
        ({"assignee": None, "assignee_role": 3}, "assignee"),
    ],
)
def test_what_autotask_would_ignore_cut_or_refuse_is_refused_with_the_field(
    fields: dict[str, Value], blamed: str
) -> None:
    with pytest.raises(Invalid) as caught:
        encode.record("Tickets", fields, KNOWN)
    assert caught.value.field == blamed


def test_the_limit_is_said() -> None:
    with pytest.raises(Invalid, match="300 characters, and AutoTask takes 255"):
        encode.record("Tickets", {"title": "x" * 300}, {})


def test_a_technician_and_a_role_may_be_taken_away_together() -> None:
    assert encode.record("Tickets", {"assignee": None, "assignee_role": None}, {}) == {
        "assignedResourceID": None,
        "assignedResourceRoleID": None,
    }


VALUES = st.none() | st.integers() | st.text() | st.text(st.characters(), max_size=300)


@given(
    st.dictionaries(st.sampled_from(["title", "queue", "due", "description", *KNOWN, "udf:Site"]) | st.text(), VALUES)
)
def test_any_write_is_either_invalid_or_valid_json(fields: dict[str, Value]) -> None:
    try:
        body = encode.record("Tickets", fields, KNOWN)
    except Invalid:
        return
    assert protocol.encoded(body)
