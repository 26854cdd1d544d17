"""What the demo says when all is running: every address, what to try, how to attach and how to stop."""

from collections.abc import Iterator
from dataclasses import dataclass

from demo import package
from demo.cast import Sights
from demo.context import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything is. An empty chat window is none."""

    bot: str
    management: str
    autotask: str
    window: str = ""

    @property
    def endpoint(self) -> str:
        """Where a Teams client delivers what people say."""
        return f"{self.bot}/api/messages"

    @property
    def status(self) -> str:
        """Where one word tells how the bot feels."""
        return f"{self.bot}/api/status/health"


def text(addresses: Addresses, speaker: Face, sights: Sights) -> str:
    """Write all of it."""
    parts = (
        _where(addresses),
        _who(addresses, speaker),
        _try(sights),
        _attach(addresses),
        ("Ctrl-C stops all of it.",),
    )
    return "\n\n".join("\n".join(lines) for lines in parts)


def _where(addresses: Addresses) -> Iterator[str]:
    yield "ATTMS is running. All of it is on this machine; nothing leaves it."
    yield ""
    if addresses.window:
        yield f"  Chat window       {addresses.window}   <- open this in a browser"
    yield f"  Bot               {addresses.endpoint}"
    yield f"  Bot's status      {addresses.status}"
    yield f"  Management        {addresses.management}   (this machine only)"
    yield f"  AutoTask sandbox  {addresses.autotask}"


def _who(addresses: Addresses, speaker: Face) -> Iterator[str]:
    if addresses.window:
        yield f"You are {speaker.name} of the service desk. Tickets keep arriving, customers answer, SLA clocks run."
    else:
        yield "Whoever speaks first is given a technician. Tickets keep arriving, customers answer, SLA clocks run."


def _try(sights: Sights) -> Iterator[str]:
    yield "What to try:"
    for words, why in _hints(sights):
        yield f"  {words:<44}{why}"


def _hints(sights: Sights) -> Iterator[tuple[str, str]]:
    yield "/tickets mine", "your open tickets, the next SLA due first"
    if sights.mine:
        yield f"/ticket {sights.mine}", "one of them: add a note, change its status"
    if sights.unassigned:
        yield "/tickets unassigned", f"{sights.unassigned} wait for somebody: open one and take it"
    yield f"/tickets overdue queue {sights.queue}", "what is late in one queue"
    if sights.customer:
        yield f"/tickets company {sights.customer}", "everything of one customer"
    yield "/new", "a new ticket, by a form"
    yield "/subscribe events:all", "be told of what happens, as it happens; /subscriptions ends it"
    yield "/tikets mine", "a typo: the right command is one press away"
    yield "/me", "who you are here; persona NAME makes you somebody else"
    yield "help", "every command"


def _attach(addresses: Addresses) -> Iterator[str]:
    more = "More chat windows may join" if addresses.window else "A chat window is attached so"
    yield f"{more} (Node.js 20 or newer; started so, it listens on every network interface):"
    yield f"  npx {package.NAME}@{package.VERSION} start -c msteams --disable-telemetry -e {addresses.endpoint}"
