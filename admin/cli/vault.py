"""The vault from the command line: make, look, rotate, lock otherwise, export, import. It never shows a value.

It works on the vault itself, beside a running server, which takes a new generation over within 5 seconds.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from pydantic import SecretStr

from admin.cli.homes import key_in_use, opened_home, write_private
from admin.cli.openers import Openers
from admin.cli.shapes import Changed, Exported, VaultNames, VaultShown
from admin.cli.work import ask, run, take_down
from admin.voice import AsJson, Voice
from attms_core.errors import Invalid
from attms_core.vault import (
    EnvironmentKey,
    FileKey,
    KeyKind,
    KeyringKey,
    KeySource,
    PassphraseKey,
    Vault,
    VaultMissing,
    create_vault,
    open_vault,
)

KEY_FILE = "vault.key"
SOON = "A running server takes it over within 5 seconds."
SOURCE, KEY = "ATTMS_VAULT_KEY_SOURCE", "ATTMS_VAULT_KEY"
File = Annotated[Path, typer.Argument(metavar="FILE", help="The export.")]


class Hand(NamedTuple):
    """What each command works with."""

    openers: Openers
    voice: Voice

    @property
    def data_dir(self) -> Path:
        """The folder of this installation."""
        return self.openers.data_dir

    def key(self, *, is_new: bool = False) -> KeySource:
        """Give the key that the environment names, and ask for a passphrase where that is it."""
        label = "Passphrase of the vault"
        return key_in_use(
            self.openers.environ, self.data_dir, lambda: ask(self.voice, label, is_secret=True, twice=is_new)
        )

    @asynccontextmanager
    async def vault(self) -> AsyncIterator[Vault]:
        """Open the vault. Raises ``VaultMissing`` and ``Sealed``."""
        async with opened_home(self.openers.environ, self.data_dir) as home:
            yield await open_vault(home, self.key())

    async def take_down(self, action: str, **detail: str) -> None:
        """Write it into the audit."""
        await take_down(self.openers, self.voice, f"vault.{action}", **detail)


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(no_args_is_help=True, help="The vault: where settings and secrets lie sealed.")
    hand = _hands(openers)
    _add_looking(command, hand)
    _add_locking(command, hand)
    _add_moving(command, hand)
    return command


def _hands(openers: Openers) -> Callable[[bool], Hand]:
    return lambda as_json: Hand(openers, Voice(as_json=as_json))


def _add_looking(command: typer.Typer, hands: Callable[[bool], Hand]) -> None:
    @command.command()
    def create(*, as_json: AsJson = False) -> None:
        """Make an empty vault, and a key for it where the key is kept in a file or keyring."""

        async def work() -> VaultShown:
            async with opened_home(hand.openers.environ, hand.data_dir) as home:
                return _shown(await create_vault(home, hand.key(is_new=True)))

        hand = hands(as_json)
        made = run(work())
        hand.voice.answer(
            made, lambda: hand.voice.say(f"There is a vault now: {made.home}, locked by {made.key_source}.")
        )
        if made.key_source == KeyKind.FILE:
            hand.voice.warn("Keep a copy of its key file elsewhere than its backups: without the key nothing opens it.")

    @command.command()
    def status(*, as_json: AsJson = False) -> None:
        """Say where the vault lies, what locks it and whether all is well with it."""

        async def work() -> VaultShown:
            async with hand.vault() as vault:
                return _shown(vault)

        hand = hands(as_json)
        shown = run(work())
        hand.voice.answer(shown, lambda: _show(hand.voice, shown))

    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """Name the entries. Their values are never shown."""

        async def work() -> VaultNames:
            async with hand.vault() as vault:
                return VaultNames(names=vault.names())

        hand = hands(as_json)
        found = run(work())
        hand.voice.answer(found, lambda: hand.voice.say("\n".join(found.names) or "The vault is empty."))


def _add_locking(command: typer.Typer, hands: Callable[[bool], Hand]) -> None:
    @command.command()
    def rotate(*, as_json: AsJson = False) -> None:
        """Encrypt everything anew under a new data key. What locks the vault stays the same."""

        async def work() -> Changed:
            async with hand.vault() as vault:
                generation = await vault.rotate()
            await hand.take_down("rotate", generation=str(generation))
            return Changed(generation=generation)

        hand = hands(as_json)
        done = run(work())
        hand.voice.answer(done, lambda: hand.voice.say(f"Encrypted anew: generation {done.generation}. {SOON}"))

    @command.command()
    def rekey(
        *,
        source: Annotated[KeyKind, typer.Option(help="Where the new key comes from.")],
        key_file: Annotated[
            Path | None, typer.Option(help="With --source file: the file; it is made when it is missing.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Lock the vault with another key, from another source. Keys and passphrases are asked for."""

        async def work() -> Changed:
            async with hand.vault() as vault:
                generation = await vault.rewrap(_new_key(hand, source, key_file))
            await hand.take_down("rekey", source=source, generation=str(generation))
            return Changed(generation=generation)

        hand = hands(as_json)
        done = run(work())
        hand.voice.answer(
            done, lambda: hand.voice.say(f"The vault is locked by {source}: generation {done.generation}.")
        )
        hand.voice.warn(f"Now set {_needed(source, key_file)}, and restart what serves: the old key opens nothing.")


def _add_moving(command: typer.Typer, hands: Callable[[bool], Hand]) -> None:
    @command.command()
    def export(file: File, *, as_json: AsJson = False) -> None:
        """Write everything into a new file, locked with a passphrase that is asked for."""

        async def work() -> Exported:
            async with hand.vault() as vault:
                passphrase = ask(hand.voice, "Passphrase for the export", is_secret=True, twice=True)
                write_private(file, vault.export(passphrase))
                count = len(vault.names())
            await hand.take_down("export", entries=str(count))
            return Exported(file=str(file), entries=count)

        hand = hands(as_json)
        if file.exists():
            raise Invalid(f"{file} is there already.", hint="Name a file that is not.")
        done = run(work())
        hand.voice.answer(done, lambda: hand.voice.say(f"{done.file} holds {done.entries} entries."))

    def import_(
        file: File,
        *,
        force: Annotated[
            bool, typer.Option("--force", help="Also an older export, or another vault's: what is here is dropped.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Take over everything of an export, and drop all else. Without a vault, one is made."""

        async def work() -> Changed:
            passphrase = ask(hand.voice, "Passphrase of the export", is_secret=True)
            generation = await _restored(hand, file.read_bytes(), passphrase, force=force)
            await hand.take_down("import", generation=str(generation), force=str(force).lower())
            return Changed(generation=generation)

        hand = hands(as_json)
        done = run(work())
        hand.voice.answer(done, lambda: hand.voice.say(f"Taken over: generation {done.generation}. {SOON}"))

    command.command("import")(import_)
    command.command("restore", hidden=True)(import_)  # the word that the vault's own hints use


async def _restored(hand: Hand, archive: bytes, passphrase: SecretStr, *, force: bool) -> int:
    async with opened_home(hand.openers.environ, hand.data_dir) as home:
        key = hand.key()
        try:
            vault = await open_vault(home, key)
        except VaultMissing:
            vault = await create_vault(home, key)
        return await vault.restore(archive, passphrase, force=force)


def _new_key(hand: Hand, source: KeyKind, key_file: Path | None) -> KeySource:
    if source is KeyKind.FILE:
        return FileKey(key_file or hand.data_dir / KEY_FILE)
    if source is KeyKind.KEYRING:
        return KeyringKey(str(hand.data_dir.resolve()))
    if source is KeyKind.PASSPHRASE:
        return PassphraseKey(ask(hand.voice, "New passphrase", is_secret=True, twice=True))
    return EnvironmentKey(ask(hand.voice, "New key (openssl rand -base64 32)", is_secret=True))


def _needed(source: KeyKind, key_file: Path | None) -> str:
    if source is KeyKind.FILE and key_file is not None:
        return f"{SOURCE}={source} and {KEY}_FILE={key_file}"
    if source in {KeyKind.ENVIRONMENT, KeyKind.PASSPHRASE}:
        return f"{SOURCE}={source}, with {KEY} or {KEY}_FILE"
    return f"{SOURCE}={source}"


def _shown(vault: Vault) -> VaultShown:
    status = vault.status
    return VaultShown(
        key_source=status.key_source,
        home=status.home,
        generation=status.generation,
        entries=len(vault.names()),
        damaged=status.damaged,
        warnings=list(status.warnings),
    )


def _show(voice: Voice, shown: VaultShown) -> None:
    voice.say(f"{shown.home}: {shown.entries} entries, generation {shown.generation}, locked by {shown.key_source}.")
    if shown.damaged:
        voice.warn(f"A copy was found damaged and set aside: {shown.damaged}. Compare the settings, then delete it.")
    for warning in shown.warnings:
        voice.warn(warning)
