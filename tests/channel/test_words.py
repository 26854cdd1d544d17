"""What is left of a text, and of any activity, before the house reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attms_core.model import ConversationKind
from attms_core.model.ids import TenantId
from bot.channel.decode import Circumstances, decode
from bot.channel.words import words_of
from bot.turn import PERSONAL_DEEDS, Turn

AROUND = Circumstances(tenant=TenantId("t"), app_id="app", now=datetime(2026, 1, 1, tzinfo=UTC))
BOT = "<at>Desk</at>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/tickets mine", "/tickets mine"),
        ("<at>Desk</at> tickets mine", "tickets mine"),
        ("<at>Desk</at>&nbsp;show Desk list", "show Desk list"),
        ("note <at>Desk</at> in the middle", "note in the middle"),
        ("<at>Desk</at><at>Desk</at> help", "help"),
        ("assign T1 <at>Bo Berg</at>", "assign T1 @Bo Berg"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("a\u00a0\u200b b\n\tc", "a b\nc"),
        ("<at>Desk</at>\r\n note 1 a \r\n\u200b\n\n\n b\x0bc\u2028d ", "note 1 a\n\nb\nc\nd"),
        ("a\u202eb\u2066c", "abc"),
        ("/ticket Ｔ１", "/ticket T1"),  # noqa: RUF001 - full-width letters are the point
        ("nul\0 bell\x07", "nul bell"),
        ("\ud800x", "x"),
        ("", ""),
        (None, ""),
        (7, ""),
        ("👩‍💻 ok", "👩‍💻 ok"),
    ],
)
def test_mentions_of_us_and_invisible_signs_go_and_the_rest_stays(text: object, words: str) -> None:
    assert words_of(text, [BOT]) == words


def test_a_text_is_cut_at_four_thousand_characters() -> None:
    assert len(words_of("x" * 10_000, [])) == 4000
    assert len(words_of("\ufdfa" * 10_000, [])) <= 4000  # one sign that normalises to eighteen


@given(st.text(), st.lists(st.text()))
@settings(max_examples=300)
def test_no_text_leaves_control_signs_or_more_than_clean_lines(text: str, own: list[str]) -> None:
    words = words_of(text, own)
    assert words == "\n".join(" ".join(line.split()) for line in words.split("\n")).strip()
    assert "\n\n\n" not in words
    assert not any((ord(sign) < 32 and sign != "\n") or sign in "\u202e\u2066\u200b\x7f\u2028" for sign in words)


KEYS = [
    "type", "id", "from", "recipient", "conversation", "channelData", "text", "value", "entities", "name", "action",
    "replyToId", "membersAdded", "membersRemoved", "locale", "localTimezone", "tenant", "aadObjectId", "mentioned",
    "conversationType", "isGroup", "isTargeted", "serviceUrl", "data", "verb", "trigger", "team", "channel",
]  # fmt: skip
TYPES = [
    "message", "invoke", "conversationUpdate", "installationUpdate", "messageReaction", "messageUpdate", "personal",
    "adaptiveCard/action", "application/search", "mention", "clientInfo", "add", "channel", "a:1", "19:x;messageid=1",
]  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(TYPES))
WILD = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=6,
)
PERSONS = st.one_of(st.just({"id": "29:1", "aadObjectId": "A"}), WILD)
PLACES = st.one_of(st.just({"id": "a:1"}), st.just({"id": "19:x@thread.tacv2;messageid=1"}), WILD)
ACTIVITIES = st.fixed_dictionaries(
    {"type": st.one_of(st.sampled_from(TYPES), WILD), "from": PERSONS, "conversation": PLACES},
    optional={key: WILD for key in KEYS if key not in {"type", "from", "conversation"}},
)


@given(ACTIVITIES)
@settings(max_examples=400)
def test_any_json_is_a_turn_of_the_right_shape_or_nothing(activity: dict[str, Any]) -> None:
    turn = decode(activity, AROUND)
    if turn is None:
        return
    assert isinstance(turn, Turn)
    assert isinstance(turn.value, dict)
    assert turn.conversation.id
    assert ";messageid=" not in turn.conversation.id
    assert turn.activity_id
    if turn.kind in PERSONAL_DEEDS:
        assert turn.person.object_id


@pytest.mark.parametrize(
    ("conversation", "kind"),
    [
        ({"id": "a:1", "conversationType": "personal"}, ConversationKind.PERSONAL),
        ({"id": "19:x@thread.v2", "conversationType": "groupChat"}, ConversationKind.GROUP),
        ({"id": "19:x@thread.tacv2;messageid=7", "conversationType": "channel"}, ConversationKind.CHANNEL),
        ({"id": "a:1"}, ConversationKind.PERSONAL),
        ({"id": "a:1", "isGroup": True}, ConversationKind.GROUP),
        ({"id": "19:x@thread.tacv2"}, ConversationKind.CHANNEL),
        ({"id": "something", "conversationType": "new kind"}, ConversationKind.GROUP),
    ],
)
def test_a_conversation_of_unknown_kind_never_counts_as_private(
    conversation: dict[str, Any], kind: ConversationKind
) -> None:
    sender = {"id": "29:1", "aadObjectId": "ABC"}
    turn = decode({"type": "message", "from": sender, "conversation": conversation}, AROUND)
    assert turn is not None
    assert turn.conversation.kind is kind
    assert turn.person.object_id == "abc"


def test_other_peoples_mentions_are_kept_as_values() -> None:
    entities = [
        {"type": "mention", "text": BOT, "mentioned": {"id": "28:app", "name": "Desk"}},
        {"type": "mention", "text": "<at>Bo</at>", "mentioned": {"id": "29:bo", "name": "Bo"}},
        {"type": "mention", "mentioned": "nonsense"},
    ]
    activity = {
        "type": "message",
        "text": "<at>Desk</at> assign 1 <at>Bo</at>",
        "from": {"id": "29:1", "aadObjectId": "a"},
        "conversation": {"id": "a:1"},
        "entities": entities,
    }
    turn = decode(activity, AROUND)
    assert turn is not None
    assert turn.words == "assign 1 @Bo"
    assert [(mention.mri, mention.name) for mention in turn.mentions] == [("29:bo", "Bo")]
