"""What must hold for every card that leaves the house, checked on its JSON. No turn pays for it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import orjson

from cards.elements import MOST_CHARACTERS, MOST_COLUMNS, MOST_PRIMARY, MOST_REFRESHED, VERSION, Json
from cards.inputs import RESERVED

OLD = frozenset({"TextBlock", "RichTextBlock", "ColumnSet", "Container", "ActionSet"})
INPUTS = frozenset({"Input.Text", "Input.ChoiceSet", "Input.Toggle"})
"""Elements of version 1.2, which Teams on phones knows (Teams help: cards)."""
ACTIONS = frozenset({"Action.Execute", "Action.Submit", "Action.OpenUrl"})
PARTS = frozenset({"AdaptiveCard", "Column", "TextRun", "Data.Query"})
_UNREAD = ("data", "msteams")
_TEXTS = ("text", "title", "label", "placeholder", "errorMessage", "fallbackText")
_MARKDOWN = re.compile(r"[\[\]*_`<>#~|\\]|://")
_MENTION = re.compile(r"<at>[\w .'\u2019-]+</at>")
_ACTIVE = re.compile(r"\{\{|\$\{|</?at\b", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def lint(card: Json) -> list[str]:
    """List what is wrong with a card; nothing is what it should list."""
    parts = list(_parts(card, "card"))
    mentions = {each.get("text") for each in card.get("msteams", {}).get("entities", ())}
    found = [*_whole(card), *_ids(parts)]
    for where, part in parts:
        kind = part.get("type")
        words = () if kind == "TextBlock" and part.get("text") in mentions else _texts(part)
        found += [f"{where}: {each}" for each in (*_known(where, kind), *words, *_actions(part))]
        if kind in INPUTS:
            found += [f"{where}: {each}" for each in _input(part)]
        if kind in ACTIONS:
            found += [f"{where}: {each}" for each in _action(where, part)]
        if kind == "ColumnSet" and len(part["columns"]) > MOST_COLUMNS:
            found.append(f"{where}: more than {MOST_COLUMNS} columns")
    return found


def _parts(node: object, where: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, list):
        for at, each in enumerate(node):
            yield from _parts(each, f"{where}[{at}]")
    elif isinstance(node, dict):
        yield where, node
        for key, each in node.items():
            if key not in _UNREAD:
                yield from _parts(each, f"{where}.{key}")


def _whole(card: Json) -> Iterator[str]:
    if card.get("type") != "AdaptiveCard" or card.get("version") != VERSION:
        yield f"not a card of version {VERSION}"
    if not card.get("fallbackText"):
        yield "no fallbackText for clients that cannot draw it"
    if {**card.get("msteams", {}), "entities": ()} != {"width": "full", "entities": ()}:
        yield "not at full width, or with what only mentions need"
    shown = [part.get("text") for _, part in _parts(card, "card") if part.get("type") == "TextBlock"]
    for each in card.get("msteams", {}).get("entities", ()):
        if not _MENTION.fullmatch(each["text"]) or each["text"] not in shown or not each["mentioned"].get("id"):
            yield f"a mention that is not shown, or of nobody: {each['text'][:60]!r}"
    if (size := len(orjson.dumps(card).decode())) > MOST_CHARACTERS:
        yield f"{size} characters"
    people = card.get("refresh", {}).get("userIds", ["one"])
    if not 0 < len(people) <= MOST_REFRESHED:
        yield f"refresh for {len(people)} people"


def _ids(parts: list[tuple[str, Json]]) -> Iterator[str]:
    counted = Counter(part["id"] for _, part in parts if "id" in part)
    yield from (f"id {each!r} is used {times} times" for each, times in counted.items() if times > 1)


def _known(where: str, kind: object) -> Iterator[str]:
    if kind is not None and kind not in OLD | INPUTS | ACTIONS | PARTS:
        yield f"an element that this house does not use: {kind}"
    if kind == "AdaptiveCard" and where != "card":
        yield "a card within the card"


def _texts(part: Json) -> Iterator[str]:
    for key in _TEXTS:
        text = part.get(key)
        if text is None:
            continue
        if not isinstance(text, str) or not text:
            yield f"{key} is empty"
        elif _ACTIVE.search(text) or _UNSEEN.search(text):
            yield f"{key} holds what a client acts upon: {text[:60]!r}"
    if part.get("type") == "TextBlock" and _MARKDOWN.search(part["text"]):
        yield f"Markdown in a TextBlock: {part['text'][:60]!r}"
    if part.get("type") == "TextBlock" and not part.get("wrap"):
        yield "a TextBlock that does not wrap"


def _actions(part: Json) -> Iterator[str]:
    actions = part.get("actions")
    if not isinstance(actions, list):
        return
    if len(actions) > MOST_PRIMARY:
        yield f"{len(actions)} buttons; Teams shows {MOST_PRIMARY}"
    titles = Counter(action.get("title") for action in actions)
    yield from (f"several buttons called {title!r}" for title, times in titles.items() if times > 1)


def _input(part: Json) -> Iterator[str]:
    if not part.get("id") or part["id"] == RESERVED:
        yield "an input that cannot be sent"
    if not part.get("label"):
        yield "an input without a label"
    if part.get("isRequired") and not part.get("errorMessage"):
        yield "a required input that does not say so in words"
    if part["type"] == "Input.ChoiceSet":
        values = [choice["value"] for choice in part["choices"]]
        if not values or len(values) > len(set(values)):
            yield "choices are missing, or have the same value"
        chosen = [part["value"]] if "value" in part else []
        if part.get("isMultiSelect"):
            chosen = [each for value in chosen for each in value.split(",")]
        if not set(values).issuperset(chosen):
            yield "a choice is selected that is not offered"
    if part["type"] == "Input.Text" and len(part.get("value", "")) > part["maxLength"]:
        yield "more text than its limit"


def _action(where: str, part: Json) -> Iterator[str]:
    if not part.get("title"):
        yield "a button without a title"
    if part["type"] == "Action.OpenUrl":
        if not part["url"].startswith(("https://", "http://127.0.0.1", "http://localhost")):
            yield f"a link that is not https: {part['url'][:60]!r}"
        return
    if not isinstance(part.get("data"), Mapping) or RESERVED not in part["data"]:
        yield "a button that asks nothing of ours"
    if part["type"] == "Action.Submit" or where.endswith(("selectAction", "refresh.action")):
        return
    fallback = part.get("fallback", {})
    if fallback.get("type") != "Action.Submit" or fallback.get("data") != part["data"]:
        yield "a button without a fallback that asks the same"
