"""From a turn to an answer: who is it, what is meant, may they, do it, say it.

The one place that times, catches and logs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Self, TypeVar

import structlog
from msgspec import structs

from attms_core.desk import Desk, Wishes
from attms_core.errors import AttmsError, NotConnected, OutOfDate, StoreUnavailable
from attms_core.health import Doctor
from attms_core.model import Conversation, LinkState, Person, Right, TicketId, Wish, WishState
from attms_core.model.ticket import COMPLETE
from attms_core.notices import owe_outcome
from attms_core.notices.wants import Wants
from attms_core.people import People, authorize, demand
from attms_core.store.database import Database
from bot import faces, problems
from bot.asking import Asking
from bot.conversations import Conversations
from bot.events import Events
from bot.grammar import Spoken, meant
from bot.reading import Readers, fresh_nonce
from bot.reply import Reply
from bot.router import Router
from bot.suggesting import suggestion
from bot.turn import Answer, Choices, Nothing, Problem, Replace, Say, Turn, TurnKind
from cards.asks import OfTicket, RunCommand, TryAgain, ViewTicket
from cards.saving import SavingCard
from cards.submission import Submission, unpack

log = structlog.get_logger(__name__)
Done = TypeVar("Done", Reply, None)

PATIENCE = timedelta(seconds=2.5)
"""An invoke is answered within three seconds; a longer save goes on and the message is edited."""
LOOKED_FOR = timedelta(seconds=30)
"""The longest that a look for an earlier wish takes."""
LOOKS = 10
"""For a wish that is not stored when patience ends, in as long again."""
WRITING = frozenset({Right.WRITE, Right.DISPATCH})
ASKED = frozenset({TurnKind.MESSAGE, TurnKind.SUBMIT, TurnKind.EXECUTE, TurnKind.SEARCH})
PRESSED = frozenset({TurnKind.SUBMIT, TurnKind.EXECUTE})


class Dispatch:
    """The handler of every turn. Open it as an async context manager: leaving it waits for all that is under way.

    ``connected`` says whether AutoTask has been set up; ``poke`` wakes the sender when something may be owed.
    """

    def __init__(
        self,
        *,
        router: Router,
        desk: Desk,
        wishes: Wishes,
        people: People,
        conversations: Conversations,
        events: Events,
        readers: Readers,
        database: Database,
        poke: Callable[[], None],
        wants: Wants,
        doctor: Doctor,
        connected: bool,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._router = router
        self._desk = desk
        self._wishes = wishes
        self._people = people
        self._conversations = conversations
        self._events = events
        self._readers = readers
        self._database = database
        self._poke = poke
        self._wants = wants
        self._doctor = doctor
        self._connected = connected
        self._patience = patience
        self._turns = 0
        """Turns under way. They run in tasks of the channel's, so they are counted: only presses get tasks of ours."""
        self._no_turns = asyncio.Event()
        self._presses: set[asyncio.Task[Reply] | asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Open it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for the turns under way and for every press, answered or not: what they work with is closed next."""
        while self._turns:
            await self._no_turns.wait()
        while self._presses:
            await asyncio.wait(self._presses)

    async def __call__(self, turn: Turn) -> Answer:
        """Answer a turn. Never raises: what goes wrong becomes a card with the turn's trace id."""
        started = time.perf_counter()
        self._turns += 1
        self._no_turns.clear()
        try:
            answer, outcome = await self._answer(turn)
        finally:
            self._turns -= 1
            if not self._turns:
                self._no_turns.set()
        took = round((time.perf_counter() - started) * 1000, 1)
        log.info("turn", kind=turn.kind, outcome=outcome, ms=took)
        return answer

    async def _answer(self, turn: Turn) -> tuple[Answer, str]:
        try:
            return await self._route(turn), "ok"
        except AttmsError as error:
            log.info("turn_refused", code=error.code, reason=str(error))
            reader = self._readers.of_turn(turn, turn.conversation)
            if turn.trigger == "automatic":
                return Problem(error.code, str(error)), error.code  # everybody's card stays where it is
            return _say(turn, problems.reply(error, reader, fresh_nonce(), trace=turn.id)), error.code
        except Exception:
            # The last net: a bug of ours must not leave a person without an answer, nor Teams with an error.
            log.exception("turn_broke")
            reader = self._readers.of_turn(turn, turn.conversation)
            return _say(turn, problems.bug(reader, fresh_nonce(), trace=turn.id)), "bug"

    async def _route(self, turn: Turn) -> Answer:
        if turn.kind not in ASKED:
            return await self._events.answer(turn)
        conversation = await self._conversations.remember(turn.conversation)
        person = await self._people.known(turn.person, turn.person_name, conversation=conversation, mri=turn.person_mri)
        asking = self._asking(turn, person, conversation)
        if turn.kind is TurnKind.SEARCH:
            return await self._search(asking)
        if turn.kind in PRESSED:
            return _say(turn, await (self._view(asking) if turn.trigger == "automatic" else self._press(asking)))
        return _say(turn, await self._said(asking, turn.words))

    def _asking(self, turn: Turn, person: Person, conversation: Conversation) -> Asking:
        return Asking(
            turn=turn,
            person=person,
            conversation=conversation,
            desk=self._desk,
            people=self._people,
            conversations=self._conversations,
            wants=self._wants,
            doctor=self._doctor,
            reader=self._readers.of_turn(turn, conversation, me=person.resource),
            fresh_nonce=fresh_nonce,
        )

    async def _said(self, asking: Asking, words: str) -> Reply:
        spoken = meant(words)
        command = self._router.find(spoken.verb or "help")
        if command is None:
            return self._suggest(asking, words, spoken)
        if command.needs is not Right.HELP and self._is_waiting(asking.person):
            return faces.me(asking)
        return await self._carefully(asking, command.needs, lambda: command.handle(asking, spoken.rest))

    def _is_waiting(self, person: Person) -> bool:
        """Say whether one press of this person is all that is missing: then the card that asks for it comes first."""
        return self._connected and person.link.state is LinkState.PROPOSED

    def _suggest(self, asking: Asking, words: str, spoken: Spoken) -> Reply:
        known = [command.name for command in self._router.open_to(asking.person, _may)]
        run = suggestion(words, spoken, known, complete=self._desk.label("status", COMPLETE))
        return faces.suggestion(asking, said=words, run=run)

    async def _search(self, asking: Asking) -> Answer:
        searched = self._router.searches.get(str(asking.turn.value.get("dataset", "")))
        if searched is None:
            return Nothing()
        self._must(asking, Right.READ)
        hits = await searched(asking, str(asking.turn.value.get("queryText", ""))[:100])
        return Choices(tuple((hit.title, hit.value) for hit in hits[:15]))

    async def _view(self, asking: Asking) -> Reply:
        """Answer a refresh that Teams asks for by itself: no press, so nothing but a view of one's own comes of it."""
        submission = _submission(asking.turn)
        if not isinstance(submission, ViewTicket):
            raise OutOfDate("Nobody has pressed this.")
        self._must(asking, Right.READ)
        return await self._router.presses[ViewTicket].handle(asking, submission)

    async def _press(self, asking: Asking) -> Reply:
        submission = _submission(asking.turn)
        asking = structs.replace(asking, nonce=submission.nonce, action=submission.action)
        if isinstance(submission, RunCommand):
            # One card may offer several commands: each is a deed of its own.
            asking = structs.replace(asking, action=f"{submission.action} {submission.words}")
            return await self._said(asking, submission.words)
        press = self._router.presses[type(submission)]
        ticket = _ticket_of(asking, submission)
        handled = self._carefully(asking, press.needs, lambda: press.handle(asking, submission), ticket=ticket)
        return await (self._in_time(asking, handled) if press.needs in WRITING else handled)

    async def _in_time(self, asking: Asking, handled: Coroutine[None, None, Reply]) -> Reply:
        """Wait for a write; when it takes too long and its wish is stored, say so and let it go on."""
        press = self._own(handled, "press", asking)
        patience, is_over = self._patience.total_seconds(), False
        try:
            while not is_over:
                is_over = bool((await asyncio.wait({press}, timeout=patience))[0])
                if not is_over and await self._owe_later(asking):
                    card = SavingCard()
                    return Reply(card.render(asking.reader), card.summary())
                patience = self._patience.total_seconds() / LOOKS  # it may be stored any moment
        finally:
            if not is_over:  # also when the turn was cancelled, or the store does not take what is owed
                self._own(self._finish_late(asking, press), "late press", asking)
        return await press

    def _own(self, work: Coroutine[None, None, Done], what: str, asking: Asking) -> asyncio.Task[Done]:
        task = asyncio.create_task(work, name=f"{what} {asking.turn.id}")
        self._presses.add(task)
        task.add_done_callback(self._presses.discard)
        return task

    async def _finish_late(self, asking: Asking, press: asyncio.Task[Reply]) -> None:
        """See a late press through; what came of it is due on its card at once."""
        await asyncio.wait({press})
        if not press.cancelled() and (error := press.exception()):
            log.error("late_press_broke", exc_info=error)
        try:
            await self._owe_later(asking, is_over=True)
        except StoreUnavailable as error:
            log.warning("late_press_not_owed_anew", reason=str(error))
        self._poke()

    async def _carefully(
        self,
        asking: Asking,
        needs: Right,
        handle: Callable[[], Awaitable[Reply]],
        *,
        ticket: TicketId | None = None,
    ) -> Reply:
        """Handle words or a press; an error keeps the way back to its ticket, and its wish for trying again."""
        try:
            self._must(asking, needs)
            if needs in WRITING:
                await self._conversations.settle(asking.conversation)  # what comes of it may be owed there
            reply = await handle()
        except AttmsError as error:
            log.info("refused", code=error.code, reason=str(error))
            wish = await self._wish_of(asking, needs)
            return problems.reply(
                error,
                asking.reader,
                asking.fresh_nonce(),
                trace=asking.turn.id,
                wish=wish,
                ticket=wish.ticket if wish and ticket is None else ticket,
            )
        finally:
            self._wake(needs)
        return reply

    async def _owe_later(self, asking: Asking, *, is_over: bool = False) -> bool:
        """Owe the standing card what comes of the wish; durable, so that a crash leaves no "Saving..." behind.

        One that is looked for once more has nothing new to tell until the press is over: it is owed for later.
        """
        wish = await self._asked_for(asking)
        if wish is None or wish.message is None:
            return False
        is_unknown = wish.state is WishState.UNKNOWN and not is_over
        due = asking.reader.now + (LOOKED_FOR if is_unknown else timedelta())
        await self._database.write(lambda tx: owe_outcome(tx, wish, due))
        return True

    async def _asked_for(self, asking: Asking) -> Wish | None:
        """Find the wish that a press is about: its own, or the earlier one whose outcome it looks for once more."""
        own = await self._wishes.by_key(asking.asker().key)
        if own is not None or asking.action != TryAgain.action:
            return own
        asked = _submission(asking.turn)
        earlier = await self._wishes.by_id(asked.wish) if isinstance(asked, TryAgain) else None
        return earlier if earlier and earlier.person == asking.person.key else None

    async def _wish_of(self, asking: Asking, needs: Right) -> Wish | None:
        if needs not in WRITING or asking.person.resource is None:
            return None
        return await self._wishes.by_key(asking.asker().key)

    def _must(self, asking: Asking, right: Right) -> None:
        if not self._connected and right not in {Right.HELP, Right.ADMINISTER}:
            raise NotConnected("AutoTask is not connected yet.")
        demand(asking.person, right)

    def _wake(self, needed: Right) -> None:
        if needed in WRITING:
            self._poke()


def _may(person: Person, right: Right) -> bool:
    return authorize(person, right).allowed


def _submission(turn: Turn) -> Submission:
    return unpack(turn.value, turn.verb)


def _ticket_of(asking: Asking, submission: Submission) -> TicketId | None:
    """Name the way back, for somebody who may go it."""
    if isinstance(submission, OfTicket) and _may(asking.person, Right.READ):
        return submission.ticket
    return None


def _say(turn: Turn, reply: Reply) -> Answer:
    if turn.kind in PRESSED:
        return Replace(reply.card, reply.summary)
    if turn.kind is TurnKind.SEARCH:
        return Choices(())
    if turn.kind is TurnKind.MESSAGE:
        return Say(card=reply.card, summary=reply.summary, suggest=reply.suggest)
    return Nothing()
