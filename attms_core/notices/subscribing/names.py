"""The names of a tenant's values, and the values of names: read within one transaction, for one who asks.

A name that fits several values gets its number behind it: ``Contoso #17``. A value that is gone is ``unknown (17)``.
Both are read again, so what is written always means the same.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from attms_core.errors import Invalid
from attms_core.model import (
    Choice,
    Company,
    CompanyGroup,
    CompanyId,
    Contact,
    ContactId,
    Field,
    Metadata,
    Resource,
    ResourceId,
    TenantId,
)
from attms_core.model.filter import About
from attms_core.notices.subscribing.fields import ENTITIES, KNOWN, Kind
from attms_core.notices.subscribing.words import nearest
from attms_core.store import company_groups, directory, metadata
from attms_core.store.database import Tx
from attms_core.store.words import begins_words, folded

LISTED = 15
"""So many names stand in an error at most."""
ALIKE = 200
"""So many are looked at for what was probably meant."""
NOBODY = ("none", "nobody", "nothing", "empty")
ME = "me"
_TAKEN = frozenset({*NOBODY, ME, "unassigned"})
_ORIGIN = re.compile(r"(source|assignee|contact) #(\d{1,18})")
_NUMBERED = re.compile(r"(?:.* )?#(\d{1,18})|unknown \((\d{1,18})\)", re.DOTALL)


class Named(Struct, frozen=True):
    """A value and what it is called."""

    value: int
    name: str
    is_current: bool = True
    """Not one of the past, which is found by its whole name alone."""
    word: str = ""
    """Of an origin: what it is."""


class Names:
    """Everything that has a name. ``me`` is who asks, and ``among`` limits the companies that they may know of."""

    def __init__(
        self,
        tx: Tx,
        tenant: TenantId,
        *,
        me: ResourceId | None = None,
        among: Sequence[CompanyId] | None = None,
    ) -> None:
        self._tx = tx
        self._tenant = tenant
        self._me = me
        self._among = among

    @cached_property
    def groups(self) -> dict[str, CompanyGroup]:
        """Give the groups of companies by name."""
        return company_groups.everything(self._tx, self._tenant)

    def value(self, word: str, about: About, text: str) -> int | None:
        """Find the one value that is meant; None is the empty one. Raises ``Invalid``."""
        found = self.values(word, about, text)
        if len(found) > 1:
            legal = [self.name(word, about, each.value) for each in found[:LISTED]]
            raise Invalid(f'"{text}" fits more than one {word}.', field=word, legal=legal)
        return found[0].value if found else None

    def values(self, word: str, about: About, text: str) -> list[Named]:
        """Find all values that may be meant; none is the empty value. Raises ``Invalid`` where nothing fits."""
        if numbered := _NUMBERED.fullmatch(text):
            return self._known(word, about, int(numbered[1] or numbered[2]))
        if KNOWN[word].kind is Kind.RESOURCE and text.casefold() == ME:
            return [self._myself(word)]
        if found := self._fitting(word, about, text):
            return found
        if text.casefold() in NOBODY or (word == "assignee" and text.casefold() == "unassigned"):
            return []
        raise self.unknown(word, about, text)

    def name(self, word: str, about: About, value: int | None) -> str:
        """Name a value so that ``values`` gives just it."""
        if value is None:
            return "nobody" if KNOWN[word].kind is Kind.RESOURCE else "none"
        name = self._name(word, about, value)
        if name is None or any(mark in name for mark in '"“”'):
            return f"unknown ({value})" if name is None else f"#{value}"
        is_plain = not (_NUMBERED.fullmatch(name) or name.startswith("@") or name.casefold() in _TAKEN)
        fitting = self._fitting(word, about, name) if is_plain and name == " ".join(name.split()) else []
        return name if [each.value for each in fitting] == [value] else f"{' '.join(name.split())} #{value}"

    def unknown(self, word: str, about: About, text: str) -> Invalid:
        """Say that there is no such value, and what there is."""
        legal = [each.name for each in self._all(word, about) if each.is_current]
        near = nearest(text, legal or self._alike(word, text))
        hint = f'Did you mean "{near}"?' if near else "" if legal else f"Type how the name of the {word} begins."
        return Invalid(f'There is no {word} "{text}".', field=word, legal=legal[:LISTED], hint=hint)

    def origins(self, about: About, text: str, words: Sequence[str]) -> list[Named]:
        """Find all of several kinds (``source``, ``assignee``, ``contact``) that one name fits. Raises ``Invalid``."""
        if (told := _ORIGIN.fullmatch(text)) and told[1] in words:
            return [replace(each, word=told[1]) for each in self._known(told[1], about, int(told[2]))]
        if text.casefold() == ME:
            return [replace(self._myself("by"), word="assignee")]
        listed = [replace(each, word=word) for word in words for each in self._of_origin(word, about, text)]
        found = _fits(text, listed)
        if not found:
            raise self.unknown("source" if "source" in words else "assignee", about, text)
        if len(found) > LISTED:
            what = f'"{text}" fits more than {LISTED} names.'
            raise Invalid(what, field="from", legal=[each.name for each in found[:LISTED]])
        return found

    def origin(self, about: About, word: str, value: int, words: Sequence[str], among: frozenset[Named]) -> str:
        """Name an origin so that ``origins`` gives it, and none but those that are meant."""
        numbered = f"{word} #{value}"
        name = self._name(word, about, value)
        if not name or any(mark in name for mark in '"“”') or _ORIGIN.fullmatch(name) or name.casefold() in _TAKEN:
            return numbered
        listed = [replace(each, word=one) for one in words for each in self._of_origin(one, about, name)]
        found = {(each.word, each.value) for each in _fits(name, listed)}
        is_meant = (word, value) in found and found <= {(each.word, each.value) for each in among}
        return name if is_meant and name == " ".join(name.split()) else numbered

    def order(self, word: str, about: About) -> tuple[Choice, ...]:
        """List a picklist's entries in the order that people know."""
        return self.metadata.active(ENTITIES[about], KNOWN[word].list(about))

    def udf(self, about: About, name: str) -> Field:
        """Find a user-defined field. Raises ``Invalid``."""
        fields = self.metadata.entities.get(ENTITIES[about], {})
        own = [field for field in fields.values() if field.is_user_defined]
        for field in own:
            if name.casefold() in {field.name.casefold(), field.label.casefold()}:
                return field
        legal = sorted(field.name for field in own)
        near = nearest(name, legal)
        hint = f'Did you mean "{near}"?' if near else ""
        what = f'There is no user-defined field "{name}".'
        raise Invalid(what, field="udf", legal=legal[:LISTED], hint=hint)

    @cached_property
    def metadata(self) -> Metadata:
        """Give AutoTask's fields."""
        return metadata.load(self._tx, self._tenant)

    @cached_property
    def _resources(self) -> list[Resource]:
        return directory.resources(self._tx, self._tenant)

    def _myself(self, word: str) -> Named:
        if self._me is None:
            raise Invalid(f'"{ME}" is nobody: you are not linked to a technician.', field=word, hint="Say: me")
        return Named(self._me, ME)

    def _known(self, word: str, about: About, value: int) -> list[Named]:
        """Take a value by its number; what belongs to a company outside one's limits is not there."""
        if self._among is not None and self._company_of(word, value) not in {None, *self._among}:
            raise Invalid(f"There is no {word} #{value} that you may see.", field=word)
        return [Named(value, self._name(word, about, value) or f"unknown ({value})")]

    def _company_of(self, word: str, value: int) -> int | None:
        """Give the company that a value belongs to; none of what belongs to no company."""
        if KNOWN[word].kind is Kind.COMPANY:
            return value
        if KNOWN[word].kind is not Kind.CONTACT:
            return None
        contact = directory.contact(self._tx, self._tenant, ContactId(value))
        return contact.company if contact else None

    def _name(self, word: str, about: About, value: int) -> str | None:
        kind = KNOWN[word].kind
        if kind is Kind.COMPANY:
            company = directory.company(self._tx, self._tenant, CompanyId(value))
            return company.name if company else None
        if kind is Kind.CONTACT:
            contact = directory.contact(self._tx, self._tenant, ContactId(value))
            return contact.name if contact else None
        return next((each.name for each in self._all(word, about) if each.value == value), None)

    def _of_origin(self, word: str, about: About, text: str) -> list[Named]:
        if word == "contact":
            return [Named(one.id, one.name) for one in self._contacts(text)]
        return self._all(word, about)

    def _all(self, word: str, about: About) -> list[Named]:
        """List what is few enough to be listed."""
        kind = KNOWN[word].kind
        if kind is Kind.RESOURCE:
            return [Named(resource.id, resource.name, resource.is_active) for resource in self._resources]
        field = self.metadata.field(ENTITIES[about], KNOWN[word].list(about)) if kind is Kind.PICK else None
        return [Named(choice.value, choice.label, choice.is_active) for choice in field.choices] if field else []

    def _fitting(self, word: str, about: About, text: str) -> list[Named]:
        kind = KNOWN[word].kind
        if kind is Kind.COMPANY:
            return _fits(text, [Named(one.id, one.name) for one in self._companies(text)])
        if kind is Kind.CONTACT:
            return _fits(text, [Named(one.id, one.name) for one in self._contacts(text)])
        if kind is Kind.RESOURCE and len(found := [r for r in self._resources if _has_mail(r, text)]) == 1:
            return [Named(found[0].id, found[0].name)]
        return _fits(text, self._all(word, about))

    def _alike(self, word: str, text: str) -> list[str]:
        """Name what begins like something that is nowhere: of what is too much to be listed."""
        begins = (folded(text) or [""])[0][:2]
        if not begins or KNOWN[word].kind is not Kind.COMPANY:
            return []
        return [company.name for company in self._companies(begins, limit=ALIKE)]

    def _companies(self, text: str, *, limit: int = LISTED) -> list[Company]:
        if self._among is None:
            return directory.companies_named(self._tx, self._tenant, text, limit=limit)
        few = directory.companies(self._tx, self._tenant, sorted(self._among)).values()
        return [company for company in few if company.is_active and begins_words(text, company.name)]

    def _contacts(self, text: str) -> list[Contact]:
        found = directory.contacts_named(self._tx, self._tenant, text, limit=LISTED)
        return [one for one in found if self._among is None or one.company in self._among]


def _has_mail(resource: Resource, text: str) -> bool:
    return resource.is_active and text.casefold() in {resource.email.casefold(), resource.user_name.casefold()}


def _fits(text: str, listed: Sequence[Named]) -> list[Named]:
    """Give those of the whole name, else those that are current and begin so, else those with words that do."""
    for found in _rounds(text, listed):
        if found:
            return found
    return []


def _rounds(text: str, listed: Sequence[Named]) -> Iterator[list[Named]]:
    said = " ".join(text.casefold().split())
    if not said:
        return
    current = [each for each in listed if each.is_current]
    yield _having(current, lambda name: name == said)
    yield _having(listed, lambda name: name == said)
    yield _having(current, lambda name: name.startswith(said))
    if folded(text):
        yield [each for each in current if begins_words(text, each.name)]


def _having(listed: Sequence[Named], is_so: Callable[[str], bool]) -> list[Named]:
    return [each for each in listed if is_so(" ".join(each.name.casefold().split()))]
