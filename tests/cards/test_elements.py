"""The builder refuses what Teams would drop, show wrongly or act upon."""

from typing import Any

import pytest

from cards.actions import OpenUrl, link, press
from cards.asks import RunCommand
from cards.elements import (
    ActionSet,
    AdaptiveCard,
    CardTooBig,
    Column,
    ColumnSet,
    Element,
    Refresh,
    RichTextBlock,
    TextBlock,
    TextRun,
    encode,
)
from cards.inputs import InputChoiceSet, InputText, Option, Query
from cards.parts import run, say
from cards.text import Plain, plain
from tests.cards.gallery import READER

BUTTON = press("Go", RunCommand(words="help"), "")


def text(**more: Any) -> InputText:
    return InputText(**{"id": "text", "label": plain("Note"), "max_length": 10, **more})


@pytest.mark.parametrize(
    "hostile", ["*b*", "[a](b)", "a_b_", "1. one", "- one", "# a", "{{DATE(x)}}", "<at>x</at>", "", "http://a.b", "é"]
)
def test_a_text_block_takes_fixed_words_alone(hostile: str) -> None:
    with pytest.raises(ValueError, match="not fixed words"):
        TextBlock(text=hostile)


def test_a_text_run_takes_plain_text_alone() -> None:
    with pytest.raises(TypeError, match="Plain"):
        TextRun(text="raw")  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize(
    "make",
    [
        lambda: TextBlock(text="Hello", colour="red"),  # type: ignore[call-arg]
        TextBlock,
        lambda: InputText(id="a", label=plain("A")),  # type: ignore[call-arg]
    ],
)
def test_an_unknown_or_missing_field_is_a_type_error(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: text(id="attms"),
        lambda: text(id=""),
        lambda: text(id="a\nb"),
        lambda: text(label=plain(" ")),
        lambda: text(is_required=True),
        lambda: text(max_length=0),
        lambda: InputChoiceSet(id="a", label=plain("A"), choices=()),
        lambda: InputChoiceSet(id="a", label=plain("A"), choices=(Option(title=plain("A"), value="1"),) * 101),
        lambda: Query(dataset="graph.microsoft.com/users"),
        lambda: RichTextBlock(inlines=()),
        lambda: ColumnSet(columns=(Column(items=()),) * 4),
        lambda: ActionSet(actions=(BUTTON,) * 7),
        lambda: AdaptiveCard(body=(), fallback_text=plain("x")),
        lambda: AdaptiveCard(body=(say("x"),), fallback_text=plain("x"), actions=(BUTTON,) * 7),
        lambda: AdaptiveCard(body=(text(), text()), fallback_text=plain("x")),
        lambda: Refresh(action=BUTTON, user_ids=()),
        lambda: Refresh(action=BUTTON, user_ids=("29:1",) * 61),
    ],
)
def test_a_limit_is_kept_where_it_stands(make: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each limit has its own words
        make()


def test_a_card_that_teams_would_refuse_is_not_made() -> None:
    body: tuple[Element, ...] = tuple(say("x" * 480) for _ in range(80))
    with pytest.raises(CardTooBig):
        AdaptiveCard(body=body, fallback_text=plain("x")).to_json()


def test_fields_that_are_not_set_are_left_out() -> None:
    assert encode(run("hi", subtle=True)) == {"type": "TextRun", "text": "hi", "isSubtle": True}
    assert type(encode(run("hi"))["text"]) is str


def test_a_button_has_a_fallback_that_asks_the_same() -> None:
    data = {"attms": {"do": "run", "v": 1, "n": "abc", "words": "help"}}
    assert encode(press("Help", RunCommand(words="help"), "abc")) == {
        "type": "Action.Execute",
        "title": "Help",
        "verb": "run",
        "data": data,
        "associatedInputs": "none",
        "fallback": {"type": "Action.Submit", "title": "Help", "data": data, "associatedInputs": "none"},
    }


def test_a_link_is_made_only_to_where_links_may_lead() -> None:
    assert link("Open", "https://ww1.autotask.net/x", READER) == (
        OpenUrl(title=Plain("Open"), url="https://ww1.autotask.net/x"),
    )
    assert link("Open", "https://evil.example/x", READER) == ()
