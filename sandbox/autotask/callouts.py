"""Webhooks at work: what happens to tickets and notes is told to whoever has subscribed, again and again, or given up.

How a callout looks is in `callouts_wire`, what a webhook may be in `callouts_rules`. Times are the world's: in a world
that stands still, `settle` sends what has become due.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

import aiohttp

from sandbox.autotask import callouts_rules
from sandbox.autotask.callouts_lane import Lane, Planned
from sandbox.autotask.callouts_rules import EVENTS, WATCHED
from sandbox.autotask.callouts_wire import Happening
from sandbox.autotask.faults import Faults
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import Actor
from sandbox.autotask.values import wire_time
from sandbox.autotask.world import World

HOUR = timedelta(hours=1)
AN_HOUR = 1500
"""Callouts of one entity in a rolling hour (REST help: webhooks)."""


class Callouts:
    """Hears what happens in a world and calls out. Enter it to send anything at all."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._sent: dict[str, deque[datetime]] = {entity: deque() for entity in WATCHED.values()}
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.patience = 10.0
        """Seconds that a callout waits for its answer (REST help: webhooks)."""
        self.hourly = AN_HOUR
        self.mails: list[str] = []
        """Subjects of what was mailed to the addresses that webhooks name."""
        world.listeners.append(self.hear)

    async def __aenter__(self) -> Self:
        """Begin to send."""
        self._session = aiohttp.ClientSession()
        for lane in self._lanes.values():
            self._start(lane)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop sending; what waits is never sent."""
        session, self._session = self._session, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if session is not None:
            await session.close()

    async def settle(self) -> None:
        """Send all that is due by the world's clock, and wait until that is done."""
        for lane in list(self._lanes.values()):
            lane.let_go()
            await lane.deliver()

    def waiting(self) -> int:
        """Count the callouts that have not been sent yet."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    def hear(self, entity: str, before: Record, after: Record, actor: Actor) -> None:
        """Hear of a change: of a record that is told of, or of a webhook itself."""
        if entity in WATCHED:
            self._hear_webhook(entity, before, after)
            return
        for kind in WATCHED:
            if entity in callouts_rules.children(kind):
                self._hear_child(kind, (after or before)["webhookID"])
            elif entity == WATCHED[kind]:
                self._tell(kind, before, after, actor)

    # webhooks that change

    def _hear_webhook(self, kind: str, before: Record, after: Record) -> None:
        if after and not before:
            return
        lane = self._lane(kind, before["id"])
        if not after:
            self._clear(kind, before["id"])
        if before["isActive"] and not (after and after["isActive"]):
            lane.say_goodbye(before)
        if after and after["isActive"] and not before["isActive"]:
            lane.failures = 0

    def _clear(self, kind: str, webhook: int) -> None:
        for child in callouts_rules.children(kind):
            for row in self._world.rows.find(child, webhookID=webhook):
                self._world.rows.remove(child, row["id"])

    def _hear_child(self, kind: str, webhook: int) -> None:
        record = self._world.rows.get(kind, webhook)
        if record is not None:
            ready = bool(callouts_rules.field_names(self._world, kind, webhook, flag="isSubscribedField"))
            self._world.rows.put(kind, {**record, "isReady": ready})

    # records that change

    def _tell(self, kind: str, before: Record, after: Record, actor: Actor) -> None:
        for webhook in self._world.rows.find(kind):
            if self._listens(kind, webhook, after or before, actor):
                what = self._happening(kind, webhook, before, after, actor)
                if what is not None:
                    self._plan(kind, webhook, what)

    def _listens(self, kind: str, webhook: Record, record: Record, actor: Actor) -> bool:
        owner = self._world.rows.get("Resources", webhook["ownerResourceID"])
        if not webhook["isActive"] or not webhook["isReady"]:
            return False
        if owner is None or not owner["isActive"] or not self._world.tenant.rights.webhooks:
            self.deactivate(kind, webhook["id"], "its owner may no longer have webhooks")
            return False
        excluded = self._world.rows.find(callouts_rules.children(kind)[-1], webhookID=webhook["id"])
        is_hidden = record.get("queueID") in self._world.quirks.hidden_queues
        return not is_hidden and actor.resource_id not in {row["resourceID"] for row in excluded}

    def _happening(self, kind: str, webhook: Record, before: Record, after: Record, actor: Actor) -> Happening | None:
        action = "Create" if not before else "Delete" if not after else "Update"
        if not webhook[EVENTS[action]]:
            return None
        names = callouts_rules.field_names(self._world, kind, webhook["id"], flag="isSubscribedField")
        always = callouts_rules.field_names(self._world, kind, webhook["id"], flag="isDisplayAlwaysField")
        old, new = _flat(before), _flat(after)
        if action == "Update":
            names = {name for name in names if old.get(name) != new.get(name)}
            if not names:
                return None
        told = {
            name: new.get(name) for name in sorted(names | always) if new.get(name) is not None or action == "Update"
        }
        return Happening(
            action=action,
            entity=WATCHED[kind],
            id=(after or before)["id"],
            fields={} if action == "Delete" else told,
            at=wire_time(self._world.clock().replace(microsecond=0)),
            person=(None if before else after.get("createdByContactID")) or actor.resource_id,
        )

    def _plan(self, kind: str, webhook: Record, what: Happening) -> None:
        lane, verbs = self._lane(kind, webhook["id"]), (what.action.casefold(),)
        sequence = lane.next_sequence()
        if self._is_too_much(what.entity):
            self.mail(webhook, "threshold exceeded", wanted=webhook["sendThresholdExceededNotification"])
            return
        if self._faults.take("callout_lost", what.entity, verbs):
            return
        delayed = self._faults.take("callout_delayed", what.entity, verbs)
        planned = Planned(
            what=what,
            sequence=sequence,
            due=self._world.clock() + timedelta(seconds=delayed.seconds if delayed else 0),
            is_corrupt=self._faults.take("callout_corrupt", what.entity, verbs) is not None,
        )
        times = 2 if self._faults.take("callout_doubled", what.entity, verbs) else 1
        lane.add(planned, times=times, is_held=bool(self._faults.take("callout_reordered", what.entity, verbs)))

    def _is_too_much(self, entity: str) -> bool:
        sent, now = self._sent[entity], self._world.clock()
        while sent and sent[0] <= now - HOUR:
            sent.popleft()
        if len(sent) >= self.hourly:
            return True
        sent.append(now)
        return False

    # what lanes need

    @property
    def session(self) -> aiohttp.ClientSession | None:
        """What callouts go through; None while nothing is sent."""
        return self._session

    def deactivate(self, kind: str, webhook: int, why: str) -> None:
        """Switch a webhook off and say so where it wants to hear of it."""
        record = self._world.record(kind, webhook)
        self._world.rows.put(kind, {**record, "isActive": False})
        self.mail(record, f"deactivated: {why}", wanted=True)
        self._lane(kind, webhook).say_goodbye(record)

    def mail(self, webhook: Record, about: str, *, wanted: bool) -> None:
        """Mail the address that a webhook names, if it names one."""
        if wanted and webhook["notificationEmailAddress"]:
            self.mails.append(f"{webhook['notificationEmailAddress']}: {webhook['name']} {about}")

    def _lane(self, kind: str, webhook: int) -> Lane:
        key = (kind, webhook)
        if key not in self._lanes:
            self._lanes[key] = Lane(self, self._world, kind, webhook)
            if self._session is not None:
                self._start(self._lanes[key])
        return self._lanes[key]

    def _start(self, lane: Lane) -> None:
        task = asyncio.get_running_loop().create_task(lane.run(), name="callouts")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _flat(record: Record) -> Record:
    """Put user-defined fields beside the others, under their names."""
    udfs: Iterable[Record] = record.get("userDefinedFields") or ()
    return {**record, **{udf["name"]: udf["value"] for udf in udfs}}
