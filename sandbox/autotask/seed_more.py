"""What else the seeded provider has: histories, time, checklists, files, assets, and what its sales people hope for."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sandbox.autotask import derived, history, picklists, seed_base, words
from sandbox.autotask.filters import Sql
from sandbox.autotask.picklists import FILE_ATTACHMENT
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import COMPLETE, NEW, Actor
from sandbox.autotask.values import read_time, wire_time
from sandbox.autotask.world import World

FIRST = {
    "TicketHistory": 41000001,
    "TimeEntries": 31000001,
    "TicketChecklistItems": 32000001,
    "TicketSecondaryResources": 33000001,
    "TicketAdditionalContacts": 34000001,
    "TicketAttachments": 35000001,
    "AttachmentInfo": 35000001,
    "Opportunities": 36000001,
    "CompanyNotes": 37000001,
    "ConfigurationItems": 38000001,
}
OPPORTUNITIES = 24
"""So many in a small world; more customers have more of them."""

HOPEFUL = 0.6
"""Opportunities per customer, in a world of very many."""

REMOTE_SUPPORT = 29683701


class _Seeder:
    """Collects records entity by entity and writes them at the end."""

    def __init__(self, world: World, random: Random, newest: int) -> None:
        self._newest = newest
        self._world = world
        self._random = random
        self._now = world.clock()
        self._made: dict[str, list[Record]] = {entity: [] for entity in FIRST}

    def write(self) -> None:
        """Make and write everything."""
        newest = Sql("id > (SELECT max(id) - ? FROM Tickets)", (self._newest,))
        for id_ in self._world.rows.ids("Tickets", newest):
            self._around(self._world.ticket(id_))
        self._sales()
        self._assets()
        for entity, records in self._made.items():
            self._world.rows.fill(entity, records)

    def _add(self, entity: str, record: Record) -> Record:
        made = self._made[entity]
        made.append({**self._world.blank(entity), **record, "id": FIRST[entity] + len(made)})
        return made[-1]

    def _around(self, ticket: Record) -> None:
        for row in self._told(ticket):
            self._add("TicketHistory", row)
        if ticket["assignedResourceID"] and ticket["status"] != NEW and self._random.random() < 0.6:
            self._time(ticket)
        if self._random.random() < 0.15:
            self._checklist(ticket)
        if self._random.random() < 0.1:
            self._file(ticket)
        if ticket["assignedResourceID"] and self._random.random() < 0.08:
            self._helper(ticket)
        if self._random.random() < 0.08:
            self._further_contact(ticket)

    def _told(self, ticket: Record) -> Iterator[Record]:
        yield history.created(ticket)
        first = {**ticket, "status": NEW}
        by = ticket["assignedResourceID"] or ticket["creatorResourceID"]
        yield from history.changed(
            self._world.tenant, first, ticket, by, ticket["firstResponseDateTime"] or ticket["createDate"]
        )

    def _time(self, ticket: Record) -> None:
        start = read_time(ticket["createDate"])
        end = min(start + timedelta(minutes=self._random.choice((15, 30, 45, 90))), self._now)
        if end <= start:
            return
        entry = {
            **self._world.blank("TimeEntries"),
            "ticketID": ticket["id"],
            "resourceID": ticket["assignedResourceID"],
            "roleID": ticket["assignedResourceRoleID"],
            "billingCodeID": REMOTE_SUPPORT,
            "startDateTime": wire_time(start),
            "endDateTime": wire_time(end),
            "summaryNotes": self._random.choice(words.RESOLUTIONS),
            "isNonBillable": False,
            "showOnInvoice": True,
        }
        hours = round(derived.hours_of(entry), 4)
        stamps = {"createDateTime": wire_time(end), "lastModifiedDateTime": wire_time(end)}
        who = dict.fromkeys(("creatorUserID", "lastModifiedUserID"), ticket["assignedResourceID"])
        day = wire_time(start.replace(hour=0, minute=0, second=0, microsecond=0))
        settled = {"hoursWorked": hours, "hoursToBill": hours, "dateWorked": day, "timeEntryType": derived.TICKET_TIME}
        self._add("TimeEntries", entry | stamps | who | settled)

    def _checklist(self, ticket: Record) -> None:
        done = len(words.CHECKLIST) if ticket["status"] == COMPLETE else self._random.randint(0, 2)
        by = ticket["assignedResourceID"] or ticket["creatorResourceID"]
        for place, name in enumerate(words.CHECKLIST):
            is_done = place < done
            self._add(
                "TicketChecklistItems",
                {
                    "ticketID": ticket["id"],
                    "itemName": name,
                    "position": place,
                    "isImportant": place == 0,
                    "isCompleted": is_done,
                    "completedByResourceID": by if is_done else None,
                    "completedDateTime": ticket["lastActivityDate"] if is_done else None,
                },
            )

    def _file(self, ticket: Record) -> None:
        name, text = self._random.choice(words.FILES)
        record = {
            **self._world.blank("TicketAttachments"),
            "ticketID": ticket["id"],
            "title": name,
            "fullPath": name,
            "attachmentType": FILE_ATTACHMENT,
            "publish": self._random.choice((1, 2)),
            "data": base64.b64encode(text.encode()).decode(),
        }
        at, by = read_time(ticket["createDate"]), Actor(resource_id=ticket["creatorResourceID"])
        derived.attachment(self._world, {}, record, by, at)
        made = self._add("TicketAttachments", record)
        self._add("AttachmentInfo", {name: made[name] for name in self._world.blank("AttachmentInfo") if name in made})

    def _helper(self, ticket: Record) -> None:
        desk = self._world.rows.find("ResourceServiceDeskRoles", isActive=True, isDefault=True)
        others = [row for row in desk if row["resourceID"] != ticket["assignedResourceID"]]
        row = self._random.choice(others)
        pair = {"resourceID": row["resourceID"], "roleID": row["roleID"]}
        self._add("TicketSecondaryResources", {"ticketID": ticket["id"], **pair})

    def _further_contact(self, ticket: Record) -> None:
        contacts = self._world.rows.find("Contacts", companyID=ticket["companyID"], isActive=1)
        others = [contact["id"] for contact in contacts if contact["id"] != ticket["contactID"]]
        if others:
            contact = self._random.choice(others)
            self._add("TicketAdditionalContacts", {"ticketID": ticket["id"], "contactID": contact})

    def _sales(self) -> None:
        companies = self._world.rows.find("Companies", isActive=True)[1:]
        for _ in range(max(OPPORTUNITIES, round(len(companies) * HOPEFUL))):
            opportunity = self._opportunity(self._random.choice(companies)["id"])
            self._talk(opportunity)

    def _opportunity(self, company: int) -> Record:
        contact = self._random.choice(self._world.rows.find("Contacts", companyID=company, isActive=1))["id"]
        title, low, high = self._random.choice(words.HOPES)
        status = self._random.choice((1, 1, 1, 1, 0, 2, 3, 4))
        started = self._now - timedelta(days=self._random.randint(3, 160))
        amount = float(self._random.randrange(low, high, 50))
        touched = started + (self._now - started) * self._random.random()
        return self._add(
            "Opportunities",
            {
                "companyID": company,
                "contactID": contact,
                "title": title,
                "status": status,
                "stage": self._random.choice(picklists.STAGES)[0],
                "leadSource": self._random.choice(picklists.LEAD_SOURCES)[0],
                "rating": self._random.choice(picklists.RATINGS)[0],
                "ownerResourceID": self._random.choice((seed_base.FIRST_RESOURCE, seed_base.FIRST_RESOURCE + 7)),
                "creatorResourceID": seed_base.FIRST_RESOURCE,
                "probability": self._random.randrange(10, 100, 10),
                "amount": amount,
                "cost": round(amount * 0.6, 2),
                "useQuoteTotals": False,
                "startDate": _day(started),
                "projectedCloseDate": _day(self._now + timedelta(days=self._random.randint(-20, 90))),
                "createDate": wire_time(started.replace(microsecond=0)),
                "lastActivity": wire_time(touched.replace(microsecond=0)),
                "closedDate": wire_time(touched.replace(microsecond=0)) if status in derived.WON else None,
                "lostDate": wire_time(touched.replace(microsecond=0)) if status == derived.LOST else None,
            },
        )

    def _talk(self, opportunity: Record) -> None:
        at = opportunity["lastActivity"]
        action, name, text = self._random.choice(words.SALES_NOTES)
        self._add(
            "CompanyNotes",
            {
                "companyID": opportunity["companyID"],
                "contactID": opportunity["contactID"],
                "opportunityID": opportunity["id"],
                "assignedResourceID": opportunity["ownerResourceID"],
                "actionType": action,
                "name": name,
                "note": text,
                **dict.fromkeys(("startDateTime", "endDateTime", "createDateTime", "lastModifiedDate"), at),
            },
        )

    def _assets(self) -> None:
        since = wire_time((self._now - timedelta(days=300)).replace(microsecond=0))
        for company in self._world.rows.find("Companies", isActive=True)[1 : len(words.COMPANIES)]:
            contacts = self._world.rows.find("Contacts", companyID=company["id"], isActive=1)
            for kind, product, title in words.ASSETS:
                self._add(
                    "ConfigurationItems",
                    {
                        "companyID": company["id"],
                        "contactID": self._random.choice(contacts)["id"] if contacts else None,
                        "configurationItemType": kind,
                        "productID": product,
                        "referenceTitle": f"{company['companyName'].split()[0].upper()[:8]}-{title}",
                        "serialNumber": f"SN{self._random.randrange(10**7):07d}",
                        "isActive": True,
                        "createDate": since,
                        "installDate": since,
                        "lastModifiedTime": since,
                        "warrantyExpirationDate": _day(self._now + timedelta(days=self._random.randint(-90, 700))),
                    },
                )


def records(world: World, random: Random, newest: int) -> None:
    """Fill in all of it, around so many of the newest tickets and the companies and contacts that are there."""
    _Seeder(world, random, newest).write()


def _day(moment: datetime) -> str:
    return wire_time(moment.replace(hour=0, minute=0, second=0, microsecond=0))
