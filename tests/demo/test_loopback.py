"""The preload that keeps Microsoft's Agents Playground on this machine, in a real Node.js where there is one."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from demo import process
from demo.playground import PRELOAD
from demo.problems import CannotShow

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node.js on this machine")
LISTEN = (
    "const s = require('net').createServer(); s.listen({}); "
    "s.on('listening', () => {{ console.log(s.address().address); process.exit(); }});"
)
CONNECT = "const s = require('net').connect({}); s.on('error', (e) => {{ console.log(e.message); process.exit(); }});"


async def run(script: str, tmp_path: Path) -> str:
    command = [str(NODE), "--require", str(PRELOAD), "-e", script]
    env = {"PATH": os.defpath}
    async with process.owned(command, env=env, folder=tmp_path) as running:
        assert running.stdout is not None
        return (await running.stdout.readline()).decode().strip()


def test_the_preload_is_part_of_the_package() -> None:
    assert "net.Server.prototype.listen" in PRELOAD.read_text(encoding="utf-8")


@needs_node
@pytest.mark.parametrize(
    "wanted",
    ["", "0", "'0'", "0, () => {}", "0, '0.0.0.0'", "0, '::', 5", "{port: 0}", "{port: 0, host: '::'}", "() => {}"],
)
async def test_every_way_to_listen_ends_on_127_0_0_1(tmp_path: Path, wanted: str) -> None:
    assert await run(LISTEN.format(wanted), tmp_path) == "127.0.0.1"


@needs_node
@pytest.mark.parametrize(
    "wanted", ["80, '192.0.2.1'", "{port: 80, host: '192.0.2.1'}", "{port: 443, host: 'example.invalid'}"]
)
async def test_nothing_goes_out(tmp_path: Path, wanted: str) -> None:
    assert "lets nothing out" in await run(CONNECT.format(wanted), tmp_path)


@needs_node
async def test_fetch_does_not_go_out_either(tmp_path: Path) -> None:
    script = "fetch('http://192.0.2.1/').catch((e) => { console.log(e.cause.message); process.exit(); });"
    assert "lets nothing out" in await run(script, tmp_path)


@needs_node
async def test_this_machine_can_be_reached(tmp_path: Path) -> None:
    script = (
        "const net = require('net'); const s = net.createServer((c) => c.end('hi')).listen(0, () => "
        "net.connect(s.address().port, 'localhost').on('data', (d) => { console.log(String(d)); process.exit(); }));"
    )
    assert await run(script, tmp_path) == "hi"


@needs_node
async def test_it_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    command = [str(NODE), "--require", str(PRELOAD), "-e", "require('net').createServer().listen(0)"]
    try:
        # run() closes the program's input at once, as the system does for a parent that was killed
        await process.run(command, env={"PATH": os.defpath}, folder=tmp_path, within=timedelta(seconds=30))
    except CannotShow as error:
        pytest.fail(str(error))
