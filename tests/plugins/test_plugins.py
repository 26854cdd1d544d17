"""Plugins: only those that an operator names, at the start; one that breaks stops nothing. The page's example works."""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attms_core.jobs import JobHooks, Jobs, PluginJob
from attms_core.plugins import discover, told

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
from attms_core.jobs import PluginJob

async def greet() -> None:
    print("hello")

def attms_jobs():
    return [PluginJob(name="greet", work=greet, schedule="every 5m", about="Says hello")]
"""
MARKED = """
import pluggy

@pluggy.HookimplMarker("attms")(specname="attms_jobs")
def another_name():
    return []
"""
BROKEN = "raise RuntimeError('no licence')"
LEAVING = "raise SystemExit('licence expired')"
BROKEN_HOOK = "def attms_jobs():\n    raise KeyError('x')\n"
WANTING = "def attms_jobs(more):\n    return []\n"
MISNAMED = GOOD.replace('"greet"', '"Greet / now"')
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package of one module, as pip leaves it behind."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules: list[str] = []

    def put(name: str, code: str, *, module: str = "", package: str = "") -> None:
        module = module or f"plugin_{name}"
        modules.append(module)
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package or module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[attms.plugins]\n{name} = {module}\n")

    yield put
    for module in modules:
        sys.modules.pop(module, None)


def test_only_what_is_named_is_loaded(install: Install) -> None:
    install("good", GOOD)
    assert discover((), JobHooks).loaded == ()
    assert "plugin_good" not in sys.modules
    found = discover(("good",), JobHooks)
    assert (found.loaded, found.failed) == (("good",), {})
    [(name, jobs)] = told(found, "attms_jobs")
    assert name == "good"
    assert isinstance(jobs, list)
    assert isinstance(jobs[0], PluginJob)
    assert jobs[0].schedule == "every 5m"


def test_one_that_breaks_or_is_missing_is_told_and_the_others_work(install: Install) -> None:
    kinds = {"broken": BROKEN, "hooked": BROKEN_HOOK, "leaving": LEAVING, "misnamed": MISNAMED, "wanting": WANTING}
    for name, code in {"good": GOOD, **kinds}.items():
        install(name, code)
    found = discover(("good", "nowhere", *kinds), JobHooks)
    assert found.loaded == ("good", "hooked", "misnamed")
    assert found.failed["broken"] == "RuntimeError: no licence"
    assert found.failed["leaving"] == "SystemExit: licence expired"
    assert found.failed["nowhere"] == "It is not installed."
    assert "more" in found.failed["wanting"]
    assert [name for name, _ in told(found, "attms_jobs")] == ["good"]
    assert found.failed["hooked"] == "KeyError: 'x'"
    assert "no name for a job" in found.failed["misnamed"]


def test_a_function_may_be_marked_as_pluggy_has_it(install: Install) -> None:
    install("marked", MARKED)
    assert list(told(discover(("marked",), JobHooks), "attms_jobs")) == [("marked", [])]


def test_a_name_that_two_packages_have_is_neither_s(install: Install) -> None:
    install("good", GOOD)
    install("good", BROKEN, module="impostor")
    found = discover(("good",), JobHooks)
    assert found.loaded == ()
    assert found.failed["good"] == "More than one installed package has this name: impostor, plugin_good."
    assert "impostor" not in sys.modules


def test_a_plugin_without_a_hook_has_nothing_to_tell(install: Install) -> None:
    install("quiet", "attms_jobs = None")
    found = discover(("quiet",), JobHooks)
    assert (found.loaded, list(told(found, "attms_jobs"))) == (("quiet",), [])


@pytest.fixture
def example(install: Install) -> str:
    """Install the package that the page for authors shows; give the plugin's name."""
    page = (ROOT / "docs" / "plugins.md").read_text()
    project, code = (re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("toml", "python"))
    assert project is not None
    assert code is not None
    read = tomllib.loads(project[1])
    [(name, module)] = read["project"]["entry-points"]["attms.plugins"].items()
    assert read["tool"]["setuptools"]["py-modules"] == [module]
    install(name, code[1], module=module, package=read["project"]["name"])
    return str(name)


async def test_the_example_of_the_page_works(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTBEAT_FILE", str(tmp_path / "beat"))
    found = discover((example,), JobHooks)
    [(_, planned)] = told(found, "attms_jobs")
    assert isinstance(planned, list)
    [job] = planned
    jobs = Jobs()
    jobs.add(f"{example}.{job.name}", job.work, job.schedule, about=job.about)
    async with jobs:
        await jobs.run_now("heartbeat.beat")
    assert datetime.fromisoformat((tmp_path / "beat").read_text()).tzinfo == UTC


def test_the_example_says_what_it_lacks(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARTBEAT_FILE", raising=False)
    found = discover((example,), JobHooks)
    assert list(told(found, "attms_jobs")) == []
    assert found.failed == {"heartbeat": "KeyError: 'HEARTBEAT_FILE'"}
