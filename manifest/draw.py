"""The mark: a ticket that speaks, ticked off. ``python -m manifest.draw`` writes all icons anew.

A shape is a function from a point to its distance from the edge, negative inside; sizes are halves of the ticket's
width. Icons are drawn by hand here and kept as files, so that building a package draws nothing.
"""

from collections.abc import Callable
from itertools import pairwise
from math import hypot
from pathlib import Path

from manifest.package import ICONS
from manifest.png import Pixel, png
from manifest.wire import ACCENT, COLOR_ICON, OUTLINE_ICON, SMALL_ICON

Shape = Callable[[float, float], float]
Point = tuple[float, float]

HALF_HEIGHT, CORNER, NOTCH = 9 / 14, 0.17, 0.19
TAIL: tuple[Point, Point, Point] = ((-0.62, 0.52), (-0.66, 1.02), (-0.12, 0.62))
CHECK: tuple[Point, Point, Point] = ((-0.36, 0.03), (-0.09, 0.29), (0.38, -0.25))
LOWER = 1 / 7
"""How far the mark moves up, so that ticket and tail together stand in the middle; in 32 pixels, two whole ones."""
WHITE = (255, 255, 255)
GROUND = (int(ACCENT[1:3], 16), int(ACCENT[3:5], 16), int(ACCENT[5:7], 16))


def color(side: int = 192) -> bytes:
    """Draw the colour icon: the white mark on the accent colour, inside Teams' safe zone of 120 of 192 pixels."""
    scale = side * 60 / 192

    def paint(covered: float) -> Pixel:
        red, green, blue = (round(b + (w - b) * covered) for b, w in zip(GROUND, WHITE, strict=True))
        return red, green, blue, 255

    return _draw(side, scale, _solid(0.1), paint)


def small(side: int = 32) -> bytes:
    """Draw the small colour icon: the mark in the accent colour on nothing, its tick cut out."""
    return _draw(side, side * 15 / 32, _solid(0.13), lambda covered: (*GROUND, round(255 * covered)))


def outline(side: int = 32) -> bytes:
    """Draw the outline icon: white lines on nothing."""
    scale = side * 14 / 32
    width = 1.0 / scale
    body, tick = _body(), _stroke(CHECK, width)

    def mark(x: float, y: float) -> float:
        # too small to be hollow, the tail is solid
        return min(abs(body(x, y) + width) - width, tick(x, y), _triangle(x, y))

    def paint(covered: float) -> Pixel:
        return (*WHITE, round(255 * covered))

    return _draw(side, scale, mark, paint)


def _solid(width: float) -> Shape:
    """Fill the mark, less a tick of this half width."""
    body, tick = _body(), _stroke(CHECK, width)
    return lambda x, y: max(body(x, y), -tick(x, y))


def _draw(side: int, scale: float, mark: Shape, paint: Callable[[float], Pixel]) -> bytes:
    def pixel(column: int, row: int) -> Pixel:
        x, y = (column + 0.5 - side / 2) / scale, (row + 0.5 - side / 2) / scale + LOWER
        return paint(min(1.0, max(0.0, 0.5 - mark(x, y) * scale)))

    return png([[pixel(column, row) for column in range(side)] for row in range(side)])


def _body() -> Shape:
    """Unite ticket and tail, less a notch on each side."""

    def shape(x: float, y: float) -> float:
        notch = min(hypot(x - 1, y), hypot(x + 1, y)) - NOTCH
        return max(min(_box(x, y), _triangle(x, y)), -notch)

    return shape


def _box(x: float, y: float) -> float:
    across, down = abs(x) - 1 + CORNER, abs(y) - HALF_HEIGHT + CORNER
    return hypot(max(across, 0), max(down, 0)) + min(max(across, down), 0) - CORNER


def _triangle(x: float, y: float) -> float:
    edges = zip(TAIL, (*TAIL[1:], TAIL[0]), strict=True)
    return max(((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / -hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in edges)


def _stroke(points: tuple[Point, ...], width: float) -> Shape:
    """Draw a line of round ends; ``width`` is half of its own."""
    lines = list(pairwise(points))
    return lambda x, y: min(_from_line(x, y, start, end) for start, end in lines) - width


def _from_line(x: float, y: float, start: Point, end: Point) -> float:
    (ax, ay), (bx, by) = start, end
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    near = min(1.0, max(0.0, along))
    return hypot(x - ax - near * (bx - ax), y - ay - near * (by - ay))


def main(folder: Path = ICONS) -> None:
    """Write all icons."""
    (folder / COLOR_ICON).write_bytes(color())
    (folder / OUTLINE_ICON).write_bytes(outline())
    (folder / SMALL_ICON).write_bytes(small())


if __name__ == "__main__":
    main()
