"""What each step takes, refuses and finds out."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from admin.setup.fields import Mark
from admin.setup.ports import Tools
from admin.setup.progress import Done, Outcome, Progress, dump, load
from admin.setup.steps import STEPS, Step, read, tried
from attms_core.autotask.rights import Access, Rights, rights
from attms_core.errors import OperatorNeeded
from attms_core.settings import Settings
from attms_core.store.database import open_database
from attms_core.store.trial import UnfitDatabase, try_file, try_server
from tests.setup.test_terminal import AUTOTASK, NOW, SECRET, FakeAutotask

GUID = "3b1a6c52-07f4-4e0d-9c2b-8d5e4f60a7b1"
APP = "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77"
TENANT = "2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65"
EMPTY = Settings()


def step(name: str) -> Step:
    return next(each for each in STEPS if each.name == name)


def said(name: str, given: dict[str, str], settings: Settings = EMPTY) -> dict[str, str]:
    return {each.field.name: each.said for each in read(step(name), given, settings).mistakes}


def patch(name: str, given: dict[str, str], settings: Settings = EMPTY) -> dict[str, str | None]:
    reading = read(step(name), given, settings)
    assert reading.mistakes == ()
    return dict(reading.patch)


@pytest.mark.parametrize(
    ("name", "field", "value", "words"),
    [
        ("autotask", "autotask_user", "Ada", "does not look like an API user"),
        ("autotask", "autotask_zone_url", "zone 5", "is no address"),
        ("autotask", "autotask_zone_url", "http://webservices5.autotask.net/", "begin with https"),
        ("bot", "bot_app_id", f"{APP} {TENANT}", "several ids"),
        ("bot", "bot_secret", APP, "secret's ID"),
        ("bot", "bot_secret_expires", "11/23/2028", "is no day"),
        ("bot", "bot_tenant_ids", APP, "app's id"),
        ("bot", "public_url", "http://desk.example.com", "could not reach"),
        ("bot", "public_url", "https://10.0.0.5", "could not reach"),
        ("bot", "public_url", "https://desk", "could not reach"),
        ("bot", "public_url", "https://desk.example.com:x", "is no address"),
        ("database", "database_url", "mysql://a/b", "no PostgreSQL address"),
        ("database", "database_url", "", "address is needed"),
        ("administrator", "administrators", "ada@example.com", "no id in this"),
        ("administrator", "administrators", f"https://x.example/{APP}/{TENANT}", "Several ids"),
        ("graph", "graph_app_id", GUID, "secret is needed"),
    ],
)
def test_a_wrong_value_is_said_to_be_wrong_at_its_field(name: str, field: str, value: str, words: str) -> None:
    right = {
        "autotask": {
            "autotask_user": AUTOTASK[0],
            "autotask_secret": SECRET,
            "autotask_integration_code": AUTOTASK[2],
        },
        "bot": {
            "bot_app_id": APP,
            "bot_secret": "a~secret",
            "bot_tenant_ids": TENANT,
            "public_url": "https://desk.example.com",
        },
        "database": {"engine": "postgresql"},
    }
    found = said(name, {**right.get(name, {}), field: value})
    assert words in " ".join(found.values())
    assert list(found) == ["graph_secret" if name == "graph" else field]


@pytest.mark.parametrize(
    "typed",
    [
        "https://desk.example.com/api/messages",
        "desk.example.com",
        "HTTPS://desk.example.com/",
        "https://desk.example.com",
    ],
)
def test_the_public_address_is_found_in_an_endpoint(typed: str) -> None:
    given = {"bot_app_id": APP, "bot_secret": "a~secret", "bot_tenant_ids": TENANT, "public_url": typed}
    assert patch("bot", given)["public_url"] == "https://desk.example.com"


def test_a_secrets_last_day_is_kept_for_the_doctor() -> None:
    given = {
        "bot_app_id": APP,
        "bot_secret": "a~secret",
        "bot_secret_expires": "2028-11-23",
        "bot_tenant_ids": TENANT,
        "public_url": "https://desk.example.com",
    }
    settings = tried(EMPTY, patch("bot", given))
    assert settings.bot_secret_expires == date(2028, 11, 23)
    assert step("bot").standing(settings)["bot_secret_expires"] == "2028-11-23"


def test_several_administrators_may_be_named() -> None:
    assert patch("administrator", {"administrators": f"{GUID}, {TENANT}"}) == {"administrators": f"{GUID},{TENANT}"}


def test_the_bot_is_no_administrator() -> None:
    settings = Settings(bot_app_id=APP, bot_tenant_ids=(TENANT,))
    assert "the bot" in said("administrator", {"administrators": APP}, settings)["administrators"]
    assert "the tenant" in said("administrator", {"administrators": TENANT}, settings)["administrators"]


def test_sqlite_takes_a_servers_address_out() -> None:
    settings = Settings.model_validate({"database_url": "postgresql://u:p@db.example.com/attms"})
    assert patch("database", {"engine": "sqlite"}, settings) == {"database_url": None}
    assert patch("database", {"engine": "postgresql", "database_url": ""}, settings) == {}


def test_an_unknown_choice_is_refused() -> None:
    assert "Choose one of" in said("database", {"engine": "oracle"})["engine"]


def test_graph_without_an_app_of_its_own_asks_the_bots() -> None:
    assert patch("graph", {"graph_app_id": "", "graph_secret": ""}) == {"graph_app_id": None, "graph_secret": None}


@pytest.mark.parametrize("each", STEPS, ids=lambda each: each.name)
def test_every_field_has_a_name_of_its_own_and_is_a_setting(each: Step) -> None:
    for field in each.fields:
        assert (field.decides or field.name) in Settings.model_fields
        assert field.label
        assert field.is_secret == (field.name.endswith(("secret", "code", "database_url")))


def tools(autotask: Any = FakeAutotask) -> Tools:
    async def token(**_: Any) -> dict[str, Any]:
        return {}

    return Tools(autotask=autotask, token=token, try_file=try_file, try_server=try_server)


def with_rights(**levels: Access) -> Any:
    class Narrow(FakeAutotask):
        async def rights(self, entity: str) -> Rights:
            given = {"query": Access.ALL, "create": Access.ALL, "update": Access.ALL, **levels}
            return Rights(entity=entity, **given)

    return Narrow


CONNECTED = tried(
    EMPTY, {"autotask_user": AUTOTASK[0], "autotask_secret": SECRET, "autotask_integration_code": AUTOTASK[2]}
)


@pytest.mark.parametrize(
    ("levels", "ok", "words"),
    [
        ({"query": Access.RESTRICTED}, True, "sees only some of the tickets"),
        ({"query": Access.NONE}, False, "may not see tickets"),
        ({"create": Access.NONE}, True, "may not change tickets"),
        ({"query": Access.UNKNOWN}, True, "does not tell beforehand"),
    ],
)
async def test_rights_are_told_with_the_switch_to_tick(
    levels: dict[str, Access],
    ok: bool,  # noqa: FBT001 - a table of facts
    words: str,
) -> None:
    report = await step("autotask").look(CONNECTED, tools(with_rights(**levels)))
    assert report.ok is ok
    told = next(each for each in report.found if words in each.what)
    assert "Security Levels" in told.fix


async def test_a_short_secret_is_remarked_on() -> None:
    short = tried(CONNECTED, {"autotask_secret": "s$4"})
    report = await step("autotask").look(short, tools())
    assert any("only 3 characters" in each.what and each.mark is Mark.NOTE for each in report.found)


def test_rights_are_read_as_numbers_and_as_words() -> None:
    words = {"info": {"userAccessForQuery": "Restricted", "userAccessForCreate": "All", "userAccessForUpdate": "None"}}
    numbers = {"info": {"userAccessForQuery": 2, "userAccessForCreate": 1, "userAccessForUpdate": 0}}
    wanted = Rights(entity="Tickets", query=Access.RESTRICTED, create=Access.ALL, update=Access.NONE)
    assert rights("Tickets", words) == rights("Tickets", numbers) == wanted


@pytest.mark.parametrize(
    "answer", [{}, {"info": None}, {"info": {"userAccessForQuery": [1]}}, {"info": {"userAccessForQuery": True}}]
)
def test_rights_that_make_no_sense_are_unknown(answer: dict[str, Any]) -> None:
    assert rights("Tickets", answer).query is Access.UNKNOWN


async def test_a_folder_will_do_and_is_left_as_it_was(tmp_path: Path) -> None:
    trial = await try_file(tmp_path / "data")
    assert not trial.has_tables
    assert list((tmp_path / "data").iterdir()) == []
    await (await open_database(None, tmp_path / "data")).close()
    assert (await try_file(tmp_path / "data")).has_tables


async def test_a_file_in_the_folders_place_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(UnfitDatabase, match="cannot be used"):
        await try_file(tmp_path / "data")


async def test_a_server_will_do_and_is_left_as_it_was(postgres_url: str, tmp_path: Path) -> None:
    trial = await try_server(postgres_url)
    assert trial.engine.startswith("PostgreSQL 1")
    assert not trial.has_tables
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'attms%'").fetchone() == (0,)
    await (await open_database(postgres_url, tmp_path)).close()
    assert (await try_server(postgres_url)).has_tables


async def test_a_user_who_may_make_no_tables_is_told_what_to_grant(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute("DROP ROLE IF EXISTS attms_reader")
        connection.execute("CREATE ROLE attms_reader LOGIN")
        try:
            narrow = postgres_url.replace("postgres@", "attms_reader@", 1)
            with pytest.raises(UnfitDatabase) as refused:
                await try_server(narrow)
        finally:
            connection.execute("DROP ROLE attms_reader")
    assert "makes no tables" in str(refused.value) or "make no tables" in str(refused.value)
    assert "GRANT CREATE" in refused.value.hint


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:secretword@127.0.0.1:1/attms", "Nobody answers"),
        ("postgresql://u:secretword@no-such-host.invalid/attms", "host name in the address is not known"),
    ],
)
async def test_a_server_that_is_not_there_is_said_so_without_the_password(url: str, words: str) -> None:
    with pytest.raises(OperatorNeeded, match=words) as refused:
        await try_server(url)
    assert "secretword" not in f"{refused.value}{refused.value.hint}"


async def test_a_database_that_does_not_exist_is_told_how_to_make(postgres_url: str) -> None:
    with pytest.raises(UnfitDatabase) as refused:
        await try_server(f"{postgres_url.rsplit('/', 1)[0]}/nowhere")
    assert "CREATE DATABASE" in refused.value.hint


def test_progress_survives_being_written() -> None:
    progress = Progress().after("bot", Outcome.UNTESTED, ["bot_secret"], NOW)
    assert load(dump(progress)) == progress
    assert progress.steps["bot"] == Done(outcome=Outcome.UNTESTED, at=NOW)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"steps": {"bot": {"outcome": "dreamt"}}}', '{"changed": {"x": 1}}'])
def test_progress_of_another_version_counts_as_nothing(text: str) -> None:
    assert load(text) == Progress()
