"""What is found out about settings: secrets that end or stand open, tenants, the vault."""

from datetime import date, timedelta

import pytest

from attms_core.health import State, environment, expiry, teams, vault
from attms_core.health.finding import Subject
from tests.health.patient import Status, Vault
from tests.support.fake_autotask import NOON

GUID = "2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65"
OTHER = "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77"


@pytest.mark.parametrize(
    ("left", "state", "told"),
    [
        (31, State.OK, "31 days more"),
        (30, State.WARNING, "ends in 30 days"),
        (15, State.WARNING, "ends in 15 days"),
        (14, State.WARNING, "Only 14 days left"),
        (4, State.WARNING, "Only 4 days left"),
        (3, State.ILL, "ends in 3 days"),
        (1, State.ILL, "ends in 1 day"),
        (0, State.ILL, "ends today"),
        (-1, State.ILL, "ended 1 day ago"),
        (-40, State.ILL, "ended 40 days ago"),
    ],
)
@pytest.mark.parametrize("subject", [expiry.BOT, expiry.AUTOTASK])
async def test_a_secret_that_ends_is_told_thirty_fourteen_and_three_days_before(
    subject: Subject, left: int, state: State, told: str
) -> None:
    ends = NOON.date() + timedelta(days=left)
    found = await expiry.look(subject, is_set=True, expires=ends, now=NOON)
    assert found.state is state
    assert told in found.what
    assert bool(found.fix) is (state is not State.OK)


async def test_a_day_that_nobody_has_told_is_a_gentle_warning() -> None:
    found = await expiry.look(expiry.BOT, is_set=True, expires=None, now=NOON)
    assert found.state is State.WARNING
    assert "attms config set bot_secret_expires YYYY-MM-DD" in found.fix


async def test_a_secret_that_is_not_there_cannot_end() -> None:
    assert (await expiry.look(expiry.BOT, is_set=False, expires=date(2000, 1, 1), now=NOON)).state is State.OK


SECRETS = frozenset({"bot_secret", "autotask_secret"})


async def test_secrets_in_the_environment_are_named_and_never_shown() -> None:
    environ = {"ATTMS_BOT_SECRET": "hunter2", "ATTMS_AUTOTASK_SECRET_FILE": "/run/secrets/at", "ATTMS_PORT": "1"}
    found = await environment.plain_secrets(environ, SECRETS, has_vault=True)
    assert found.state is State.WARNING
    assert "1 secret" in found.what
    assert "ATTMS_BOT_SECRET" in found.what
    assert "attms config set bot_secret" in found.fix
    assert "hunter2" not in repr(found)
    assert "attms setup" in (await environment.plain_secrets(environ, SECRETS, has_vault=False)).fix


@pytest.mark.parametrize("environ", [{}, {"ATTMS_BOT_SECRET": ""}, {"ATTMS_BOT_SECRET_FILE": "x"}, {"BOT_SECRET": "x"}])
async def test_an_environment_without_secrets_is_fine(environ: dict[str, str]) -> None:
    assert (await environment.plain_secrets(environ, SECRETS, has_vault=True)).state is State.OK


async def test_a_setting_that_the_environment_overrules_is_named() -> None:
    environ = {"ATTMS_PORT": "1", "ATTMS_BOT_SECRET_FILE": "x", "ATTMS_HOST": "h"}
    found = await environment.overruled(environ, ["port", "bot_secret", "poll_seconds", "schedule.poll"])
    assert found.state is State.WARNING
    assert "bot_secret, port" in found.what
    assert "poll_seconds" not in found.what
    assert (await environment.overruled(environ, ["poll_seconds"])).state is State.OK


async def test_one_tenant_by_its_id_is_fine() -> None:
    assert (await teams.tenants(OTHER, [GUID.upper()])).state is State.OK


@pytest.mark.parametrize(
    ("app_id", "tenants", "state"),
    [
        (OTHER, [], State.ILL),
        (OTHER, ["contoso.onmicrosoft.com"], State.ILL),
        (OTHER, [GUID, "common"], State.ILL),
        ("desk", [GUID], State.ILL),
        (OTHER, [GUID, OTHER], State.WARNING),
    ],
)
async def test_an_allow_list_that_lets_nobody_or_too_many_in_is_told(
    app_id: str, tenants: list[str], state: State
) -> None:
    found = await teams.tenants(app_id, tenants)
    assert found.state is state
    assert found.fix


async def test_an_open_vault_says_whose_key_it_has() -> None:
    found = await vault.look(Vault(Status()))
    assert found.state is State.OK
    assert (found.facts["generation"], found.facts["key_source"]) == ("7", "file")
    assert (await vault.look(None)).state is State.OK


async def test_what_the_vault_warns_of_is_passed_on() -> None:
    found = await vault.look(Vault(Status(warnings=["The key can be read by others."])))
    assert (found.state, found.what) == (State.WARNING, "The key can be read by others.")


async def test_a_damaged_copy_that_was_set_aside_is_named() -> None:
    found = await vault.damaged(Vault(Status(damaged="vault.attms.damaged-1")))
    assert found.state is State.WARNING
    assert "vault.attms.damaged-1" in found.what
    for well in (None, Vault(Status())):
        assert (await vault.damaged(well)).state is State.OK
