"""Every room is known to those who guard, pack and ship the house."""

import ast
import configparser
import fnmatch
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.house.house import ROOT, files, project, rooms, text

OUTSIDE_APP = {"botbuilder", "botframework", "httpx", "msrest", "psycopg", "sqlalchemy", "sqlite3"}


def test_every_room_stands_in_the_import_contracts() -> None:
    contracts = configparser.ConfigParser()
    contracts.read_string(text(".importlinter"))
    assert contracts["importlinter"]["root_packages"].split() == rooms()


def test_every_room_goes_into_the_wheel_and_the_image() -> None:
    packed = project()["tool"]["setuptools"]["packages"]["find"]["include"]
    shipped = text(".dockerignore").splitlines()
    for room in rooms():
        assert any(fnmatch.fnmatch(room, pattern) for pattern in packed), f"{room} is missing in pyproject.toml"
        assert f"!{room}" in shipped, f"{room} is missing in .dockerignore"


def test_every_room_and_workshop_is_described() -> None:
    rows = [line.split("|")[1] for line in text("CONTRIBUTING.md").splitlines() if line.startswith("| `")]
    described = {name for row in rows for name in row.split("`")[1::2]}
    assert {f"{path.parent.name}/" for path in ROOT.glob("*/*.py")} <= described


def test_the_application_leaves_wire_and_database_to_their_rooms() -> None:
    assert imported_by(ROOT / "app.py").isdisjoint(OUTSIDE_APP)


def test_the_wheel_holds_every_file_of_every_room(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("LICENSE", "README.md", "app.py", "pyproject.toml"):
        source.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, source / name)
    wanted = {path.relative_to(ROOT) for room in rooms() for path in files(ROOT / room)}
    for path in wanted:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, source / path)
    build(source, tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("attms-*.whl"))) as wheel:
        packed = set(wheel.namelist())
    assert {str(path) for path in wanted} | {"app.py"} <= packed


def build(source: Path, target: Path) -> None:
    """Build the wheel with the locked setuptools alone."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    quiet = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([*command, "--wheel-dir", target, source], check=True, env=quiet, timeout=120)


def imported_by(path: Path) -> set[str]:
    """Name the top-level packages a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
