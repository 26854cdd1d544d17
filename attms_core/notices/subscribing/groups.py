"""The use case of company groups: companies under one name, which subscriptions use as ``@name``."""

import re
from collections.abc import Callable, Sequence

import structlog

from attms_core.errors import Invalid, NotFound
from attms_core.model import Company, CompanyGroup, CompanyId, Person, Right, Subscription, TenantId
from attms_core.notices.subscribing.names import Names
from attms_core.notices.subscribing.words import nearest
from attms_core.people import demand
from attms_core.ports import Now
from attms_core.store import company_groups, directory, subscriptions
from attms_core.store.database import Database, Tx

log = structlog.get_logger(__name__)

MOST = 200
"""Groups of a tenant."""
MOST_COMPANIES = 2_000
"""Companies of a group."""
_NAME = re.compile(r"[^\W_][\w-]{0,39}")
Companies = frozenset[CompanyId]


class Groups:
    """Named groups of companies.

    Looking needs the right to read, changing that to dispatch. Companies are named as people type them; raises
    ``Invalid`` for the field ``company`` with those that could be meant, and ``NotFound`` for an unknown group.
    """

    def __init__(self, database: Database, *, tenant: TenantId, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    async def all(self, person: Person) -> list[CompanyGroup]:
        """List all groups by name."""
        demand(person, Right.READ)
        return list((await self._database.read(lambda tx: company_groups.everything(tx, self._tenant))).values())

    async def members(self, person: Person, name: str) -> list[Company]:
        """List a group's companies that the person may see, by name; those that AutoTask no longer has are left out."""
        demand(person, Right.READ)

        def work(tx: Tx) -> list[Company]:
            found = directory.companies(tx, self._tenant, sorted(self._find(tx, name).companies)).values()
            within = person.within_companies
            return sorted((c for c in found if within is None or c.id in within), key=lambda c: c.name.casefold())

        return await self._database.read(work)

    async def set(self, person: Person, name: str, companies: Sequence[str]) -> CompanyGroup:
        """Make a group, or give it other companies."""
        return await self._change(person, name, companies, lambda _, those: those, is_new=True)

    async def extend(self, person: Person, name: str, companies: Sequence[str]) -> CompanyGroup:
        """Put companies into a group, which is made if need be."""
        return await self._change(person, name, companies, lambda here, those: here | those, is_new=True)

    async def shrink(self, person: Person, name: str, companies: Sequence[str]) -> CompanyGroup:
        """Take companies out of a group; one that loses its last company stays, and takes nothing."""
        return await self._change(person, name, companies, lambda here, those: here - those, is_new=False)

    async def delete(self, person: Person, name: str) -> None:
        """Drop a group. Raises ``Invalid`` while subscriptions use it, and says which."""
        demand(person, Right.DISPATCH)

        def work(tx: Tx) -> None:
            group = self._find(tx, name)
            if using := [s for s in subscriptions.everywhere(tx, self._tenant) if group.name in s.filter.groups]:
                raise Invalid(f"@{group.name} is used: {_places(using)}.", field="group", hint="Change these first.")
            company_groups.remove(tx, self._tenant, group.name)

        await self._database.write(work)
        log.info("company_group_deleted", group=_plain(name), by=person.key.object_id)

    async def _change(
        self,
        person: Person,
        name: str,
        companies: Sequence[str],
        become: Callable[[Companies, Companies], Companies],
        *,
        is_new: bool,
    ) -> CompanyGroup:
        demand(person, Right.DISPATCH)
        now = self._now()

        def work(tx: Tx) -> CompanyGroup:
            stored = self._made(tx, name) if is_new else self._find(tx, name)
            those = self._companies(tx, person, companies)
            made = CompanyGroup(name=stored.name, companies=become(stored.companies, those), changed_by=person.name)
            if len(made.companies) > MOST_COMPANIES:
                raise Invalid(f"A group has {MOST_COMPANIES} companies at most.", field="company")
            company_groups.put(tx, self._tenant, made, now)
            return made

        changed = await self._database.write(work)
        log.info("company_group_changed", group=changed.name, companies=len(changed.companies))
        return changed

    def _companies(self, tx: Tx, person: Person, companies: Sequence[str]) -> Companies:
        names = Names(tx, self._tenant, among=person.within_companies)
        found = [names.value("company", "ticket", text) for text in companies if text.strip()]
        if not found or None in found:
            raise Invalid(
                "Name at least one company.", field="company", hint="Like this: groups vip = Contoso, Fabrikam"
            )
        return frozenset(CompanyId(value) for value in found if value is not None)

    def _made(self, tx: Tx, name: str) -> CompanyGroup:
        plain = _plain(name)
        known = company_groups.everything(tx, self._tenant)
        if plain in known:
            return known[plain]
        if not _NAME.fullmatch(plain):
            hint = "Letters, digits, - and _, forty at most, like: vip"
            raise Invalid(f'"{name}" is no name for a group.', field="group", hint=hint)
        if len(known) >= MOST:
            raise Invalid(f"There are {MOST} groups already.", field="group", hint="Remove one: groups")
        return CompanyGroup(name=plain, companies=frozenset())

    def _find(self, tx: Tx, name: str) -> CompanyGroup:
        known = company_groups.everything(tx, self._tenant)
        if group := known.get(_plain(name)):
            return group
        near = nearest(_plain(name), list(known))
        raise NotFound(
            f'There is no group of companies "@{_plain(name)}".',
            hint=f"Did you mean @{near}?" if near else "See what there is: groups",
        )


def _plain(name: str) -> str:
    return name.strip().removeprefix("@").casefold()


def _places(using: Sequence[Subscription]) -> str:
    """Name the subscriptions: by number, words and who made them."""
    said = [f"subscription {one.id} ({one.words}) of {one.created_by_name}" for one in using[:3]]
    more = len(using) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")
