"""The JSON side of the set-up: the same steps as in the terminal, for the wizard's script and for whoever likes curl.

Who may come in is decided in ``gate`` and ``door``, what happens in ``setup``.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from admin.setup.clicks import sections
from admin.setup.door import CodeSpent, Door, Session
from admin.setup.fields import Report
from admin.setup.setup import FieldState, Mistaken, Setup, StepState
from admin.setup.steps import PASTED
from attms_core.errors import Invalid, NotFound
from web.problems import MEDIA_TYPE
from web.trace import trace_of

COOKIE = "attms_setup"
HEADER = "X-ATTMS-Setup"
LONGEST_VALUE = 16_384
BY = "the wizard"

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NoSession(web.HTTPUnauthorized):
    """No browser session, or not this one."""

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Code realm="attms-setup"'})


class Api:
    """Answers the routes below ``/api/setup``."""

    def __init__(self, setup: Setup, door: Door) -> None:
        self._setup = setup
        self._door = door

    def routes(self, app: web.Application) -> None:
        """Add them. Each path is exact, and each has one method."""
        add, base = app.router.add_route, "/api/setup"
        add("GET", base, self._reads(self.tell))
        add("POST", f"{base}/session", self.enter)
        add("POST", f"{base}/code", self.code)
        add("GET", f"{base}/clicks", self._reads(self.clicks))
        add("GET", f"{base}/packages/{{name}}", self._reads(self.package))
        add("POST", f"{base}/finish", self._writes(self.finish))
        add("PUT", f"{base}/steps/{{step}}", self._writes(self.save))
        add("POST", f"{base}/steps/{{step}}/test", self._writes(self.test))
        add("POST", f"{base}/steps/{{step}}/skip", self._writes(self.skip))

    def has_session(self, request: web.Request) -> bool:
        """Say whether a request comes from the browser that was let in."""
        return self._door.knows(request.cookies.get(COOKIE, ""))

    def _reads(self, handle: Handle) -> Handle:
        async def read(request: web.Request) -> web.StreamResponse:
            if not self.has_session(request):
                raise NoSession
            return await handle(request)

        return read

    def _writes(self, handle: Handle) -> Handle:
        async def write(request: web.Request) -> web.StreamResponse:
            if not self._door.trusts(request.cookies.get(COOKIE, ""), request.headers.get(HEADER, "")):
                raise NoSession
            try:
                return await handle(request)
            except Mistaken as error:
                return _mistaken(error, trace_of(request))

        return write

    async def enter(self, request: web.Request) -> web.Response:
        """Exchange the console's code for a session."""
        body = await _body(request, {"code": str})
        try:
            session = self._door.enter(_wanted(body, "code").strip())
        except CodeSpent as error:
            answer = _problem(429, error.code, str(error), error.hint, trace_of(request))
            answer.headers["Retry-After"] = "30"
            return answer
        return _with_cookie(session)

    async def code(self, request: web.Request) -> web.Response:
        """Have a new code printed on the console, if the last one is gone."""
        await _body(request, {})
        is_new = self._door.ask_for_code()
        said = "A new code stands on the console." if is_new else "The code on the console still holds: use that one."
        return web.json_response({"said": said, "is_new": is_new})

    async def tell(self, _request: web.Request) -> web.Response:
        """Tell how far it has come; of secrets only whether they are set."""
        states = [_step(state) for state in self._setup.states()]
        return web.json_response({"next": self._setup.next_step(), "steps": states})

    async def clicks(self, _request: web.Request) -> web.Response:
        """Tell what to click, with the values to paste."""
        return web.json_response({"sections": [msgspec.to_builtins(each) for each in sections(self._setup.settings)]})

    async def package(self, request: web.Request) -> web.Response:
        """Give one of the two Teams app packages."""
        name = request.match_info["name"]
        found = next((each for each in self._setup.packages() if each.name == name), None)
        if found is None:
            raise NotFound("There is no such package.")
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return web.Response(body=found.content, content_type="application/zip", headers=headers)

    async def test(self, request: web.Request) -> web.Response:
        """Test a step without saving anything."""
        values = _values(await _body(request, {"values": dict}), self._setup.state(request.match_info["step"]))
        report = await self._setup.test(request.match_info["step"], values)
        return web.json_response({"saved": False, "report": _report(report)})

    async def save(self, request: web.Request) -> web.Response:
        """Test a step and save it if the test passes, or in any case with ``untested``."""
        body = await _body(request, {"values": dict, "untested": bool})
        step = request.match_info["step"]
        values = _values(body, self._setup.state(step))
        saved = await self._setup.save(step, values, untested=bool(body.get("untested")))
        report = _report(saved.report) if saved.report else None
        return web.json_response({"saved": saved.is_saved, "report": report, "next": self._setup.next_step()})

    async def skip(self, request: web.Request) -> web.Response:
        """Leave an optional step out."""
        await _body(request, {})
        await self._setup.skip(request.match_info["step"])
        return web.json_response({"next": self._setup.next_step()})

    async def finish(self, request: web.Request) -> web.Response:
        """Close the set-up for good."""
        await _body(request, {})
        await self._setup.finish(by=BY)
        self._door.shut()
        answer = web.json_response({"closed": True})
        answer.del_cookie(COOKIE, path="/")
        return answer


def _with_cookie(session: Session) -> web.Response:
    answer = web.json_response({"token": session.token})
    answer.set_cookie(COOKIE, session.cookie, httponly=True, samesite="Strict", path="/")
    return answer


async def _body(request: web.Request, known: Mapping[str, type]) -> dict[str, Any]:
    """Read a strict JSON object: known names, right types, no name twice."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = json.loads(await request.text(), object_pairs_hook=_once)
    except (ValueError, RecursionError, LookupError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    for name, value in body.items():
        if name not in known:
            raise Invalid(f"{name[:40]} is not known here.", legal=sorted(known))
        if not isinstance(value, known[name]):
            raise Invalid(f"{name} is of the wrong kind.", field=name)
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _wanted(body: Mapping[str, Any], name: str) -> str:
    if not body.get(name):
        raise Invalid(f"{name} is missing.", field=name)
    return str(body[name])


def _values(body: Mapping[str, Any], state: StepState) -> dict[str, str]:
    values = body.get("values", {})
    known = {each.field.name for each in state.fields} | {PASTED}
    for name, value in values.items():
        if name not in known:
            raise Invalid(f"{name[:40]} is no field of this step.", legal=sorted(known))
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise Invalid(f"{name} is no text, or too long a one.", field=name)
    return dict(values)


def _mistaken(error: Mistaken, trace: str) -> web.Response:
    mistakes = [{"field": each.field.name, "label": each.field.label, "said": each.said} for each in error.mistakes]
    return _problem(422, error.code, "Some values cannot be taken.", "", trace, mistakes=mistakes)


def _problem(status: int, code: str, detail: str, hint: str, trace: str, **more: object) -> web.Response:
    title = HTTPStatus(status).phrase
    parts = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, "hint": hint}
    return web.Response(status=status, text=json.dumps({**parts, "trace": trace, **more}), content_type=MEDIA_TYPE)


def _report(report: Report) -> dict[str, object]:
    found = [{"mark": each.mark, "what": each.what, "fix": each.fix} for each in report.found]
    return {"ok": report.ok, "said": report.said, "fix": report.fix, "found": found}


def _step(state: StepState) -> dict[str, object]:
    done = {"outcome": state.done.outcome, "at": state.done.at.isoformat()} if state.done else None
    return {
        "name": state.step.name,
        "title": state.step.title,
        "why": state.step.why,
        "where": list(state.step.where),
        "optional": state.step.is_optional,
        "is_done": state.is_done,
        "done": done,
        "fields": [_field(each) for each in state.fields],
    }


def _field(state: FieldState) -> dict[str, object]:
    asked = state.field
    return {
        "name": asked.name,
        "label": asked.label,
        "help": asked.help,
        "example": asked.example,
        "secret": asked.is_secret,
        "optional": asked.is_optional,
        "choices": [msgspec.to_builtins(each) for each in asked.choices],
        "only_if": list(asked.only_if) if asked.only_if else None,
        "value": "" if asked.is_secret else state.value,
        "is_set": state.is_set,
        "is_fixed": state.is_fixed,
        "changed": state.changed.isoformat() if state.changed else None,
    }
