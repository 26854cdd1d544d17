"""From nothing to a closed set-up by the JSON side, against the sandboxes."""

import io
import json
import zipfile

import pytest

from tests.setup.conftest import PERSON, PUBLIC, Browser, Desk

STEPS = ("autotask", "bot", "database", "administrator")


async def save(desk: Desk, browser: Browser, step: str) -> dict[str, object]:
    answer = await browser.send("PUT", f"/api/setup/steps/{step}", {"values": desk.values(step)})
    assert answer.status == 200, answer.body
    return answer.body


async def test_a_newcomer_goes_from_nothing_to_finished(desk: Desk, browser: Browser) -> None:
    for step in STEPS:
        assert (await browser.send("GET", "/api/setup")).body["next"] == step
        assert (await save(desk, browser, step))["saved"] is True
    assert (await browser.send("POST", "/api/setup/steps/graph/skip", {})).body["next"] == ""
    assert (await browser.send("POST", "/api/setup/finish", {})).body == {"closed": True}
    settings = desk.setup.settings
    assert settings.is_connected
    assert settings.bot_app_id == desk.teams.app_id
    assert settings.administrators == (PERSON,)
    assert not settings.autotask_writes
    assert desk.setup.is_closed()


async def test_the_test_of_autotask_says_what_it_found(desk: Desk, browser: Browser) -> None:
    answer = await browser.send("POST", "/api/setup/steps/autotask/test", {"values": desk.values("autotask")})
    report = answer.body["report"]
    said = " ".join(each["what"] for each in report["found"])
    assert report["ok"]
    assert "zone 127.0.0.1" in said
    assert "of 10,000 calls" in said
    assert "Tickets can be read." in said
    assert desk.keeping.kept == {}


async def test_a_wrong_secret_is_refused_in_words_and_nothing_is_saved(desk: Desk, browser: Browser) -> None:
    values = {**desk.values("autotask"), "autotask_secret": "not-the-secret-at-all"}
    answer = await browser.send("PUT", "/api/setup/steps/autotask", {"values": values})
    assert answer.body["saved"] is False
    assert "refuses its secret" in answer.body["report"]["said"]
    assert "generate a new Password" in answer.body["report"]["fix"]
    assert desk.keeping.kept == {}


async def test_values_that_were_refused_are_not_sent_again(desk: Desk, browser: Browser) -> None:
    values = {**desk.values("autotask"), "autotask_secret": "not-the-secret-at-all"}
    await browser.send("POST", "/api/setup/steps/autotask/test", {"values": values})
    desk.at.forget_requests()
    again = await browser.send("POST", "/api/setup/steps/autotask/test", {"values": values})
    assert "not asked again" in again.body["report"]["said"]
    assert list(desk.at.requests) == []
    other = await browser.send("PUT", "/api/setup/steps/autotask", {"values": desk.values("autotask")})
    assert other.body["saved"] is True


async def test_an_unknown_user_is_told_apart_from_a_wrong_secret(desk: Desk, browser: Browser) -> None:
    values = {**desk.values("autotask"), "autotask_user": "nobody@larkspur-it.example"}
    answer = await browser.send("POST", "/api/setup/steps/autotask/test", {"values": values})
    assert "knows no API user called nobody@larkspur-it.example" in answer.body["report"]["said"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("bot_secret", "another~secret~that~is~wrong", "refuses the secret"),
        ("bot_app_id", "11111111-2222-4333-8444-555555555555", "finds no such app"),
    ],
)
async def test_what_entra_refuses_is_said_in_words(
    desk: Desk, browser: Browser, field: str, value: str, said: str
) -> None:
    answer = await browser.send("POST", "/api/setup/steps/bot/test", {"values": {**desk.values("bot"), field: value}})
    assert said in answer.body["report"]["said"]
    assert "AADSTS" in answer.body["report"]["fix"]


async def test_an_expired_secret_is_said_to_have_expired(desk: Desk, browser: Browser) -> None:
    desk.teams.login.expired_secrets.add(desk.teams.secret)
    answer = await browser.send("POST", "/api/setup/steps/bot/test", {"values": desk.values("bot")})
    assert answer.body["report"]["said"] == "This client secret has expired."


async def test_a_silent_autotask_is_reported_with_a_way_out(desk: Desk, browser: Browser) -> None:
    desk.at.faults.add("drop")
    answer = await browser.send("POST", "/api/setup/steps/autotask/test", {"values": desk.values("autotask")})
    assert answer.status == 200
    assert not answer.body["report"]["ok"]
    assert "firewall" in answer.body["report"]["fix"]


async def test_a_step_whose_test_fails_can_be_saved_all_the_same(desk: Desk, browser: Browser) -> None:
    body = {"values": {**desk.values("bot"), "bot_secret": "made~before~the~app~was"}, "untested": True}
    assert (await browser.send("PUT", "/api/setup/steps/bot", body)).body["saved"] is True
    done = (await browser.send("GET", "/api/setup")).body["steps"][1]["done"]
    assert done["outcome"] == "untested"


async def test_secrets_never_come_back(desk: Desk, browser: Browser) -> None:
    for step in STEPS:
        await save(desk, browser, step)
    shown = [(await browser.send("GET", path)).content.decode() for path in ("/api/setup", "/finish", "/clicks")]
    shown += [(await browser.send("GET", f"/steps/{step}")).content.decode() for step in STEPS]
    for canary in (desk.at.credentials.secret, desk.at.credentials.integration_code, desk.teams.secret):
        assert canary not in "".join(shown)
    secret = (await browser.send("GET", "/api/setup")).body["steps"][0]["fields"][1]
    assert secret["is_set"]
    assert secret["value"] == ""
    assert secret["changed"] == "2026-11-24T09:30:00+00:00"


async def test_an_empty_secret_keeps_the_one_that_is_set(desk: Desk, browser: Browser) -> None:
    await save(desk, browser, "autotask")
    values = {**desk.values("autotask"), "autotask_secret": "", "autotask_integration_code": ""}
    assert (await browser.send("PUT", "/api/setup/steps/autotask", {"values": values})).body["saved"] is True
    assert desk.keeping.kept["autotask_secret"] == desk.at.credentials.secret


async def test_a_whole_block_may_be_pasted(desk: Desk, browser: Browser) -> None:
    login = desk.at.credentials
    block = f"""# AutoTask
    ATTMS_AUTOTASK_USER="{login.user}"
    export AUTOTASK_SECRET='{login.secret}'
    ApiIntegrationCode: {login.integration_code}
    SOMETHING_ELSE=1"""
    answer = await browser.send("PUT", "/api/setup/steps/autotask", {"values": {"pasted": block}})
    assert answer.body["saved"] is True
    assert desk.keeping.kept["autotask_secret"] == login.secret


async def test_all_mistakes_are_told_at_once(browser: Browser) -> None:
    values = {
        "bot_app_id": "no id",
        "bot_secret": "",
        "bot_tenant_ids": "none",
        "public_url": "http://desk.example.com",
    }
    answer = await browser.send("PUT", "/api/setup/steps/bot", {"values": values})
    assert answer.status == 422
    assert [each["field"] for each in answer.body["mistakes"]] == [
        "bot_app_id",
        "bot_secret",
        "bot_tenant_ids",
        "public_url",
    ]


async def test_it_cannot_finish_while_something_is_missing(desk: Desk, browser: Browser) -> None:
    await save(desk, browser, "autotask")
    answer = await browser.send("POST", "/api/setup/finish", {})
    assert answer.status == 403
    assert answer.body["detail"] == "Not yet: Bot, Database, Administrator must be set up first."
    assert not desk.setup.is_closed()


async def test_only_an_optional_step_can_be_skipped(browser: Browser) -> None:
    answer = await browser.send("POST", "/api/setup/steps/bot/skip", {})
    assert (answer.status, answer.body["code"]) == (403, "not-allowed")


async def test_it_ends_with_the_teams_app(desk: Desk, browser: Browser) -> None:
    assert (await browser.send("GET", "/api/setup/packages/attms.zip")).status == 422
    await save(desk, browser, "bot")
    answer = await browser.send("GET", "/api/setup/packages/attms.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        manifest = json.loads(package.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == desk.teams.app_id
    assert manifest["validDomains"] == ["desk.larkspur-it.example"]
    assert (await browser.send("GET", "/api/setup/packages/other.zip")).status == 404


async def test_what_to_click_holds_the_exact_values(desk: Desk, browser: Browser) -> None:
    await save(desk, browser, "bot")
    page = (await browser.send("GET", "/clicks")).content.decode()
    sections = (await browser.send("GET", "/api/setup/clicks")).body["sections"]
    values = {click["value"] for section in sections for click in section["clicks"]}
    assert {f"{PUBLIC}/api/messages", desk.teams.app_id, desk.teams.tenants[0]} <= values
    assert f"{PUBLIC}/api/messages" in page


async def test_what_the_environment_sets_is_shown_and_not_changed(desk: Desk, browser: Browser) -> None:
    desk.keeping.environ = {**desk.keeping.environ, "ATTMS_PUBLIC_URL": "https://other.example.com"}
    await save(desk, browser, "bot")
    assert desk.setup.settings.public_url == "https://other.example.com"
    assert "public_url" not in desk.keeping.kept
    assert "by the environment" in (await browser.send("GET", "/steps/bot")).content.decode()


async def test_the_set_up_is_finished_without_a_look_at_what_is_optional(desk: Desk, browser: Browser) -> None:
    for step in STEPS:
        await save(desk, browser, step)
    assert (await browser.send("POST", "/api/setup/finish", {})).body == {"closed": True}
    assert not desk.setup.settings.graph_app_id


async def test_of_graph_no_permission_is_asked_for_and_nothing_is_promised(browser: Browser) -> None:
    for path in ("/steps/graph", "/clicks"):
        page = (await browser.send("GET", path)).content.decode()
        assert "Nothing in this release uses" in page
        assert not [name for name in ("Mail.Read", "Tasks.ReadWrite", "User.Read", "TeamsApp") if name in page]


async def test_graph_tells_which_permissions_are_granted_without_need(desk: Desk, browser: Browser) -> None:
    await save(desk, browser, "bot")
    refused = await browser.send("POST", "/api/setup/steps/graph/test", {"values": {}})
    assert "refuses the secret" in refused.body["report"]["said"]
    token = "e30.eyJyb2xlcyI6IFsiTWFpbC5SZWFkIl19.x"
    desk.setup._tools.token.graph = {"access_token": token}  # type: ignore[attr-defined]
    report = (await browser.send("POST", "/api/setup/steps/graph/test", {"values": {}})).body["report"]
    [found] = report["found"]
    assert found["mark"] == "note"
    assert "Mail.Read is granted, in the whole organisation. ATTMS makes no use of it." in found["what"]
    assert "Revoke admin consent" in found["fix"]
    desk.setup._tools.token.graph = {"access_token": "e30.e30.x"}  # type: ignore[attr-defined]
    report = (await browser.send("POST", "/api/setup/steps/graph/test", {"values": {}})).body["report"]
    assert [each["mark"] for each in report["found"]] == ["good"]


async def test_a_page_shows_text_as_text(desk: Desk, browser: Browser) -> None:
    values = {**desk.values("autotask"), "autotask_user": '"><script>x</script>@example.com'}
    await browser.send("PUT", "/api/setup/steps/autotask", {"values": values, "untested": True})
    page = (await browser.send("GET", "/steps/autotask")).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
