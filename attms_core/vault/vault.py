"""The one open vault of a process, held in memory: read at once, changed whole and durably, alone among processes.

Which settings lie in it, and what they mean, is not known here.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial

import structlog
from msgspec import Struct
from pydantic import SecretStr

from attms_core.errors import ChangedMeanwhile, Invalid, OperatorNeeded, Sealed, StoreUnavailable
from attms_core.store import vault as rows
from attms_core.store.database import Database, Tx
from attms_core.vault.format import LARGEST, MOST_BYTES, NAME, Damaged, KeyKind
from attms_core.vault.homes import Found, Home, Sealing
from attms_core.vault.keys import PassphraseKey
from attms_core.vault.opened import KeySource, Opened, made, new_id, unsealed
from attms_core.vault.storage import Book

log = structlog.get_logger(__name__)

MOST_CHARACTERS = 256 * 1024
"""Of one value."""
Make = Callable[[Opened], Opened]


class VaultMissing(OperatorNeeded):
    """There is no vault yet."""

    code = "vault-missing"
    hint = "On the host type: attms setup"


class VaultStatus(Struct, frozen=True, kw_only=True):
    """How an open vault stands; no value of it."""

    key_source: KeyKind
    home: str
    generation: int
    damaged: str | None
    """The copy that was found damaged and set aside, until somebody deletes it."""
    warnings: tuple[str, ...]
    """In sentences."""


class _Chosen(Struct, frozen=True):
    opened: Opened
    alarm: str = ""
    """What was wrong with the copy that should have been opened."""
    is_damaged: bool = False


class Vault:
    """An open vault: see ``open_vault`` and ``create_vault``."""

    def __init__(self, home: Home, key: KeySource, opened: Opened) -> None:
        self._home = home
        self._key = key
        self._opened = opened
        self._changing = asyncio.Lock()
        self._damaged: str | None = None
        self._folder: tuple[str, ...] = ()
        self._alarms: list[str] = []
        self._trouble = ""

    @property
    def generation(self) -> int:
        """How often it has been changed, its making included."""
        return self._opened.generation

    @property
    def status(self) -> VaultStatus:
        """How it stands."""
        trouble = (self._trouble,) if self._trouble else ()
        return VaultStatus(
            key_source=self._key.kind,
            home=self._home.place,
            generation=self.generation,
            damaged=self._damaged,
            warnings=(*self._folder, *self._alarms, *trouble),
        )

    def get(self, name: str) -> SecretStr | None:
        """Give one entry."""
        value = Book(self._opened).get(name)
        return None if value is None else SecretStr(value)

    def names(self) -> list[str]:
        """Name the entries, sorted."""
        return [entry.name for entry in self._opened.document.entries]

    def entries(self) -> dict[str, SecretStr]:
        """Give all entries."""
        return {name: SecretStr(value) for name, value in Book(self._opened).values().items()}

    async def change(self, put: Mapping[str, str], drop: Collection[str] = (), *, expect: int | None = None) -> int:
        """Put and drop entries: all of it or nothing, durable when this returns the new generation.

        Raises ``ChangedMeanwhile`` when the vault is no longer at the generation ``expect``, ``Invalid`` for a name
        or value that no vault holds, ``StoreUnavailable`` when disk or database refuses.
        """
        _check_entries(put)

        def make(base: Opened) -> Opened:
            if expect is not None and base.generation != expect:
                raise ChangedMeanwhile("Somebody else has changed the settings meanwhile.", hint="Look again first.")
            return Book(base).changed(put, drop)

        await self._become(make, self._key)
        log.info("vault_changed", generation=self.generation, put=sorted(put), dropped=sorted(drop))
        return self.generation

    async def rotate(self) -> int:
        """Encrypt everything anew under a new data key; no copy under the old one stays. Raises as ``change``."""
        return await self._rekey(self._key)

    async def rewrap(self, key: KeySource) -> int:
        """Lock the vault, under a new data key, with a key from elsewhere; a new one is made there if need be.

        No copy under the old key stays. Other processes keep what they have and must be started with the new key.
        Raises as ``change``, and ``Sealed`` when the new source gives no key.
        """
        await asyncio.to_thread(key.prepare)
        return await self._rekey(key)

    def export(self, passphrase: SecretStr) -> bytes:
        """Give everything as a vault of its own, locked with a passphrase. Raises ``Invalid`` for a short one.

        Blocks for about a fifth of a second: where others wait for the loop, call it in a thread.
        """
        key, opened = PassphraseKey(passphrase), self._opened
        key.prepare()
        return made(opened.values(), key, vault=opened.document.vault, generation=opened.generation).data

    async def restore(self, archive: bytes, passphrase: SecretStr, *, force: bool = False) -> int:
        """Take over everything of an export, and drop all else; the new generation is later than both.

        Raises ``Invalid`` when the archive does not open, and, without ``force``, when it is older than the vault or
        comes from another one while this one holds something; else as ``change``.
        """
        found = await asyncio.to_thread(_from_archive, archive, passphrase)

        def make(base: Opened) -> Opened:
            if not force:
                _check_age(found, base)
            generation = max(found.generation, base.generation) + 1
            return made(found.values(), self._key, vault=found.document.vault, generation=generation)

        await self._become(make, self._key)
        log.warning("vault_restored", generation=self.generation, archive=found.generation, force=force)
        return self.generation

    async def refresh(self) -> bool:
        """Look whether another process has written a newer generation, and take it; say whether it was so.

        What does not open is told in ``status``, and what is in force stays. Raises ``StoreUnavailable``.
        """
        async with self._changing:  # a change meanwhile would make what is read look like an older vault
            return await self._refresh()

    async def compare(self, database: Database) -> None:
        """Hold the vault against the generation that the database saw last: an older one raises an alarm, once.

        That is how a vault comes to light that somebody has put back. Raises ``StoreUnavailable``.
        """
        vault_id, generation = self._opened.document.vault, self.generation

        def work(tx: Tx) -> int | None:
            before = rows.seen(tx, vault_id)
            if before != generation:
                rows.note(tx, vault_id, generation)
            return before

        before = await database.write(work)
        if before is not None and before > generation:
            self.alarm(f"The vault is at generation {generation}, and was at {before} before: an older one came back.")

    def alarm(self, said: str) -> None:
        """Tell something in ``status`` as long as this process lives, and in the log now."""
        self._alarms.append(said)
        log.error("vault_alarm", home=self._home.place, said=said)

    async def _refresh(self) -> bool:
        try:
            found = await self._home.look()
            is_same = found.current == self._opened.data
            chosen = _Chosen(self._opened) if is_same else await asyncio.to_thread(_choose, found, self._key)
        except Sealed as error:
            self._note(f"{self._home.place} does not open any more. {error} What was read before stays in force.")
            return False
        self._see(found)
        self._note(self._amiss(chosen))
        has_news = chosen.opened.generation > self.generation
        if has_news:
            self._opened = chosen.opened
            log.info("vault_refreshed", generation=self.generation)
        return has_news

    async def _rekey(self, key: KeySource) -> int:
        def make(base: Opened) -> Opened:
            return made(base.values(), key, vault=base.document.vault, generation=base.generation + 1)

        await self._become(make, key, forgets=True)
        log.info("vault_rekeyed", generation=self.generation, source=key.kind)
        return self.generation

    async def _become(self, make: Make, key: KeySource, *, forgets: bool = False) -> None:
        async with self._changing:
            work = partial(self._next, make, forgets)
            sealing = await self._home.change(work, partial(unsealed, key=key))
            if sealing is not None:
                self._opened, self._key = sealing.opened, key
        self._trouble = ""
        if sealing is not None and sealing.is_repair:
            self.alarm(f"{self._home.place} was damaged while it was in use, and was written anew from memory.")
            self._see(await self._home.look())

    def _next(self, make: Make, forgets: bool, found: Found) -> Sealing:  # noqa: FBT001 - bound where it is made
        """Make the next generation from the newest: what lies there, or what is in force when that is later."""
        held = self._opened
        try:
            chosen = _choose(found, self._key)
        except Damaged:
            chosen = _Chosen(held, is_damaged=found.current is not None)
        except Sealed as error:
            raise Sealed(f"{self._home.place} does not open any more. {error}", hint=error.hint) from error
        base = chosen.opened if chosen.opened.generation >= held.generation else held
        following = make(base)
        if len(following.data) > MOST_BYTES or following.generation >= LARGEST:
            raise Invalid("That is more than the vault holds.", hint="Drop what is no longer needed first.")
        return Sealing(opened=following, is_repair=chosen.is_damaged, forgets=forgets)

    def _see(self, found: Found) -> None:
        self._damaged, self._folder = found.damaged, found.warnings

    def _amiss(self, chosen: _Chosen) -> str:
        place, stays = self._home.place, "What is in force stays so, and the next change writes it anew."
        if chosen.alarm:
            return f"{place} was damaged while it was in use. {chosen.alarm} {stays}"
        if chosen.opened.generation < self.generation:
            return f"Somebody has put an older vault at {place}. {stays}"
        return ""

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.error("vault_trouble", home=self._home.place, said=trouble)
        self._trouble = trouble


async def open_vault(home: Home, key: KeySource) -> Vault:
    """Open the vault of a home; a damaged copy is set aside, and the previous one takes its place, with an alarm.

    Raises ``VaultMissing`` when there is none, ``Sealed`` when it does not open, ``StoreUnavailable``.
    """
    found = await home.look()
    if found.current is None and found.previous is None:
        raise VaultMissing(f"There is no vault: {home.place} does not hold one.")
    chosen = await asyncio.to_thread(_choose_or_say, found, key, home.place)
    vault = Vault(home, key, chosen.opened)
    if chosen.alarm:
        vault.alarm(f"{home.place} was damaged, and its previous copy was opened. {chosen.alarm}")
        await _repair(vault, home, key)
    await vault.refresh()
    log.info("vault_opened", home=home.place, generation=vault.generation, source=key.kind)
    return vault


async def create_vault(home: Home, key: KeySource) -> Vault:
    """Make an empty vault, and a key for it where the source can. Raises ``Invalid`` when there is a vault already.

    Raises ``Sealed`` when there is no key, and ``StoreUnavailable``.
    """
    _check_empty(await home.look())
    await asyncio.to_thread(key.prepare)

    def work(found: Found) -> Sealing:
        _check_empty(found)
        return Sealing(opened=made({}, key, vault=new_id(), generation=1))

    await home.change(work, partial(unsealed, key=key))
    return await open_vault(home, key)


async def _repair(vault: Vault, home: Home, key: KeySource) -> None:
    """Put the previous copy in the place of the damaged one, unless another process just has."""

    def work(found: Found) -> Sealing | None:
        chosen = _choose(found, key)
        return Sealing(opened=chosen.opened, is_repair=chosen.is_damaged) if chosen.alarm else None

    try:
        await home.change(work, partial(unsealed, key=key))
    except StoreUnavailable as error:
        vault.alarm(f"The damaged copy is still in its place. {error}")


def _choose(found: Found, key: KeySource) -> _Chosen:
    """Open the current copy, or the previous one when that is damaged or gone.

    Raises ``Damaged`` when none is whole, and ``Sealed`` for a whole one under another key.
    """
    if found.current is None:
        alarm = "It was missing."
    else:
        try:
            return _Chosen(unsealed(found.current, key))
        except Damaged as error:
            alarm = str(error)
    if found.previous is None:
        raise Damaged(alarm)
    try:
        opened = unsealed(found.previous, key)
    except Sealed as error:
        raise Damaged(f"{alarm} Its previous copy does not open either. {error}") from error
    return _Chosen(opened, alarm, is_damaged=found.current is not None)


def _choose_or_say(found: Found, key: KeySource, place: str) -> _Chosen:
    try:
        return _choose(found, key)
    except Sealed as error:
        raise Sealed(f"The vault is sealed: {place} does not open. {error}", hint=error.hint) from error


def _from_archive(archive: bytes, passphrase: SecretStr) -> Opened:
    try:
        return unsealed(archive, PassphraseKey(passphrase))
    except Sealed as error:
        raise Invalid(
            f"The archive does not open. {error}",
            field="archive",
            hint="Give the file as it was exported, and the passphrase that it was exported with.",
        ) from error


def _check_age(found: Opened, base: Opened) -> None:
    if found.document.vault != base.document.vault:
        if base.document.entries:
            raise Invalid(
                "The archive comes from another vault, and this one is not empty.",
                field="archive",
                hint="To drop all that is here, say so: attms vault restore --force",
            )
    elif found.generation < base.generation:
        raise Invalid(
            f"The archive is older: it is generation {found.generation}, and the vault is at {base.generation}.",
            field="archive",
            hint="To lose what was changed since, say so: attms vault restore --force",
        )


def _check_empty(found: Found) -> None:
    if found.current is not None or found.previous is not None:
        raise Invalid("There is a vault already.", hint="Open it, or move its files away first.")


def _check_entries(put: Mapping[str, str]) -> None:
    for name, value in put.items():
        if not NAME.fullmatch(name):
            raise Invalid(f"{name!r:.60} is no name of an entry.", field=name[:60])
        if len(value) > MOST_CHARACTERS:
            raise Invalid(f"The value of {name} is too long for the vault.", field=name)
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Invalid(f"The value of {name} is no text: it holds half of a character.", field=name)
