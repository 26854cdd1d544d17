"""How a command speaks: its answer to standard output, as words or as JSON; all else to standard error.

Colours and bars are for terminals, and NO_COLOR is respected. What is said is decided by the commands.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from attms_core.errors import AttmsError

AS_JSON = "attms.json"
WIDE = 160
"""Columns where nobody looks: a file or a pipe."""


def _noted(context: typer.Context, value: bool) -> bool:  # noqa: FBT001 - Typer's signature of a callback
    context.meta[AS_JSON] = value
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.", callback=_noted)]


class Voice:
    """What one command says."""

    def __init__(self, *, as_json: bool) -> None:
        self.is_json = as_json
        self._out = _console(stderr=False)
        self._err = _console(stderr=True)

    def answer(self, shape: BaseModel, words: Callable[[], None]) -> None:
        """Give the answer: as JSON, or by calling ``words``."""
        if self.is_json:
            typer.echo(shape.model_dump_json(indent=2))
        else:
            words()

    def say(self, text: str, *, style: str = "") -> None:
        """Say a line of the answer."""
        self._out.print(Text(seen(text), style=style), soft_wrap=True)

    def bare(self, text: str) -> None:
        """Give a text as it is, for programs to take over."""
        typer.echo(text)

    def aside(self, text: str, *, style: str = "") -> None:
        """Say something beside the answer."""
        self._err.print(Text(seen(text), style=style), soft_wrap=True)

    def warn(self, text: str) -> None:
        """Warn."""
        self.aside(text, style="yellow")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show rows. The first column stays whole; where there is no room, the others break their lines."""
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
        for place, column in enumerate(columns):
            whole = max((len(row[0]) for row in rows), default=0) if place == 0 else None
            table.add_column(column, overflow="fold", min_width=whole)
        for row in rows:
            table.add_row(*(Text(seen(cell)) for cell in row))
        self._out.print(table)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Show that something is under way, on a terminal."""
        if self._err.is_terminal:
            with self._err.status(Text(text)):
                yield
        else:
            yield

    @contextmanager
    def bar(self, text: str) -> Iterator["Bar"]:
        """Show how far something is, on a terminal."""
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._err, transient=True, disable=not self._err.is_terminal) as progress:
            yield Bar(progress, progress.add_task(text, total=None))


class Bar:
    """A bar on a terminal, or nothing."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def show(self, text: str, done: float, total: float | None) -> None:
        """Move it; without a total it only shows that something happens."""
        self._progress.update(self._task, description=seen(text), completed=done, total=total)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=width)


def give_up(error: AttmsError, *, code: int = 1) -> NoReturn:
    """Say what went wrong and what to do about it, and leave."""
    typer.echo(f"{error}\n{error.hint}".rstrip(), err=True)
    raise typer.Exit(code=code) from None


def seen(text: str) -> str:
    """Show what others wrote without letting it command the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def when(moment: datetime | None, *, never: str = "") -> str:
    """Write a moment in UTC, to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else never
