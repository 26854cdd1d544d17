"""Pages: the link, its verbs, and the ways in which clients get it wrong."""

from itertools import pairwise

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Hand

ALL = {"op": "exist", "field": "id"}


FAR = '{"pageSize":5,"nextIds":[99999999999999999999999],"previousIds":[-1]}'


async def test_a_post_chain_goes_on_with_post_and_the_same_body_to_the_last_row(hand: Hand) -> None:
    body = {"filter": [ALL], "MaxRecords": 15}
    answer = await hand.post("Tickets/query", body)
    ids, sizes = [], []
    while True:
        details = answer.body["pageDetails"]
        ids += [item["id"] for item in answer.body["items"]]
        sizes.append(details["count"])
        assert details["requestCount"] == 15
        if details["nextPageUrl"] is None:
            break
        answer = await hand.post(details["nextPageUrl"], body)
    assert sizes == [15, 15, 10]
    assert len(ids) == 40
    assert all(before < after for before, after in pairwise(ids))


async def test_get_on_the_next_page_of_a_post_chain_is_a_405(hand: Hand) -> None:
    first = await hand.query("Tickets", ALL, MaxRecords=10)
    answer = await hand.get(first.body["pageDetails"]["nextPageUrl"])
    assert answer.status == 405
    assert answer.body == {"Message": "The requested resource does not support http method 'GET'."}


async def test_post_without_the_body_is_a_500_about_filters(hand: Hand) -> None:
    first = await hand.query("Tickets", ALL, MaxRecords=10)
    answer = await hand.post(first.body["pageDetails"]["nextPageUrl"], None)
    assert answer.status == 500
    assert "Parameter name: filters" in answer.errors


async def test_a_get_chain_carries_its_search_and_goes_on_with_get(hand: Hand) -> None:
    first = await hand.search("Tickets", {"filter": [ALL], "MaxRecords": 30})
    second = await hand.get(first.body["pageDetails"]["nextPageUrl"])
    assert second.body["pageDetails"]["count"] == 10
    assert second.body["items"][0]["id"] > first.body["items"][-1]["id"]


async def test_the_way_back_leads_to_the_page_before(hand: Hand) -> None:
    body = {"filter": [ALL], "MaxRecords": 15}
    first = await hand.post("Tickets/query", body)
    assert first.body["pageDetails"]["prevPageUrl"] is None
    second = await hand.post(first.body["pageDetails"]["nextPageUrl"], body)
    back = await hand.post(second.body["pageDetails"]["prevPageUrl"], body)
    assert back.body["items"] == first.body["items"]


async def test_a_page_that_is_exactly_full_is_the_last_one(hand: Hand) -> None:
    assert (await hand.query("Tickets", ALL, MaxRecords=40)).body["pageDetails"]["nextPageUrl"] is None


async def test_without_the_id_in_the_answer_there_is_no_next_page(hand: Hand) -> None:
    answer = await hand.query("Tickets", ALL, MaxRecords=10, IncludeFields=["title"])
    assert answer.body["pageDetails"]["nextPageUrl"] is None


async def test_rows_added_while_paging_come_at_the_end_and_deleted_ones_shift_nothing(
    at: AutotaskSandbox, hand: Hand
) -> None:
    body = {"filter": [ALL], "MaxRecords": 39}
    first = await hand.post("Tickets/query", body)
    at.world.delete_ticket(first.body["items"][0]["id"], by=29682901)
    second = await hand.post(first.body["pageDetails"]["nextPageUrl"], body)
    assert [item["id"] for item in second.body["items"]] == [7040]


async def test_a_forged_token_is_refused_in_words(hand: Hand) -> None:
    for token in ("", "nonsense", '{"pageSize":0,"nextIds":[1],"previousIds":[1]}', "[]", FAR):
        answer = await hand.post(f"Tickets/query/next?paging={token}", {"filter": [ALL]})
        assert answer.status == 500
        assert answer.body["errors"]


async def test_children_are_listed_under_their_parent_only(at: AutotaskSandbox, hand: Hand) -> None:
    at.world.add_note(7001, "One", by=29682901)
    answer = await hand.get("Tickets/7001/Notes")
    assert answer.body["items"]
    assert {item["ticketID"] for item in answer.body["items"]} == {7001}
    note = answer.body["items"][-1]["id"]
    assert (await hand.get(f"Tickets/7001/Notes/{note}")).body["item"]["id"] == note
    assert (await hand.get(f"Tickets/7002/Notes/{note}")).body == {"item": None}
