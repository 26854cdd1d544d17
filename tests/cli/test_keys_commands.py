"""``attms keys``: on the store itself, and through a running server."""

import json

import pytest

from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer

TEXT = "attms_k0000001_planted"
KEY = {
    "id": "k0000001",
    "name": "monitoring",
    "scopes": ["scheduler:run", "status:read"],
    "created": MOMENT,
    "created_by": "key:1",
    "expires": "2026-05-31T12:00:00+00:00",
    "last_used": None,
    "revoked": None,
}


def make(attms: CommandLine, *more: str) -> str:
    """Make a key; give its text."""
    return attms("keys", "create", "monitoring", "--scope", "status:read", *more).stdout.strip()


def id_of(text: str) -> str:
    return text.split("_")[1]


def test_a_key_is_shown_once_alone_on_standard_output(attms: CommandLine) -> None:
    done = attms("keys", "create", "monitoring", "--scope", "status:read", "--scope", "scheduler:run")
    assert done.exit_code == 0
    text = done.stdout.strip()
    assert text.startswith("attms_")
    assert "holds until 2026-05-31 12:00 UTC: scheduler:run, status:read." in done.stderr
    assert "cannot be shown again" in done.stderr
    assert text not in done.stderr
    for words in (("list",), ("list", "--json"), ("revoke", id_of(text))):
        assert text not in attms("keys", *words).output
    assert text not in str(attms.audited())


def test_as_json_it_comes_with_what_it_may_do(attms: CommandLine) -> None:
    told = attms.json("keys", "create", "monitoring", "--scope", "status:read", "--scope", "scheduler:run")
    key = told["key"]
    assert key == {**KEY, "id": id_of(told["text"]), "created_by": key["created_by"]}
    assert key["created_by"].startswith("host:")


def test_its_lifetime_is_the_one_that_was_asked_for(attms: CommandLine) -> None:
    told = attms.json("keys", "create", "monitoring", "--scope", "status:read", "--days", "1")
    assert told["key"]["expires"] == "2026-03-03T12:00:00+00:00"
    assert attms("keys", "create", "monitoring", "--scope", "status:read", "--days", "366").exit_code == 64


def test_a_mistyped_scope_is_usage_with_the_nearest(attms: CommandLine) -> None:
    done = attms("keys", "create", "monitoring", "--scope", "status:reed")
    assert done.exit_code == 64
    assert "Did you mean status:read?" in " ".join(done.stderr.replace("│", " ").split())
    assert attms("keys", "create", "monitoring").exit_code == 64
    assert attms.json("keys", "list") == {"keys": []}


def test_the_list_tells_how_each_stands(attms: CommandLine) -> None:
    assert "There are no keys." in attms("keys", "list").stdout
    assert attms.json("keys", "list") == {"keys": []}
    text = make(attms)
    assert attms.json("keys", "list")["keys"][0]["name"] == "monitoring"
    attms("keys", "revoke", id_of(text))
    assert "revoked 2026-03-02 12:00 UTC" in attms("keys", "list").stdout


def test_a_key_made_anew_has_another_text_and_is_taken_down(attms: CommandLine) -> None:
    old = make(attms)
    new = attms("keys", "rotate", id_of(old), "--overlap-hours", "2").stdout.strip()
    assert new != old
    assert new.startswith("attms_")
    rows = [(row.action, row.target) for row in attms.audited()]
    assert rows == [("keys.create", id_of(old)), ("keys.rotate", id_of(new))]
    assert attms.audited()[-1].detail["overlap_hours"] == "2"


def test_a_revoked_key_is_told_and_taken_down(attms: CommandLine) -> None:
    key = id_of(make(attms))
    assert attms("keys", "revoke", key).stdout == f"{key} (monitoring) is revoked.\n"
    assert (attms.audited()[-1].action, attms.audited()[-1].target) == ("keys.revoke", key)
    again = attms("keys", "rotate", key)
    assert again.exit_code == 1
    assert "was revoked" in again.stderr


@pytest.mark.parametrize("word", ["revoke", "rotate"])
def test_a_wrong_id_is_refused_with_what_may_be_meant(attms: CommandLine, word: str) -> None:
    key = id_of(make(attms))
    for wrong, hint in ((key[:-1], f"Did you mean {key}?"), ("monitoring", f"name of {key}"), ("!", "attms keys list")):
        done = attms("keys", word, wrong)
        assert done.exit_code == 1
        assert f"There is no key {wrong}." in done.stderr
        assert hint in done.stderr
        assert json.loads(attms("keys", word, wrong, "--json").stdout)["error"]["code"] == "not-found"


def test_a_running_server_makes_lists_and_ends_keys_itself(attms: CommandLine, server: ControlServer) -> None:
    server.answer("GET", "/api/v1/keys", 200, {"keys": [KEY]})
    server.answer("POST", "/api/v1/keys", 201, {"key": KEY, "text": TEXT})
    server.answer("POST", "/api/v1/keys/k0000001/rotate", 200, {"key": KEY, "text": TEXT})
    server.answer("DELETE", "/api/v1/keys/k0000001", 200, {**KEY, "revoked": MOMENT})
    assert make(attms, "--days", "5") == TEXT
    assert attms.json("keys", "list") == {"keys": [KEY]}
    assert attms("keys", "rotate", "k0000001").stdout == f"{TEXT}\n"
    assert attms("keys", "revoke", "k0000001").stdout == "k0000001 (monitoring) is revoked.\n"
    changes = [asked for asked in server.asked if asked[0] != "GET"]
    assert changes == [
        ("POST", "/api/v1/keys", {"name": "monitoring", "scopes": ["status:read"], "days": 5}),
        ("POST", "/api/v1/keys/k0000001/rotate", {"overlap_hours": 24}),
        ("DELETE", "/api/v1/keys/k0000001", None),
    ]
    assert attms.audited() == []
