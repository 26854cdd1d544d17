"""The wizard's pages, written by templates that escape everything. What happens on them is the JSON side's business."""

from pathlib import Path
from typing import Final

import jinja2
from aiohttp import web

from admin.setup.api import Api
from admin.setup.clicks import sections
from admin.setup.progress import Outcome
from admin.setup.setup import Setup, StepState
from admin.setup.steps import PASTED, STEPS
from attms_core.errors import Invalid
from manifest import Package, package

HERE = Path(__file__).parent
ASSETS: Final = {
    "setup.css": ("text/css", HERE / "assets" / "setup.css"),
    "setup.js": ("text/javascript", HERE / "assets" / "setup.js"),
    "icon.png": ("image/png", package.ICONS / "color.png"),
}
TEMPLATES = ("lock.html", "step.html", "finish.html", "clicks.html")


class Pages:
    """Serves the pages. Making it reads templates and assets once."""

    def __init__(self, setup: Setup, api: Api) -> None:
        self._setup = setup
        self._api = api
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates = {name: environment.get_template(name) for name in TEMPLATES}
        self._assets = {name: (kind, path.read_bytes()) for name, (kind, path) in ASSETS.items()}

    def routes(self, app: web.Application) -> None:
        """Add them."""
        add = app.router.add_route
        add("GET", "/", self.start)
        add("GET", "/code", self.code)
        add("GET", "/steps/{step}", self.step)
        add("GET", "/finish", self.finish)
        add("GET", "/clicks", self.clicks)
        add("GET", "/assets/{name}", self.asset)

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Ask for the code, or lead to where the work is."""
        if not self._api.has_session(request):
            return await self.code(request)
        step = self._setup.next_step()
        return _go(f"/steps/{step}" if step else "/finish")

    async def code(self, _request: web.Request) -> web.StreamResponse:
        """Ask for the code, also a browser that has lost only half of its session."""
        return self._page("lock.html", here="lock")

    async def step(self, request: web.Request) -> web.StreamResponse:
        """Show one step."""
        if not self._api.has_session(request):
            return _go("/")
        state = self._setup.state(request.match_info["step"])
        names = [each.name for each in STEPS]
        place = names.index(state.step.name)
        following = f"/steps/{names[place + 1]}" if place + 1 < len(names) else "/finish"
        before = f"/steps/{names[place - 1]}" if place else ""
        return self._page(
            "step.html",
            here=state.step.name,
            state=state,
            place=place + 1,
            following=following,
            before=before,
            pasted=PASTED,
        )

    async def finish(self, request: web.Request) -> web.StreamResponse:
        """Show what will be done, and the app to download."""
        if not self._api.has_session(request):
            return _go("/")
        missing = [each for each in self._setup.states() if not each.is_done and not each.step.is_optional]
        packages: tuple[Package, ...] = ()
        trouble = ""
        try:
            packages = self._setup.packages()
        except Invalid as error:
            trouble = f"{error} {error.hint}"
        settings = self._setup.settings
        return self._page(
            "finish.html", here="finish", missing=missing, packages=packages, trouble=trouble, settings=settings
        )

    async def clicks(self, request: web.Request) -> web.StreamResponse:
        """Show what to click elsewhere."""
        if not self._api.has_session(request):
            return _go("/")
        return self._page("clicks.html", here="clicks", sections=sections(self._setup.settings))

    async def asset(self, request: web.Request) -> web.Response:
        """Give style, script or icon."""
        found = self._assets.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        kind, content = found
        charset = None if kind.startswith("image/") else "utf-8"
        return web.Response(body=content, content_type=kind, charset=charset)

    def _page(self, template: str, *, here: str, **told: object) -> web.Response:
        text = self._templates[template].render(
            here=here, states=self._setup.states() if here != "lock" else (), Outcome=Outcome, standing=standing, **told
        )
        return web.Response(text=text, content_type="text/html")


def standing(state: StepState) -> str:
    """Say in a word or two how a step stands."""
    if state.done is None:
        return "set by the environment" if state.is_done else "optional" if state.step.is_optional else ""
    return {Outcome.TESTED: "works", Outcome.UNTESTED: "saved, not tested", Outcome.SKIPPED: "skipped"}[
        state.done.outcome
    ]


def _go(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
