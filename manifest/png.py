"""Writing a picture as PNG, with the standard library alone. What is on it belongs to ``draw``."""

import struct
import zlib
from collections.abc import Sequence

Pixel = tuple[int, int, int, int]
"""Red, green, blue, opacity: 0 to 255."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGBA = 6
"""PNG specification: colour type, truecolour with alpha."""


def png(rows: Sequence[Sequence[Pixel]]) -> bytes:
    """Write rows of the same length, from the top."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, RGBA, 0, 0, 0)
    lines = b"".join(b"\x00" + bytes(value for pixel in row for value in pixel) for row in rows)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
