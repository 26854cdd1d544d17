"""Keys of the management API from the command line: list, make, make anew, revoke. A key's text is shown once."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Annotated, Protocol

import typer
from pydantic import SecretStr

from admin.cli.openers import Openers
from admin.cli.shapes import Key, KeyList, NewKey
from admin.cli.work import actor, nearest, reached, run, take_down
from admin.control import Control
from admin.voice import AsJson, Voice, when
from attms_core.errors import NotFound
from attms_core.keys import LONGEST_LIFE, OVERLAP, USUAL_LIFE, ApiKey, Keys, Scope

ALL = "/api/v1/keys"
LONGEST_OVERLAP = 7 * 24
HOUR = timedelta(hours=1)
Id = Annotated[str, typer.Argument(metavar="ID", help="The key's id: eight signs, see the list.")]


class Face(Protocol):
    """The keys, of a running server or of the store itself."""

    async def all(self) -> KeyList:
        """List them."""
        ...

    async def create(self, name: str, scopes: Sequence[str], days: int) -> NewKey:
        """Make one."""
        ...

    async def rotate(self, key: str, overlap: int) -> NewKey:
        """Make one anew."""
        ...

    async def revoke(self, key: str) -> Key:
        """End one."""
        ...


class Served:
    """The keys of the server that runs here: it knows at once of what was revoked."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def all(self) -> KeyList:
        """List them."""
        return KeyList.model_validate_json(await self._control.ask("GET", ALL))

    async def create(self, name: str, scopes: Sequence[str], days: int) -> NewKey:
        """Make one."""
        body = {"name": name, "scopes": list(scopes), "days": days}
        return NewKey.model_validate_json(await self._control.ask("POST", ALL, body))

    async def rotate(self, key: str, overlap: int) -> NewKey:
        """Make one anew."""
        body = {"overlap_hours": overlap}
        return NewKey.model_validate_json(await self._control.ask("POST", f"{ALL}/{key}/rotate", body))

    async def revoke(self, key: str) -> Key:
        """End one."""
        return Key.model_validate_json(await self._control.ask("DELETE", f"{ALL}/{key}"))


class Local:
    """The keys as they lie in the store."""

    def __init__(self, keys: Keys, openers: Openers, voice: Voice) -> None:
        self._keys = keys
        self._openers = openers
        self._voice = voice

    async def all(self) -> KeyList:
        """List them."""
        return KeyList(keys=[Key.model_validate(each) for each in await self._keys.all()])

    async def create(self, name: str, scopes: Sequence[str], days: int) -> NewKey:
        """Make one."""
        made = await self._keys.create(
            name, [Scope(each) for each in scopes], lifetime=timedelta(days=days), by=actor()
        )
        return await self._made("keys.create", made, scopes=" ".join(scopes), days=str(days))

    async def rotate(self, key: str, overlap: int) -> NewKey:
        """Make one anew."""
        made = await self._keys.rotate(key, by=actor(), overlap=timedelta(hours=overlap))
        return await self._made("keys.rotate", made, overlap_hours=str(overlap))

    async def revoke(self, key: str) -> Key:
        """End one."""
        ended = await self._keys.revoke(key, by=actor())
        await take_down(self._openers, self._voice, "keys.revoke", key)
        return Key.model_validate(ended)

    async def _made(self, action: str, made: tuple[ApiKey, SecretStr], **detail: str) -> NewKey:
        key, text = made
        await take_down(self._openers, self._voice, action, key.id, **detail)
        return NewKey(key=Key.model_validate(key), text=text.get_secret_value())


def opened(openers: Openers, voice: Voice) -> AbstractAsyncContextManager[Face]:
    """Reach the keys: through the running server, or directly."""
    return reached(openers, Served, openers.keys, lambda own: Local(own, openers, voice))


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(no_args_is_help=True, help="Keys of the management API.")
    _add_making(command, openers)

    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List the keys, without their texts."""

        async def work() -> KeyList:
            async with opened(openers, voice) as face:
                return await face.all()

        voice = Voice(as_json=as_json)
        found = run(work())
        voice.answer(found, lambda: _table(voice, found.keys))

    @command.command()
    def revoke(key: Id, *, as_json: AsJson = False) -> None:
        """End a key: it opens nothing any more within 5 seconds."""

        async def work() -> Key:
            async with opened(openers, voice) as face:
                await _check_known(face, key)
                return await face.revoke(key)

        voice = Voice(as_json=as_json)
        ended = run(work())
        voice.answer(ended, lambda: voice.say(f"{ended.id} ({ended.name}) is revoked."))

    return command


def _add_making(command: typer.Typer, openers: Openers) -> None:
    @command.command()
    def create(
        name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for, such as monitoring.")],
        *,
        scope: Annotated[list[str], typer.Option(help=f"What it may do; repeat for more. One of: {', '.join(Scope)}.")],
        days: Annotated[int, typer.Option(min=1, max=LONGEST_LIFE.days, help="How long it holds.")] = USUAL_LIFE.days,
        as_json: AsJson = False,
    ) -> None:
        """Make a key. It is shown this once."""

        async def work() -> NewKey:
            async with opened(openers, voice) as face:
                return await face.create(name, list(dict.fromkeys(scope)), days)

        for each in scope:
            _check_scope(each)
        voice = Voice(as_json=as_json)
        _show(voice, run(work()))

    @command.command()
    def rotate(
        key: Id,
        *,
        overlap_hours: Annotated[
            int, typer.Option(min=0, max=LONGEST_OVERLAP, help="How long the old text holds on.")
        ] = OVERLAP // HOUR,
        as_json: AsJson = False,
    ) -> None:
        """Make a key anew, with the same scopes. The new text is shown this once."""

        async def work() -> NewKey:
            async with opened(openers, voice) as face:
                await _check_known(face, key)
                return await face.rotate(key, overlap_hours)

        voice = Voice(as_json=as_json)
        _show(voice, run(work()))


def _check_scope(scope: str) -> None:
    if scope not in set(Scope):
        meant = nearest(scope, list(Scope)) or f"There are: {', '.join(Scope)}."
        raise typer.BadParameter(f"There is no scope {scope[:60]!r}. {meant}", param_hint="--scope")


async def _check_known(face: Face, key: str) -> None:
    known = {each.id: each.name for each in (await face.all()).keys}
    if key in known:
        return
    by_name = [id_ for id_, name in known.items() if name == key]
    meant = f"That is the name of {', '.join(by_name)}." if by_name else nearest(key, list(known))
    raise NotFound(f"There is no key {key[:60]}.", hint=meant or "All keys: attms keys list")


def _show(voice: Voice, made: NewKey) -> None:
    voice.answer(made, lambda: voice.bare(made.text))
    key = made.key
    voice.aside(f"{key.id} ({key.name}) holds until {when(key.expires)}: {', '.join(key.scopes)}.")
    voice.warn("Keep it now: it is not stored and cannot be shown again.")


def _table(voice: Voice, keys: Sequence[Key]) -> None:
    if not keys:
        voice.say("There are no keys. Make one with: attms keys create NAME --scope status:read")
        return
    rows = [
        (each.id, each.name, _standing(each), when(each.last_used, never="never"), ", ".join(each.scopes))
        for each in keys
    ]
    voice.table(("id", "name", "holds until", "last used", "scopes"), rows)


def _standing(key: Key) -> str:
    return f"revoked {when(key.revoked)}" if key.revoked else when(key.expires)
