"""The context file of the chat window."""

import json
import uuid
from typing import Any

import pytest

from demo import cast, context
from sandbox.autotask import demo_people


@pytest.fixture
def written() -> dict[str, Any]:
    text = context.render(cast.speaker(), cast.others(), company="Larkspur IT Services", bot="ATTMS")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_there_are_exactly_five_people_beside_the_speaker(written: dict[str, Any]) -> None:
    emails = [user["email"] for user in written["users"]]
    assert len(set(emails)) == 5
    assert written["currentUser"]["email"] not in emails


def test_the_people_are_the_seeded_technicians(written: dict[str, Any]) -> None:
    present = {user["email"] for user in [written["currentUser"], *written["users"]]}
    assert {person.email for person in demo_people()} <= present


def test_ids_look_like_those_of_teams(written: dict[str, Any]) -> None:
    for user in [written["currentUser"], *written["users"]]:
        assert user["id"].startswith("29:")
        assert str(uuid.UUID(user["aadObjectId"])) == user["aadObjectId"]
    assert str(uuid.UUID(written["tenantId"])) == written["tenantId"]
    assert written["bot"]["id"] == f"28:{context.APP_ID}"
    assert written["personalChat"]["id"].startswith("a:")
    assert written["groupChat"]["id"].endswith("@thread.v2")


def test_no_id_stands_twice(written: dict[str, Any]) -> None:
    ids = [user[key] for user in [written["currentUser"], *written["users"]] for key in ("id", "aadObjectId")]
    ids += [written["team"]["id"], written["groupChat"]["id"], written["team"]["channels"][0]["id"]]
    assert len(set(ids)) == len(ids)


def test_the_team_has_the_one_channel_that_the_playground_takes(written: dict[str, Any]) -> None:
    assert [channel["name"] for channel in written["team"]["channels"]] == ["Service Desk"]


def test_another_number_of_people_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly 5"):
        context.render(cast.speaker(), cast.others()[:4], company="x", bot="y")
