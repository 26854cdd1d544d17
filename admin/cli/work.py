"""What every command shares: running its work, the way to a running server, who asks, and the audit."""

import asyncio
import difflib
import getpass
import os
import sys
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, SecretStr

from admin.cli.openers import Openers
from admin.control import Control, NoServer, open_control
from admin.voice import Voice
from attms_core.errors import AskDifferently, AttmsError

T = TypeVar("T")
Face = TypeVar("Face")
Answer = TypeVar("Answer", bound=BaseModel)
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class EmptySecret(AskDifferently):
    """Nothing came where a value was awaited."""

    code = "empty"


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end."""
    return asyncio.run(work)


def actor() -> str:
    """Name who types, as the management API does for callers on the host."""
    try:
        return f"host:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"host:{os.geteuid()}"


async def take_down(openers: Openers, voice: Voice, action: str, target: str = "", **detail: str) -> None:
    """Write what was done into the audit. What has happened is told all the same when that fails."""
    try:
        async with openers.audit() as audit:
            await audit.record(actor=actor(), action=action, target=target, outcome="done", detail=detail)
    except AttmsError as error:
        voice.warn(f"It was done, but the audit could not take it down: {error}")


def nearest(word: str, known: Collection[str]) -> str:
    """Ask whether another word was meant; empty when none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {near[0]}?" if near else ""


@asynccontextmanager
async def served(openers: Openers, what: str) -> AsyncIterator[Control]:
    """Reach the running server. Raises ``NoServer``, saying that ``what`` needs it."""
    async with open_control(openers.data_dir) as control:
        if control is None:
            raise NoServer(f"{what} needs the running server, and none runs here.")
        yield control


async def asked(
    openers: Openers,
    what: str,
    answer: type[Answer],
    method: str,
    path: str,
    *,
    body: Mapping[str, object] | None = None,
) -> Answer:
    """Ask the running server for one thing, and read its answer. Raises as ``served``, and ``Refused``."""
    async with served(openers, what) as control:
        return answer.model_validate_json(await control.ask(method, path, body))


@asynccontextmanager
async def reached(
    openers: Openers,
    served: Callable[[Control], Face],
    beside: Callable[[], AbstractAsyncContextManager[T]],
    local: Callable[[T], Face],
) -> AsyncIterator[Face]:
    """Reach a subject: through the running server, or directly where none runs, by what ``beside`` opens."""
    async with open_control(openers.data_dir) as control:
        if control is not None:
            yield served(control)
            return
        async with beside() as opened:
            yield local(opened)


def check_sure(voice: Voice, question: str, *, yes: bool) -> None:
    """Ask first, unless that was answered with ``--yes``; leave with 1 when it shall not be."""
    if not yes and not typer.confirm(question, err=voice.is_json):
        raise typer.Exit(code=1)


def ask(voice: Voice, label: str, *, is_secret: bool, twice: bool = False) -> SecretStr:
    """Ask for a value: without showing it, where it is a secret; or take all of standard input.

    Raises ``EmptySecret`` when nothing comes.
    """
    if sys.stdin.isatty():
        given = str(
            typer.prompt(
                label,
                hide_input=is_secret,
                confirmation_prompt=twice,
                default="",
                show_default=False,
                err=voice.is_json,
            )
        )
    else:
        given = sys.stdin.read().rstrip("\r\n")
    if not given:
        raise EmptySecret(f"No value came for: {label}.", hint="Type it when asked, or send it to standard input.")
    return SecretStr(given)
