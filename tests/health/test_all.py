"""The whole examination: every check is written down, is well when all is well, and keeps secrets to itself."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from attms_core.errors import CredentialsRefused, StoreUnavailable, Unreachable
from attms_core.health import Finding, State, make_doctor
from attms_core.http import AnswerLost, NotSent, Request, Response
from attms_core.model import Conversation, ConversationKind
from attms_core.settings import Settings
from attms_core.store import conversations
from attms_core.store.database import Database
from tests.health.patient import APP, BASE, TENANT, Job, Jobs, Line, Plugins, Run, Status, Teams, Vault, instruments
from tests.support.fake_autotask import NOON

PAGE = Path(__file__).parents[2] / "docs" / "health.md"
CANARY = "s3cr3t$canary"


def settings(data_dir: Path, **more: Any) -> Settings:
    given = {
        "data_dir": data_dir,
        "bot_app_id": APP,
        "bot_secret": CANARY,
        "bot_tenant_ids": [TENANT],
        "autotask_zone_url": BASE,
        "autotask_user": "api@example.test",
        "autotask_secret": CANARY,
        "autotask_integration_code": CANARY,
    }
    return Settings.model_validate({**given, **more})


async def found(store: Database, given: Settings, **other: Any) -> dict[str, Finding]:
    async with make_doctor(instruments(store, given, **other)) as doctor:
        return {finding.name: finding for finding in await doctor.examine()}


def rows() -> dict[str, str]:
    """Read the page's table: names and titles."""
    return dict(re.findall(r"^\| `([a-z-]+)` \| ([^|]+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


async def test_every_check_stands_in_the_page_under_its_title(store: Database, tmp_path: Path) -> None:
    doctor = make_doctor(instruments(store, settings(tmp_path)))
    assert rows() == dict(doctor.registered())


async def test_each_check_tells_of_its_own_subject(store: Database, tmp_path: Path) -> None:
    it = instruments(store, settings(tmp_path))
    for doctor in (make_doctor(it), make_doctor(it, in_process=False)):
        findings = await doctor.examine()
        assert {finding.name: finding.title for finding in findings} == dict(doctor.registered())


async def test_only_what_the_serving_process_knows_waits_for_it(store: Database, tmp_path: Path) -> None:
    beside = make_doctor(instruments(store, settings(tmp_path), teams=None, jobs=None, plugins=None), in_process=False)
    told = [finding.name for finding in await beside.examine() if "running service" in finding.what]
    assert told == ["autotask-budget", "bot-token", "bot-keys", "jobs", "callouts", "plugins"]


async def test_an_installation_that_is_well_has_nothing_ill(store: Database, tmp_path: Path) -> None:
    await store.write(lambda tx: conversations.put(tx, conversation()))
    tmp_path.chmod(0o700)  # noqa: ASYNC240 - the test's own folder
    findings = await found(store, settings(tmp_path))
    ill = {name: each.what for name, each in findings.items() if each.state in {State.ILL, State.WARNING}}
    # nothing has been copied yet, and nobody has told when the secrets end
    assert set(ill) <= {"mirror", "bot-secret-expiry", "autotask-secret-expiry"}
    assert {"mirror"} <= set(ill)


def conversation(service_url: str = "https://smba.trafficmanager.net/emea/") -> Conversation:
    return Conversation(
        tenant=TENANT, id="a:1", kind=ConversationKind.PERSONAL, service_url=service_url, bot_id="28:x", object_id="o"
    )


def sick(canary: str) -> dict[str, Any]:
    """Make everything ill that can be, each with something to tell."""
    environ = {f"ATTMS_{name}": canary for name in ("BOT_SECRET", "AUTOTASK_SECRET", "DATABASE_URL", "POLL_SECONDS")}
    return {
        "autotask": Line(error=CredentialsRefused("no"), used_share=0.95),
        "teams": Teams(error=CredentialsRefused("no"), has_keys=False),
        "vault": Vault(Status(damaged="vault.damaged", warnings=["Odd."]), entries=["bot_secret", "poll_seconds"]),
        "jobs": Jobs([Job(last_run=Run("failed", "no")), Job("sync", running_since=NOON - timedelta(days=1))]),
        "plugins": Plugins(failed={"x": "no"}),
        "environ": environ,
    }


@drawing(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(canary=st.text("abcdefXYZ0189$#@!%&*{}", min_size=10, max_size=40), is_sick=st.booleans())
async def test_no_secret_is_ever_in_a_finding(store: Database, tmp_path: Path, canary: str, is_sick: bool) -> None:  # noqa: FBT001 - drawn
    names = ("bot_secret", "autotask_secret", "autotask_integration_code")
    given = settings(tmp_path, **dict.fromkeys(names, canary))
    findings = await found(store, given, **(sick(canary) if is_sick else {}))
    assert canary not in "".join(f"{each!r}{dict(each.facts)}" for each in findings.values())


async def test_whatever_is_not_well_names_the_next_step(store: Database, tmp_path: Path) -> None:
    findings = await found(store, settings(tmp_path, bot_tenant_ids=["contoso.com"]), **sick(CANARY))
    troubled = [each for each in findings.values() if each.state in {State.ILL, State.WARNING}]
    assert len(troubled) > 10
    assert [each.name for each in troubled if not each.fix] == []
    texts = [text for each in findings.values() for text in (each.what, each.fix)]
    assert [text for text in texts if re.search(r"\bNone\b| object at |\(\)|  ", text)] == []


class Broken:
    """A database that is gone."""

    async def read(self, _work: Callable[..., object]) -> object:
        raise StoreUnavailable("The database does not answer: disk I/O error.")

    write = read

    async def close(self) -> None: ...


async def test_without_a_database_the_rest_is_still_told(tmp_path: Path) -> None:
    findings = await found(Broken(), settings(tmp_path))  # type: ignore[arg-type] # that is the point
    assert findings["database"].state is State.ILL
    assert findings["outbox"].what == "The database does not answer: disk I/O error."
    assert findings["autotask-sign-in"].state is State.OK


@pytest.mark.parametrize(
    ("error", "told"), [(NotSent("ConnectTimeout"), "ConnectTimeout"), (AnswerLost("x"), "no answer came back")]
)
async def test_an_address_of_teams_that_does_not_answer_is_named(
    store: Database, tmp_path: Path, error: Exception, told: str
) -> None:
    async def unanswered(_request: Request) -> Response:
        raise error

    await store.write(lambda tx: conversations.put(tx, conversation()))
    it = instruments(store, settings(tmp_path))
    with sending(it, unanswered):
        [service] = await make_doctor(it).examine(names=["teams-service"])
    assert service.state is State.ILL
    assert "smba.trafficmanager.net" in service.what
    assert told in service.what


@contextmanager
def sending(it: Any, send: Any) -> Iterator[None]:
    """Let everything be sent this way."""
    before, it.reach._send = it.reach._send, send
    yield
    it.reach._send = before


async def test_before_the_first_message_the_address_is_not_known(store: Database, tmp_path: Path) -> None:
    findings = await found(store, settings(tmp_path))
    assert findings["teams-service"].state is State.UNKNOWN
    assert findings["teams-app"].state is State.WARNING
    assert "attms manifest" in findings["teams-app"].fix


async def test_without_a_token_the_bot_is_ill(store: Database, tmp_path: Path) -> None:
    findings = await found(store, settings(tmp_path), teams=Teams(error=Unreachable("Entra refuses"), has_keys=False))
    assert findings["bot-token"].state is State.ILL
    assert "Certificates & secrets" in findings["bot-token"].fix
    assert findings["bot-keys"].state is State.ILL
    assert "login.botframework.com" in findings["bot-keys"].what
