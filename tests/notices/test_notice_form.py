"""What a conversation is told, and how: root cards, edits, replies; by the composer's front door."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from attms_core.errors import StoreUnavailable
from attms_core.model import (
    Author,
    Event,
    Mode,
    OpportunityId,
    OwedKind,
    Personal,
    Rule,
    RuleKind,
    TicketId,
    Topic,
    lane_of,
)
from attms_core.model.digest import Digest, DigestKind, Rhythm
from attms_core.model.ladder import Climb, Ladder, Step, Target, TargetKind
from attms_core.model.silence import Silence, Until
from attms_core.store import digests, ladders, silences, subscriptions
from bot.notices.message import Way
from tests.notices.composing import (
    BY_ANA,
    BY_BOB,
    BY_CLEO,
    CHANNEL,
    GROUP,
    UNKNOWN,
    House,
    buttons,
    card,
    chat_of,
    opened,
    shown,
    standing,
    taps,
    ways,
    wire,
)
from tests.support.card_lint import lint
from tests.support.fake_autotask import ANA, BOB, GLOBEX, NOON, TENANT, note, ticket

ASSIGNED = Rule(RuleKind.PERSONAL, Personal.ASSIGNED)
ANSWERED = Rule(RuleKind.PERSONAL, Personal.ANSWERED)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as made:
        await made.meet("ana", ANA)
        await made.meet("bob", BOB)
        yield made


async def test_the_first_news_of_a_ticket_is_its_card_topped_by_what_changed(house: House) -> None:
    rule = await house.subscribe()
    row = await house.news(await house.changed("status", 1, 8), rule)

    (root,) = await house.says(row)

    assert root.way is Way.ROOT
    assert root.topic == Topic(ticket=TicketId(1))
    assert shown(root)[0] == "Ana Ruiz set the status: New → In Progress · today 12:00 UTC"
    assert "Printer 1 is on fire" in shown(root)
    assert buttons(root) == ["Take it", "Assign", "Status", "Priority", "Note", "Refresh"]
    assert taps(root) == ["Open in AutoTask", "Why did I get this?", "Silence this here until the customer writes"]
    assert wire(root)["summary"] == ("T20260302.0001 Printer 1 is on fire: Ana Ruiz set the status: New → In Progress")
    assert [(each.rule, each.event) for each in root.told] == [(rule, Event.STATUS)]
    assert lint(card(root)) == []


async def test_what_comes_later_edits_the_card_and_is_no_message_of_its_own(house: House) -> None:
    rule = await house.subscribe()
    (root,) = await house.says(await house.news(await house.changed("status", 1, 8), rule))
    row = await house.news(await house.changed("priority", 3, 4, by=BY_BOB), rule)

    (edit,) = await house.says(row, posts=[standing(root)])

    assert (edit.way, edit.edits) == (Way.EDIT, "1700000000000")
    assert shown(edit)[0].startswith("Bob Stone set the priority: Low → Critical")


async def test_peoples_words_are_replies_beneath_the_card(house: House) -> None:
    rule = await house.subscribe()
    await house.write(note(5, publish=1, creator=None, contact=BY_CLEO.id, text="It still burns.\nPlease hurry."))
    row = await house.news(await house.changed("note-added", None, 1, by=BY_CLEO, note=5), rule)

    edit, reply = await house.says(row, posts=[standing()])

    assert (edit.way, edit.settles, edit.told) == (Way.EDIT, (), ())
    assert (reply.way, reply.settles) == (Way.REPLY, (row,))
    assert shown(reply)[:3] == ["Cleo Customer (customer) wrote · today 12:00 UTC", "It still burns.", "Please hurry."]
    assert wire(reply)["summary"].endswith("Cleo Customer (customer) wrote: It still burns. Please hurry.")
    assert taps(reply) == ["Show the ticket", "Why did I get this?"]


async def test_the_modes_say_where_changes_are_told(house: House) -> None:
    rule = await house.subscribe()
    change = await house.changed("status", 1, 8)
    noted = await house.changed("note-added", None, 1, note=5)
    await house.write(note(5, publish=1))

    async def told(number: int, mode: Mode, place: object = CHANNEL) -> list[Way]:
        row = await house.news(number, rule, place, mode=mode)  # type: ignore[arg-type] # of the two above
        return ways(await house.says(row, place=place, posts=[standing(place=place)]))  # type: ignore[arg-type]

    assert await told(change, Mode.UPDATE) == await told(noted, Mode.UPDATE) == [Way.EDIT]
    assert await told(change, Mode.THREAD) == await told(noted, Mode.THREAD) == [Way.EDIT, Way.REPLY]
    assert await told(change, Mode.BOTH) == [Way.EDIT]
    assert await told(noted, Mode.BOTH) == await told(noted, Mode.BOTH, GROUP) == [Way.EDIT, Way.REPLY]


async def test_what_happened_meanwhile_is_folded_and_the_latest_stands_last(house: House) -> None:
    rule = await house.subscribe()
    numbers = [
        await house.changed("priority", 3, 2),
        await house.changed("time-logged", None, "1.25"),
        await house.changed("priority", 2, 1),
        await house.changed("queue", 5, 6),
        await house.changed("time-logged", None, "0.5"),
        await house.changed("priority", 1, 4),
    ]
    rows = [await house.news(number, rule) for number in numbers]

    (root,) = await house.says(*rows)

    when = " · today 12:00 UTC"
    assert shown(root)[:3] == [
        f"Ana Ruiz moved it: Client Portal → Post Sale{when}",
        f"1.75 h logged by Ana Ruiz{when}",
        f"Ana Ruiz set the priority: Low → Critical{when}",
    ]
    assert len(root.told) == 6


async def test_what_was_undone_again_says_nothing(house: House) -> None:
    rule = await house.subscribe()
    rows = [
        await house.news(await house.changed("status", 1, 8), rule),
        await house.news(await house.changed("status", 8, 1, by=BY_BOB), rule),
    ]
    (nothing,) = await house.says(*rows)
    assert nothing.way is Way.NOTHING
    (edit,) = await house.says(*rows, posts=[standing()])
    assert (edit.way, edit.told) == (Way.EDIT, ())

    beside = await house.news(await house.changed("priority", 2, 4), rule)
    threaded = [replace(row, mode=Mode.THREAD) for row in rows]
    assert ways(await house.says(*threaded, beside, posts=[standing()])) == [Way.EDIT]


async def test_a_silent_update_keeps_the_card_true_and_what_it_was_told_for(house: House) -> None:
    rule = await house.subscribe()
    (root,) = await house.says(await house.news(await house.changed("status", 1, 8), rule))
    await house.have(ticket(1, title="It is out", status=5, completed_at=NOON))
    house.clock.pass_(seconds=5)

    (edit,) = await house.says(house.truth(), posts=[standing(root)])

    assert (edit.way, edit.told) == (Way.EDIT, ())
    assert shown(edit)[0].startswith("Ana Ruiz set the status: New → In Progress")
    assert "It is out" in shown(edit)
    assert "Complete" in shown(edit)


async def test_nothing_is_brought_up_to_date_where_no_card_stands_or_whoever_arranged_it_sees_nothing_more(
    house: House,
) -> None:
    rule = await house.subscribe(by="bob")
    (root,) = await house.says(await house.news(await house.changed("status", 1, 8), rule))
    assert ways(await house.says(house.truth())) == [Way.NOTHING]
    assert ways(await house.says(house.truth(), posts=[standing(root)])) == [Way.EDIT]
    await house.meet("bob", BOB, within_companies=(GLOBEX,))
    assert ways(await house.says(house.truth(), posts=[standing(root)])) == [Way.NOTHING]


@pytest.mark.parametrize(
    ("moved", "by", "said"),
    [
        (("created", None, None), BY_CLEO, "Created by Cleo Customer (customer)"),
        (("created", None, None), UNKNOWN, "Created"),
        (("assignee", None, 12), BY_ANA, "Assigned to Bob Stone (by Ana Ruiz)"),
        (("assignee", 11, 12), UNKNOWN, "Assigned to Bob Stone, was with Ana Ruiz"),
        (("assignee", None, 12), BY_BOB, "Bob Stone took it"),
        (("assignee", 12, None), BY_ANA, "Nobody has it now, was with Bob Stone (by Ana Ruiz)"),
        (("status", 8, 5), BY_BOB, "Completed by Bob Stone"),
        (("status", 5, 8), UNKNOWN, "Reopened, now In Progress"),
        (("status", 1, 99), UNKNOWN, "Status: New → unknown (99)"),
        (("queue", 5, None), UNKNOWN, "Queue: Client Portal → none"),
        (("due", None, "2026-03-03T15:00:00+00:00"), BY_ANA, "Ana Ruiz set the due: none → tomorrow 15:00 UTC"),
        (("contact", None, 7), BY_ANA, "Ana Ruiz set the contact: none → Cleo Customer"),
        (("company", 100, 101), BY_ANA, "Ana Ruiz set the company: Acme Dental → Globex Freight"),
        (("title", "Old", "New"), BY_ANA, "Ana Ruiz set the title: Old → New"),
        (("description", "a" * 9000, "b"), UNKNOWN, "The description was edited"),
        (("time-logged", None, "1.2500"), BY_BOB, "1.25 h logged by Bob Stone"),
        (("sla-75", None, "first response"), UNKNOWN, "First response: 75 % of the time is gone, due in 40 min"),
        (("sla-90", None, "due"), UNKNOWN, "Due time: 90 % of the time is gone"),
        (("sla-breached", None, "resolution"), UNKNOWN, "Resolution missed: it was due today 11:30 UTC"),
    ],
)
async def test_a_change_is_told_in_plain_words_with_names(
    house: House, moved: tuple[str, object, object], by: Author, said: str
) -> None:
    late = {"first_response_due": NOON + timedelta(minutes=40), "resolved_due": NOON - timedelta(minutes=30)}
    await house.have(ticket(1, **late))
    row = await house.news(await house.changed(*moved, by=by), await house.subscribe())
    (root,) = await house.says(row)
    assert shown(root)[0] == f"{said} · today 12:00 UTC"


async def test_many_hands_are_named_together_and_an_unknown_one_leaves_all_unnamed(house: House) -> None:
    rule = await house.subscribe()
    known = [await house.changed("status", 1, 8), await house.changed("status", 8, 7, by=BY_BOB)]
    (root,) = await house.says(*[await house.news(number, rule) for number in known])
    assert shown(root)[0].startswith("Ana Ruiz and Bob Stone set the status: New → Waiting Customer")
    more = [*known, await house.changed("status", 7, 12, by=UNKNOWN)]
    (root,) = await house.says(*[await house.news(number, rule) for number in more])
    assert shown(root)[0].startswith("Status: New → Waiting Vendor")


async def test_an_opportunity_has_a_card_of_its_own(house: House) -> None:
    rule = await house.subscribe(about="opportunity")
    number = await house.changed("amount", "2400", "2400.5", opportunity=OpportunityId(1))

    (root,) = await house.says(await house.news(number, rule))

    assert root.topic == Topic(opportunity=OpportunityId(1))
    assert shown(root)[0].startswith("Ana Ruiz set the amount: 2,400.00 → 2,400.50")
    assert {"Firewall 1", "Opportunity · Acme Dental", "2,400.50", "40 %", "1 May", "Bob Stone"} <= set(shown(root))
    assert wire(root)["summary"].startswith("Firewall 1, Acme Dental: Ana Ruiz set the amount")
    assert lint(card(root)) == []


async def test_a_personal_notice_is_seen_although_its_card_stands_already(house: House) -> None:
    chat = chat_of("ana")
    await house.have(ticket(1, assignee=ANA))
    await house.write(note(5, publish=1, creator=None, contact=BY_CLEO.id, text="Any news?"))
    row = await house.news(await house.changed("note-added", None, 1, by=BY_CLEO, note=5), ANSWERED, chat)

    edit, reply = await house.says(row, place=chat, posts=[standing(place=chat)])
    assert (edit.way, reply.way) == (Way.EDIT, Way.REPLY)
    assert "today 13:00" in shown(reply)[0]

    old = standing(place=chat, posted_at=NOON - timedelta(hours=12))
    assert ways(await house.says(row, place=chat, posts=[old])) == [Way.ROOT]
    assert ways(await house.says(house.truth(chat), place=chat, posts=[replace(old, told=())])) == [Way.NOTHING]


async def test_an_assignment_that_was_taken_back_is_not_told(house: House) -> None:
    chat = chat_of("ana")
    await house.have(ticket(1, assignee=ANA))
    row = await house.news(await house.changed("assignee", None, ANA, by=BY_BOB), ASSIGNED, chat)
    (root,) = await house.says(row, place=chat)
    assert shown(root)[0].startswith("Assigned to you (by Bob Stone)")
    assert buttons(root)[0] == "Assign"

    await house.have(ticket(1, assignee=None))
    assert ways(await house.says(row, place=chat)) == [Way.NOTHING]


async def test_who_is_not_linked_any_more_is_told_nothing(house: House) -> None:
    chat = chat_of("ana")
    await house.have(ticket(1, assignee=ANA))
    row = await house.news(await house.changed("assignee", None, ANA, by=BY_BOB), ASSIGNED, chat)
    await house.meet("ana")
    assert ways(await house.says(row, place=chat)) == [Way.NOTHING]


async def test_a_subscription_shows_what_its_maker_may_see_today_and_nothing_when_it_rests(house: House) -> None:
    rule = await house.subscribe(by="bob")
    row = await house.news(await house.changed("status", 1, 8), rule)
    await house.meet("bob", BOB, within_queues=(6,))
    assert ways(await house.says(row)) == [Way.NOTHING]
    await house.meet("bob", BOB, within_queues=(5,))
    assert ways(await house.says(row)) == [Way.ROOT]

    known = await house.database.read(lambda tx: subscriptions.everywhere(tx, TENANT))
    (root,) = await house.says(row)
    await house.database.write(lambda tx: subscriptions.put(tx, replace(known[0], is_paused=True), NOON))
    assert ways(await house.says(row)) == [Way.NOTHING]
    assert ways(await house.says(house.truth(), posts=[standing(root)])) == [Way.EDIT]
    await house.database.write(lambda tx: subscriptions.remove(tx, TENANT, known[0].id))
    assert ways(await house.says(house.truth(), posts=[standing(root)])) == [Way.NOTHING]


async def test_what_was_silenced_meanwhile_is_not_told(house: House) -> None:
    row = await house.news(await house.changed("status", 1, 8), await house.subscribe())
    what = Silence(
        tenant=TENANT,
        lane=lane_of(CHANNEL),
        what=Topic(ticket=TicketId(1)),
        until=Until.EVER,
        by_name="Ana",
        since=NOON,
    )
    await house.database.write(lambda tx: silences.put(tx, what))
    assert ways(await house.says(row)) == [Way.NOTHING]
    assert ways(await house.says(house.truth(), posts=[standing(told=())])) == [Way.NOTHING]


async def test_whoever_is_given_a_ticket_is_mentioned_where_they_are_a_member(house: House) -> None:
    rule = await house.subscribe()
    await house.have(ticket(1, assignee=BOB))
    row = await house.news(await house.changed("assignee", None, BOB), rule)

    (plain,) = await house.says(row)
    assert "entities" not in card(plain)["msteams"]
    assert "Assigned to Bob Stone (by Ana Ruiz)" in shown(plain)[0]

    house.rooms.there["bob"] = "Bob *Stone* <at>"
    house.clock.pass_(minutes=16)
    (root,) = await house.says(row)
    (entity,) = card(root)["msteams"]["entities"]
    assert entity == {
        "type": "mention",
        "text": "<at>Bob Stone at</at>",
        "mentioned": {"id": "29:bob", "name": "Bob Stone at"},
    }
    assert "<at>Bob Stone at</at>" in shown(root)
    await house.says(row)
    assert house.rooms.asked == 2
    assert lint(card(root)) == []


async def test_five_tickets_moved_at_once_are_one_line(house: House) -> None:
    rule = await house.subscribe()
    await house.have(*(ticket(number, queue=6) for number in range(1, 13)))
    moves = [await house.changed("queue", 5, 6, ticket=TicketId(number)) for number in range(1, 13)]
    rows = [await house.news(number, rule) for number in moves]

    (bulk,) = await house.says(*rows)
    assert bulk.way is Way.SAY
    assert shown(bulk)[0] == "Ana Ruiz moved 12 tickets to Post Sale"
    assert "And 4 more." in shown(bulk)
    assert buttons(bulk) == ["Show them"]
    assert lint(card(bulk)) == []

    assert ways(await house.says(*rows[:4])) == [Way.ROOT] * 4
    apart = await house.says(*rows[:6], posts=[standing(about=1)])
    assert ways(apart) == [Way.SAY, Way.EDIT]


async def test_people_writing_on_five_tickets_are_heard_one_by_one(house: House) -> None:
    rule = await house.subscribe()
    await house.have(*(ticket(number) for number in range(1, 7)))
    await house.write(*(note(number, ticket=TicketId(number), publish=1) for number in range(1, 7)))
    rows = [
        await house.news(
            await house.changed("note-added", None, 1, ticket=TicketId(number), note=number, by=BY_BOB), rule
        )
        for number in range(1, 7)
    ]
    assert ways(await house.says(*rows)) == [Way.ROOT] * 6


async def test_the_morning_card_tells_all_that_was_held_the_most_pressing_first(house: House) -> None:
    chat = chat_of("ana")
    await house.have(
        ticket(1, assignee=ANA),
        ticket(2, assignee=ANA, due=NOON + timedelta(days=2)),
        ticket(3, assignee=ANA, due=NOON - timedelta(hours=1), title="Server room is wet"),
    )
    rows = [
        await house.news(
            await house.changed("assignee", None, ANA, by=BY_BOB, ticket=TicketId(number)), ASSIGNED, chat, is_held=True
        )
        for number in (1, 2, 3)
    ]

    (morning,) = await house.says(*rows, place=chat)

    assert morning.way is Way.SAY
    assert shown(morning)[0] == "While it was quiet: news of 3 tickets"
    names = [text for text in shown(morning) if text.startswith("T2026")]
    assert [name[:14] for name in names] == ["T20260302.0003", "T20260302.0002", "T20260302.0001"]
    assert wire(morning)["summary"].startswith("While it was quiet: news of 3 tickets. First T20260302.0003")
    assert lint(card(morning)) == []

    (alone,) = await house.says(rows[0], place=chat)
    assert alone.way is Way.ROOT
    assert shown(alone)[0] == "Held back by your quiet hours"


async def test_an_escalation_says_since_when_nobody_has_it_and_ends_when_somebody_does(house: House) -> None:
    ladder = Ladder(
        tenant=TENANT,
        queue=5,
        steps=(Step(after=timedelta(minutes=15), targets=(Target(kind=TargetKind.PLACE, lane=lane_of(CHANNEL)),)),),
        created_by="ana",
        created_by_name="Ana",
        changed_at=NOON - timedelta(hours=3),
    )
    kept = await house.database.write(lambda tx: ladders.put(tx, ladder))
    climb = Climb(ladder=kept.id, ticket=TicketId(1), since=NOON - timedelta(minutes=30), step=1)
    await house.database.write(lambda tx: ladders.climb(tx, TENANT, climb))
    row = await house.news(None, Rule(RuleKind.ESCALATION, f"{kept.id}.1"))

    (root,) = await house.says(row)
    assert shown(root)[0] == "Nobody has taken this for 30 min, since today 11:30 UTC"
    _, reply = await house.says(row, posts=[standing()])
    assert (reply.way, buttons(reply)) == (Way.REPLY, ["Take it"])

    await house.have(ticket(1, assignee=BOB))
    assert ways(await house.says(row)) == [Way.NOTHING]


async def test_a_deleted_ticket_is_told_by_its_number_and_its_card_says_so(house: House) -> None:
    rule = await house.subscribe()
    number = await house.changed("deleted", "T20260302.0099", None, by=BY_BOB, ticket=TicketId(99))
    row = await house.news(number, rule)

    (said,) = await house.says(row)
    assert (said.way, shown(said)[0]) == (Way.SAY, "T20260302.0099: Deleted in AutoTask by Bob Stone")
    assert ways(await house.says(row, posts=[standing(about=99)])) == [Way.EDIT]
    in_thread = replace(row, mode=Mode.THREAD)
    assert ways(await house.says(in_thread, posts=[standing(about=99)])) == [Way.EDIT]

    await house.meet("ana", ANA, within_queues=(5,))
    assert ways(await house.says(row)) == [Way.NOTHING]


async def test_a_digest_is_said_and_one_that_is_gone_is_not(house: House) -> None:
    made = Digest(
        tenant=TENANT,
        lane=lane_of(CHANNEL),
        kind=DigestKind.HERE,
        rhythm=Rhythm((0,), 480, "UTC"),
        created_by="ana",
        created_by_name="Ana",
        next_at=NOON,
    )
    number = await house.database.write(lambda tx: digests.add(tx, made))
    house.digests[number] = {"type": "AdaptiveCard", "body": [], "version": "1.5"}

    row = await house.news(None, Rule(RuleKind.DIGEST, str(number)), kind=OwedKind.DIGEST, topic=None)
    (said,) = await house.says(row)
    assert (said.way, wire(said)["summary"]) == (Way.SAY, "A digest")

    gone = await house.news(None, Rule(RuleKind.DIGEST, "77"), kind=OwedKind.DIGEST, topic=None)
    assert ways(await house.says(gone)) == [Way.NOTHING]


async def test_a_message_that_is_too_big_has_a_short_form(house: House) -> None:
    row = await house.news(await house.changed("status", 1, 8), await house.subscribe())
    (root,) = await house.says(row)
    assert root.short is not None
    short = replace(root, activity=root.short())
    assert shown(short)[0] == wire(root)["summary"]
    assert buttons(short) == ["Show the ticket"]


async def test_the_same_news_for_many_is_read_and_rendered_once_and_each_has_its_own_buttons(house: House) -> None:
    rule = await house.subscribe()
    number = await house.changed("status", 1, 8)
    places = [replace(CHANNEL, id=f"19:{at}@thread.tacv2") for at in range(40)]
    rows = [await house.news(number, rule, place) for place in places]
    looks = 0
    read = house.database.read

    async def counting(work: object) -> object:
        nonlocal looks
        looks += 1
        return await read(work)  # type: ignore[arg-type] # what it is given

    house.database.read = counting  # type: ignore[assignment,method-assign] # a spy
    found = await asyncio.gather(*(house.says(row, place=place) for row, place in zip(rows, places, strict=True)))

    assert looks <= 6
    nonces = {card(message)["actions"][0]["data"]["attms"]["n"] for (message,) in found}
    assert len(nonces) == 40


async def test_lanes_of_two_claims_that_are_composed_by_turns_share_what_each_moment_shows(house: House) -> None:
    rule, number = await house.subscribe(), await house.changed("status", 1, 5)
    places = [replace(GROUP, id=f"19:{number}@thread.v2") for number in range(8)]
    rows = [await house.news(number, rule, place) for place in places]
    await house.compose.foresee([([row], []) for row in rows[:4]])
    house.clock.pass_(seconds=1)
    await house.compose.foresee([([row], []) for row in rows[4:]])
    reads = 0
    plain = house.database.read

    async def counting(work: object) -> object:
        nonlocal reads
        reads += 1
        return await plain(work)  # type: ignore[arg-type] # a spy

    house.database.read = counting  # type: ignore[assignment,method-assign] # a spy
    await house.says(rows[0], place=places[0])
    await house.says(rows[4], place=places[4])
    looked, reads = reads, 0
    assert looked > 0
    for earlier, later in ((1, 5), (2, 6), (3, 7)):
        await house.says(rows[later], place=places[later])
        await house.says(rows[earlier], place=places[earlier])
    assert reads == 0


async def test_who_joined_a_look_that_was_cut_off_looks_anew(house: House) -> None:
    rule = await house.subscribe()
    number = await house.changed("status", 1, 8)
    rows = [await house.news(number, rule), await house.news(number, rule)]
    leading, joined = (asyncio.create_task(house.says(row)) for row in rows)
    await asyncio.sleep(0)
    leading.cancel()
    assert ways(await joined) == [Way.ROOT]
    assert leading.cancelled()


async def test_a_store_that_is_out_of_order_is_told_to_all_who_wait_for_it(house: House) -> None:
    rule = await house.subscribe()
    number = await house.changed("status", 1, 8)
    rows = [await house.news(number, rule) for _ in range(3)]

    async def broken(work: object) -> object:
        raise StoreUnavailable("The disk is full.")

    house.database.read = broken  # type: ignore[assignment,method-assign] # a store that is ill
    found = await asyncio.gather(*(house.compose(CHANNEL, [row], {}) for row in rows), return_exceptions=True)
    assert [type(each) for each in found] == [StoreUnavailable] * 3
