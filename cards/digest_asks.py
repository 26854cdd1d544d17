"""What the cards of digests ask back, as types. Nothing here acts or renders."""

from typing import Annotated

from attms_core.model.digest import DAYS, DigestKind
from cards.submission import OneOf, Several, Submission, Text, Typed, does

KINDS = (DigestKind.MINE.value, DigestKind.HERE.value)
TIME = 20
ZONE = 60

Kind = Annotated[str, OneOf(KINDS)]


@does("digests.list")
class ShowDigests(Submission, frozen=True, kw_only=True):
    """Show what is set in this conversation."""


class OfDigest(Submission, frozen=True, kw_only=True):
    """What is about one of this conversation's digests."""

    kind: Kind


@does("digests.form")
class DigestForm(OfDigest, frozen=True, kw_only=True):
    """Show the form in which somebody says when it comes."""


@does("digests.set")
class SetDigest(OfDigest, frozen=True, kw_only=True):
    """Let it come at this time on these days."""

    time: Annotated[str, Typed(Text(TIME))] = ""
    days: Annotated[tuple[str, ...], Typed(Several(OneOf(DAYS)))] = ()
    zone: Annotated[str, Typed(Text(ZONE))] = ""


@does("digests.send")
class SendDigest(OfDigest, frozen=True, kw_only=True):
    """Send it now, besides its times."""


@does("digests.pause")
class PauseDigest(OfDigest, frozen=True, kw_only=True):
    """Send none until it is resumed."""


@does("digests.resume")
class ResumeDigest(OfDigest, frozen=True, kw_only=True):
    """Send it again at its times."""


@does("digests.remove")
class RemoveDigest(OfDigest, frozen=True, kw_only=True):
    """Forget it."""
