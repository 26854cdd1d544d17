"""The inputs of forms. What a form asks back is its submission's business: an input's id is a field's name there."""

import re
from typing import ClassVar, Literal

from cards.elements import Element, Node
from cards.text import Plain

MOST_TEXT = 32_000
"""AutoTask's longest texts (ticket descriptions are 8,000, notes 32,000)."""
MOST_CHOICES = 100
"""More would break the card's size; searching finds the rest."""
DATASET = re.compile(r"[a-z]{3,30}")
MOST_ID = 120
RESERVED = "attms"
"""Our own envelope's name: a client would put an input of this id in its place (Teams help: card actions)."""


class Input(Element, frozen=True, kw_only=True):
    """What all inputs have. A required one must say what is wrong when it is empty."""

    id: str
    label: Plain
    is_required: Literal[True] | None = None
    error_message: str | None = None

    def __post_init__(self) -> None:
        """Refuse inputs that cannot be read aloud, explained or sent."""
        if not self.id.isprintable() or not 0 < len(self.id) <= MOST_ID or self.id == RESERVED:
            raise ValueError(f"not an input's id: {self.id!r}")
        if not self.label:
            raise ValueError(f"input {self.id} without a label")
        if self.is_required and not self.error_message:
            raise ValueError(f"required input {self.id} without an error message")


class InputText(Input, frozen=True, kw_only=True):
    """A line or more of text."""

    kind: ClassVar[str] = "Input.Text"
    placeholder: Plain | None = None
    value: str | None = None
    max_length: int
    is_multiline: Literal[True] | None = None

    def __post_init__(self) -> None:
        """Refuse lengths that AutoTask has no field for."""
        super().__post_init__()
        if not 0 < self.max_length <= MOST_TEXT:
            raise ValueError(f"input {self.id} of {self.max_length} characters")


class Option(Node, frozen=True, kw_only=True):
    """One line of a choice."""

    title: Plain
    value: str


class Query(Node, frozen=True, kw_only=True):
    """Choices that the client asks us for while somebody types (``application/search``)."""

    kind: ClassVar[str] = "Data.Query"
    dataset: str

    def __post_init__(self) -> None:
        """Refuse names that our searches cannot have."""
        if not DATASET.fullmatch(self.dataset):
            raise ValueError(f"not a dataset: {self.dataset!r}")


class InputChoiceSet(Input, frozen=True, kw_only=True):
    """One of several, or some of them. ``filtered`` can be typed into."""

    kind: ClassVar[str] = "Input.ChoiceSet"
    choices: tuple[Option, ...]
    choices_data: Query | None = None
    style: Literal["compact", "filtered"] = "compact"
    placeholder: Plain | None = None
    value: str | None = None
    """Where several may be chosen: their values with commas between."""
    wrap: Literal[True] | None = None
    is_multi_select: Literal[True] | None = None

    def __post_init__(self) -> None:
        """Refuse a choice of nothing, and of too much."""
        super().__post_init__()
        if not self.choices and not self.choices_data:
            raise ValueError(f"input {self.id} without choices")
        if len(self.choices) > MOST_CHOICES:
            raise ValueError(f"input {self.id} with {len(self.choices)} choices; {MOST_CHOICES} fit")
        if self.is_multi_select and any("," in choice.value for choice in self.choices):
            raise ValueError(f"input {self.id} whose choices cannot be told apart: a comma stands between them")


class InputToggle(Input, frozen=True, kw_only=True):
    """Yes or no, sent as ``true`` or ``false``."""

    kind: ClassVar[str] = "Input.Toggle"
    title: Plain
    value: Literal["true", "false"] = "false"
