"""A life simulator: tickets arrive, people work on them, customers answer, clocks run.

Everything happens through the world's own doors, as if people did it in Autotask's pages.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random

from sandbox.autotask import seed_base, words
from sandbox.autotask.filters import Sql
from sandbox.autotask.picklists import SERVICE_DESK
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import COMPLETE, NEW, Actor
from sandbox.autotask.values import wire_time
from sandbox.autotask.world import World

STEPS_ONWARDS = {NEW: (8, 10), 8: (7, 12, COMPLETE), 10: (8,), 7: (8, COMPLETE), 13: (8,)}
OTHERWISE = (8,)
CUSTOMER_ANSWERED = 13


class Life:
    """Does one small thing to a world at each step; `interval` is the seconds between steps of `run`."""

    def __init__(self, world: World, interval: float = 20.0, *, seed: int = 1) -> None:
        self._world = world
        self._interval = interval
        self._random = Random(seed)
        self._people = [person.resource_id for person in seed_base.technicians()]

    async def run(self) -> None:
        """Take steps until cancelled; whoever starts this owns the task."""
        while True:
            await asyncio.sleep(self._interval)
            self.step()

    def step(self) -> str:
        """Do one thing now and return which: `created`, `answered`, `worked`, `moved` or `quiet`."""
        deeds: tuple[Callable[[], str], ...] = (self._create, self._answer, self._work, self._move)
        return self._random.choices(deeds, (4, 2, 3, 3))[0]()

    def _create(self) -> str:
        title, description, issue, sub_issue, kind = self._random.choice(words.TROUBLES)
        contact = self._random.choice(self._world.rows.find("Contacts", isActive=1))
        values = {
            "title": title,
            "description": description,
            "companyID": contact["companyID"],
            "contactID": contact["id"],
            "status": NEW,
            "priority": self._random.choice((4, 1, 2, 2, 3)),
            "queueID": SERVICE_DESK,
            "ticketType": kind,
            "issueType": issue,
            "subIssueType": sub_issue,
            "source": 4,
            "serviceLevelAgreementID": 1,
            "dueDateTime": wire_time(self._world.clock() + timedelta(hours=self._random.choice((1, 4, 24)))),
        }
        self._world.create_ticket(values, Actor(resource_id=seed_base.DISPATCHER))
        return "created"

    def _answer(self) -> str:
        ticket = self._some_ticket()
        if ticket is None or ticket["contactID"] is None:
            return "quiet"
        text = self._random.choice(words.CUSTOMER_NOTES)
        self._world.add_note(ticket["id"], text, contact=ticket["contactID"], title="Reply", note_type=18)
        if ticket["status"] == 7:
            self._world.change_ticket(ticket["id"], by=self._world.tenant.system_user_id, status=CUSTOMER_ANSWERED)
        return "answered"

    def _work(self) -> str:
        ticket = self._some_ticket()
        if ticket is None:
            return "quiet"
        by = ticket["assignedResourceID"] or self._random.choice(self._people)
        is_reply = self._random.random() < 0.4
        text = self._random.choice(words.REPLIES if is_reply else words.INTERNAL_NOTES)
        self._world.add_note(ticket["id"], text, by=by, title="Update", publish=1 if is_reply else 2)
        return "worked"

    def _move(self) -> str:
        ticket = self._some_ticket()
        if ticket is None:
            return "quiet"
        fields = {"status": self._random.choice(STEPS_ONWARDS.get(ticket["status"], OTHERWISE))}
        by = ticket["assignedResourceID"]
        if by is None:
            by = self._random.choice(self._people)
            role = self._default_role(by)
            fields |= {"assignedResourceID": by, "assignedResourceRoleID": role}
        self._world.change_ticket(ticket["id"], by=by, **fields)
        return "moved"

    def _some_ticket(self) -> Record | None:
        """Return one of the open tickets; None when all is done."""
        ids = self._world.rows.ids("Tickets", Sql('"status" <> ?', (COMPLETE,)))
        return self._world.ticket(self._random.choice(ids)) if ids else None

    def _default_role(self, resource_id: int) -> int:
        desk = self._world.rows.find("ResourceServiceDeskRoles", resourceID=resource_id)
        return next(int(row["roleID"]) for row in desk if row["isDefault"])
