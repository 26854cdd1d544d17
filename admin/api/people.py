"""The people of the chat: links to AutoTask's technicians, and roles."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.shapes import WHOLE, Moment, Text
from attms_core.errors import NotFound
from attms_core.keys import Scope
from attms_core.model import CompanyId, LinkState, Person, PersonKey, PersonRole, ResourceId, TenantId

SUBJECT = "people"
ObjectId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
RecordId = Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE]
Limit = Annotated[list[RecordId], Field(max_length=200)]


class PersonPath(Shape):
    """Which person, by the object id in Entra."""

    object_id: ObjectId


class Tenant(Shape):
    """Of which tenant."""

    tenant: Annotated[ObjectId | None, Field(description="Where several are allowed; the first one without it.")] = None


class Somebody(Shape):
    """One person."""

    tenant: str
    object_id: str
    name: str
    email: str
    link: LinkState
    reason: str = Field(description="Why there is no link, as the person is told.")
    resource: int | None
    decided_by: str
    decided_at: Moment | None
    role: PersonRole
    queues: list[int] | None = Field(description="The role is narrowed to these queues; null is no limit.")
    companies: list[int] | None = Field(description="The role is narrowed to these companies; null is no limit.")


class Everybody(Shape):
    """Everybody of a tenant."""

    people: list[Somebody]


class LinkBody(Shape):
    """The technician whom the person is."""

    resource: RecordId = Field(description="AutoTask's resource id.")
    name: Text = Field(default="", description="For somebody who has not spoken yet.")


class SuspendBody(Shape):
    """Why."""

    reason: Text = Field(min_length=1, description="The person is told this.")


class RoleBody(Shape):
    """What the person may do, and how far it reaches."""

    role: PersonRole
    queues: Limit | None = None
    companies: Limit | None = None


async def _list(administration: Administration, call: Call) -> Reply:
    people = await administration.people.everybody(_tenant(administration, call))
    return Reply(answer=Everybody(people=[_shown(person) for person in people]))


async def _one(administration: Administration, call: Call) -> Reply:
    person = await administration.people.get(_key(administration, call))
    if person is None:
        raise NotFound("ATTMS does not know this person.", hint="People are known once they have spoken to the bot.")
    return Reply(answer=_shown(person))


async def _link(administration: Administration, call: Call) -> Reply:
    body = call.read(LinkBody)
    key, resource = _key(administration, call), ResourceId(body.resource)
    return Reply(
        answer=_shown(await administration.people.link(key, resource, by=call.actor, name=body.name)),
    )


async def _unlink(administration: Administration, call: Call) -> Reply:
    return Reply(answer=_shown(await administration.people.unlink(_key(administration, call), by=call.actor)))


async def _suspend(administration: Administration, call: Call) -> Reply:
    reason = call.read(SuspendBody).reason
    return Reply(answer=_shown(await administration.people.suspend(_key(administration, call), reason)))


async def _role(administration: Administration, call: Call) -> Reply:
    body = call.read(RoleBody)
    companies = None if body.companies is None else [CompanyId(one) for one in body.companies]
    key = _key(administration, call)
    person = await administration.people.set_role(key, body.role, queues=body.queues, companies=companies)
    return Reply(answer=_shown(person))


def _tenant(administration: Administration, call: Call) -> TenantId:
    given = call.read(Tenant).tenant
    return TenantId(given.lower()) if given else administration.tenant


def _key(administration: Administration, call: Call) -> PersonKey:
    return PersonKey(_tenant(administration, call), call.read(PersonPath).object_id.lower())


def _shown(person: Person) -> Somebody:
    return Somebody(
        tenant=person.key.tenant,
        object_id=person.key.object_id,
        name=person.name,
        email=person.email,
        link=person.link.state,
        reason=person.link.reason,
        resource=person.link.resource,
        decided_by=person.link.decided_by,
        decided_at=person.link.decided_at,
        role=person.role,
        queues=None if person.within_queues is None else list(person.within_queues),
        companies=None if person.within_companies is None else list(person.within_companies),
    )


def _tell_link(call: Call) -> Mapping[str, str]:
    return {"resource": str(call.read(LinkBody).resource)}


def _tell_suspend(call: Call) -> Mapping[str, str]:
    return {"reason": call.read(SuspendBody).reason}


def _tell_role(call: Call) -> Mapping[str, str]:
    body = call.read(RoleBody)
    told = {"role": str(body.role)}
    for name, limit in (("queues", body.queues), ("companies", body.companies)):
        if limit is not None:
            told[name] = ",".join(map(str, limit))
    return told


_ONE = "/api/v1/people/{object_id}"
_PERSON = {200: Answer(Somebody, "The person.")}
_AFTER = {200: Answer(Somebody, "The person as it is now.")}

OPERATIONS = (
    Operation(
        name="people.list",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/people",
        title="List the people",
        scope=Scope.PEOPLE_READ,
        query=Tenant,
        handle=_list,
        answers={200: Answer(Everybody, "Everybody who has spoken or was linked.")},
    ),
    Operation(
        name="people.show",
        subject=SUBJECT,
        method="GET",
        path=_ONE,
        title="Show a person",
        scope=Scope.PEOPLE_READ,
        place=PersonPath,
        query=Tenant,
        handle=_one,
        answers=_PERSON,
    ),
    Operation(
        name="people.link",
        subject=SUBJECT,
        method="POST",
        path=f"{_ONE}/link",
        title="Link a person to a technician",
        about="A technician is linked to one person at most. Linking makes a reader a technician.",
        scope=Scope.PEOPLE_WRITE,
        place=PersonPath,
        query=Tenant,
        body=LinkBody,
        handle=_link,
        answers=_AFTER,
        changes=True,
        tell=_tell_link,
    ),
    Operation(
        name="people.unlink",
        subject=SUBJECT,
        method="POST",
        path=f"{_ONE}/unlink",
        title="Take a person's link away",
        scope=Scope.PEOPLE_WRITE,
        place=PersonPath,
        query=Tenant,
        handle=_unlink,
        answers=_AFTER,
        changes=True,
    ),
    Operation(
        name="people.suspend",
        subject=SUBJECT,
        method="POST",
        path=f"{_ONE}/suspend",
        title="Suspend a person's link",
        about="Until somebody links the person again.",
        scope=Scope.PEOPLE_WRITE,
        place=PersonPath,
        query=Tenant,
        body=SuspendBody,
        handle=_suspend,
        answers=_AFTER,
        changes=True,
        tell=_tell_suspend,
    ),
    Operation(
        name="people.role",
        subject=SUBJECT,
        method="PUT",
        path=f"{_ONE}/role",
        title="Give a person a role",
        about="For everything, or narrowed to queues and companies. Without a limit in the body there is none.",
        scope=Scope.PEOPLE_WRITE,
        place=PersonPath,
        query=Tenant,
        body=RoleBody,
        handle=_role,
        answers=_AFTER,
        changes=True,
        tell=_tell_role,
    ),
)
