"""Plugins: only those that an operator names, at the start; one that breaks stops nothing."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attms_core.jobs import JobHooks, PluginJob
from attms_core.plugins import discover, told

GOOD = """
from attms_core.jobs import PluginJob

async def greet() -> None:
    print("hello")

def attms_jobs():
    return [PluginJob(name="greet", work=greet, schedule="every 5m", about="Says hello")]
"""
BROKEN = "raise RuntimeError('no licence')"
BROKEN_HOOK = "def attms_jobs():\n    raise KeyError('x')\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, code in (("good", GOOD), ("broken", BROKEN), ("hooked", BROKEN_HOOK)):
        (tmp_path / f"plugin_{name}.py").write_text(code)
        info = tmp_path / f"plugin_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: plugin_{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[attms.plugins]\n{name} = plugin_{name}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("good", "broken", "hooked"):
        sys.modules.pop(f"plugin_{name}", None)


@pytest.mark.usefixtures("installed")
def test_only_what_is_named_is_loaded() -> None:
    assert discover((), JobHooks).loaded == ()
    assert "plugin_good" not in sys.modules
    found = discover(("good",), JobHooks)
    assert (found.loaded, found.failed) == (("good",), {})
    [(name, jobs)] = told(found, "attms_jobs")
    assert name == "good"
    assert isinstance(jobs, list)
    assert isinstance(jobs[0], PluginJob)
    assert jobs[0].schedule == "every 5m"


@pytest.mark.usefixtures("installed")
def test_one_that_breaks_or_is_missing_is_told_and_the_others_work() -> None:
    found = discover(("good", "broken", "hooked", "nowhere"), JobHooks)
    assert found.loaded == ("good", "hooked")
    assert found.failed == {"broken": "RuntimeError: no licence", "nowhere": "It is not installed."}
    assert [name for name, _ in told(found, "attms_jobs")] == ["good"]
    assert found.failed["hooked"] == "KeyError: 'x'"
