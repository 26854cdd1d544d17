"""What the cards of digests ask back, as types. Nothing here acts or renders."""

from dataclasses import dataclass
from typing import Annotated

from attms_core.model.digest import DAYS, DigestKind
from cards.submission import OneOf, Several, Submission, Text, Typed

KINDS = (DigestKind.MINE.value, DigestKind.HERE.value)
TIME = 20
ZONE = 60

Kind = Annotated[str, OneOf(KINDS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDigests(Submission, action="digests.list"):
    """Show what is set in this conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDigest(Submission):
    """What is about one of this conversation's digests."""

    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestForm(OfDigest, action="digests.form"):
    """Show the form in which somebody says when it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDigest(OfDigest, action="digests.set"):
    """Let it come at this time on these days."""

    time: Annotated[str, Typed(Text(TIME))] = ""
    days: Annotated[tuple[str, ...], Typed(Several(OneOf(DAYS)))] = ()
    zone: Annotated[str, Typed(Text(ZONE))] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigest(OfDigest, action="digests.send"):
    """Send it now, besides its times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseDigest(OfDigest, action="digests.pause"):
    """Send none until it is resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeDigest(OfDigest, action="digests.resume"):
    """Send it again at its times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDigest(OfDigest, action="digests.remove"):
    """Forget it."""
