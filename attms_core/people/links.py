"""Which AutoTask technician a person is: judged from the directory by e-mail, never by name. Inside one transaction."""

from datetime import datetime

from msgspec import Struct, structs

from attms_core.model import Link, LinkState, Person, PersonKey, Resource, ResourceId, TenantId
from attms_core.settings import Linking
from attms_core.store import directory, people
from attms_core.store.database import Tx

ASK = "Ask an ATTMS administrator to link you: python app.py people link."


class Judge(Struct, frozen=True, kw_only=True):
    """Proposes links. ``tenant`` is whose AutoTask data the mirror holds."""

    tenant: TenantId
    linking: Linking

    def judge(self, tx: Tx, person: Person) -> Person:
        """Give the person with the link that the directory suggests; what somebody has decided stays."""
        if is_decided(person) or person.link.state is LinkState.REFUSED:
            return person
        return structs.replace(person, link=self._suggest(tx, person))

    def inactive(self, tx: Tx, person: Person, now: datetime) -> Person:
        """Give the person with the link suspended when the technician is no longer active in AutoTask."""
        if person.link.state is not LinkState.LINKED or person.link.resource is None:
            return person
        resource = directory.resource(tx, self.tenant, person.link.resource)
        if resource is None or resource.is_active:
            return person
        return suspended(person, f"{resource.name} is no longer active in AutoTask.", now)

    def _suggest(self, tx: Tx, person: Person) -> Link:
        found = directory.resources_with_email(tx, self.tenant, person.email) if person.email else []
        if len(found) != 1:
            return Link(state=LinkState.UNLINKED, reason=_no_match(person, len(found)))
        return self._one(tx, person, found[0])

    def _one(self, tx: Tx, person: Person, found: Resource) -> Link:
        holder = people.holder(tx, person.key.tenant, found.id)
        if holder is not None and holder.key != person.key:
            return Link(
                state=LinkState.UNLINKED,
                reason=f"{found.name} is linked to somebody else. {ASK}",
            )
        if self.linking is Linking.ADMIN:
            reason = f"You seem to be {found.name} in AutoTask, but here an administrator links everybody."
            return Link(state=LinkState.UNLINKED, reason=reason)
        return Link(state=LinkState.PROPOSED, resource=found.id)


def is_decided(person: Person) -> bool:
    """Say whether a person or an administrator has decided about the link; then nothing is proposed any more."""
    return person.link.decided_at is not None


def linked(person: Person, resource: ResourceId, by: str, now: datetime) -> Person:
    """Give the person linked to a technician."""
    link = Link(state=LinkState.LINKED, resource=resource, decided_by=by, decided_at=now)
    return structs.replace(person, link=link)


def unlinked(person: Person, reason: str, by: str, now: datetime) -> Person:
    """Give the person without a link, by decision."""
    link = Link(state=LinkState.UNLINKED, decided_by=by, decided_at=now, reason=reason)
    return structs.replace(person, link=link)


def suspended(person: Person, reason: str, now: datetime) -> Person:
    """Give the person with the link kept but closed."""
    link = structs.replace(person.link, state=LinkState.SUSPENDED, reason=reason, decided_by="ATTMS", decided_at=now)
    return structs.replace(person, link=link)


def refused(person: Person, reason: str, now: datetime) -> Person:
    """Give the person as an outsider: refused, or suspended where there was a link."""
    if person.link.state is LinkState.LINKED:
        return suspended(person, reason, now)
    return structs.replace(person, link=Link(state=LinkState.REFUSED, reason=reason))


def stranger(key: PersonKey, name: str) -> Person:
    """Give somebody about whom nothing is known."""
    return Person(key=key, name=name)


def _no_match(person: Person, count: int) -> str:
    if not person.email:
        return f"Teams tells no e-mail address of yours. {ASK}"
    if count == 0:
        return f"No active AutoTask technician has the e-mail {person.email}. {ASK}"
    return f"{count} AutoTask technicians have the e-mail {person.email}. {ASK}"
