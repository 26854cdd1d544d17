"""What a start loads, and what it leaves to whoever needs it first: loading modules is nearly all of a start."""

import gc
import importlib
import subprocess
import sys

import pytest

from assembly import collecting, loading
from tests.house.house import ROOT

HOUSE = "import assembly.process"
PAUSED = "from assembly import collecting\nwith collecting.paused(): "
HELPERS = {"chardet", "charset_normalizer", "rich", "yaml"}
WITH_COMMANDS = "import app; app.cli(); import assembly.running"


def loaded_by(code: str) -> set[str]:
    """Name the modules that a fresh interpreter has loaded by then."""
    told = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", told], cwd=ROOT, capture_output=True, check=True, text=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("start", [HOUSE, WITH_COMMANDS])
def test_a_start_loads_nothing_that_only_migrations_postgresql_calls_or_pages_need(start: str) -> None:
    late = {
        "alembic",
        "httpx",
        "jinja2",
        "psycopg",
        "sqlalchemy.dialects.postgresql",
        "attms_core.store.partial_indexes",
    }
    assert loaded_by(start).isdisjoint(late)


def test_a_service_loads_no_command_line() -> None:
    assert loaded_by(HOUSE).isdisjoint({"typer", "admin.cli", "admin.api", "admin.setup"})


@pytest.mark.parametrize("start", [HOUSE, WITH_COMMANDS])
def test_a_service_loads_nothing_of_the_demo_or_its_sandbox(start: str) -> None:
    assert not {name for name in loaded_by(start) if name.partition(".")[0] in {"demo", "sandbox"}}


def test_naming_the_application_loads_none_of_it() -> None:
    assert loaded_by("import app").isdisjoint({"aiohttp", "botbuilder", "pydantic", "sqlalchemy", "structlog", "typer"})


def test_a_start_does_not_look_through_the_installed_packages() -> None:
    unreadable = "import importlib.metadata as packages; packages.distributions = None"
    loaded_by(f"{unreadable}\n{PAUSED}{HOUSE}")


def test_a_start_loads_no_helpers_that_libraries_only_may_use() -> None:
    assert loaded_by(f"{PAUSED}{HOUSE}").isdisjoint(HELPERS)


def test_what_a_start_hides_from_libraries_is_there_for_whoever_asks_later() -> None:
    assert {"rich", "charset_normalizer"} <= loaded_by(f"{PAUSED}{HOUSE}\nimport rich, charset_normalizer")
    assert loaded_by("import rich\n" + PAUSED + HOUSE) >= {"rich", "structlog"}


def test_a_start_loads_no_parts_of_libraries_that_nobody_here_uses() -> None:
    loaded = loaded_by(f"{PAUSED}{HOUSE}")
    assert loaded.isdisjoint({"azure.core", "cryptography.x509", "oauthlib.oauth2", "requests_oauthlib"})
    assert loaded.isdisjoint({"botbuilder.core", "botframework.connector", "botframework.connector.auth"})
    assert {"botbuilder.core.cloud_adapter_base", "msrest.serialization", "jwt"} <= loaded


def test_a_part_that_a_library_holds_is_loaded_when_something_is_asked_of_it() -> None:
    asks = """
from jwt import algorithms
from msrest import authentication
assert algorithms.x509.load_pem_x509_certificate.__name__ == "load_pem_x509_certificate"
assert authentication.oauth.OAuth2Session.__name__ == "OAuth2Session"
"""
    assert {"cryptography.x509", "requests_oauthlib"} <= loaded_by(f"{PAUSED}{HOUSE}\n{asks}")


def test_a_whole_package_has_the_same_classes_as_its_parts_had() -> None:
    asks = """
from botbuilder import core
from botframework.connector import auth
from bot.channel import adapter
assert adapter.TurnContext is core.TurnContext
assert adapter.Adapter.__base__ is core.CloudAdapterBase
assert adapter.ClaimsIdentity is auth.ClaimsIdentity
"""
    assert {"botbuilder.core", "botbuilder.core.activity_handler"} <= loaded_by(f"{PAUSED}{HOUSE}\n{asks}")


def test_packages_that_are_not_installed_are_not_in_the_way() -> None:
    with loading.deferred("no_such_package"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_package")


def test_what_is_asked_while_a_start_is_under_way_is_loaded_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    with loading.deferred("wave"):
        deputy = importlib.import_module("wave")
        assert not vars(deputy).get("Error")
        assert deputy.Error is importlib.import_module("wave").Error
    assert sys.modules["wave"] is not deputy
    monkeypatch.delitem(sys.modules, "wave")


def test_the_collector_rests_while_modules_are_loaded_and_works_afterwards() -> None:
    with collecting.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_when_a_module_does_not_load() -> None:
    with pytest.raises(ModuleNotFoundError), collecting.paused():
        raise ModuleNotFoundError
    assert gc.isenabled()
