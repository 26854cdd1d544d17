"""Keys: make, list, rotate, revoke, and say whether one is right. They are random, so a plain digest is enough."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs
from pydantic import SecretStr

from attms_core.errors import Invalid, NotFound
from attms_core.keys import text
from attms_core.keys.scopes import Scope
from attms_core.ports import Now
from attms_core.store import api_keys
from attms_core.store.api_keys import KeyRow
from attms_core.store.database import Database, Tx

LONGEST_LIFE = timedelta(days=365)
USUAL_LIFE = timedelta(days=90)
OVERLAP = timedelta(hours=24)
"""How long the text from before a rotation is good."""
LONGEST_OVERLAP = timedelta(days=7)
FRESH = timedelta(seconds=5)
"""So much later than its own process does another one learn of a revoked key."""
MOST_NAME = 100
_NOBODY = "0" * 64
"""What an unknown key is compared with: it takes as long as a wrong one."""


class ApiKey(Struct, frozen=True, kw_only=True):
    """A key, without its text."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created: datetime
    created_by: str
    expires: datetime
    last_used: datetime | None
    revoked: datetime | None


class Keys:
    """The keys of an installation, read from memory for five seconds at most."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._read_at: datetime | None = None
        self._rows: dict[str, KeyRow] = {}
        self._uses: dict[str, datetime] = {}

    async def create(
        self, name: str, scopes: Collection[Scope], *, lifetime: timedelta = USUAL_LIFE, by: str
    ) -> tuple[ApiKey, SecretStr]:
        """Make a key; its text is given here and never again. Raises ``Invalid``."""
        self._check(name, scopes, lifetime)
        key_id = text.new_id()
        made = text.make(key_id)
        row = KeyRow(
            id=key_id,
            name=name.strip(),
            scopes=tuple(sorted(set(scopes))),
            digest=_digest(made),
            created=self._now(),
            created_by=by,
            expires=self._now() + lifetime,
        )
        await self._put(row)
        return _shown(row), SecretStr(made)

    async def all(self) -> Sequence[ApiKey]:
        """List the keys, the oldest first; expired and revoked ones too."""
        return [_shown(self._with_use(row)) for row in await self._database.read(api_keys.everything)]

    async def rotate(self, id: str, *, by: str, overlap: timedelta = OVERLAP) -> tuple[ApiKey, SecretStr]:  # noqa: A002 - the word of the field
        """Give a key another text, and a new life as long as its first; the old text is good for ``overlap`` yet.

        Raises ``NotFound``, and ``Invalid`` for a key that was revoked or an overlap longer than a week.
        """
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise Invalid(f"The old text is good for {LONGEST_OVERLAP.days} days at most.", field="overlap")
        made, now = text.make(id), self._now()

        def work(tx: Tx) -> KeyRow:
            row = _found(tx, id)
            if row.revoked is not None:
                raise Invalid("This key was revoked.", hint="Make a new one: attms keys create")
            fresh = structs.replace(
                row,
                digest=_digest(made),
                former_digest=row.digest,
                former_until=min(now + overlap, row.expires),
                created=now,
                created_by=by,
                expires=now + (row.expires - row.created),
            )
            api_keys.put(tx, fresh)
            return fresh

        return _shown(await self._change(work)), SecretStr(made)

    async def revoke(self, id: str, *, by: str) -> ApiKey:  # noqa: A002, ARG002 - the word of the field; who did it stands in the audit
        """End a key for good, both its texts. Raises ``NotFound``."""
        now = self._now()

        def work(tx: Tx) -> KeyRow:
            row = _found(tx, id)
            if row.revoked is None:
                row = structs.replace(row, revoked=now)
                api_keys.put(tx, row)
            return row

        return _shown(await self._change(work))

    async def check(self, shown: str) -> ApiKey | None:
        """Say whose key a text is; None for one that is unknown, wrong, expired or revoked, which all take as long."""
        rows = await self._recent()
        row = rows.get(text.id_of(shown) or "")
        digest = _digest(shown)
        is_right = hmac.compare_digest(digest, row.digest if row else _NOBODY)
        is_former = hmac.compare_digest(digest, (row.former_digest if row else "") or _NOBODY)
        now = self._now()
        if row is None or row.revoked is not None or now >= row.expires:
            return None
        if not is_right and not (is_former and row.former_until is not None and now < row.former_until):
            return None
        self._uses[row.id] = now
        return _shown(row)

    async def note_uses(self) -> None:
        """Write down when keys were used: a job's work, so that no request waits for it."""
        uses, self._uses = self._uses, {}
        if uses:
            await self._database.write(lambda tx: api_keys.used(tx, uses))

    # inside

    @staticmethod
    def _check(name: str, scopes: Collection[Scope], lifetime: timedelta) -> None:
        if not name.strip() or len(name) > MOST_NAME or not name.isprintable():
            raise Invalid(f"A key needs a name of at most {MOST_NAME} characters.", field="name")
        if not scopes:
            raise Invalid("A key needs at least one scope.", field="scopes", legal=list(Scope))
        if unknown := sorted(set(scopes) - set(Scope)):  # one that is unknown now would open something one day
            raise Invalid(f"There is no scope {unknown[0]}.", field="scopes", legal=list(Scope))
        if not timedelta() < lifetime <= LONGEST_LIFE:
            raise Invalid(f"A key lives between a moment and {LONGEST_LIFE.days} days.", field="lifetime")

    async def _put(self, row: KeyRow) -> None:
        await self._database.write(lambda tx: api_keys.put(tx, row))
        self._read_at = None

    async def _change(self, work: Callable[[Tx], KeyRow]) -> KeyRow:
        row = await self._database.write(work)
        self._read_at = None
        return row

    async def _recent(self) -> dict[str, KeyRow]:
        now = self._now()
        if self._read_at is None or not timedelta() <= now - self._read_at < FRESH:
            self._rows = {row.id: row for row in await self._database.read(api_keys.everything)}
            self._read_at = now
        return self._rows

    def _with_use(self, row: KeyRow) -> KeyRow:
        used = self._uses.get(row.id)
        return structs.replace(row, last_used=used) if used else row


def _found(tx: Tx, key_id: str) -> KeyRow:
    row = next((row for row in api_keys.everything(tx) if row.id == key_id), None)
    if row is None:
        raise NotFound(f"There is no key {key_id}.", hint="Ask for the list: attms keys list")
    return row


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def _shown(row: KeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=tuple(Scope(scope) for scope in row.scopes if scope in set(Scope)),
        created=row.created,
        created_by=row.created_by,
        expires=row.expires,
        last_used=row.last_used,
        revoked=row.revoked,
    )
