"""What the cards of escalation ask back, as types. Nothing here acts or renders.

``after`` and ``who`` are the form's lines by their number: how long nobody has had a ticket, and who is told then.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from attms_core.model.ladder import LadderId
from cards.submission import Submission, Text, Typed, TypedUnder, Whole, does

AFTER, WHO = "after:", "who:"
HERE, EVERYONE, AS_BEFORE = "here", "everyone", "before"
"""Choices beside people, who are named by their technician's id. As before is all that the step told before."""
TIME, CHOICE = 20, 20
NEW = LadderId(0)
"""Stands for a ladder that is not there yet."""

Number = Annotated[LadderId, Whole()]


@does("escalation.list")
class ShowLadders(Submission, frozen=True, kw_only=True):
    """List the ladders from this place on."""

    offset: Annotated[int, Whole(10_000)] = 0


@does("escalation.form")
class LadderForm(Submission, frozen=True, kw_only=True):
    """Show the form: of a ladder that is there, or of a new one."""

    id: Number = NEW


@does("escalation.set")
class SetLadder(Submission, frozen=True, kw_only=True):
    """Set a ladder as the form says."""

    id: Number = NEW
    """The ladder that the form was filled in from: it knows the places that stay as before."""
    queue: Annotated[int | None, Typed(Whole())] = None
    after: Annotated[Mapping[str, str], TypedUnder(AFTER, Text(TIME))] = field(default_factory=dict)
    who: Annotated[Mapping[str, str], TypedUnder(WHO, Text(CHOICE))] = field(default_factory=dict)


class OfLadder(Submission, frozen=True, kw_only=True):
    """What is about one ladder."""

    id: Number


@does("escalation.pause")
class PauseLadder(OfLadder, frozen=True, kw_only=True):
    """Let it rest."""


@does("escalation.resume")
class ResumeLadder(OfLadder, frozen=True, kw_only=True):
    """Let it go on."""


@does("escalation.remove.ask")
class AskRemoval(OfLadder, frozen=True, kw_only=True):
    """Ask whether it shall really go."""


@does("escalation.remove")
class RemoveLadder(OfLadder, frozen=True, kw_only=True):
    """Take it away."""
