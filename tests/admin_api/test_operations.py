"""What the operations do, asked by HTTP of the real use cases."""

from datetime import UTC, datetime

import pytest

from admin.administration import MailOutcome
from admin.api.listener import OPERATIONS
from tests.admin_api.conftest import Listen, Listener, Said
from tests.support.administration import PERSON
from tests.support.fake_autotask import ANA, BOB

UPDATE, VALIDATE, HISTORY, ROLLBACK = (
    f"/api/v1/config/{word}" for word in ("update", "validate", "history", "rollback")
)
SOMEBODY = f"/api/v1/people/{PERSON}"


def _value(said: Said, name: str) -> object:
    return next(each["value"] for each in said.body["settings"] if each["name"] == name)


# status


@pytest.mark.parametrize("path", ["/api/status/health", "/api/v1/status/health"])
async def test_without_a_key_health_is_one_word(api: Listener, path: str) -> None:
    said = await api.get(path, key=None)
    assert (said.status, said.body) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/api/status/health", "/api/v1/status/health"])
async def test_with_a_key_health_tells_what_is_not_well_the_worst_first(api: Listener, path: str) -> None:
    said = await api.get(path)
    detail = said.body["detail"]
    assert (detail["live"], detail["ready"]) == ("ok", "ok")
    assert [finding["name"] for finding in detail["findings"]] == ["broken", "worn"]
    assert detail["findings"][0]["fix"] == "Mend it."


async def test_health_with_a_wrong_key_is_refused_and_not_shortened(api: Listener) -> None:
    assert (await api.get("/api/status/health", key="wrong")).status == 401


@pytest.mark.parametrize("word", ["live", "ready", "health"])
async def test_a_word_that_is_not_ok_is_a_503(listen: Listen, word: str) -> None:
    async def sealed() -> str:
        return "sealed"

    api = await listen(**{"live" if word == "live" else "ready" if word == "ready" else "well": sealed})
    for path in (f"/api/status/{word}", f"/api/v1/status/{word}"):
        said = await api.get(path, key=None)
        assert (said.status, said.body) == (503, {"status": "sealed"})


async def test_the_doctor_tells_everything_or_what_is_named(api: Listener) -> None:
    everything = await api.get("/api/v1/doctor")
    assert everything.body["overall"] == "ill"
    assert [each["name"] for each in everything.body["findings"]] == ["fine", "broken", "worn"]
    one = await api.get("/api/v1/doctor?names=worn")
    assert [each["state"] for each in one.body["findings"]] == ["warning"]
    assert (await api.get("/api/v1/doctor?names=nobody")).status == 422


# scheduler


async def test_jobs_are_listed_and_shown(api: Listener) -> None:
    listed = await api.get("/api/v1/scheduler/jobs")
    job = next(each for each in listed.body["jobs"] if each["name"] == "count")
    shown = await api.get("/api/v1/scheduler/jobs/count")
    assert shown.body["name"] == job["name"]
    assert job["schedule"].startswith("every")


async def test_a_job_runs_now_and_its_run_can_be_seen_afterwards(api: Listener) -> None:
    said = await api.post("/api/v1/scheduler/jobs/count/run")
    assert (said.status, said.body["job"]) == (202, "count")
    await api.ground.counted.wait()
    await api.administration.jobs.run_now("count")
    shown = await api.get("/api/v1/scheduler/jobs/count")
    assert shown.body["last_run"]["outcome"] == "ok"


async def test_a_job_that_is_not_there_is_a_404(api: Listener) -> None:
    assert (await api.post("/api/v1/scheduler/jobs/nobody/run")).status == 404


@pytest.mark.parametrize("path", ["/api/scheduler/reload", "/api/v1/scheduler/reload"])
async def test_schedules_are_read_anew(api: Listener, path: str) -> None:
    assert (await api.post(path)).body == {"changed": []}
    await api.post(UPDATE, json={"changes": {"schedule.count": "cron 0 7 * * mon-fri Europe/Berlin"}})
    assert (await api.post(path)).body == {"changed": ["count"]}
    job = (await api.get("/api/v1/scheduler/jobs/count")).body
    assert (job["schedule"], job["zone"]) == ("cron 0 7 * * mon-fri Europe/Berlin", "Europe/Berlin")


async def test_a_schedule_that_nobody_understands_is_refused(api: Listener) -> None:
    said = await api.post(UPDATE, json={"changes": {"schedule.count": "now and then"}})
    assert said.status == 422
    assert "schedule.count" in said.text


# e-mail


@pytest.mark.parametrize("path", ["/api/email/check", "/api/v1/email/check"])
async def test_without_mail_intake_the_check_says_what_to_configure(api: Listener, path: str) -> None:
    said = await api.post(path)
    assert (said.status, said.body["code"]) == (409, "mail-not-configured")
    assert "graph_app_id" in said.body["hint"]


async def test_the_mailbox_check_tells_its_outcome(listen: Listen) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)

    async def check() -> MailOutcome:
        return MailOutcome(started=at, ended=at, found=3, taken=2, refused=1, said="Two tickets were made.")

    said = await (await listen(check_mail=check)).post("/api/email/check")
    assert said.body == {
        "started": "2026-11-24T00:00:00+00:00",
        "ended": "2026-11-24T00:00:00+00:00",
        "found": 3,
        "taken": 2,
        "refused": 1,
        "said": "Two tickets were made.",
    }


# config


async def test_settings_are_read_with_secrets_masked(api: Listener) -> None:
    await api.post(UPDATE, json={"changes": {"bot_secret": "hunter2-and-more"}})
    said = await api.get("/api/v1/config")
    assert (_value(said, "bot_secret"), _value(said, "autotask_secret")) == ("********", None)
    assert "hunter2" not in said.text


@pytest.mark.parametrize("path", ["/api/config/update", UPDATE])
async def test_a_setting_is_changed_looked_back_at_and_put_back(api: Listener, path: str) -> None:
    before = (await api.get("/api/v1/config")).body["generation"]
    said = await api.post(path, json={"changes": {"poll_seconds": 60}, "reason": "calmer", "expect": before})
    assert (said.status, said.body["changed"]) == (200, ["poll_seconds"])
    assert said.body["generation"] > before
    assert api.administration.configuration.current.poll_seconds == 60
    last = (await api.get(HISTORY)).body["revisions"][0]
    assert (last["names"], last["reason"], last["by"][:4]) == (["poll_seconds"], "calmer", "key:")
    assert (await api.post(path, json={"changes": {"poll_seconds": None}})).status == 200
    assert api.administration.configuration.current.poll_seconds == 30
    back = await api.post(ROLLBACK, json={"number": last["number"] + 1})
    assert (back.status, api.administration.configuration.current.poll_seconds) == (200, 60)


async def test_one_mistake_changes_nothing_and_all_are_told(api: Listener) -> None:
    wanted = {"changes": {"poll_seconds": "1", "history_days": 0, "api_hourly_cap": 200}}
    said = await api.post(UPDATE, json=wanted)
    assert (said.status, len(said.body["mistakes"])) == (422, 2)
    assert "POLL_SECONDS" in said.text
    assert "HISTORY_DAYS" in said.text
    assert api.administration.configuration.current.api_hourly_cap == 3000
    checked = await api.post(VALIDATE, json=wanted)
    assert (checked.status, checked.body["is_valid"], len(checked.body["mistakes"])) == (200, False, 2)


async def test_a_setting_that_does_not_exist_is_refused_by_name(api: Listener) -> None:
    said = await api.post(UPDATE, json={"changes": {"poll_second": 60}})
    assert said.status == 422
    assert "poll_seconds" in said.text


async def test_a_dry_run_changes_nothing(api: Listener) -> None:
    said = await api.post(UPDATE, json={"changes": {"poll_seconds": 61}, "dry_run": True})
    assert (said.status, said.body["is_valid"]) == (200, True)
    assert api.administration.configuration.current.poll_seconds == 30


async def test_a_change_thought_out_for_another_generation_is_a_409(api: Listener) -> None:
    said = await api.post(UPDATE, json={"changes": {"poll_seconds": 60}, "expect": 10**9})
    assert (said.status, said.body["code"]) == (409, "changed-meanwhile")
    assert api.administration.configuration.current.poll_seconds == 30


async def test_there_is_no_way_back_to_what_never_was(api: Listener) -> None:
    assert (await api.post(ROLLBACK, json={"number": 10**9})).status == 404


# people


async def test_a_person_is_linked_given_a_role_suspended_and_unlinked(api: Listener) -> None:
    linked = await api.post(f"{SOMEBODY}/link", json={"resource": ANA, "name": "Ana Ruiz"})
    assert (linked.body["link"], linked.body["resource"], linked.body["role"]) == ("linked", ANA, "technician")
    assert linked.body["decided_by"].startswith("key:")
    role = await api.ask("PUT", f"{SOMEBODY}/role", json={"role": "dispatcher", "queues": [5, 8]})
    assert (role.body["role"], role.body["queues"], role.body["companies"]) == ("dispatcher", [5, 8], None)
    assert [each["object_id"] for each in (await api.get("/api/v1/people")).body["people"]] == [PERSON]
    suspended = await api.post(f"{SOMEBODY}/suspend", json={"reason": "on leave"})
    assert (suspended.body["link"], suspended.body["reason"]) == ("suspended", "on leave")
    assert (await api.post(f"{SOMEBODY}/unlink")).body["link"] == "unlinked"
    assert (await api.get(SOMEBODY)).body["resource"] is None


async def test_a_technician_is_not_given_to_two_people(api: Listener) -> None:
    await api.post(f"{SOMEBODY}/link", json={"resource": BOB, "name": "Bob Stone"})
    other = SOMEBODY.replace("0001", "0002")
    said = await api.post(f"{other}/link", json={"resource": BOB})
    assert (said.status, said.body["code"]) == (422, "invalid")
    assert (await api.get(other)).status == 404


async def test_what_is_done_to_somebody_unknown_is_a_404(api: Listener) -> None:
    assert (await api.post(f"{SOMEBODY}/unlink")).status == 404
    assert (await api.ask("PUT", f"{SOMEBODY}/role", json={"role": "reader"})).status == 404


# older paths


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.alias], ids=lambda each: each.name)
async def test_a_path_without_a_version_says_which_comes_after_it(api: Listener, operation: object) -> None:
    named = next(each for each in OPERATIONS if each is operation)
    older = await api.ask(named.method, str(named.alias), key=None)
    newer = await api.ask(named.method, named.path, key=None)
    assert older.status == newer.status
    assert older.headers["Deprecation"] == "@1795478400"
    assert older.headers["Link"] == f'<{named.path}>; rel="successor-version"'
    assert "Deprecation" not in newer.headers


def test_the_four_paths_of_the_start_are_served() -> None:
    older = {each.alias for each in OPERATIONS}
    assert older >= {"/api/scheduler/reload", "/api/email/check", "/api/config/update", "/api/status/health"}
