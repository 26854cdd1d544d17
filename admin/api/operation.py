"""What one operation of the management API is: where it is asked, what it needs, what it answers.

Each is declared once, by its subject's module; routing, checking and the OpenAPI document all read the declaration.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict

from admin.administration import Administration
from attms_core.keys import Scope

T = TypeVar("T", bound=BaseModel)


class Shape(BaseModel):
    """Something sent to us or by us: nothing in it that is not declared, and no type that has to be guessed."""

    # Each is built when the first request needs it: building all of them takes longer than opening the house.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, defer_build=True)


class Empty(Shape):
    """No parameters."""


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks: a key, or somebody on the host."""

    actor: str
    """As it stands in the audit: ``key:1a2b3c4d``, ``host:root``."""
    scopes: frozenset[Scope]
    counted_as: str | None
    """Whose requests are counted together; None is not limited."""


class Call(Struct, frozen=True, kw_only=True):
    """One request, read and checked."""

    caller: Caller | None
    """None where no key is needed and none was shown."""
    given: Mapping[type[BaseModel], BaseModel]

    @property
    def actor(self) -> str:
        """Name who asks."""
        return self.caller.actor if self.caller else "anybody"

    def read(self, kind: type[T]) -> T:
        """Give what was sent: path, query or body, by the type that the operation declares for it."""
        found = self.given[kind]
        if not isinstance(found, kind):
            raise TypeError(f"{kind.__name__} was read as {type(found).__name__}")
        return found


class Reply(Struct, frozen=True, kw_only=True):
    """What to answer, and what the audit should know beyond the call itself."""

    answer: BaseModel
    status: int = 200
    facts: Mapping[str, str] = field(default_factory=dict)


class Answer(Struct, frozen=True):
    """One status that an operation answers with when it went as asked, or says how things stand."""

    shape: type[BaseModel]
    about: str


Handle = Callable[[Administration, Call], Awaitable[Reply]]
Tell = Callable[[Call], Mapping[str, str]]


def nothing(_: Call) -> Mapping[str, str]:
    """Tell the audit nothing beyond who, what and whether it went well."""
    return {}


class Operation(Struct, frozen=True, kw_only=True):
    """One thing that the API does."""

    name: str
    """For machines, and the action in the audit: ``keys.create``."""
    subject: str
    method: str
    path: str
    title: str
    about: str = ""
    scope: Scope | None
    """What a key must hold; None is open to everybody who reaches the listener."""
    is_open_without_key: bool = False
    """Says less to those who show no key, instead of refusing them."""
    handle: Handle
    answers: Mapping[int, Answer]
    refusals: Mapping[int, str] = field(default_factory=dict)
    """Statuses of its own beside those that every operation can answer with, and when."""
    place: type[BaseModel] = Empty
    """The variables in the path."""
    query: type[BaseModel] = Empty
    body: type[BaseModel] | None = None
    changes: bool = False
    """True when something is changed: then it is not done unless the audit could take it down first."""
    tell: Tell = nothing
    """What the audit should know of the call. Never a secret's value."""
    alias: str | None = None
    """The path without a version that older callers use."""
