"""The seeded world's tickets and their histories; the same seed, number and time make the same world."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sandbox.autotask import alike, picklists, seed_base, seed_more, sla, words
from sandbox.autotask.alike import Alike
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import COMPLETE, NEW, STANDARD
from sandbox.autotask.values import wire_time
from sandbox.autotask.world import BY_RESOURCE, World

FIRST_TICKET = 7001
FIRST_NOTE = 29690001
SMALL = 200
HISTORY = timedelta(days=400)
WHOLE = 20_000
"""So many of the newest tickets are made one by one, with their histories; older ones only make up the numbers."""

RECENT = timedelta(days=15)
"""How far the newest reach back when there are older ones: as far as open tickets do."""

PATTERNS = 5000
"""So many closed tickets are the patterns of all older ones."""

WORLD = 4
"""Counts up when the seeded world changes, so that a file from before is not taken for it."""

OPEN_STATUSES = (8, 8, 8, 7, 7, 10, 9, 12, 11, 13, 14)
AGES = ((0.5, timedelta(days=1)), (0.8, timedelta(days=4)), (1.0, timedelta(days=14)))
"""Share of open tickets -> how old they are at most: most are fresh, some are shamefully late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a ticket came, and whether it is still open."""

    created: datetime
    is_open: bool


class Seeder:
    """Writes one world's history."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self._now = world.clock()
        self._blank = world.blank("Tickets")
        self._blank_note = world.blank("TicketNotes")
        self._people = [person.resource_id for person in seed_base.technicians()]
        self._roles = {row["resourceID"]: row["roleID"] for row in self._default_roles()}
        self._customers = self._by_company()
        self._turn = 0
        self._numbers: dict[str, int] = {}

    def tickets(self, number: int) -> None:
        """Write tickets and their notes, oldest first."""
        older = max(number - WHOLE, 0)
        with self._world.rows.unindexed("Tickets", "TicketNotes"):
            if older:
                self._older(older)
            self._newest(FIRST_TICKET + older, self._plans(number - older, _open_count(number), is_all=not older))

    def _newest(self, first: int, plans: list[Plan]) -> None:
        tickets = [self._ticket(first + place, plan) for place, plan in enumerate(plans)]
        # at size every open ticket has something to read; a small world also shows what silence looks like
        fewest = 0 if first == FIRST_TICKET else 1
        notes = [note for ticket in tickets for note in self._history(ticket, fewest)]
        notes.sort(key=lambda note: note["createDateTime"])
        for place, note in enumerate(notes):
            note["id"] = FIRST_NOTE + place
        self._world.rows.fill("Tickets", tickets)
        self._world.rows.fill("TicketNotes", notes)

    def _older(self, number: int) -> None:
        """Write closed tickets after patterns, spread evenly over the days before the newest."""
        base = alike.midnight(self._now - HISTORY)
        times = sorted(timedelta(seconds=self._random.randrange(86_400)) for _ in range(PATTERNS))
        patterns = [self._ticket(0, Plan(created=base + time, is_open=False)) for time in times]
        days = (HISTORY - RECENT).days - 1
        shares = Counter(self._random.choices(range(days), k=number))
        records = self._alike(base.toordinal(), [shares[day] for day in range(days)])
        self._world.rows.fill_alike("Tickets", patterns, base.date(), records)
        self._numbers.clear()

    def _alike(self, first_day: int, shares: list[int]) -> Iterator[Alike]:
        id_ = FIRST_TICKET
        for day, share in enumerate(shares, first_day):
            key = date.fromordinal(day).strftime("%Y%m%d")
            # patterns are sorted by the time of day at which they came
            for place, pattern in enumerate(sorted(self._random.choices(range(PATTERNS), k=share)), 1):
                yield Alike(id=id_, pattern=pattern, day=day, number=f"T{key}.{place:04d}")
                id_ += 1

    def _plans(self, number: int, open_count: int, *, is_all: bool) -> list[Plan]:
        back = HISTORY if is_all else RECENT - timedelta(days=1)
        plans = [Plan(created=self._now - self._age(), is_open=True) for _ in range(open_count)]
        plans += [
            Plan(created=self._now - timedelta(days=1) - back * self._random.random(), is_open=False)
            for _ in range(number - open_count)
        ]
        return sorted(plans, key=lambda plan: plan.created)

    def _age(self) -> timedelta:
        roll, longest = self._random.random(), next(age for share, age in AGES if self._random.random() <= share)
        return timedelta(minutes=5) + longest * roll

    def _ticket(self, id_: int, plan: Plan) -> Record:
        created = plan.created.replace(microsecond=0)
        title, description, issue, sub_issue, kind = self._random.choice(words.TROUBLES)
        company = self._random.choice(list(self._customers))
        record = {
            **self._blank,
            "id": id_,
            "ticketNumber": self._number(created),
            "title": title,
            "description": description,
            "companyID": company,
            "contactID": self._random.choice(self._customers[company]),
            "ticketCategory": STANDARD,
            "ticketType": kind,
            "issueType": issue,
            "subIssueType": sub_issue,
            "priority": self._random.choices((4, 1, 2, 3), (1, 3, 8, 4))[0],
            "source": 8 if kind == 5 else self._random.choice((2, 4, 4, -1, 11)),
            "queueID": picklists.MONITORING if kind == 5 else self._random.choice(seed_base.DESK_QUEUES),
            "status": NEW,
            "serviceLevelAgreementID": self._random.choice((1, 1, 2)),
            "createDate": wire_time(created),
            "creatorResourceID": self._random.choice(self._people),
            "creatorType": BY_RESOURCE,
            "lastActivityPersonType": BY_RESOURCE,
            "userDefinedFields": self._udfs(),
        }
        sla.start(record, created)
        record["dueDateTime"] = record["resolvedDueDateTime"]
        self._live(record, created, is_open=plan.is_open)
        return record

    def _number(self, created: datetime) -> str:
        key = created.strftime("%Y%m%d")
        self._numbers[key] = self._numbers.get(key, 0) + 1
        return f"T{key}.{self._numbers[key]:04d}"

    def _live(self, record: Record, created: datetime, *, is_open: bool) -> None:
        """Assign, move and perhaps finish a ticket; set its stamps."""
        someone = self._random.random() < 0.8
        moved = created
        if someone or not is_open:
            self._assign(record)
        # an assigned ticket has mostly been looked at; an unassigned one is new
        status = self._random.choice(OPEN_STATUSES) if someone and self._random.random() < 0.8 else NEW
        status = status if is_open else COMPLETE
        if status != NEW:
            moved = self._between(created, limit=timedelta(hours=10 if is_open else 30))
            record["status"] = status
            sla.move(record, NEW, record["assignedResourceID"] or self._people[0], moved)
        if status == COMPLETE:
            record["resolution"] = self._random.choice(words.RESOLUTIONS)
        record["lastActivityResourceID"] = record["assignedResourceID"] or record["creatorResourceID"]
        record["lastActivityDate"] = record["lastTrackedModificationDateTime"] = wire_time(moved)

    def _assign(self, record: Record) -> None:
        """Deal tickets out in turn, so that everybody has some."""
        resource_id = self._people[self._turn % len(self._people)]
        self._turn += 1
        record["assignedResourceID"] = resource_id
        record["assignedResourceRoleID"] = self._roles[resource_id]

    def _between(self, start: datetime, *, limit: timedelta) -> datetime:
        end = min(start + limit, self._now)
        return (start + (end - start) * self._random.random()).replace(microsecond=0)

    def _history(self, ticket: Record, fewest: int) -> Iterator[Record]:
        created = self._world_time(ticket["createDate"])
        is_open = ticket["status"] != COMPLETE
        number = self._random.randint(fewest, 4) if is_open else self._random.randint(1, 2)
        last = self._now if is_open else self._world_time(ticket["completedDate"])
        moments = sorted(created + (last - created) * self._random.random() for _ in range(number))
        for moment in moments:
            note = self._note(ticket, wire_time(moment.replace(microsecond=0)))
            ticket["lastActivityDate"] = max(ticket["lastActivityDate"], note["createDateTime"])
            yield note

    def _note(self, ticket: Record, at: str) -> Record:
        kind = self._random.choice(("internal", "internal", "reply", "customer"))
        if kind == "customer":
            who = {"createdByContactID": ticket["contactID"], "noteType": 18, "publish": 1}
            text = self._random.choice(words.CUSTOMER_NOTES)
        else:
            resource = ticket["assignedResourceID"] or ticket["creatorResourceID"]
            who = {"creatorResourceID": resource, "noteType": 1, "publish": 1 if kind == "reply" else 2}
            text = self._random.choice(words.REPLIES if kind == "reply" else words.INTERNAL_NOTES)
        return {
            **self._blank_note,
            "ticketID": ticket["id"],
            "title": text.split(".")[0][:60],
            "description": text,
            "createDateTime": at,
            "lastActivityDate": at,
            **who,
        }

    def _udfs(self) -> list[Record]:
        affected = self._random.choice((None, "Just me", "My team", "Everybody"))
        tag = f"LT-{self._random.randint(100, 999)}" if self._random.random() < 0.4 else None
        return [
            {"name": "Affected Users", "value": affected},
            {"name": "Asset Tag", "value": tag},
            {"name": "Quoted Hours", "value": None},
        ]

    def _world_time(self, text: str) -> datetime:
        return datetime.fromisoformat(text)

    def _default_roles(self) -> list[Record]:
        return [row for row in self._world.rows.find("ResourceServiceDeskRoles") if row["isDefault"]]

    def _by_company(self) -> dict[int, list[int]]:
        """Return the active contacts of every active customer."""
        rows = self._world.rows
        active = [company["id"] for company in rows.find("Companies", isActive=True) if company["id"]]
        customers: dict[int, list[int]] = {company: [] for company in active}
        for contact in rows.find("Contacts", isActive=1):
            if contact["companyID"] in customers:
                customers[contact["companyID"]].append(contact["id"])
        return customers


def _open_count(number: int) -> int:
    """Small worlds are mostly open; of each further ticket fewer are."""
    if number <= SMALL:
        return round(number * 0.6)
    return max(round(SMALL * 0.6), round(min(number, WHOLE) * 0.15 + max(number - WHOLE, 0) * 0.005))


def fill(world: World, *, tickets: int, seed: int) -> None:
    """Fill a world with the seeded provider and so many tickets, unless its file holds them already.

    Raises ValueError when the file holds something else; what an interrupted start left in it is begun anew.
    """
    stamp = f"world {WORLD}, tickets {tickets}, seed {seed}"
    found = world.rows.stamp()
    if found not in (None, stamp):
        raise ValueError(f"the database holds another world ({found}, not {stamp}): name another file")
    seed_base.settings(world)
    if found is not None:
        return
    random = Random(seed)
    seed_base.records(world)
    seed_base.companies(world, random, world.clock(), max(len(words.COMPANIES), tickets // 1000))
    Seeder(world, random).tickets(tickets)
    seed_more.records(world, Random(seed), WHOLE)
    world.rows.seal(stamp)
