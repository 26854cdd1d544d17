"""The zip: manifest and icons at its root, the same bytes for the same app on every machine."""

import io
import json
import zipfile
from pathlib import Path

from msgspec import Struct

from manifest import wire
from manifest.rules import complaints
from manifest.values import App, UnfitApp

ICONS = Path(__file__).with_name("icons")
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip can hold, so that no clock gets into it."""
READABLE = 0o644 << 16


class Package(Struct, frozen=True):
    """A file to be uploaded to Teams."""

    name: str
    content: bytes


def build(app: App) -> tuple[Package, Package]:
    """Make both packages: the current one, and the conservative one for a Teams that refuses the first.

    Raises ``UnfitApp`` with every reason when Teams would refuse them.
    """
    if found := complaints(app):
        raise UnfitApp(found)
    return (
        Package("attms.zip", _zip(wire.current(app))),
        Package("attms-conservative.zip", _zip(wire.conservative(app))),
    )


def _zip(manifest: wire.Json) -> bytes:
    files = {"manifest.json": json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n"}
    files |= {name: (ICONS / name).read_bytes() for name in wire.icons_of(manifest)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(_entry(name), content)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EARLIEST)
    # not deflated: compressors differ from machine to machine, and the icons are small already
    entry.compress_type = zipfile.ZIP_STORED
    entry.create_system = 3  # Unix, also when it is built elsewhere
    entry.external_attr = READABLE
    return entry
