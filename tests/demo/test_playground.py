"""Opening and closing the chat window, with a program that talks as the Playground does."""

import os
from pathlib import Path

import aiohttp
import pytest

from demo import context
from demo.node import Node
from demo.playground import window
from demo.problems import CannotShow
from tests.demo.scripts import python

WELL = """
import http.server, json, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        people = open(".m365agentsplayground.yml").read()
        self.wfile.write(json.dumps([sys.argv[1:], dict(os.environ), people]).encode())
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Page)
print("Port is already in use. Finding an available port...")
print("Listening on", server.server_port, flush=True)
server.serve_forever()
"""
BADLY = """
import os
os.mkdir("devTools")
open("devTools/m365agentsplayground.log", "w").write("info hello\\nerror Reason: the context file is wrong\\n")
print("Listening on 9", flush=True)
raise SystemExit(1)
"""
ENDS = """
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Page)
print("Listening on", server.server_port, flush=True)
server.handle_request()
print("heap out of memory", flush=True)
raise SystemExit(134)
"""


def node(tmp_path: Path, body: str) -> Node:
    return Node(node=python(tmp_path / "node", body), npm=())


async def test_it_is_told_where_the_bot_is_and_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTMS_AUTOTASK_SECRET", "planted")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    opened = window(node(tmp_path, WELL), Path("cli.js"), endpoint="http://127.0.0.1:1/x", people="{}", port=3976)
    async with opened as chat, aiohttp.ClientSession() as session, session.get(chat.url) as answer:
        words, environ, people = await answer.json(content_type=None)
    assert words[0] == "--require"
    assert words[1].endswith("loopback.js")
    assert words[words.index("--app-endpoint") + 1] == "http://127.0.0.1:1/x"
    assert words[words.index("--channel-id") + 1] == "msteams"
    assert "--disable-telemetry" in words
    assert environ["APPLICATION_INSIGHTS_NO_STATSBEAT"] == "true"
    assert not {"ATTMS_AUTOTASK_SECRET", "HTTP_PROXY"} & environ.keys()
    assert people == "{}"


async def test_it_leaves_no_program_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    async with window(node(tmp_path, WELL), Path("cli.js"), endpoint="x", people="{}", port=3976) as chat:
        assert [path.name for path in next(temporary.iterdir()).iterdir()] == [context.FILE]
        group = chat.process.pid
    assert list(temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


async def test_a_start_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(CannotShow, match="Reason: the context file is wrong") as problem:
        async with window(node(tmp_path, BADLY), Path("cli.js"), endpoint="x", people="{}", port=3976):
            pytest.fail("it opened")
    assert "--no-playground" in problem.value.hint
    assert "hello" not in str(problem.value)


async def test_an_end_without_a_log_is_told_by_what_it_printed(tmp_path: Path) -> None:
    async with window(node(tmp_path, ENDS), Path("cli.js"), endpoint="x", people="{}", port=3976) as chat:
        why = await chat.ended()
    assert "exit 134" in why
    assert "heap out of memory" in why
