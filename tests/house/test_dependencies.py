"""What the house borrows is declared, explained and locked."""

import re
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.house import ROOT, files, project, rooms, text
from tests.house.test_rooms import imported_by

RUNTIME = [Requirement(line) for line in project()["project"]["dependencies"]]
TOOLS = [Requirement(line) for line in project()["dependency-groups"]["dev"] if isinstance(line, str)]
BUILD = [Requirement(line) for line in project()["dependency-groups"]["build"]]
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)(?: ; [^\\]+)? \\$", re.MULTILINE)
# What the SDK brings along under the one pin of botbuilder-integration-aiohttp.
SDK = {"botbuilder", "botframework", "msrest"}


def pins(lock: str) -> dict[str, Version]:
    """Read what a lock pins."""
    return {name: Version(version) for name, version in PIN.findall(text(lock))}


def named(requirement: Requirement) -> str:
    """Show a requirement by its name."""
    return requirement.name


@pytest.mark.parametrize("requirement", RUNTIME + TOOLS + BUILD, ids=named)
def test_every_direct_dependency_is_explained_with_its_range(requirement: Requirement) -> None:
    row = re.compile(rf"^\| `{re.escape(requirement.name)}` \| `([^`]+)` \| .{{10,}} \|$", re.MULTILINE)
    found = row.search(text("docs/dependencies.md"))
    assert found, f"docs/dependencies.md does not say why {requirement.name} is here"
    assert Requirement(f"x{found[1]}").specifier == requirement.specifier


def test_nothing_is_explained_that_is_not_borrowed() -> None:
    explained = set(re.findall(r"^\| `([^`]+)` \| `[<>=\[]", text("docs/dependencies.md"), re.MULTILINE))
    assert explained == {requirement.name for requirement in RUNTIME + TOOLS + BUILD}


@pytest.mark.parametrize(
    ("lock", "requirement"),
    [(lock, r) for lock in ("requirements.lock", "requirements-dev.lock") for r in RUNTIME]
    + [("requirements-dev.lock", r) for r in TOOLS + BUILD]
    + [("requirements-build.lock", r) for r in BUILD],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_lock_pins_what_is_declared(lock: str, requirement: Requirement) -> None:
    assert pins(lock)[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_locks_agree() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
    assert pins("requirements-build.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"])
def test_every_pin_carries_hashes_and_no_address(lock: str) -> None:
    lines = [line for line in text(lock).splitlines() if not line.lstrip().startswith("#")]
    packages = "\n".join(lines).replace("\\\n", "").splitlines()
    assert len(packages) == len(pins(lock))
    for package in packages:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package
        assert "://" not in package


def test_the_setuptools_that_builds_is_the_one_that_is_locked() -> None:
    assert [str(requirement) for requirement in BUILD] == project()["build-system"]["requires"]


def test_the_house_imports_only_what_it_declares() -> None:
    declared = {canonicalize_name(requirement.name) for requirement in RUNTIME}
    providers = packages_distributions()
    python = [ROOT / "app.py", *(path for room in rooms() for path in files(ROOT / room) if path.suffix == ".py")]
    borrowed = {(module, path.relative_to(ROOT)) for path in python for module in imported_by(path)}
    undeclared = {
        (module, str(path))
        for module, path in borrowed
        if module not in {*rooms(), "app", *SDK, *sys.stdlib_module_names}
        and declared.isdisjoint(canonicalize_name(name) for name in providers.get(module, []))
    }
    assert undeclared == set()
