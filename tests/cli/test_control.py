"""The control socket: who reaches it, what it leaves behind, and how refusals come through."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from admin.control import Control, OtherAccount, Refused, _refusal, open_control, serve_control
from attms_core.errors import AttmsError, StoreUnavailable, Unreachable


def app(*answers: tuple[str, web.Response]) -> web.Application:
    made = web.Application()
    for path, answer in answers:

        async def handle(_: web.Request, answer: web.Response = answer) -> web.Response:
            return answer

        made.router.add_get(path, handle)
    return made


def hello() -> web.Application:
    return app(("/hello", web.json_response({"said": "hello"})))


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    async def ends(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    refused = {"code": "changed-meanwhile", "detail": "Too late.", "hint": "Look again.", "mistakes": [{"what": "a"}]}
    made = app(
        ("/refused", web.json_response(refused, status=409)),
        ("/stranger", web.json_response({"code": "not-let-in"}, status=401)),
        ("/nonsense", web.Response(text="<html>", status=500)),
    )
    made.router.add_get("/ends", ends)
    async with serve_control(made, tmp_path), open_control(tmp_path) as control:
        assert control is not None
        yield control


async def asked(data_dir: Path) -> bytes | None:
    async with open_control(data_dir) as control:
        return None if control is None else await control.ask("GET", "/hello")


async def test_the_server_of_a_folder_is_reached(tmp_path: Path) -> None:
    async with serve_control(hello(), tmp_path) as is_ours:
        assert is_ours
        assert await asked(tmp_path) == b'{"said": "hello"}'


async def test_only_this_account_can_open_the_socket_and_it_goes_with_the_server(tmp_path: Path) -> None:
    data_dir = tmp_path / "new"
    async with serve_control(hello(), data_dir):
        assert stat.S_IMODE((data_dir / "control.sock").stat().st_mode) == 0o600
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert not (data_dir / "control.sock").exists()


@pytest.mark.parametrize("folder", ["", "missing"])
async def test_where_nobody_serves_there_is_nobody(tmp_path: Path, folder: str) -> None:
    assert await asked(tmp_path / folder) is None


async def test_what_a_killed_server_left_is_no_server_and_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control.sock"))
    assert await asked(tmp_path) is None
    async with serve_control(hello(), tmp_path):
        assert await asked(tmp_path)


async def test_a_second_server_does_not_take_the_socket_away(tmp_path: Path) -> None:
    async with serve_control(hello(), tmp_path):
        async with serve_control(app(), tmp_path) as is_ours:
            assert not is_ours
        assert await asked(tmp_path)


async def test_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "control.sock").write_text("somebody's", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="no socket"):
        async with serve_control(hello(), tmp_path):
            pass
    assert (tmp_path / "control.sock").read_text(encoding="utf-8") == "somebody's"
    assert await asked(tmp_path) is None


def open_handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_folder_with_a_long_name_will_do(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 40) / ("name" * 40)
    handles = open_handles()
    async with serve_control(hello(), data_dir):
        assert await asked(data_dir)
    assert await asked(data_dir) is None
    assert open_handles() == handles


async def test_a_refusal_comes_with_its_words(control: Control) -> None:
    with pytest.raises(Refused) as refused:
        await control.ask("GET", "/refused")
    error = refused.value
    assert (str(error), error.hint, error.told, error.status) == ("Too late.", "Look again.", "changed-meanwhile", 409)
    assert error.mistakes == ("a",)


async def test_not_being_let_in_is_told_as_the_wrong_account(control: Control) -> None:
    with pytest.raises(OtherAccount, match="this account"):
        await control.ask("GET", "/stranger")


async def test_an_answer_that_is_no_problem_document_is_told_by_its_status(control: Control) -> None:
    with pytest.raises(Refused, match="answered 500"):
        await control.ask("GET", "/nonsense")


async def test_a_server_that_ends_meanwhile_is_told(control: Control) -> None:
    with pytest.raises(Unreachable, match="did not answer"):
        await control.ask("GET", "/ends")


async def test_leaving_by_cancellation_removes_the_socket(tmp_path: Path) -> None:
    ready = asyncio.Event()

    async def serve() -> None:
        async with serve_control(hello(), tmp_path):
            ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(serve())
    await ready.wait()
    task.cancel()
    await asyncio.wait({task})
    assert not (tmp_path / "control.sock").exists()


@given(st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda told: str(told).encode()))
def test_whatever_a_refusal_looks_like_it_becomes_an_error_of_ours(content: bytes) -> None:
    assert isinstance(_refusal(503, content), AttmsError)
