"""The people, companies and settings of the seeded provider: everything but its tickets."""

import re
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sandbox.autotask import picklists, words
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import API_USER_LICENCE
from sandbox.autotask.values import wire_time
from sandbox.autotask.world import World

SYSTEM_USER = 4
FIRST_RESOURCE = 29682901
DISPATCHER = 29682921
DASHBOARD_USER = 29682922
API_USER = 29682923
FORMER_TECHNICIAN = 29682924
CONTRACTOR = 29682925
FIRST_ROLE = 29683401
FIRST_COMPANY = 29683511
FIRST_CONTACT = 30681001

SHARED_EMAIL = f"field-partners@{words.DOMAIN}"
"""The contractor and the former technician share it, so that linking by e-mail meets a doubtful case."""

ROLE_IDS = {key: FIRST_ROLE + place for place, key in enumerate(words.ROLES)}
DESK_QUEUES = tuple(number for number, _, is_system in picklists.QUEUES if not is_system)


class Person(NamedTuple):
    """A technician whom a demo may play."""

    first: str
    last: str
    email: str
    resource_id: int


def technicians() -> list[Person]:
    """Return the active technicians, each with an e-mail address of their own."""
    return [
        Person(first, last, f"{first}.{last}@{words.DOMAIN}".lower(), FIRST_RESOURCE + place)
        for place, (first, last, *_) in enumerate(words.TECHNICIANS)
    ]


def demo_people() -> list[Person]:
    """Return the five technicians that the demo offers; each has open tickets in any seeded world."""
    return technicians()[:5]


def settings(world: World) -> None:
    """Set the tenant up: what an administrator decides and no record holds."""
    picklists.set_up(world.tenant)
    world.tenant.api_user_id = API_USER
    world.tenant.system_user_id = SYSTEM_USER
    world.tenant.rights.no_impersonation = {CONTRACTOR}


def records(world: World) -> None:
    """Fill in the provider's people, roles and codes."""
    world.rows.fill("Resources", _resources(world))
    world.rows.fill("Roles", _roles(world))
    world.rows.fill("ResourceServiceDeskRoles", _desk_roles(world))
    world.rows.fill("ResourceRoles", _queue_roles(world))
    world.rows.fill("TicketCategories", _categories(world))
    world.rows.fill("BillingCodes", _billing_codes(world))


def companies(world: World, random: Random, now: datetime, number: int) -> None:
    """Fill in the provider's own company, so many customers and their contacts."""
    records = [_company(world, 0, words.OWN_COMPANY, now)]
    records += [
        _company(world, FIRST_COMPANY + place, name, now) for place, name in enumerate(words.company_names(number))
    ]
    records[-1]["isActive"] = False
    records[3]["parentCompanyID"] = records[1]["id"]
    world.rows.fill("Companies", records)
    world.rows.fill("Contacts", _contacts(world, random, records, now))


def _resources(world: World) -> list[Record]:
    records = [
        _resource(world, person.resource_id, person.first, person.last, person.email, title=title)
        for person, (_, _, title, _) in zip(technicians(), words.TECHNICIANS, strict=True)
    ]
    mail = words.DOMAIN
    others = (
        (SYSTEM_USER, "Autotask", "Administrator", f"administrator@{mail}", 1, True),
        (DISPATCHER, "Signe", "Marchetti", f"signe.marchetti@{mail}", 2, True),
        (DASHBOARD_USER, "Wall", "Display", f"wall@{mail}", 6, True),
        (API_USER, "Teams", "Integration", f"api-attms@{mail}", API_USER_LICENCE, True),
        (FORMER_TECHNICIAN, "Oskar", "Pell", SHARED_EMAIL, 3, False),
        (CONTRACTOR, "Renata", "Dussel", SHARED_EMAIL, 8, True),
    )
    for id_, first, last, email, licence, is_active in others:
        record = _resource(world, id_, first, last, email, title="", licence=licence)
        records.append({**record, "isActive": is_active})
    return records


def _resource(world: World, id_: int, first: str, last: str, email: str, *, title: str, licence: int = 3) -> Record:
    role = _role_of(id_)
    return {
        **world.blank("Resources"),
        "id": id_,
        "firstName": first,
        "lastName": last,
        "email": email,
        "userName": email.partition("@")[0][:32],
        "emailTypeCode": "PRIMARY",
        "title": title,
        "isActive": True,
        "licenseType": licence,
        "resourceType": "Contractor" if licence == 8 else "Employee",
        "payrollType": 1,
        "numberFormat": "X,XXX.XX",
        "dateFormat": "yyyy/MM/dd",
        "timeFormat": "HH:mm",
        "defaultServiceDeskRoleID": ROLE_IDS[role] if role else None,
        "internalCost": 0.0,
    }


def _role_of(resource_id: int) -> str | None:
    place = resource_id - FIRST_RESOURCE
    if 0 <= place < len(words.TECHNICIANS):
        return words.TECHNICIANS[place][3]
    return {DISPATCHER: "DP", FORMER_TECHNICIAN: "L1", CONTRACTOR: "FE"}.get(resource_id)


def _workers() -> list[tuple[int, str]]:
    ids = [person.resource_id for person in technicians()] + [DISPATCHER, FORMER_TECHNICIAN, CONTRACTOR]
    return [(id_, role) for id_ in ids if (role := _role_of(id_))]


def _pairs() -> list[tuple[int, int, bool]]:
    """Return (resource, role, is default); seniors may also work as plain technicians."""
    pairs = []
    for resource_id, key in _workers():
        pairs.append((resource_id, ROLE_IDS[key], True))
        if key == "L2":
            pairs.append((resource_id, ROLE_IDS["L1"], False))
    return pairs


def _roles(world: World) -> list[Record]:
    return [
        {
            **world.blank("Roles"),
            "id": ROLE_IDS[key],
            "name": name,
            "description": "",
            "isActive": True,
            "isSystemRole": False,
            "isExcludedFromNewContracts": False,
            "hourlyRate": 110.0,
            "hourlyFactor": 1.0,
            "roleType": 0,
        }
        for key, name in words.ROLES.items()
    ]


def _desk_roles(world: World) -> list[Record]:
    return [
        {
            **world.blank("ResourceServiceDeskRoles"),
            "id": number,
            "resourceID": resource_id,
            "roleID": role_id,
            "isActive": resource_id != FORMER_TECHNICIAN,
            "isDefault": is_default,
        }
        for number, (resource_id, role_id, is_default) in enumerate(_pairs(), 1)
    ]


def _queue_roles(world: World) -> list[Record]:
    rows = [(resource_id, role_id, queue) for resource_id, role_id, _ in _pairs() for queue in DESK_QUEUES]
    return [
        {
            **world.blank("ResourceRoles"),
            "id": number,
            "resourceID": resource_id,
            "roleID": role_id,
            "queueID": queue,
            "isActive": resource_id != FORMER_TECHNICIAN,
        }
        for number, (resource_id, role_id, queue) in enumerate(rows, 1)
    ]


def _categories(world: World) -> list[Record]:
    return [
        {
            **world.blank("TicketCategories"),
            "id": number,
            "name": name,
            "nickname": name[:3],
            "isActive": True,
            "isApiOnly": False,
            "isGlobalDefault": number == 3,
            "displayColorRgb": 1,
        }
        for number, name, _ in picklists.CATEGORIES
    ]


def _billing_codes(world: World) -> list[Record]:
    codes = (("Remote Support", 1), ("On-site Support", 1), ("Project Work", 1), ("Internal Meeting", 3))
    return [
        {
            **world.blank("BillingCodes"),
            "id": 29683701 + place,
            "name": name,
            "description": "",
            "isActive": True,
            "isExcludedFromNewContracts": False,
            "useType": use,
            "unitCost": 0.0,
            "unitPrice": 0.0,
        }
        for place, (name, use) in enumerate(codes)
    ]


def _company(world: World, id_: int, name: str, now: datetime) -> Record:
    since = wire_time(now - timedelta(days=900))
    return {
        **world.blank("Companies"),
        "id": id_,
        "companyName": name,
        "companyNumber": f"C{id_ % 1000:03d}" if id_ else "",
        "companyType": 1,
        "isActive": True,
        "phone": f"555-01{id_ % 100:02d}",
        "webAddress": f"www.{_domain(name)}",
        "ownerResourceID": FIRST_RESOURCE,
        "createDate": since,
        "lastActivityDate": since,
        "lastTrackedModifiedDateTime": since,
        "isTaxExempt": False,
        "isClientPortalActive": True,
    }


def _contacts(world: World, random: Random, records: list[Record], now: datetime) -> list[Record]:
    contacts: list[Record] = []
    for company in records:
        for place in range(random.randint(3, 6)):
            id_ = FIRST_CONTACT + len(contacts)
            is_active = place == 0 or random.random() > 0.1
            contacts.append(_contact(world, random, id_, company, now, is_active=is_active))
        contacts[-1]["primaryContact"] = True
    return contacts


def _contact(world: World, random: Random, id_: int, company: Record, now: datetime, *, is_active: bool) -> Record:
    first, last = random.choice(words.FIRST_NAMES), random.choice(words.LAST_NAMES)
    since = wire_time(now - timedelta(days=random.randint(30, 800)))
    return {
        **world.blank("Contacts"),
        "id": id_,
        "companyID": company["id"],
        "firstName": first,
        "lastName": last,
        "emailAddress": f"{first}.{last}@{_domain(company['companyName'])}".lower(),
        "phone": f"555-02{id_ % 100:02d}",
        "isActive": int(is_active),
        "primaryContact": False,
        "createDate": since,
        "lastModifiedDate": since,
        "lastActivityDate": since,
    }


def _domain(company: str) -> str:
    return re.sub(r"[^a-z]+", "-", company.lower()).strip("-") + ".example"
