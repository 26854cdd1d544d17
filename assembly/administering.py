"""What an administrator may do with the running installation, and the listeners where it is done."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

from aiohttp import web

from admin.administration import Administration
from admin.api import HostGate, KeyGate, make_api
from admin.control import serve_control
from assembly.house import House
from assembly.service import tenant_of
from attms_core.callouts import Callouts
from attms_core.config import Configuration
from attms_core.health import Doctor
from attms_core.jobs import Jobs
from attms_core.notices.letters import Letters
from attms_core.notices.reach import Roster
from attms_core.people import People


class _Now:
    """Stands for a part that other settings replace: each use goes to the one that lives now."""

    def __init__(self, current: Callable[[], object]) -> None:
        self._current = current

    def __getattr__(self, name: str) -> object:
        return getattr(self._current(), name)


def administration(house: House, configuration: Configuration) -> Administration:
    """Put the use cases together."""
    return Administration(
        live=house.live,
        ready=house.ready,
        well=house.well,
        doctor=cast("Doctor", _Now(lambda: house.doctor)),
        configuration=configuration,
        keys=house.keys,
        audit=house.audit,
        jobs=cast("Jobs", house.jobs),
        people=cast("People", _Now(lambda: house.core.people)),
        tenant=tenant_of(configuration.current),
        callouts=cast("Callouts", _Now(lambda: house.core.callouts)),
        letters=cast("Letters", _Now(lambda: house.core.telling.letters)),
        reach=cast("Roster", _Now(lambda: house.core.telling.reach)),
    )


def management(house: House, configuration: Configuration) -> web.Application:
    """Make the management API for those who hold a key."""
    return make_api(administration(house, configuration), KeyGate(house.keys))


@asynccontextmanager
async def controlled(house: House, configuration: Configuration) -> AsyncIterator[None]:
    """Serve the management API to the account of the host on the control socket."""
    async with AsyncExitStack() as stack:
        app = make_api(administration(house, configuration), HostGate())
        await stack.enter_async_context(serve_control(app, configuration.current.data_dir))
        yield
