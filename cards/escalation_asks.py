"""What the cards of escalation ask back, as types. Nothing here acts or renders.

``after`` and ``who`` are the form's lines by their number: how long nobody has had a ticket, and who is told then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from attms_core.model.ladder import LadderId
from cards.submission import Submission, Text, Typed, TypedUnder, Whole

AFTER, WHO = "after:", "who:"
HERE, EVERYONE, AS_BEFORE = "here", "everyone", "before"
"""Choices beside people, who are named by their technician's id. As before is all that the step told before."""
TIME, CHOICE = 20, 20
NEW = LadderId(0)
"""Stands for a ladder that is not there yet."""

Number = Annotated[LadderId, Whole()]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLadders(Submission, action="escalation.list"):
    """List the ladders from this place on."""

    offset: Annotated[int, Whole(10_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderForm(Submission, action="escalation.form"):
    """Show the form: of a ladder that is there, or of a new one."""

    id: Number = NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLadder(Submission, action="escalation.set"):
    """Set a ladder as the form says."""

    id: Number = NEW
    """The ladder that the form was filled in from: it knows the places that stay as before."""
    queue: Annotated[int | None, Typed(Whole())] = None
    after: Annotated[Mapping[str, str], TypedUnder(AFTER, Text(TIME))] = field(default_factory=dict)
    who: Annotated[Mapping[str, str], TypedUnder(WHO, Text(CHOICE))] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLadder(Submission):
    """What is about one ladder."""

    id: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLadder(OfLadder, action="escalation.pause"):
    """Let it rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeLadder(OfLadder, action="escalation.resume"):
    """Let it go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRemoval(OfLadder, action="escalation.remove.ask"):
    """Ask whether it shall really go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLadder(OfLadder, action="escalation.remove"):
    """Take it away."""
