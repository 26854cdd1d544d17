"""What is fetched once and kept."""

from pathlib import Path

import pytest

from demo.cache import Cache
from demo.problems import CannotShow


async def fill(folder: Path) -> None:
    (folder / "thing").write_text("whole")


async def never(folder: Path) -> None:
    pytest.fail(f"{folder} was filled again")


async def half(folder: Path) -> None:
    (folder / "thing").write_text("ha")
    raise CannotShow("the network went away")


def test_the_xdg_folder_is_taken_when_it_is_absolute(tmp_path: Path) -> None:
    assert Cache({"XDG_CACHE_HOME": str(tmp_path), "HOME": "/nowhere"}).folder == tmp_path / "attms"


@pytest.mark.parametrize("chosen", ["", "relative/path"])
def test_otherwise_it_stands_in_the_home(tmp_path: Path, chosen: str) -> None:
    assert Cache({"XDG_CACHE_HOME": chosen, "HOME": str(tmp_path)}).folder == tmp_path / ".cache" / "attms"


async def test_a_thing_is_fetched_once(tmp_path: Path) -> None:
    cache = Cache({"XDG_CACHE_HOME": str(tmp_path)})
    kept = await cache.keep("one", fill)
    assert (kept / "thing").read_text() == "whole"
    assert await cache.keep("one", never) == kept


async def test_nothing_is_left_of_a_fetch_that_failed(tmp_path: Path) -> None:
    cache = Cache({"XDG_CACHE_HOME": str(tmp_path)})
    with pytest.raises(CannotShow):
        await cache.keep("one", half)
    assert not cache.has("one")
    assert list(cache.folder.iterdir()) == []


async def test_a_quicker_demo_wins(tmp_path: Path) -> None:
    cache = Cache({"XDG_CACHE_HOME": str(tmp_path)})

    async def late(folder: Path) -> None:
        await cache.keep("one", fill)
        (folder / "thing").write_text("late")

    kept = await cache.keep("one", late)
    assert (kept / "thing").read_text() == "whole"
    assert [path.name for path in cache.folder.iterdir()] == ["one"]


async def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotShow) as problem:
        await Cache({"XDG_CACHE_HOME": str(tmp_path / "file")}).keep("one", fill)
    assert "XDG_CACHE_HOME" in problem.value.hint
