"""Microsoft's Agents Playground as a package: fetched once by npm, held against a hash, never shipped.

It is pre-release software under Microsoft's own licence, to be fetched by whoever uses it.
"""

import asyncio
import base64
import hashlib
import os
import shutil
import tarfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from demo.cache import Cache
from demo.node import Node, Say
from demo.problems import CannotShow
from demo.process import run

NAME = "@microsoft/m365agentsplayground"
VERSION = "0.2.28"
INTEGRITY = "EevhYW8xtEATwNg5eiFqTgZT0P5gjfCsLBwBWESSrB6+0lr9Yi9R27HJwjNGUlT3JQlxoWMgnvEQunUuyI/+2Q=="
"""The package's SHA-512 in base64, as npm's own `integrity` writes it."""
SIZE = "about 4 MB"
FETCHING = timedelta(minutes=5)
INSIDE = "package"
"""The folder in which everything stands inside an npm package."""
SCRAPS = "scraps"
"""Where npm keeps its own things meanwhile."""


async def fetch(node: Node, cache: Cache, say: Say, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the script that starts the Playground. Raises `CannotShow` when it cannot be had."""
    name = f"playground-{VERSION}"
    if not cache.has(name):
        say(f"Fetching Microsoft's Agents Playground, the chat window (once, {SIZE}) ...")

    async def fill(folder: Path) -> None:
        scraps = folder / SCRAPS
        await asyncio.to_thread(scraps.mkdir)
        await asyncio.to_thread(unpack, await _pack(node, scraps, environ), folder)
        await asyncio.to_thread(shutil.rmtree, scraps)

    return await cache.keep(name, fill) / "cli.js"


async def _pack(node: Node, folder: Path, environ: Mapping[str, str]) -> Path:
    """Let npm fetch the package as it is, with the person's own npm configuration but a cache that goes away."""
    options = ("--ignore-scripts", "--loglevel=error", "--no-update-notifier", f"--cache={folder / 'cache'}")
    command = [*node.npm, "pack", f"{NAME}@{VERSION}", *options, f"--pack-destination={folder}"]
    try:
        # newer npm keeps its compiled code in the machine's temporary folder, unless told not to
        await run(command, env={**environ, "NODE_DISABLE_COMPILE_CACHE": "1"}, folder=folder, within=FETCHING)
    except CannotShow as error:
        raise CannotShow(
            f"Microsoft's Agents Playground could not be fetched.\n{error}",
            hint="See to it that npm reaches its package registry, or start without it: --no-playground.",
        ) from error
    return _only(folder)


def _only(folder: Path) -> Path:
    found = sorted(folder.glob("*.tgz"))
    if len(found) != 1:
        raise CannotShow(f"npm was to leave one package, and left {len(found)}.")
    return found[0]


def unpack(packed: Path, folder: Path, *, integrity: str = INTEGRITY) -> None:
    """Unpack a package into a folder. Raises `CannotShow` when it is not the one we know."""
    content = packed.read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != integrity:
        raise CannotShow(
            f"What npm fetched as {NAME} {VERSION} is not the package this demo knows: its hash differs.",
            hint="Nothing of it was run. Fetch from another network or registry, or start with --no-playground.",
        )
    with tarfile.open(packed) as archive:
        for member in archive:
            _put(archive, member, folder)


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one plain file below the folder; links, devices and paths that lead elsewhere are left out."""
    top, *inner = Path(member.name).parts
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or top != INSIDE or not inner or ".." in inner:
        return
    target = folder.joinpath(*inner)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.read())
