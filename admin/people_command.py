"""People from the command line: who is known, linking, roles. Works beside a running bot, on the same store."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Annotated, NamedTuple, TypeVar

import typer

from admin.voice import AsJson, give_up
from attms_core.errors import AttmsError
from attms_core.model import CompanyId, Person, PersonKey, PersonRole, ResourceId, TenantId
from attms_core.people import People

T = TypeVar("T")
BY = "the command line"
OpenPeople = Callable[[], AbstractAsyncContextManager[People]]
Who = Annotated[str, typer.Argument(help="Entra object id.")]
Tenant = Annotated[str, typer.Option(help="Entra tenant, where several are allowed.")]


class Hand(NamedTuple):
    """What each command works with."""

    open_people: OpenPeople
    default_tenant: Callable[[], str]

    def key(self, person: str, tenant: str) -> PersonKey:
        """Name a person, of the default tenant where none is named."""
        with _said():
            return PersonKey(TenantId((tenant or self.default_tenant()).lower()), person.lower())

    def run(self, deed: Callable[[People], Awaitable[T]]) -> T:
        """Do it on the store that the settings name."""

        async def within() -> T:
            async with self.open_people() as people:
                return await deed(people)

        with _said():
            return asyncio.run(within())


def make(open_people: OpenPeople, default_tenant: Callable[[], str]) -> typer.Typer:
    """Build the commands. ``open_people`` opens the store that the settings name."""
    command = typer.Typer(no_args_is_help=True, help="Who speaks here: links to AutoTask and roles.")
    hand = Hand(open_people, default_tenant)
    _add_reading(command, hand)
    _add_linking(command, hand)
    _add_roles(command, hand)
    return command


def _add_reading(command: typer.Typer, hand: Hand) -> None:
    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List everybody who is known."""
        everybody = hand.run(lambda people: people.everybody())
        if as_json:
            _echo([_as_dict(person) for person in everybody])
            return
        for person in everybody:
            typer.echo(_line(person))
        if not everybody:
            typer.echo("Nobody has spoken yet. People appear here once they have said a word to the bot.")


def _add_linking(command: typer.Typer, hand: Hand) -> None:
    @command.command()
    def link(
        person: Who,
        resource: Annotated[int, typer.Argument(help="AutoTask resource id.")],
        name: Annotated[str, typer.Option(help="Name, for somebody who has not spoken yet.")] = "",
        tenant: Tenant = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Link a person to an AutoTask technician."""
        who = hand.key(person, tenant)
        done = hand.run(lambda people: people.link(who, ResourceId(resource), by=BY, name=name))
        _tell(done, as_json=as_json)

    @command.command()
    def unlink(person: Who, tenant: Tenant = "", *, as_json: AsJson = False) -> None:
        """Take a person's link away."""
        who = hand.key(person, tenant)
        _tell(hand.run(lambda people: people.unlink(who, by=BY)), as_json=as_json)


def _add_roles(command: typer.Typer, hand: Hand) -> None:
    @command.command()
    def role(
        person: Who,
        role: PersonRole,
        queue: Annotated[list[int] | None, typer.Option(help="Narrow to this queue id; repeat for more.")] = None,
        company: Annotated[list[int] | None, typer.Option(help="Narrow to this company id; repeat for more.")] = None,
        tenant: Tenant = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Give a person a role, for everything or narrowed to queues and companies."""
        who = hand.key(person, tenant)
        companies = [CompanyId(one) for one in company] if company else None
        done = hand.run(lambda people: people.set_role(who, role, queues=queue or None, companies=companies))
        _tell(done, as_json=as_json)


@contextmanager
def _said() -> Iterator[None]:
    """Say what went wrong in words, and leave with a code."""
    try:
        yield
    except AttmsError as error:
        give_up(error)


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
