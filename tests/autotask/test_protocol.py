import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.autotask.protocol import Call, Deed, Kind, Login, Priority, cleaned, decoded, request, verdict
from attms_core.autotask.refusals import asks_for_fresh_fields, refusal
from attms_core.errors import AttmsError, ImpersonationRefused, Invalid, NotAllowed, NotFound, Required
from attms_core.http import Response
from attms_core.model import Choice, Field, ResourceId
from tests.autotask.fake import BASE, errors, html, json_answer

LOGIN = Login(user="api@example.test", secret="s$cret~", integration_code="CODE")
CREATE = Call(entity="Tickets", method="POST", path="Tickets", deed=Deed.CREATE, priority=Priority.WRITE)
UPDATE = Call(entity="Tickets", method="PATCH", path="Tickets", deed=Deed.UPDATE, priority=Priority.WRITE)
FIELDS = {
    "priority": Field(
        name="priority",
        data_type="integer",
        is_picklist=True,
        choices=(
            Choice(value=1, label="High", sort_order=2),
            Choice(value=4, label="Critical", sort_order=1),
            Choice(value=9, label="Old", is_active=False),
        ),
    )
}


def test_a_request_bears_the_log_in_and_never_shows_it() -> None:
    sent = request(CREATE, BASE, LOGIN, deadline=3)
    assert sent.url == BASE + "V1.0/Tickets"
    assert sent.headers["Secret"] == "s$cret~"
    assert "s$cret~" not in repr(sent) + repr(LOGIN)


@pytest.mark.parametrize(("deed", "is_borne"), [(Deed.CREATE, True), (Deed.UPDATE, True), (Deed.READ, False)])
def test_only_writes_bear_a_persons_id(deed: Deed, *, is_borne: bool) -> None:
    call = Call(entity="Tickets", method="POST", path="Tickets", deed=deed, as_=ResourceId(29))
    sent = request(call, BASE, LOGIN, deadline=3)
    assert (sent.headers.get("ImpersonationResourceId") == "29") is is_borne


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (json_answer({"item": None}), Kind.DONE),
        (json_answer({"itemId": 3}), Kind.DONE),
        (json_answer([1, 2]), Kind.LOST),
        (html(200), Kind.LOST),
        (Response(status=200, headers={"content-type": "application/json"}, body=b'{"items": NaN}'), Kind.LOST),
        (Response(status=200, headers={"content-type": "application/json"}, body=b"[" * 100_000), Kind.LOST),
        (Response(status=302, headers={"location": "https://evil.test"}), Kind.LOST),
        (Response(status=401), Kind.LOCKED),
        (html(401), Kind.LOCKED),
        (errors("Unauthorized", status=401), Kind.LOCKED),
        (errors("Unauthorized"), Kind.LOCKED),
        (json_answer({"Message": "No HTTP resource was found"}, 404), Kind.MISSING),
        (json_answer({"Message": "does not support http method 'PATCH'."}, 405), Kind.REFUSED),
        (errors("The Autotask API thread threshold of 3 threads has been exceeded.", status=429), Kind.CROWDED),
        (errors("The Autotask API thread threshold of 3 threads has been exceeded."), Kind.CROWDED),
        (errors("The number of external requests has exceeded the threshold of 10000 in 60 minutes."), Kind.SPENT),
        (Response(status=429), Kind.BUSY),
        (html(502), Kind.LOST),
        (html(503), Kind.LOST),
        (html(500), Kind.LOST),
        (Response(status=500), Kind.LOST),
        (errors("Transaction was deadlocked on lock resources"), Kind.LOST),
        (errors("Execution Timeout Expired. The timeout period elapsed"), Kind.LOST),
        (errors("Missing Required Field: title."), Kind.REFUSED),
        (errors("You are Unauthorized to see the threshold of joy"), Kind.REFUSED),
    ],
)
def test_texts_decide_and_the_status_only_afterwards(response: Response, kind: Kind) -> None:
    assert verdict(response).kind is kind


@given(
    st.integers(100, 599),
    st.binary(max_size=60) | st.just(b'{"errors": [null, 1, ["x"]]}') | st.just(b'{"errors": {}}'),
    st.sampled_from(["application/json", "text/html", "", "application/json; charset=utf-16"]),
)
def test_no_answer_whatever_it_holds_raises(status: int, body: bytes, content_type: str) -> None:
    verdict(Response(status=status, headers={"content-type": content_type}, body=body))


def test_text_cut_within_a_character_does_not_hide_the_page() -> None:
    raw = rb'{"items": [{"title": "cut \ud83d"}, {"title": "whole \ud83d\ude00 \\ud83d"}]}'
    read = decoded(Response(status=200, headers={"content-type": "application/json"}, body=raw))
    assert read == {"items": [{"title": "cut �"}, {"title": "whole \U0001f600 \\ud83d"}]}


@given(st.text())
def test_what_json_holds_well_is_read_as_it_is(text: str) -> None:
    body = orjson.dumps({"a": text.encode(errors="replace").decode()})
    read = decoded(Response(status=200, headers={"content-type": "application/json"}, body=body))
    assert read == orjson.loads(body)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("queueID is required ; on record number [1].", "queueID is required"),
        ("Data violation: too long ; on record number [1].", "too long"),
        ("two\r\nlines\x1b[31m", "two lines [31m"),
    ],
)
def test_autotasks_wrapping_is_taken_off(said: str, kept: str) -> None:
    assert cleaned(said) == kept


@pytest.mark.parametrize(
    ("call", "text", "kind", "field"),
    [
        (CREATE, "Missing Required Field: title.", Required, "title"),
        (CREATE, "Missing Required Field: companyID.", Required, "company"),
        (CREATE, "Value does not exist for the required field queueID", Required, "queue"),
        (CREATE, "dueDateTime is required", Required, "due"),
        (CREATE, "projectID is required", Required, "projectID"),
        (CREATE, "dateWorked is required when no value is supplied for startDateTime", Required, "dateWorked"),
        (CREATE, "A queueID or an assignedResourceID with assignedResourceRoleID is required", Required, "queue"),
        (UPDATE, "Picklist value [3] does not exist for priority", Invalid, "priority"),
        (
            UPDATE,
            "Reference value on field: contactID of type: Contact does not exist or is invalid.",
            Invalid,
            "contact",
        ),
        (UPDATE, "Value does not reference an existing entity for taskType .", Invalid, "taskType"),
        (
            UPDATE,
            "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
            Invalid,
            "assignee",
        ),
        (
            UPDATE,
            "The specified AssignedResourceID and AssignedRoleID combination is not currently defined",
            Invalid,
            "assignee",
        ),
        (
            UPDATE,
            "The companyLocationID[285] cannot be associated with the Ticket. The CompanyLocation must belong",
            Invalid,
            "companyLocationID",
        ),
        (UPDATE, "The value of title exceeds the maximum length of 255", Invalid, "title"),
        (UPDATE, "Something that nobody has ever seen", Invalid, ""),
        (
            CREATE,
            "The logged in Resource does not have the adequate permissions to create this entity type.",
            ImpersonationRefused,
            None,
        ),
        (UPDATE, "User not authorized to change Show On Invoice values", NotAllowed, None),
        (UPDATE, "You do not have permission to delete time entries that you did not create", NotAllowed, None),
        (UPDATE, "No matching records found.", NotFound, None),
    ],
)
def test_a_refusal_says_who_can_act_and_on_which_field(
    call: Call, text: str, kind: type[AttmsError], field: str | None
) -> None:
    error = refusal(call, [text], FIELDS)
    assert type(error) is kind
    assert getattr(error, "field", None) == field


def test_a_refused_picklist_value_lists_the_legal_labels_in_their_order() -> None:
    error = refusal(UPDATE, ["Picklist value [3] does not exist for priority"], FIELDS)
    assert isinstance(error, Invalid)
    assert error.legal == ("Critical", "High")
    assert str(error) == "Picklist value [3] does not exist for priority"


@pytest.mark.parametrize(("call", "box"), [(CREATE, "tick Add for Tickets"), (UPDATE, "tick Edit for Tickets")])
def test_refused_impersonation_names_the_switch(call: Call, box: str) -> None:
    text = "The logged in Resource does not have the adequate permissions to update this entity type."
    error = refusal(call, [text], {})
    assert box in error.hint
    assert "Admin > Resources/Users > Security Levels" in error.hint


def test_of_several_texts_the_first_understood_decides_and_all_are_told() -> None:
    error = refusal(CREATE, ["What?", "queueID is required", "dueDateTime is required"], {})
    assert isinstance(error, Required)
    assert error.field == "queue"
    assert str(error) == "What? queueID is required dueDateTime is required"


def test_only_outdated_fields_ask_for_fresh_ones() -> None:
    assert asks_for_fresh_fields(["Picklist value [3] does not exist for priority"])
    assert not asks_for_fresh_fields(["queueID is required"])
