"""Apps to be packed, and a look into the packages that come out."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from manifest import App, Command, Package, Publisher, build

SCHEMAS = Path(__file__).parents[2] / "manifest" / "schemas"
BOT = "1f0e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"
COMMANDS = (
    Command(title="tickets mine", description="Yours."),
    Command(title="new", description="A new one."),
    Command(title="help", description="All of it.", slash=False),
)


def app(
    *,
    app_id: str = BOT,
    host: str = "desk.example.com",
    version: str = "1.2.3",
    commands: tuple[Command, ...] = COMMANDS,
    publisher: Publisher | None = None,
) -> App:
    return App(app_id=app_id, host=host, version=version, commands=commands, publisher=publisher or Publisher())


def manifests(of: App) -> tuple[Any, Any]:
    current, conservative = build(of)
    return manifest(current), manifest(conservative)


def manifest(package: Package) -> Any:
    return json.loads(unpacked(package.content)["manifest.json"])


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def schema(version: str) -> Any:
    return json.loads(gzip.decompress((SCHEMAS / f"teams-{version}.json.gz").read_bytes()))
