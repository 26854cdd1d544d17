"""Callouts through the management API, over the real thing in a sandbox; and the command line before a server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from admin.api import LIMITS, KeyGate, make_api
from admin.cli.shapes import CalloutStanding
from attms_core.callouts import Callouts
from attms_core.keys import Scope
from sandbox.autotask import AutotaskSandbox
from tests.callouts.desk import Desk, opened
from tests.support.administration import Ground, administration
from web.limits import LimitedRunner

PATH = "/api/v1/callouts"
Ask = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def desk(at: AutotaskSandbox, tmp_path: Path) -> AsyncIterator[Desk]:
    (tmp_path / "desk").mkdir()
    async with opened(at, tmp_path / "desk") as made:
        yield made


@pytest.fixture
def api_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "api"
    folder.mkdir()
    return folder


async def asking(stack: AsyncExitStack, folder: Path, **brought: Callouts) -> tuple[Ask, Ground]:
    ground = await stack.enter_async_context(administration(folder, **brought))
    runner = LimitedRunner(make_api(ground.administration, KeyGate(ground.administration.keys)), LIMITS)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    session = await stack.enter_async_context(aiohttp.ClientSession())

    async def ask(method: str, path: str, *scopes: Scope) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {await ground.key(scopes or tuple(Scope))}"}
        url = f"http://127.0.0.1:{runner.addresses[0][1]}{path}"
        async with session.request(method, url, headers=headers) as answer:
            return answer.status, await answer.text()

    return ask, ground


async def test_callouts_are_set_up_shown_repaired_rotated_and_removed(desk: Desk, api_folder: Path) -> None:
    async with AsyncExitStack() as stack:
        ask, ground = await asking(stack, api_folder, callouts=desk.callouts)
        assert CalloutStanding.model_validate_json((await ask("GET", PATH))[1]).is_set_up is False
        assert (await ask("POST", f"{PATH}/repair"))[0] == 404
        texts = [await ask("POST", PATH)]
        desk.change(desk.some_ticket(), status=7)
        await desk.heard()
        desk.at.callouts.deactivate("TicketWebhooks", desk.webhook()["id"], "a test")
        texts += [await ask("GET", PATH), await ask("POST", f"{PATH}/repair"), await ask("POST", f"{PATH}/rotate")]
        seen = [CalloutStanding.model_validate_json(text) for _, text in texts]
        assert [[hook.troubles for hook in each.hooks] for each in seen] == [
            [[], []],
            [["inactive"], []],
            [[], []],
            [[], []],
        ]
        assert [(hook.kind, hook.heard) for hook in seen[1].hooks] == [("tickets", 1), ("notes", 0)]
        assert not any(secret in text for _, text in texts for secret in (desk.path, desk.secret))
        assert await ask("DELETE", PATH) == (200, '{"webhooks":2}')
        rows = await ground.administration.audit.page(None, 100)
        assert [row.action for row in reversed(rows) if row.outcome == "done" and row.action != "callouts.show"] == [
            "callouts.create",
            "callouts.repair",
            "callouts.rotate",
            "callouts.remove",
        ]
        assert (await desk.send("x")).status == 404


async def test_each_deed_needs_its_scope(desk: Desk, api_folder: Path) -> None:
    async with AsyncExitStack() as stack:
        ask, _ = await asking(stack, api_folder, callouts=desk.callouts)
        assert (await ask("GET", PATH, Scope.CALLOUTS_WRITE))[0] == 401
        assert (await ask("POST", PATH, Scope.CALLOUTS_READ))[0] == 401
        assert (await ask("GET", PATH, Scope.CALLOUTS_READ))[0] == 200


async def test_what_has_to_be_changed_first_is_a_409_with_the_way_out(desk: Desk, api_folder: Path) -> None:
    desk.at.world.tenant.rights.webhooks = 0
    async with AsyncExitStack() as stack:
        ask, _ = await asking(stack, api_folder, callouts=desk.callouts)
        status, text = await ask("POST", PATH)
    assert (status, "Security Levels" in text) == (409, True)


async def test_where_autotask_is_not_connected_nothing_can_be_set_up(api_folder: Path) -> None:
    async with AsyncExitStack() as stack:
        ask, _ = await asking(stack, api_folder)
        assert (await ask("POST", PATH))[0] == 409
        assert (await ask("GET", PATH))[0] == 200
