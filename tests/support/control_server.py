"""A running server beside the command line: the management API's paths and shapes over a memory, in a thread."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from admin.control import serve_control

Answer = tuple[int, object]
Handle = Callable[[web.Request, Any], Answer]
MOMENT = "2026-03-02T12:00:00+00:00"


def problem(status: int, code: str, detail: str, hint: str = "", mistakes: tuple[str, ...] = ()) -> Answer:
    """Refuse."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail, "hint": hint}
    return status, {**body, "mistakes": [{"where": "body.changes", "what": each} for each in mistakes]}


class ControlServer:
    """Remembers what it was asked, and answers by path; a test may answer anything itself."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[tuple[str, str], Handle] = {}
        self.on_ask: Callable[[], Awaitable[None]] | None = None

    def answer(self, method: str, path: str, status: int, body: object) -> None:
        """Answer a path with one thing."""
        self.answers[method, path] = lambda _request, _body: (status, body)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path_qs, body))
        handle = self.answers.get((request.method, request.path))
        status, told = handle(request, body) if handle else problem(404, "not-found", "There is nothing at this path.")
        return web.json_response(told, status=status)


@contextmanager
def in_thread(opened: AbstractAsyncContextManager[object]) -> Iterator[None]:
    """Keep something open while the block runs, on a loop of its own. Raises what its opening raises."""
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    broken: list[BaseException] = []

    async def keep() -> None:
        async with opened:
            ready.set()
            await stop.wait()

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(keep())
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
            broken.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        if not broken:
            yield
            loop.call_soon_threadsafe(stop.set)
    except BaseException:
        loop.call_soon_threadsafe(stop.set)
        raise
    finally:
        thread.join()
    if broken:
        raise broken[0]


@contextmanager
def beside(data_dir: Path, server: ControlServer) -> Iterator[ControlServer]:
    """Serve while the block runs."""
    with in_thread(serve_control(server.app(), data_dir)):
        yield server


def job(name: str, **more: object) -> dict[str, object]:
    """Show a job as the API does."""
    base = {"about": "", "schedule": "every 30s", "zone": "UTC", "next_run": MOMENT, "running_since": None}
    return {"name": name, **base, "is_paused": False, "last_run": None, **more}


def ran(outcome: str = "ok", said: str = "", minute: int = 0) -> dict[str, object]:
    """Show a run as the API does."""
    moment = f"2026-03-02T12:{minute:02d}:00+00:00"
    return {"started": moment, "ended": moment, "outcome": outcome, "said": said}
