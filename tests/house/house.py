"""The house as its own tests see it: where it stands, its rooms, and the files that somebody wrote."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOT_OURS = {ROOT / name for name in (".git", ".venv", "build", "data", "dist")}
CACHES = ("cache", "cache__", ".egg-info", ".hypothesis")


def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads(text("pyproject.toml"))


def text(name: str) -> str:
    """Read one file of the house."""
    return (ROOT / name).read_text(encoding="utf-8")


def rooms() -> list[str]:
    """Name the packages that stand at the top."""
    return sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Walk the files that somebody wrote: no environment, no cache, no build."""
    for path in sorted(folder.iterdir()):
        if path in NOT_OURS or path.name.endswith(CACHES):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path
