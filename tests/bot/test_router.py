"""Which handler answers what, and that nothing is declared twice."""

import pytest

from attms_core.model import LinkState, Person, PersonKey, PersonRole, Right, TenantId
from attms_core.model.people import Link
from attms_core.people import authorize
from bot.asking import Asking
from bot.commands import build_router
from bot.reply import Hit, Reply
from bot.router import Router
from cards.asks import RefreshTicket, RunCommand, ShowTicket
from cards.submission import Submission


async def answer(_asking: Asking, _words: object) -> Reply:
    return Reply({}, "")


async def look(_asking: Asking, _text: str) -> list[Hit]:
    return []


def speaking(name: str, *aliases: str) -> Router:
    router = Router()
    router.command(name, usage=name, help="Help.", needs=Right.READ, aliases=aliases)(answer)
    return router


def person(role: PersonRole, state: LinkState = LinkState.LINKED) -> Person:
    return Person(key=PersonKey(TenantId("t"), "p"), name="P", role=role, link=Link(state=state))


def allowed(one: Person, right: Right) -> bool:
    return authorize(one, right).allowed


def test_a_command_is_found_by_name_and_alias_only() -> None:
    router = speaking("tickets", "list")
    assert router.find("tickets") is router.find("list") is router.commands["tickets"]
    assert router.find("ticket") is None
    assert router.words() == ["tickets", "list"]


@pytest.mark.parametrize("again", [speaking("tickets"), speaking("list"), speaking("new", "list")])
def test_the_same_word_twice_is_an_error_at_the_start(again: Router) -> None:
    router = speaking("tickets", "list")
    with pytest.raises(ValueError, match="declared twice"):
        router.include(again)


def test_the_same_submission_or_search_twice_is_an_error_at_the_start() -> None:
    router, other = Router(), Router()
    for each in (router, other):
        each.on(ShowTicket, needs=Right.READ)(answer)
    with pytest.raises(ValueError, match="declared twice"):
        router.include(other)
    router.search("companies")(look)
    with pytest.raises(ValueError, match="declared twice"):
        router.search("companies")(look)


def test_including_takes_commands_presses_and_searches_over() -> None:
    router, other = Router(), speaking("ticket")
    other.on(RefreshTicket, needs=Right.READ)(answer)
    other.search("contacts")(look)
    router.include(other)
    assert router.find("ticket")
    assert router.presses[RefreshTicket].needs is Right.READ
    assert router.searches["contacts"] is look


def test_every_submission_that_a_card_can_send_is_answered() -> None:
    missing = {kind for kind in Submission.known().values() if kind.__module__ == "cards.asks"}
    missing -= set(build_router().presses) | {RunCommand}
    assert not missing


TOLD = {"notices", "subscribe", "subscriptions", "groups", "silence", "hear", "digest"}
READING = {"tickets", "ticket", "me", "help"} | TOLD
WRITING = {"new", "assign", "status", "priority", "note"}


@pytest.mark.parametrize(
    ("who", "open_to"),
    [
        (person(PersonRole.READER), READING),
        (person(PersonRole.TECHNICIAN), READING | WRITING),
        (person(PersonRole.DISPATCHER), READING | WRITING | {"internal", "escalation"}),
        (person(PersonRole.TECHNICIAN, LinkState.UNLINKED), {"me", "help"}),
        (person(PersonRole.ADMINISTRATOR, LinkState.SUSPENDED), {"me", "help"}),
    ],
    ids=["reader", "technician", "dispatcher", "unlinked", "suspended"],
)
def test_a_person_is_offered_what_the_role_allows(who: Person, open_to: set[str]) -> None:
    assert {command.name for command in build_router().open_to(who, allowed)} == open_to
