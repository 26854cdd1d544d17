"""The kept icons are those that the script draws."""

from pathlib import Path

from manifest import draw
from tests.manifest.pictures import Picture, read

KEPT = Path(draw.__file__).with_name("icons")


def closeness(one: Picture, other: Picture) -> int:
    """Tell by how much the most different pixel differs: arithmetic may round otherwise on another machine."""
    pairs = zip(one.pixels, other.pixels, strict=True)
    return max(abs(a - b) for left, right in pairs for a, b in zip(left, right, strict=True))


def test_drawing_again_gives_the_kept_icons(tmp_path: Path) -> None:
    draw.main(tmp_path)
    for name in ("color.png", "outline.png", "color32.png"):
        drawn, kept = read((tmp_path / name).read_bytes()), read((KEPT / name).read_bytes())
        assert closeness(drawn, kept) <= 1


def test_the_mark_stays_inside_the_zone_that_teams_never_cuts() -> None:
    picture = read(draw.color())
    ground = picture.pixels[0]
    inked = [divmod(at, picture.width) for at, pixel in enumerate(picture.pixels) if pixel != ground]
    rows, columns = [row for row, _ in inked], [column for _, column in inked]
    assert inked
    assert min(columns) >= 36
    assert max(columns) < 156
    assert min(rows) >= 36
    assert max(rows) < 156


def test_the_outline_is_lines_and_not_an_area() -> None:
    picture = read(draw.outline())
    opaque = sum(1 for pixel in picture.pixels if pixel[3])
    assert 0.1 < opaque / len(picture.pixels) < 0.4
