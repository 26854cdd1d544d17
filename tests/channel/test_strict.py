"""JSON from outside: the quick look at the bytes lets nothing pass that a look at every value would refuse."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channel.strict import LARGEST_NUMBER, BadJson, read_json

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab1e:,", max_size=5), inner, max_size=4),
    max_leaves=8,
)
SHAPES: tuple[dict[str, Any], ...] = ({}, {"separators": (",", ":")}, {"indent": 2})


def numbers(document: Any) -> Iterator[float]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from numbers(each)
    elif isinstance(document, int | float):
        yield document


@given(document=DOCUMENTS, shape=st.sampled_from(SHAPES), capital=st.booleans())
@example(document=1e30, shape={}, capital=False)
@example(document=[-1e19], shape={"indent": 2}, capital=True)
@example(document={"e": 10**19}, shape={}, capital=False)
def test_a_number_of_twenty_digits_is_refused_wherever_it_stands(
    document: Any, shape: dict[str, Any], *, capital: bool
) -> None:
    written = json.dumps(document, **shape)
    body = (written.replace("e+", "E+") if capital else written).encode()
    if any(abs(number) >= LARGEST_NUMBER for number in numbers(document)):
        with pytest.raises(BadJson, match="number"):
            read_json(body)
    else:
        assert read_json(body) == json.loads(body)
