"""Which digests come to a conversation, and when, with what can be done about them. The form has its own file."""

from msgspec import Struct

from attms_core.model.digest import Digest, DigestKind
from attms_core.notices.rhythm import spoken
from cards.actions import press
from cards.digest_asks import DigestForm, PauseDigest, RemoveDigest, ResumeDigest, SendDigest
from cards.elements import Action, ActionSet, Container, Element, Json
from cards.parts import capital, card, done, feed, heading, paragraph, run, say, whisper
from cards.reader import Reader
from cards.times import moment

NAMES = {DigestKind.MINE: "Your tickets", DigestKind.HERE: "The desk"}
_ABOUT = {
    DigestKind.MINE: "Your open tickets: what is overdue, who waits for your answer, what is due today, what changed.",
    DigestKind.HERE: "New, closed and late tickets, who is with nobody, what stands still: of what this conversation "
    "subscribed to, or of all that you may see.",
}


class DigestsCard(Struct, frozen=True, kw_only=True):
    """The digests of one conversation."""

    digests: tuple[Digest, ...]
    is_personal: bool
    """Whether it is somebody's own chat."""
    said: str = ""
    """What has just been done."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        body = (
            heading("Digests"),
            done(self.said),
            *(part for each in self.digests for part in _digest(each, reader, nonce)),
            *self._missing(nonce),
            self._elsewhere(),
        )
        return card(*body, summary=self.summary())

    def summary(self) -> str:
        """Say it in one line."""
        if self.said:
            return feed(self.said)
        told = [f"{NAMES[each.kind]}: {_when(each)}" for each in self.digests]
        return feed(f"Digests here: {'; '.join(told)}" if told else "No digest comes here yet")

    def _missing(self, nonce: str) -> tuple[Element, ...]:
        """Offer what is not set yet."""
        known = {each.kind for each in self.digests}
        fitting = (DigestKind.MINE, DigestKind.HERE) if self.is_personal else (DigestKind.HERE,)
        return tuple(part for kind in fitting if kind not in known for part in _offer(kind, nonce))

    def _elsewhere(self) -> Element | None:
        if self.is_personal:
            return whisper("Or say: digest mine 07:30 mon-fri", spacing="Medium")
        return whisper("Or say: digest here 08:00 mon,thu. Your own comes to your own chat: digest mine 07:30 mon-fri")


def _digest(digest: Digest, reader: Reader, nonce: str) -> tuple[Element, ...]:
    kind = digest.kind.value
    rest: Action = (
        press("Resume", ResumeDigest(kind=kind), nonce)
        if digest.is_paused
        else press("Pause", PauseDigest(kind=kind), nonce)
    )
    state = "Paused: none is sent until somebody resumes it." if digest.is_paused else _next(digest, reader)
    about = Container(
        items=(
            paragraph(run(NAMES[digest.kind], weight="Bolder")),
            say(capital(spoken(digest.rhythm)), spacing="None"),
            whisper(f"{state} Set by {digest.created_by_name}.", spacing="None"),
        ),
        spacing="Medium",
        separator=True,
    )
    deeds = (
        press("Send it now", SendDigest(kind=kind), nonce),
        press("Change", DigestForm(kind=kind), nonce),
        rest,
        press("Remove", RemoveDigest(kind=kind), nonce),
    )
    return (about, ActionSet(actions=deeds, spacing="Small"))


def _offer(kind: DigestKind, nonce: str) -> tuple[Element, ...]:
    about = Container(
        items=(paragraph(run(NAMES[kind], weight="Bolder")), whisper(_ABOUT[kind], spacing="None")),
        spacing="Medium",
        separator=True,
    )
    deed = press("Set it up", DigestForm(kind=kind.value), nonce)
    return (about, ActionSet(actions=(deed,), spacing="Small"))


def _next(digest: Digest, reader: Reader) -> str:
    return f"Next: {moment(digest.next_at, reader)}."


def _when(digest: Digest) -> str:
    return "paused" if digest.is_paused else spoken(digest.rhythm)
