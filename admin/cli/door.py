"""The door of the command line: every error leaves it in words with a code, and none with a stack.

0   done
1   refused, or something is ill
2   the settings or the vault do not let it begin
3   it needs the running server
64  it was typed wrong
70  a fault of ours
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Any, NoReturn, cast

import structlog
import typer
from typer.core import TyperGroup

from admin import logs
from admin.cli.shapes import Failure, Problem
from admin.control import NoServer, Refused
from admin.voice import AS_JSON, Voice
from attms_core.errors import AttmsError, OperatorNeeded

log = structlog.get_logger(__name__)

REFUSED, NOT_READY, NO_SERVER, USAGE, FAULT = 1, 2, 3, 64, 70
SETTLED = frozenset({"demo", "manifest", "people"})
"""Commands older than these codes: scripts know them to leave with 2 when they were typed wrong."""
# Typer gives the bases of its errors no public name.
_TYPED_WRONG, _TYPER = cast("Sequence[type[Exception]]", typer.BadParameter.__mro__[1:3])


class Root(TyperGroup):
    """All commands. Entered by ``main``, from a terminal and from tests alike."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run what was typed."""
        with logs.hushed():
            return super().main(*args, **options)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the first words."""
        with _usage():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Read the others, and do it."""
        with _usage(), _said(ctx):
            return super().invoke(ctx)


@contextmanager
def _usage() -> Iterator[None]:
    try:
        yield
    except _TYPED_WRONG as error:
        context = getattr(error, "ctx", None)
        words = context.command_path.split() if context else []
        if SETTLED.isdisjoint(words[1:2]):
            vars(error)["exit_code"] = USAGE  # over the class's own
        raise


@contextmanager
def _said(context: Any) -> Iterator[None]:
    try:
        yield
    except (typer.Exit, typer.Abort, EOFError, _TYPER):
        raise
    except AttmsError as error:
        code = error.told if isinstance(error, Refused) and error.told else error.code
        _leave(context, Problem(code=code, what=str(error), hint=error.hint), exit_code(error))
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        what = f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."
        _leave(context, Problem(code="system", what=what, hint=""), REFUSED)
    except Exception as error:  # the door: whatever else comes here is a fault of ours
        log.exception("command_broke")  # in the log of a serving process; other commands are hushed
        _leave(context, _fault(error), FAULT)


def exit_code(error: AttmsError) -> int:
    """Say with which code an error leaves."""
    if isinstance(error, NoServer):
        return NO_SERVER
    return NOT_READY if isinstance(error, OperatorNeeded) else REFUSED


def _leave(context: Any, problem: Problem, code: int) -> NoReturn:
    voice = Voice(as_json=bool(context.meta.get(AS_JSON)))
    if voice.is_json:
        voice.bare(Failure(error=problem).model_dump_json(indent=2))
    voice.aside(problem.what, style="red")
    if problem.hint:
        voice.aside(problem.hint)
    raise typer.Exit(code=code)


def _fault(error: Exception) -> Problem:
    """Name the place and the kind; the error's own words could hold anything."""
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return Problem(
        code="fault",
        what=f"A fault of ours: {type(error).__name__} at {where}.",
        hint="Please tell us this line, and what you typed without its secrets.",
    )
