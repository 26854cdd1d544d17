"""Serves one claimed lane: has its messages made, sends them in order, and notes what came of each.

Which lanes are served, and when, is the sender's business; what an error means is decided in ``mishaps``.
"""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Protocol

import structlog
from msgspec import Struct, structs

from attms_core.errors import AttmsError
from attms_core.model import Conversation, ConversationKind, Owed, OwedKind, Post, TenantId, person_of
from attms_core.ports import Now
from attms_core.store.owed import Unreadable
from bot.delivery import ConversationGone, Gone, NotInstalled, Throttled, TooBig, WrongHost
from bot.notices.ledger import A_BUG, Ledger
from bot.notices.lines import Compose, Line, NotYet, Render
from bot.notices.message import Activity, Message, Way
from bot.notices.mishaps import FIRST_WAIT, PUT_OFF, TRIES, UNREADABLE, Chance, Deed, Verdict, judge
from bot.notices.pace import Pace, TenantPace
from bot.notices.places import Places
from bot.notices.work import Work

log = structlog.get_logger(__name__)

NEW = frozenset({Way.ROOT, Way.REPLY, Way.SAY})
"""Ways that add a message; sent twice they are there twice."""


class Brake(Protocol):
    """Stops what cannot go on, for a while."""

    def stop_tenant(self, tenant: TenantId, verdict: Verdict) -> None:
        """Send nothing more in a tenant."""
        ...

    def stop_all(self, verdict: Verdict) -> None:
        """Send nothing more at all."""
        ...

    def go_on(self) -> None:
        """Hear that a message has arrived."""
        ...


class Courier(Struct, frozen=True, kw_only=True):
    """Serves lanes, any number of them at the same time."""

    line: Line
    places: Places
    render: Render
    compose: Compose
    ledger: Ledger
    pace: Pace | None
    tenant_pace: TenantPace
    brake: Brake
    now: Now
    chance: Chance

    async def serve(self, work: Work, may_go_on: Callable[[], bool]) -> None:
        """Deliver what is due in a lane, as far as that can be; ``may_go_on`` is asked before each message.

        What arrived is noted in any case. When this is cancelled the lane stays claimed, for its holder to give back.
        """
        try:
            await self._serve(work, may_go_on)
        finally:
            if work.is_ended or not work.result.is_empty:
                self.ledger.note(work.take_result())

    async def _serve(self, work: Work, may_go_on: Callable[[], bool]) -> None:
        for each in work.claim.unreadable:
            self._put_off(work, each)
        if not work.left:
            work.end(now=self.now())
            return
        try:
            if work.claim.conversation is None:
                await self.tenant_pace.turn(work.claim.tenant)  # a chat is opened, which counts like a message
            work.conversation = await self.places.of(work.claim)
        except AttmsError as error:
            self._give_way(work, list(work.left.values()), error)
        else:
            await self._send_all(work, may_go_on)
        if work.is_left and work.conversation is not None:
            await self.places.forget(work.conversation)
        if not (work.is_ended or work.is_lost):
            work.end(now=self.now())

    def _put_off(self, work: Work, it: Unreadable) -> None:
        """Leave a row to a newer process, for as long as there may be one; the rest of the lane goes on."""
        facts = {"tenant": work.claim.tenant, "lane": work.claim.lane, "row": it.owed.id, "reason": it.why}
        if it.owed.attempts + 1 >= TRIES:
            work.bury([it.owed], f"{UNREADABLE}: this version of ATTMS cannot read it: {it.why}")
            log.error("notice_unreadable", **facts)
            return
        work.defer([it.owed], self.now() + PUT_OFF)
        if not it.owed.attempts:
            log.warning("notice_put_off", **facts)

    async def _send_all(self, work: Work, may_go_on: Callable[[], bool]) -> None:
        async for message in self._messages(work):
            if not (may_go_on() and await self._is_its_turn(work, message)):
                return
            await self._send(work, message)
            if work.is_over:
                return
        # A composer owes a message, or the word "nothing", for every row; a row without either would come for ever.
        if work.left and not work.is_over:
            log.error("rows_not_composed", tenant=work.claim.tenant, lane=work.claim.lane, rows=sorted(work.left))
            work.bury(list(work.left.values()), A_BUG)

    async def _messages(self, work: Work) -> AsyncIterator[Message]:
        for edit in [row for row in work.claim.rows if row.kind is OwedKind.EDIT]:
            message = await self._edit_of(work, edit)
            if work.is_over:
                return
            if message is not None:
                yield message
        if news := [row for row in work.claim.rows if row.kind is not OwedKind.EDIT]:
            for message in await self._composed(work, news):
                yield message

    async def _edit_of(self, work: Work, edit: Owed) -> Message | None:
        conversation = _place(work)
        try:
            viewers = await self.places.viewers(conversation)
            activity = await self.render(edit, conversation, viewers=viewers)
        except NotYet:
            work.defer([edit], self.now() + FIRST_WAIT)
            return None
        except AttmsError as error:
            self._give_way(work, [edit], error)
            return None
        except Exception:
            # The last net: a bug of ours in one card must not leave all other cards standing.
            log.exception("edit_broke", lane=work.claim.lane, activity=edit.activity)
            work.bury([edit], A_BUG)
            return None
        return Message(way=Way.EDIT, settles=(edit,), activity=activity, edits=edit.activity)

    async def _composed(self, work: Work, rows: list[Owed]) -> list[Message]:
        try:
            return list(await self.compose(_place(work), rows, work.posts))
        except AttmsError as error:
            if judge(error, 0).deed is not Deed.BURY:
                self._give_way(work, rows, error)
                return []
        except Exception:
            log.exception("composing_broke", lane=work.claim.lane)
        return await self._composed_apart(work, rows)

    async def _composed_apart(self, work: Work, rows: list[Owed]) -> list[Message]:
        """Compose topic by topic, so that one that cannot be composed is given up alone."""
        messages: list[Message] = []
        for topic in dict.fromkeys(row.topic for row in rows):
            those = [row for row in rows if row.topic == topic]
            try:
                messages += await self.compose(_place(work), those, work.posts)
            except AttmsError as error:
                self._give_way(work, those, error)
            except Exception:
                # The last net: a bug of ours in one topic must not silence all others of the conversation.
                log.exception("topic_broke", lane=work.claim.lane, topic=topic.key if topic else "")
                work.bury(those, A_BUG)
        return messages

    async def _is_its_turn(self, work: Work, message: Message) -> bool:
        if message.way is Way.NOTHING or message.topic in work.lost:
            return True
        if self.pace is not None:
            now = self.now()
            # A card that settles nothing waits until its reply can follow: else it would come again and again.
            if wait := self.pace.wait(work.fullness, now, count=1 if message.settles else 2):
                work.end(now=now, wait=wait)
                return False
            work.fullness = self.pace.spend(work.fullness, now)
        # Never more than one new message of a conversation that a crash would have us send again.
        if message.way in NEW and work.has_posted and not await self.ledger.commit(work.take_result()):
            work.is_over = work.is_lost = True
            return False
        await self.tenant_pace.turn(work.claim.tenant)
        return True

    async def _send(self, work: Work, message: Message) -> None:
        if message.topic in work.lost:
            return
        try:
            await self._deliver(work, message)
        except AttmsError as error:
            await self._mishap(work, message, error)
        except Exception:
            # The last net, as above.
            log.exception("message_broke", lane=work.claim.lane, way=message.way)
            self._lose(work, message, A_BUG)

    async def _deliver(self, work: Work, message: Message) -> None:
        if message.way is not Way.NOTHING:
            activity = message.activity or {}
            try:
                await self._say(work, message, activity)
            except TooBig:
                await self._say(work, message, await self._short_of(work, message))
            self.brake.go_on()
            self.tenant_pace.went_well(work.claim.tenant)
            work.has_posted = work.has_posted or message.way in NEW
        work.tell(message, self.now())
        work.settle(message.settles)

    async def _short_of(self, work: Work, message: Message) -> Activity:
        if message.short is not None:
            return message.short()
        if len(message.settles) == 1 and message.settles[0].kind is OwedKind.EDIT:
            return await self.render(message.settles[0], _place(work), is_short=True)
        raise TooBig("The message is too big for Teams")

    async def _say(self, work: Work, message: Message, activity: Activity) -> None:
        conversation, post = _place(work), work.posts.get(message.topic) if message.topic else None
        is_channel = conversation.kind is ConversationKind.CHANNEL
        thread = post.thread if post is not None else ""
        if message.way is Way.EDIT:
            await self.line.edit(conversation, message.edits, activity, thread=_thread_of(work, message.edits))
        elif message.way is Way.REPLY and is_channel and thread:
            await self.line.send(conversation, activity, thread=thread)
        elif is_channel:
            root, number = await self.line.post_root(conversation, activity)
            self._stand(work, message, number, thread=root)
        else:
            self._stand(work, message, await self.line.send(conversation, activity))

    def _stand(self, work: Work, message: Message, activity: str, *, thread: str = "") -> None:
        if message.way is not Way.ROOT or message.topic is None or not activity:
            return
        before, now = work.posts.get(message.topic), self.now()
        work.stand(
            Post(
                tenant=work.claim.tenant,
                lane=work.claim.lane,
                topic=message.topic,
                conversation=_place(work).id,
                activity=activity,
                thread=thread,
                posted_at=now,
                told_at=now,
                told=before.told if before else (),
            )
        )

    async def _mishap(self, work: Work, message: Message, error: AttmsError) -> None:
        match error:
            case WrongHost() if not work.has_moved:
                await self._elsewhere(work, message, error)
            case ConversationGone() if message.way is not Way.REPLY and not work.has_reopened and _is_chat(work):
                await self._anew(work, message)
            case Gone() if message.way in {Way.EDIT, Way.REPLY} and message.topic in work.posts:
                await self._without_card(work, message, error)
            case Gone() if message.way in NEW:
                self._give_way(work, work.rows_of(message), ConversationGone(str(error)))
            case _:
                self._fail(work, message, error)

    def _fail(self, work: Work, message: Message, error: AttmsError) -> None:
        if isinstance(error, Throttled):
            self.tenant_pace.was_refused(work.claim.tenant)
        rows = work.rows_of(message)
        verdict = self._give_way(work, rows, error)
        if verdict.deed is Deed.BURY:
            self._lose(work, message, verdict.reason)

    async def _elsewhere(self, work: Work, message: Message, error: WrongHost) -> None:
        """Say it at the other cloud's address, once."""
        work.has_moved = True
        moved = await self.places.move(_place(work))
        if moved is None:
            self._fail(work, message, error)
            return
        work.conversation = moved
        await self._send(work, message)

    async def _anew(self, work: Work, message: Message) -> None:
        """Open the chat with the person again, and say it there."""
        work.has_reopened = True
        person = person_of(work.claim.lane) or ""
        try:
            work.conversation = await self.places.open_chat(work.claim.tenant, person)
        except AttmsError as error:
            self._give_way(work, work.rows_of(message), error)
            return
        await self._send(work, message)

    async def _without_card(self, work: Work, message: Message, error: Gone) -> None:
        """Post news anew whose card has been deleted; a silent update has nothing left to update."""
        is_news = bool(message.told) or message.way is Way.REPLY
        if message.topic is None:
            self._fail(work, message, error)
            return
        work.fall(message.topic)
        if not is_news:
            work.settle(message.settles)
            return
        way = Way.ROOT if message.way is Way.EDIT else Way.SAY
        await self._send(work, structs.replace(message, way=way, edits=""))

    def _lose(self, work: Work, message: Message, reason: str) -> None:
        """Give a message up; when it is the card that others were to follow, all of its topic."""
        work.bury(work.rows_of(message), reason)
        if message.topic is not None and not message.settles:
            work.lost.add(message.topic)

    def _give_way(self, work: Work, rows: list[Owed], error: AttmsError) -> Verdict:
        """Do what follows from an error for rows that were to be delivered."""
        now = self.now()
        verdict = judge(error, max((row.attempts for row in rows), default=0), self.chance)
        match verdict.deed:
            case Deed.BURY:
                work.bury(rows, verdict.reason)
            case Deed.WAIT:
                work.count_try(rows)
                work.end(now=now, wait=verdict.wait, trouble=verdict.reason)
            case Deed.LEAVE:
                work.bury(list(work.left.values()), verdict.reason)
                work.is_over = work.is_left = True
            case Deed.STOP_TENANT:
                work.end(now=now, wait=verdict.wait, trouble=verdict.reason)
                self.brake.stop_tenant(work.claim.tenant, verdict)
            case Deed.STOP_ALL:
                work.end(now=now, wait=verdict.wait, trouble=verdict.reason)
                self.brake.stop_all(verdict)
        self._log(work, rows, verdict)
        return verdict

    def _log(self, work: Work, rows: list[Owed], verdict: Verdict) -> None:
        log.warning(
            "notice_failed",
            tenant=work.claim.tenant,
            lane=work.claim.lane,
            rows=len(rows),
            deed=verdict.deed,
            wait=verdict.wait / timedelta(seconds=1),
            reason=verdict.reason,
        )


def _place(work: Work) -> Conversation:
    if work.conversation is None:
        raise NotInstalled("The app is not in the conversation")
    return work.conversation


def _thread_of(work: Work, activity: str) -> str | None:
    """Name the thread that a standing card began, whether news or a press edits it; none for any other message."""
    return next((post.thread for post in work.posts.values() if post.activity == activity and post.thread), None)


def _is_chat(work: Work) -> bool:
    return person_of(work.claim.lane) is not None
