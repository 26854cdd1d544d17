"""What an operator sets, and what is said of mistakes: all at once, each with the nearest valid name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.settings import Linking, SettingsError, load

CONNECTED = {
    "ATTMS_AUTOTASK_USER": "api@desk.example",
    "ATTMS_AUTOTASK_SECRET": "s3cret-of-no-worth",
    "ATTMS_AUTOTASK_INTEGRATION_CODE": "CODE-OF-NO-WORTH",
}


def mistakes(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as told:
        load(environ)
    return str(told.value).splitlines()


def test_nothing_set_is_a_loopback_installation_that_writes_nothing() -> None:
    settings = load({})
    assert settings.host == "127.0.0.1"
    assert not settings.autotask_writes
    assert not settings.is_connected
    assert settings.linking is Linking.CONFIRM


def test_what_is_set_is_taken_and_other_programs_variables_are_not_looked_at() -> None:
    settings = load(
        {
            **CONNECTED,
            "HOME": "/root",
            "ATTMS_PORT": "8080",
            "ATTMS_AUTOTASK_WRITES": "true",
            "ATTMS_LINKING": "admin",
            "ATTMS_BOT_TENANT_IDS": "tenant-a, tenant-b tenant-c",
        }
    )
    assert settings.port == 8080
    assert settings.autotask_writes
    assert settings.is_connected
    assert settings.linking is Linking.ADMIN
    assert settings.bot_tenant_ids == ("tenant-a", "tenant-b", "tenant-c")


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes(
        {
            "ATTMS_PORT": "many",
            "ATTMS_POLL_SECONDS": "1",
            "ATTMS_LINKING": "maybe",
            "ATTMS_BOT_APPID": "x",
            "ATTMS_AUTOTASK_USER": "api@desk.example",
            "ATTMS_PUBLIC_URL": "http://desk.example.com",
        }
    )
    said = "\n".join(told)
    for name in ("PORT", "POLL_SECONDS", "LINKING", "BOT_APPID", "AUTOTASK_SECRET", "INTEGRATION_CODE", "PUBLIC_URL"):
        assert name in said
    assert len(told) == 7


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ATTMS_BOT_APPID", "ATTMS_BOT_APP_ID"),
        ("ATTMS_AUTOTASK_WRITE", "ATTMS_AUTOTASK_WRITES"),
        ("ATTMS_AUTOTASK_INTEGRATIONCODE", "ATTMS_AUTOTASK_INTEGRATION_CODE"),
        ("ATTMS_PORT_FILE", "ATTMS_PORT"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(typed: str, meant: str) -> None:
    assert mistakes({typed: "1"}) == [f"{typed} is not a setting: did you mean {meant}?"]


def test_a_name_that_is_near_to_none_is_still_a_mistake() -> None:
    assert mistakes({"ATTMS_ZZZZZZZZZZZZ": "1"}) == ["ATTMS_ZZZZZZZZZZZZ is not a setting"]


@pytest.mark.parametrize("missing", CONNECTED)
def test_half_a_connection_names_what_is_missing(missing: str) -> None:
    (told,) = mistakes({name: value for name, value in CONNECTED.items() if name != missing})
    assert told.startswith(f"{missing} is missing")


def test_a_secret_comes_from_a_file_without_its_last_line_break(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("from a file \r\n", encoding="utf-8")
    settings = load({"ATTMS_BOT_SECRET_FILE": str(path)})
    assert settings.bot_secret is not None
    assert settings.bot_secret.get_secret_value() == "from a file "


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00broken"])
def test_a_secret_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    (told,) = mistakes({"ATTMS_BOT_SECRET_FILE": str(path)})
    assert told.startswith("ATTMS_BOT_SECRET_FILE cannot be read")


def test_a_secret_set_twice_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("one", encoding="utf-8")
    told = mistakes({"ATTMS_BOT_SECRET": "two", "ATTMS_BOT_SECRET_FILE": str(path)})
    assert told == ["ATTMS_BOT_SECRET and ATTMS_BOT_SECRET_FILE are both set: keep one"]


@pytest.mark.parametrize("name", ["PUBLIC_URL", "BOT_OPENID_METADATA_URL", "BOT_LOGIN_URL", "AUTOTASK_ZONE_URL"])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9/x", "names this machine"),
        ("https://localhost/", "names this machine"),
        ("http://[::1]/", "names this machine"),
        ("http://desk.example.com", "must begin with https://"),
        ("ftp://desk.example.com", "is no http address"),
        ("desk.example.com", "is no http address"),
        ("https://[broken", "is no http address"),
        ("https://desk.example.com:port/", "is no http address"),
    ],
)
def test_an_address_that_is_no_good_is_told_by_its_name(name: str, url: str, says: str) -> None:
    (told,) = mistakes({f"ATTMS_{name}": url})
    assert told.startswith(f"ATTMS_{name} {says}")


def test_this_machine_may_be_named_where_that_is_meant() -> None:
    settings = load({"ATTMS_ALLOW_LOOPBACK": "true", "ATTMS_AUTOTASK_ZONE_URL": "http://127.0.0.1:9/ATServicesRest/"})
    assert settings.autotask_zone_url == "http://127.0.0.1:9/ATServicesRest/"


def test_secrets_are_in_no_message_and_in_no_repr() -> None:
    assert "no-worth" not in repr(load(CONNECTED)).lower()
    assert "no-worth" not in "\n".join(mistakes({**CONNECTED, "ATTMS_PORT": "x", "ATTMS_NOPE": "y"})).lower()


NAMES = st.sampled_from(
    ["PORT", "PUBLIC_URL", "LINKING", "DATA_DIR", "BOT_TENANT_IDS", "BOT_LOGIN_URL", "POLL_SECONDS"]
)


@given(st.dictionaries(NAMES.map("ATTMS_".__add__), st.text(st.characters(exclude_characters="\0"), max_size=30)))
def test_any_values_are_settings_or_mistakes_in_words(environ: dict[str, str]) -> None:
    said = ""
    try:
        load(environ)
    except SettingsError as error:
        said = str(error)
    assert all(line.startswith("ATTMS_") for line in said.splitlines())
