"""Every card in every state: by our rules, by Microsoft's own types, and with the most hostile text."""

import json
import re
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from microsoft_teams import cards as oracle
from msgspec.structs import replace

from cards.asks import NewTicketForm, ShowTicket
from cards.elements import Json
from cards.submission import Submission, unpack
from tests.cards.gallery import READER, cards
from tests.support.card_lint import lint

ALL = cards()
HOSTILE = (
    "[click](https://evil.example) **bold** _it_ `code` # h\n- item\n1. one | ~~x~~ ![i](https://evil.example/i.png)",
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}} {{{TIME(x)}} ${$root.secret} ${if(true, 'x', 'y')} $${a}",
    "<at>Everyone</at> </AT> <AT>x</AT> <b>b</b> <script>alert(1)</script> &lt;at&gt; <\u200bat>",
    "\u202egnp.exe\u2066 \u0000\u0007\u001b[31m\ud800 \u200b{\u200b{DATE(x)}} {\u2060{DATE(x)}} <\ufeffat>x</\u00adat>",
    '","type":"Action.OpenUrl","url":"https://evil.example","x":"',
    "Z̸͔̈́" + "\u0301" * 500 + "👨\u200d👩\u200d👧" * 50 + "🇪🇸" * 50 + "\r\n\u2028\u0085\t" * 20,
    "   ",
    "A" * 40_000,
    "漢字" * 6_000,
    '"' * 12_000,
)
wild = st.text(max_size=80) | st.lists(
    st.sampled_from(["{", "$", "<", "at", ">", "/", "\u200b", "\u00ad", "[", "]", "(", ")", "\n", "*"])
).map("".join)


def parts(node: object) -> list[Json]:
    if isinstance(node, list):
        return [each for item in node for each in parts(item)]
    if isinstance(node, dict):
        return [node, *(each for item in node.values() for each in parts(item))]
    return []


def asked(action: Json) -> Submission:
    """Read what Action.Execute or Action.Submit would send."""
    return unpack(action["data"], action.get("verb", ""))


def shown(card: Json) -> list[str]:
    keys = ("text", "title", "label", "placeholder", "errorMessage", "fallbackText")
    return [part[key] for part in parts(card) for key in keys if isinstance(part.get(key), str)]


@pytest.mark.parametrize("name", ALL)
def test_a_card_keeps_every_rule(name: str) -> None:
    assert lint(ALL[name]) == []


def test_no_card_shows_a_leftover_of_programming() -> None:
    words = [text for card in ALL.values() for text in shown(card)]
    assert [text for text in words if re.search(r"\bNone\b|undefined|NaN| object at |\(\)", text)] == []


@pytest.mark.parametrize("name", ALL)
def test_microsofts_own_types_know_every_part_and_every_property(name: str) -> None:
    card = ALL[name]
    read = oracle.AdaptiveCard.model_validate(card)
    assert read.model_extra == {}
    assert unknown(card) == []
    assert json.loads(read.model_dump_json(by_alias=True, exclude_none=True))["body"]


def unknown(card: Json) -> list[str]:
    """Name what an element of the oracle's does not have; its own models would keep and send a typo."""
    kinds: dict[str, Any] = {
        str(field.default): kind
        for kind in vars(oracle).values()
        if isinstance(kind, type) and hasattr(kind, "model_fields") and (field := kind.model_fields.get("type"))
    }
    found = []
    for part in parts(card):
        if "type" not in part:
            continue
        known = kinds.get(part["type"])
        if known is None:
            found.append(part["type"])
            continue
        extra = known.model_validate(part).model_extra
        found += [f"{part['type']}.{key}" for key in extra or ()]
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_breaks_no_card_and_stays_text(text: str) -> None:
    for name, card in cards(lambda _: text).items():
        assert harmless(card, text) == [], name


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=wild, zone=st.text(max_size=20), locale=st.text(max_size=8))
def test_no_text_at_all_breaks_a_card_or_comes_alive(text: str, zone: str, locale: str) -> None:
    for name, card in cards(lambda usual: text + usual, replace(READER, zone=zone, locale=locale)).items():
        assert harmless(card, text) == [], name


def harmless(card: Json, text: str) -> list[str]:
    """Name what went wrong: a broken rule, a foreign link, a mention, or text where Markdown is read."""
    wrong = lint(card)
    wrong += [
        part["url"] for part in parts(card) if "url" in part and ".autotask.net/" not in part["url"].split("?")[0]
    ]
    wrong += ["a mention"] if "entities" in json.dumps(card["msteams"]) else []
    blocks = [part["text"] for part in parts(card) if part.get("type") == "TextBlock"]
    wrong += [block for block in blocks if block not in FIXED]
    json.dumps(card).encode()
    return wrong


FIXED = {part["text"] for card in ALL.values() for part in parts(card) if part.get("type") == "TextBlock"}


def test_what_was_typed_is_given_back_as_it_was_typed() -> None:
    text = "a {{DATE(x)}} ${b} <at>c</at> [d](e)"
    card = cards(lambda _: text)["note-confirm"]
    assert [part["value"] for part in parts(card) if part.get("id") == "text"] == [text]


def test_every_button_is_a_submission_that_can_be_read_again() -> None:
    read = [asked(part) for card in ALL.values() for part in parts(card) if "data" in part]
    assert len({type(each) for each in read}) > 15


def test_a_tap_says_what_it_asks_once() -> None:
    taps = [tap for card in ALL.values() for part in parts(card) if "data" in (tap := part.get("selectAction", {}))]
    assert [tap for tap in taps if "do" in tap["data"]["attms"]] == []
    assert {type(asked(tap)).action for tap in taps} == {tap["verb"] for tap in taps}


def test_a_button_leaves_inputs_alone_unless_its_submission_asks_for_them() -> None:
    new = parts(ALL["new-ticket"])
    by_title = {part["title"]: part for part in new if part.get("type") == "Action.Execute"}
    assert by_title["Cancel"]["associatedInputs"] == "none"
    assert "associatedInputs" not in by_title["Create ticket"]
    assert isinstance(unpack(by_title["Other company"]["data"]), NewTicketForm)


def test_the_buttons_of_a_list_carry_nothing_but_what_they_ask() -> None:
    (_, following, *_), data = ALL["list-middle"]["actions"], {"do": "tickets.list", "v": 1, "filter": "open"}
    more = {"title": "Next", "data": {"attms": {**data, "offset": 16}}}
    fallback = {"type": "Action.Submit", **more}
    assert following == {"type": "Action.Execute", "verb": "tickets.list", **more, "fallback": fallback}


def test_a_row_opens_its_ticket_and_knows_the_way_back() -> None:
    taps = [part["selectAction"] for part in ALL["list-middle"]["body"] if "selectAction" in part]
    first = asked(taps[0])
    assert isinstance(first, ShowTicket)
    assert (first.ticket, first.back, first.back_offset) == (7000, "open", 8)


def rows(name: str) -> list[list[str]]:
    """Give the texts of each row, run by run."""
    found = [part["items"] for part in ALL[name]["body"] if "selectAction" in part]
    return [[each["text"] for block in items for each in block["inlines"]] for items in found]


def test_a_row_says_all_of_its_ticket_beneath_its_title() -> None:
    late, *_, paused, running, timeless = rows("list")
    facts = "T20261124.0001 · Brightwater Dental · Critical · New · Ana Ruiz · "
    assert late == [
        "Mail does not arrive since the morning",
        facts,
        "Resolution\u00a0breached\u00a03\u00a0h\u00a05\u00a0min\u00a0ago",
    ]
    nobody = "T20261124.0006 · Northgate Logistics · Medium · Waiting Customer · unassigned · Resolution clock paused"
    assert paused == ["Password reset", nobody]
    assert running[1] == "T20261124.0007 · Brightwater Dental · Critical · New · Ana Ruiz · Due in 3 d 11 h"
    assert timeless[1] == "T20261124.0008 · Harbor & Finch Architects LLP · High · In Progress · Sam Okafor"


def test_a_row_leaves_out_what_is_not_there_and_whose_it_is_when_the_title_says_it() -> None:
    assert [row[1] for row in rows("list-of-nobody")][:2] == [
        "T20261124.0001 · Critical · New",
        "T20261124.0002 · High · In Progress",
    ]


def test_a_long_name_leaves_room_for_what_stands_behind_it() -> None:
    long = cards(lambda usual: usual if len(usual) < 20 else "x" * 500)["list-middle"]
    told = [part["items"][1]["inlines"][0]["text"] for part in long["body"] if "selectAction" in part][4]
    assert told == f"T20261124.0005 · {'x' * 119}… · High · In Progress · Sam Okafor · Resolution plan due in 1 d 1 h"


def test_a_page_of_eight_is_a_small_card() -> None:
    assert len(orjson.dumps(ALL["list"])) < 6_000


def test_a_card_says_in_words_all_that_colours_say() -> None:
    words = " | ".join(shown(ALL["list"])).replace("\u00a0", " ")
    for said in (
        "Resolution breached 3 h 5 min ago",
        "First response due soon, in 25 min",
        "Resolution clock paused",
        "Due in 3 d 11 h",
        "unassigned",
    ):
        assert said in words


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("list-middle", "9-16 of 43, next SLA due first"),
        ("list-thousands", "1-8 of 1000+, next SLA due first"),
        ("list-old", "This data is 12 min old: AutoTask is not answering."),
        ("list-reading", "Still reading from AutoTask: 1,200 tickets so far. More may appear here."),
        ("list-empty", "Nothing here."),
        ("ticket-changed", "Changed meanwhile: status is now In Progress."),
        ("ticket-changed", "2 internal notes not shown here."),
        ("ticket-taken", "1 internal note not shown here."),
        ("note-confirm", "The customer will see this note: Maria Lopez and others at Harbor & Finch Architects LLP."),
        ("assign-refused", "It can be: New, Complete."),
        ("new-ticket-refused", "AutoTask refuses something that is not in this form."),
        ("new-ticket-refused", "Issue type"),
    ],
)
def test_a_card_says(name: str, said: str) -> None:
    assert said in shown(ALL[name])


def buttons(name: str) -> list[str]:
    return [action["title"] for action in ALL[name].get("actions", [])]


def test_the_pages_of_a_list_lead_on_and_back() -> None:
    assert buttons("list") == ["New ticket", "Refresh"]
    assert buttons("list-middle") == ["Previous", "Next", "New ticket", "Refresh"]
    assert buttons("list-empty") == ["Tickets mine", "Tickets unassigned", "New ticket", "Refresh"]


def test_a_ticket_of_ones_own_cannot_be_taken() -> None:
    assert buttons("ticket") == ["Take it", "Assign", "Status", "Priority", "Note", "Refresh"]
    assert buttons("ticket-taken") == ["Assign", "Status", "Priority", "Note", "Refresh"]


def test_a_link_leads_to_allowed_hosts_alone() -> None:
    elsewhere = replace(READER, link_hosts=frozenset({"teams.microsoft.com"}))
    assert "Open in AutoTask" in shown(ALL["ticket"])
    assert "Open in AutoTask" not in shown(cards(reader=elsewhere)["ticket"])
