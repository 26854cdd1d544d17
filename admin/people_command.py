"""People from the command line: who is known, linking, roles. Works beside a running bot, on the same store."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Annotated, TypeVar

import typer

from admin.voice import AsJson
from attms_core.errors import AttmsError
from attms_core.model import CompanyId, Person, PersonKey, PersonRole, ResourceId, TenantId
from attms_core.people import People

T = TypeVar("T")
BY = "the command line"
OpenPeople = Callable[[], AbstractAsyncContextManager[People]]
Tenant = Annotated[str, typer.Option(help="Entra tenant, where several are allowed.")]


def make(open_people: OpenPeople, default_tenant: Callable[[], str]) -> typer.Typer:
    """Build the commands. ``open_people`` opens the store that the settings name."""
    command = typer.Typer(no_args_is_help=True, help="Who speaks here: links to AutoTask and roles.")

    def key(person: str, tenant: str) -> PersonKey:
        with _said():
            return PersonKey(TenantId((tenant or default_tenant()).lower()), person.lower())

    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List everybody who is known."""
        everybody = _run(open_people, lambda people: people.everybody())
        if as_json:
            _echo([_as_dict(person) for person in everybody])
            return
        for person in everybody:
            typer.echo(_line(person))
        if not everybody:
            typer.echo("Nobody has spoken yet. People appear here once they have said a word to the bot.")

    @command.command()
    def link(
        person: Annotated[str, typer.Argument(help="Entra object id.")],
        resource: Annotated[int, typer.Argument(help="AutoTask resource id.")],
        name: Annotated[str, typer.Option(help="Name, for somebody who has not spoken yet.")] = "",
        tenant: Tenant = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Link a person to an AutoTask technician."""
        who = key(person, tenant)
        done = _run(open_people, lambda people: people.link(who, ResourceId(resource), by=BY, name=name))
        _tell(done, as_json=as_json)

    @command.command()
    def unlink(
        person: Annotated[str, typer.Argument(help="Entra object id.")],
        tenant: Tenant = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Take a person's link away."""
        who = key(person, tenant)
        _tell(_run(open_people, lambda people: people.unlink(who, by=BY)), as_json=as_json)

    @command.command()
    def role(
        person: Annotated[str, typer.Argument(help="Entra object id.")],
        role: PersonRole,
        queue: Annotated[list[int] | None, typer.Option(help="Narrow to this queue id; repeat for more.")] = None,
        company: Annotated[list[int] | None, typer.Option(help="Narrow to this company id; repeat for more.")] = None,
        tenant: Tenant = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Give a person a role, for everything or narrowed to queues and companies."""
        who = key(person, tenant)
        companies = [CompanyId(one) for one in company] if company else None
        done = _run(open_people, lambda people: people.set_role(who, role, queues=queue or None, companies=companies))
        _tell(done, as_json=as_json)

    return command


def _run(open_people: OpenPeople, deed: Callable[[People], Awaitable[T]]) -> T:
    async def within() -> T:
        async with open_people() as people:
            return await deed(people)

    with _said():
        return asyncio.run(within())


@contextmanager
def _said() -> Iterator[None]:
    """Say what went wrong in words, and leave with a code."""
    try:
        yield
    except AttmsError as error:
        typer.echo(f"{error}\n{error.hint}".rstrip(), err=True)
        raise typer.Exit(code=1) from None


def _tell(person: Person, *, as_json: bool) -> None:
    if as_json:
        _echo(_as_dict(person))
    else:
        typer.echo(_line(person))


def _echo(told: object) -> None:
    typer.echo(json.dumps(told, indent=2))


def _line(person: Person) -> str:
    linked = f"resource {person.link.resource}" if person.link.resource is not None else "no resource"
    limits = "".join(
        f" {what} {','.join(map(str, ids))}"
        for what, ids in (("queues", person.within_queues), ("companies", person.within_companies))
        if ids is not None
    )
    name = f"{person.name} <{person.email}>" if person.email else person.name or "(no name)"
    return f"{person.key.object_id}  {name}  {person.link.state}, {linked}, {person.role}{limits}"


def _as_dict(person: Person) -> dict[str, object]:
    return {
        "tenant": person.key.tenant,
        "object_id": person.key.object_id,
        "name": person.name,
        "email": person.email,
        "link": person.link.state,
        "reason": person.link.reason,
        "resource": person.link.resource,
        "role": person.role,
        "queues": person.within_queues,
        "companies": person.within_companies,
    }
