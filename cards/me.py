"""Who the person is here: link, role, limits. Linking itself is the core's business."""

from msgspec import Struct

from attms_core.model import LinkState, Person, ResourceId
from cards.actions import Execute, press
from cards.asks import ConfirmLink, DeclineLink, RunCommand
from cards.elements import Element, Json
from cards.parts import card, facts, feed, notice, say, title, whisper
from cards.reader import Reader

MOST_BUTTONS = 4
_LINK = {
    LinkState.UNLINKED: "not linked to an AutoTask technician",
    LinkState.PROPOSED: "waiting for your confirmation",
    LinkState.LINKED: "linked",
    LinkState.SUSPENDED: "suspended",
    LinkState.REFUSED: "refused",
}
_WAY_ON = {
    LinkState.UNLINKED: "Ask an administrator to link you. Until then you see no ticket data.",
    LinkState.PROPOSED: "Until you confirm, you see no ticket data.",
    LinkState.LINKED: "What concerns you is told in your own chat with me. Say notices there to choose what, and when.",
    LinkState.SUSPENDED: "Ask an administrator to look at it. Until then you see no ticket data.",
    LinkState.REFUSED: "Guests and people of other organisations see no ticket data.",
}


class MeCard(Struct, frozen=True, kw_only=True):
    """A person's own card."""

    person: Person
    resource_name: str = ""
    """The technician: linked, or proposed."""
    queue_names: tuple[str, ...] | None = None
    """What the role is narrowed to; None is no limit."""
    company_names: tuple[str, ...] | None = None
    said: str = ""
    """What has just happened: ``You are now Ana Ruiz.``"""
    commands: tuple[tuple[str, str], ...] = ()
    """Buttons: title and words to run."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        body = (*self._top(), *facts(self._facts(reader)), *self._way_on())
        return card(*body, summary=self.summary(), actions=self._buttons(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(self.said or f"{self.person.name}: {_LINK[self.person.link.state]}")

    def _top(self) -> tuple[Element, ...]:
        said = (notice(self.said, "good"),) if self.said else ()
        mail = (whisper(self.person.email, spacing="None"),) if self.person.email else ()
        return (*said, title(self.person.name or "You", size="Medium"), *mail)

    def _facts(self, reader: Reader) -> list[tuple[str, str]]:
        return [
            ("AutoTask", self.resource_name or "nobody"),
            ("Link", _LINK[self.person.link.state]),
            ("Role", self.person.role.value),
            ("Writing", "switched on" if reader.can_write else "switched off: buttons only say what they would do"),
            ("Queues", _limit(self.queue_names)),
            ("Companies", _limit(self.company_names)),
        ]

    def _way_on(self) -> tuple[Element, ...]:
        state = self.person.link.state
        if state is LinkState.PROPOSED:
            asks: tuple[Element, ...] = (
                say(f"Are you {self.resource_name or 'this technician'} in AutoTask?", spacing="Medium"),
            )
        else:
            asks = (say(self.person.link.reason, spacing="Medium"),) if self.person.link.reason else ()
        return (*asks, *((whisper(_WAY_ON[state]),) if state in _WAY_ON else ()))

    def _buttons(self, nonce: str) -> tuple[Execute, ...]:
        more = tuple(press(name, RunCommand(words=words), nonce) for name, words in self.commands[:MOST_BUTTONS])
        resource = self.person.link.resource
        if self.person.link.state is not LinkState.PROPOSED or resource is None:
            return more
        return (*_proposal(resource, nonce), *more)


def _proposal(resource: ResourceId, nonce: str) -> tuple[Execute, ...]:
    return (
        press("Yes, that is me", ConfirmLink(resource=resource), nonce),
        press("No, somebody else", DeclineLink(resource=resource), nonce),
    )


def _limit(names: tuple[str, ...] | None) -> str:
    if names is None:
        return "all"
    return ", ".join(names) or "none"
