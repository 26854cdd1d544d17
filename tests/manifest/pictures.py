"""Reading back what our PNG writer writes, by the specification and not by its code."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    pixels: list[tuple[int, ...]]


def read(content: bytes) -> Picture:
    """Decode an 8-bit truecolour PNG with alpha whose lines are unfiltered; check every sum in it."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    chunks = list(_chunks(content[8:]))
    assert [chunks[0][0], chunks[-1][0]] == [b"IHDR", b"IEND"]
    width, height, *form = struct.unpack(">IIBBBBB", chunks[0][1])
    assert form == [8, 6, 0, 0, 0]
    raw = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    line = width * 4 + 1
    assert len(raw) == line * height
    assert set(raw[::line]) == {0}
    starts = (row * line + 1 + column * 4 for row in range(height) for column in range(width))
    return Picture(width, height, [tuple(raw[start : start + 4]) for start in starts])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    while content:
        (length,) = struct.unpack(">I", content[:4])
        kind, data = content[4:8], content[8 : 8 + length]
        assert struct.unpack(">I", content[8 + length : 12 + length])[0] == zlib.crc32(kind + data)
        yield kind, data
        content = content[12 + length :]
