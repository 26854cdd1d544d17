"""Asking again and paging, against an AutoTask that is a function."""

from datetime import timedelta

import pytest

from attms_core.autotask.caller import PATIENCE
from attms_core.autotask.protocol import Priority
from attms_core.errors import (
    AttmsError,
    Busy,
    OutcomeUnknown,
    Required,
    Unreachable,
)
from attms_core.http import AnswerLost, NotSent, Request, Response
from attms_core.model import TicketId
from tests.autotask.fake import (
    ANA,
    BASE,
    CROWD,
    ITEM,
    SPENT,
    T7,
    TRANSIENT,
    WRITTEN,
    Answer,
    FakeAutotask,
    Time,
    body_of,
    errors,
    html,
    in_turn,
    json_answer,
    page,
    ticket_record,
)


@pytest.mark.parametrize("fault", TRANSIENT)
async def test_a_read_is_asked_again_after_a_fault(fault: Answer) -> None:
    autotask = FakeAutotask(in_turn(fault, ITEM))
    found = await autotask.client(Time()).ticket(T7, urgent=True)
    assert found is not None
    assert found.id == 7
    assert len(autotask.seen) == 2


@pytest.mark.parametrize("fault", TRANSIENT)
async def test_a_change_is_asked_again_after_a_fault(fault: Answer) -> None:
    autotask = FakeAutotask(in_turn(fault, WRITTEN))
    await autotask.client(Time()).update_ticket(T7, {"status": 8}, as_=ANA)
    assert [body_of(each) for each in autotask.seen] == [{"status": 8, "id": 7}] * 2


@pytest.mark.parametrize("fault", [AnswerLost("gone"), html(500), html(502), html(503), html(200)])
async def test_a_create_whose_answer_is_lost_is_never_sent_twice(fault: Answer) -> None:
    autotask = FakeAutotask(in_turn(fault, WRITTEN))
    with pytest.raises(OutcomeUnknown):
        await autotask.client(Time()).create_ticket({"title": "x"}, as_=ANA)
    assert len(autotask.seen) == 1


@pytest.mark.parametrize("fault", [NotSent("refused"), CROWD, Response(status=429)])
async def test_a_create_that_did_not_happen_is_sent_again(fault: Answer) -> None:
    autotask = FakeAutotask(in_turn(fault, WRITTEN))
    assert await autotask.client(Time()).create_ticket({"title": "x"}, as_=ANA) == 7


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([NotSent("refused")], Unreachable),
        ([CROWD], Busy),
        ([SPENT], Busy),
        ([AnswerLost("gone")], OutcomeUnknown),
        ([AnswerLost("gone"), NotSent("refused")], OutcomeUnknown),
        ([html(503), CROWD], OutcomeUnknown),
        ([AnswerLost("gone"), Response(status=401)], OutcomeUnknown),
        ([AnswerLost("gone"), errors("queueID is required")], Required),
        ([json_answer({"itemId": None})], OutcomeUnknown),
    ],
)
async def test_a_change_is_unknown_exactly_when_it_may_have_happened(
    answers: list[Answer], error: type[AttmsError]
) -> None:
    client = FakeAutotask(in_turn(*answers)).client(Time())
    with pytest.raises(AttmsError) as caught:
        await client.update_ticket(T7, {"status": 8}, as_=ANA)
    assert type(caught.value) is error


@pytest.mark.parametrize("priority", [Priority.PERSON, Priority.WRITE])
@pytest.mark.parametrize("fault", [html(503), CROWD])
async def test_waiting_ends_within_the_time_allowed(priority: Priority, fault: Answer) -> None:
    time = Time()
    client = FakeAutotask(lambda _: fault).client(time)
    is_read = priority is Priority.PERSON
    call = client.ticket(T7, urgent=True) if is_read else client.update_ticket(T7, {"status": 8}, as_=ANA)
    with pytest.raises(AttmsError):
        await call
    assert 0 < time.seconds <= PATIENCE[priority].total


async def test_a_longer_wait_asked_for_is_handed_on_and_not_waited_for() -> None:
    time = Time()
    answer = Response(status=429, headers={"retry-after": "60"})
    with pytest.raises(Busy) as caught:
        await FakeAutotask(lambda _: answer).client(time).ticket(T7, urgent=True)
    assert caught.value.after == timedelta(seconds=60)
    assert time.slept == []


async def test_every_attempt_has_a_deadline_within_what_is_left() -> None:
    autotask = FakeAutotask(in_turn(html(503), html(503), ITEM))
    await autotask.client(Time()).ticket(T7, urgent=True)
    deadlines = [request.deadline for request in autotask.seen]
    assert deadlines == sorted(deadlines, reverse=True)
    assert all(0 < deadline <= 3 for deadline in deadlines)


@pytest.mark.parametrize(
    "answer",
    [json_answer({"items": 3}), json_answer({"items": [1, None]}), json_answer({"items": [{"title": "no id"}]})],
)
async def test_a_page_that_is_none_counts_as_unreachable(answer: Response) -> None:
    with pytest.raises(Unreachable):
        await FakeAutotask(lambda _: answer).client(Time()).ticket_by_number("T1", urgent=True)


async def test_a_broken_record_is_left_out_and_the_rest_arrives() -> None:
    answer = page(ticket_record(1), {"id": 2, "title": None}, ticket_record(3))
    found = [[t.id for t in each] async for each in FakeAutotask(lambda _: answer).client(Time()).open_tickets()]
    assert found == [[1, 3]]


async def test_pages_go_on_by_id_and_never_by_the_link() -> None:
    def answer(request: Request) -> Response:
        last = next((f["value"] for f in body_of(request)["Filter"] if f["op"] == "gt"), 0)
        if last == 0:
            return page(*[ticket_record(n) for n in range(1, 501)], next_url="https://evil.test/next")
        return page(ticket_record(501))

    autotask = FakeAutotask(answer)
    sizes = [len(each) async for each in autotask.client(Time()).open_tickets()]
    assert sizes == [500, 1]
    assert {request.url for request in autotask.seen} == {BASE + "V1.0/Tickets/query"}


async def test_a_short_page_with_a_link_goes_on_and_pages_that_stand_still_end() -> None:
    answer = page(ticket_record(1), next_url=BASE + "next")
    autotask = FakeAutotask(lambda _: answer)
    with pytest.raises(Unreachable, match="do not go on"):
        _ = [each async for each in autotask.client(Time()).open_tickets()]
    assert len(autotask.seen) == 2


async def test_many_ids_are_asked_two_hundred_at_a_time() -> None:
    autotask = FakeAutotask(lambda _: page())
    _ = [each async for each in autotask.client(Time()).tickets_by_id([TicketId(n) for n in range(1, 402)])]
    assert [len(body_of(request)["Filter"][0]["value"]) for request in autotask.seen] == [200, 200, 1]


@pytest.mark.parametrize("id_", [0, -1, 2**31, 10**40])
async def test_an_impossible_id_is_answered_without_a_call(id_: int) -> None:
    autotask = FakeAutotask(lambda _: ITEM)
    assert await autotask.client(Time()).ticket(TicketId(id_), urgent=True) is None
    assert autotask.seen == []


@pytest.mark.parametrize("number", ["", "T" * 51, "T1\x00", "T1\ud800"])
async def test_an_impossible_number_is_answered_without_a_call(number: str) -> None:
    autotask = FakeAutotask(lambda _: page())
    assert await autotask.client(Time()).ticket_by_number(number, urgent=True) is None
    assert autotask.seen == []
