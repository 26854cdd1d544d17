"""The outbox and the roster by HTTP: shown, sent again, forgotten, and every deed in the audit."""

from collections.abc import Sequence

import pytest

from attms_core.model import (
    Event,
    Lane,
    Link,
    LinkState,
    Owed,
    OwedKind,
    Person,
    PersonKey,
    Rule,
    RuleKind,
    TicketId,
    Topic,
)
from attms_core.store import owed, people
from tests.admin_api.conftest import Listener
from tests.support.administration import PERSON
from tests.support.fake_autotask import ANA, NOON, TENANT

OUTBOX, DEAD, REACH = "/api/v1/outbox", "/api/v1/outbox/dead", "/api/v1/reach"
RESEND = f"{DEAD}/resend"
LANE = Lane(f"person:{PERSON}")
BLOCKED = "delivery-blocked: The person blocked the bot."


def row(ticket: int) -> Owed:
    return Owed(
        tenant=TENANT,
        lane=LANE,
        kind=OwedKind.NEWS,
        due_at=NOON,
        at=NOON,
        topic=Topic(ticket=TicketId(ticket)),
        rule=Rule(RuleKind.PERSONAL, "assigned"),
        event=Event.ASSIGNED,
    )


async def owe(api: Listener, *rows: Owed) -> None:
    await api.ground.store.write(lambda tx: owed.owe(tx, rows, NOON))


async def bury(api: Listener, reason: str = BLOCKED) -> Sequence[int]:
    store = api.ground.store
    rows = await store.read(lambda tx: owed.waiting(tx, TENANT, LANE))
    await store.write(lambda tx: owed.bury(tx, rows, reason, NOON))
    return [each.id for each in rows]


async def test_what_waits_is_shown(api: Listener) -> None:
    assert (await api.get(OUTBOX)).body == {"rows": 0, "lanes": 0, "page": []}
    await owe(api, row(1), row(2))
    told = (await api.get(f"{OUTBOX}?limit=1")).body
    assert (told["rows"], told["lanes"]) == (2, 1)
    (lane,) = told["page"]
    assert (lane["lane"], lane["waiting"], lane["held_until"], lane["trouble"]) == (LANE, 2, None, "")


async def test_what_was_given_up_is_shown_page_by_page(api: Listener) -> None:
    await owe(api, row(1), row(2), row(3))
    await bury(api)
    told = (await api.get(f"{DEAD}?limit=2")).body
    assert [(each["code"], each["count"]) for each in told["reasons"]] == [("delivery-blocked", 3)]
    assert [each["topic"] for each in told["letters"]] == ["ticket:3", "ticket:2"]
    assert told["letters"][0]["rule"] == "personal:assigned"
    rest = (await api.get(f"{DEAD}?limit=2&offset={told['next']}")).body
    assert [each["topic"] for each in rest["letters"]] == ["ticket:1"]
    assert rest["next"] is None


async def test_it_is_sent_again_and_the_audit_knows(api: Listener) -> None:
    await owe(api, row(1), row(2))
    first, _ = await bury(api)
    assert (await api.post(RESEND, json={"ids": [first]})).body == {"count": 1}
    assert api.ground.poked.is_set()
    assert (await api.post(RESEND, json={"reason": "delivery-blocked"})).body == {"count": 1}
    assert (await api.post(RESEND, json={"all": True})).body == {"count": 0}
    assert (await api.get(OUTBOX)).body["rows"] == 2
    rows = [each for each in await api.administration.audit.page(None, 20) if each.action == "outbox.resend"]
    done = [dict(each.detail) for each in rows if each.outcome == "done"]
    assert done == [
        {"all": "true", "count": "0"},
        {"reason": "delivery-blocked", "count": "1"},
        {"ids": str(first), "count": "1"},
    ]


async def test_it_is_forgotten_and_the_audit_knows(api: Listener) -> None:
    await owe(api, row(1), row(2), row(3))
    first, second, _ = await bury(api)
    assert (await api.ask("DELETE", f"{DEAD}?ids={first},{second}")).body == {"count": 2}
    assert (await api.ask("DELETE", f"{DEAD}?reason=delivery-gone")).body == {"count": 0}
    assert (await api.ask("DELETE", f"{DEAD}?all=true")).body == {"count": 1}
    assert (await api.get(DEAD)).body["letters"] == []
    rows = await api.administration.audit.page(None, 20)
    asked = [dict(each.detail) for each in rows if (each.action, each.outcome) == ("outbox.drop", "asked")]
    assert asked == [{"all": "true"}, {"reason": "delivery-gone"}, {"ids": f"{first},{second}"}]


@pytest.mark.parametrize("body", [{}, {"ids": [1], "all": True}, {"ids": [0]}, {"reason": "Nasty'"}, {"some": 1}])
async def test_a_choice_that_is_none_is_refused_and_touches_nothing(api: Listener, body: dict[str, object]) -> None:
    await owe(api, row(1))
    await bury(api)
    assert (await api.post(RESEND, json=body)).status == 422
    assert len((await api.get(DEAD)).body["letters"]) == 1


@pytest.mark.parametrize("query", ["", "?ids=1&all=true", "?ids=a", "?all=false", "?ids="])
async def test_nothing_is_forgotten_by_accident(api: Listener, query: str) -> None:
    await owe(api, row(1))
    await bury(api)
    assert (await api.ask("DELETE", f"{DEAD}{query}")).status == 422
    assert len((await api.get(DEAD)).body["letters"]) == 1


async def test_the_roster_says_who_cannot_be_reached_and_what_to_do(api: Listener) -> None:
    link = Link(state=LinkState.LINKED, resource=ANA)
    person = Person(key=PersonKey(TENANT, PERSON), name="Ana Ruiz", link=link)
    await api.ground.store.write(lambda tx: people.put(tx, person))
    untried = (await api.get(REACH)).body
    assert (untried["reached"], untried["closed"]) == (1, 0)
    assert untried["roster"][0]["way"] == "untried"

    await owe(api, row(1))
    await bury(api)
    (one,) = (await api.get(REACH)).body["roster"]
    assert (one["name"], one["can_be_reached"], one["way"], one["error"]) == ("Ana Ruiz", False, "blocked", BLOCKED)
    assert "Unblock" in one["fix"]
