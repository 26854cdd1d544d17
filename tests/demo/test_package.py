"""Fetching and unpacking Microsoft's Agents Playground, with an npm that needs no network."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from demo import package
from demo.cache import Cache
from demo.node import Node
from demo.problems import CannotShow
from tests.demo.scripts import shell


def packed(path: Path, files: dict[str, bytes], *, link: str = "") -> str:
    """Write an npm package; return its integrity."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def npm(tmp_path: Path, body: str) -> Node:
    return Node(node=tmp_path / "node", npm=(str(shell(tmp_path / "npm", body)),))


def npm_with(tmp_path: Path, source: Path) -> Node:
    wanted = 'for one; do case "$one" in --pack-destination=*) to="${one#*=}";; esac; done'
    return npm(tmp_path, f'{wanted}; mkdir -p "$to/cache"; cp {source} "$to/it.tgz"')


async def test_it_is_fetched_unpacked_and_nothing_else_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    integrity = packed(tmp_path / "source.tgz", {"package/cli.js": b"start", "package/dist/index.js": b"rest"})
    monkeypatch.setattr(package.unpack, "__kwdefaults__", {"integrity": integrity})
    cache, said = Cache({"XDG_CACHE_HOME": str(tmp_path / "cache")}), list[str]()
    script = await package.fetch(npm_with(tmp_path, tmp_path / "source.tgz"), cache, said.append)
    assert script.read_text() == "start"
    assert sorted(path.name for path in script.parent.iterdir()) == ["cli.js", "dist"]
    assert "once, about 4 MB" in said[0]
    assert await package.fetch(npm(tmp_path, "exit 1"), cache, pytest.fail) == script


async def test_another_package_than_the_known_one_is_refused_and_not_kept(tmp_path: Path) -> None:
    packed(tmp_path / "source.tgz", {"package/cli.js": b"evil"})
    cache = Cache({"XDG_CACHE_HOME": str(tmp_path / "cache")})
    with pytest.raises(CannotShow, match="hash differs"):
        await package.fetch(npm_with(tmp_path, tmp_path / "source.tgz"), cache, lambda _: None)
    assert list(cache.folder.iterdir()) == []


async def test_a_failing_npm_is_told_with_what_to_do(tmp_path: Path) -> None:
    cache = Cache({"XDG_CACHE_HOME": str(tmp_path / "cache")})
    with pytest.raises(CannotShow, match="ECONNREFUSED") as problem:
        await package.fetch(npm(tmp_path, "echo ECONNREFUSED >&2; exit 1"), cache, lambda _: None)
    assert "--no-playground" in problem.value.hint


async def test_an_npm_that_leaves_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotShow, match="left 0"):
        await package.fetch(npm(tmp_path, "exit 0"), Cache({"XDG_CACHE_HOME": str(tmp_path / "c")}), lambda _: None)


def test_a_path_that_leads_elsewhere_is_left_out(tmp_path: Path) -> None:
    files = {"package/../../out": b"x", "/package/abs": b"x", "other/file": b"x", "package/good": b"x"}
    integrity = packed(tmp_path / "source.tgz", files, link="package/link")
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    package.unpack(tmp_path / "source.tgz", inside, integrity=integrity)
    assert [path for path in (tmp_path / "a").rglob("*") if path != inside] == [inside / "good"]


def test_the_hash_is_a_whole_sha512() -> None:
    assert len(base64.b64decode(package.INTEGRITY, validate=True)) == 64
