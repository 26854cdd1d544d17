"""The seeded tenant's picklists, user-defined fields and category demands.

System values carry the vendor's own numbers (REST help: Tickets entity); custom ones carry large numbers, as
tenants have them.
"""

from sandbox.autotask import callouts_rules
from sandbox.autotask.tenant import COMPLETE, NEW, STANDARD, Choice, Tenant, Udf

STATUSES = (
    (NEW, "New", True),
    (8, "In Progress", True),
    (10, "Dispatched", False),
    (7, "Waiting Customer", True),
    (9, "Waiting Materials", False),
    (12, "Waiting Vendor", False),
    (11, "Escalate", False),
    (13, "Customer Note Added", False),
    (14, "On Hold", False),
    (COMPLETE, "Complete", True),
)
RETIRED_STATUS = 15

SERVICE_DESK, ESCALATIONS, PROJECTS_DESK, ONSITE, MONITORING = 29683481, 29683482, 29683483, 29683484, 8
QUEUES = (
    (SERVICE_DESK, "Service Desk", False),
    (ESCALATIONS, "Level II Support", False),
    (ONSITE, "Field Service", False),
    (PROJECTS_DESK, "Projects and Changes", False),
    (MONITORING, "Monitoring Alert", True),
    (5, "Client Portal", True),
    (6, "Post Sale", True),
)
RETIRED_QUEUE = 29683479

PRIORITIES = ((4, "Critical"), (1, "High"), (2, "Medium"), (3, "Low"))
SOURCES = (
    (-2, "Insourced"),
    (-1, "Client Portal"),
    (1, "Other"),
    (2, "Phone"),
    (4, "Email"),
    (6, "In Person/Onsite"),
    (8, "Monitoring Alert"),
    (11, "Verbal"),
    (13, "Recurring"),
    (26, "Teams Chat"),
)
TICKET_TYPES = (
    (1, "Service Request"),
    (2, "Incident"),
    (3, "Problem"),
    (4, "Change Request"),
    (5, "Alert"),
)

WEBHOOKS = 10
"""Per entity, in the API user's security level."""

ONBOARDING = 101
CATEGORIES = (
    (STANDARD, "Standard", True),
    (2, "Datto RMM Alert", True),
    (4, "Datto Alert", True),
    (5, "RMA", True),
    (ONBOARDING, "User Onboarding", False),
    (102, "Quick Call", False),
)

ISSUES: dict[tuple[int, str], tuple[tuple[int, str], ...]] = {
    (10, "Computer"): ((136, "Hardware failure"), (137, "Slow or freezing"), (138, "Operating system")),
    (11, "Network"): ((141, "Internet down"), (142, "Wi-Fi"), (143, "VPN")),
    (12, "Email"): ((146, "Cannot send or receive"), (147, "Shared mailbox"), (148, "Spam or phishing")),
    (13, "Printing"): ((151, "Paper jam"), (152, "Driver"), (153, "Scan to mail")),
    (14, "Accounts"): ((156, "Password reset"), (157, "New user"), (158, "Leaver")),
    (15, "Backup"): ((161, "Job failed"), (162, "Restore")),
    (16, "Software"): ((166, "Installation"), (167, "Licence"), (168, "Error message")),
}
AGREEMENTS = ((1, "Standard 24/7"), (2, "Premium 24/7"))

NOTE_TYPES = (
    (1, "Task Summary", False),
    (2, "Task Detail", False),
    (3, "Task Notes", False),
    (13, "Workflow Rule Note", True),
    (18, "Client Portal Note", True),
    (91, "Workflow Rule Action Note", True),
    (92, "Forward/Modify Note", True),
    (93, "Merged Into Ticket", True),
    (101, "Email", True),
)
PUBLISH = ((1, "All Autotask Users"), (2, "Internal Project Team"), (4, "Internal & Co-managed"))
LICENCES = (
    (1, "Administrator"),
    (2, "Executive"),
    (3, "Professional"),
    (4, "Team Member"),
    (5, "Time & Attendance Only"),
    (6, "Dashboard User"),
    (7, "API User"),
    (8, "Contractor"),
    (9, "Co-managed Help Desk"),
)
COMPANY_TYPES = (
    (1, "Customer"),
    (2, "Lead"),
    (3, "Prospect"),
    (4, "Dead"),
    (6, "Cancelation"),
    (7, "Vendor"),
    (8, "Partner"),
)

NOT_YET, ACTIVE, LOST, WON, IMPLEMENTED = range(5)
OPPORTUNITY_STATUSES = (
    (NOT_YET, "Not Ready To Buy", True),
    (ACTIVE, "Active", True),
    (LOST, "Lost", True),
    (WON, "Closed", True),
    (IMPLEMENTED, "Implemented", True),
)
STAGES = ((201, "First Contact"), (202, "Needs Analysis"), (203, "Proposal"), (204, "Negotiation"))
RETIRED_STAGE = 205
LEAD_SOURCES = ((1, "Referral"), (2, "Website"), (3, "Service Ticket"))
RATINGS = ((1, "Hot"), (2, "Warm"), (3, "Cold"))
LOSS_REASONS = ((1, "Price"), (2, "Timing"), (3, "No Decision"))
WIN_REASONS = ((1, "Trust"), (2, "Price"))
ACTION_TYPES = ((1, "Phone Call"), (2, "Meeting"), (3, "E-mail"), (4, "General"))
FILE_ATTACHMENT = "FILE_ATTACHMENT"
ATTACHMENT_TYPES = (FILE_ATTACHMENT, "FILE_LINK", "FOLDER_LINK", "URL")
ATTACHMENT_PUBLISH = ((1, "All Autotask Users"), (2, "Internal Users Only"), (4, "Internal & Co-managed"))
ASSET_TYPES = ((1, "Workstation"), (2, "Server"), (3, "Network Device"))
PRODUCTS = (29685001, 29685002, 29685003)
"""Ids of products, which have no records here."""

TICKET_UDFS = (
    Udf(
        name="Affected Users",
        label="Affected Users",
        choices=("Just me", "My team", "Everybody"),
    ),
    Udf(name="Asset Tag", label="Asset Tag", length=50),
    Udf(name="Quoted Hours", label="Quoted Hours", type="decimal"),
)


def set_up(tenant: Tenant) -> None:
    """Give a tenant its picklists, fields, demands and the API user's impersonation rights."""
    tenant.picklists = _tickets() | _others() | _sales() | _attachments() | _work()
    tenant.elsewhere = {"Product": set(PRODUCTS)}
    tenant.picklist_parents = {("Tickets", "subIssueType"): "issueType"}
    tenant.udfs = {"Tickets": list(TICKET_UDFS)}
    callouts_rules.set_up(tenant)
    tenant.rights.webhooks = WEBHOOKS
    tenant.demands = {
        STANDARD: {"queueID", "dueDateTime"},
        ONBOARDING: {"queueID", "dueDateTime", "issueType", "subIssueType"},
    }
    tenant.rights.impersonation = {
        entity: {"add", "edit"}
        for entity in (
            "Tickets",
            "TicketNotes",
            "TicketChecklistItems",
            "TicketSecondaryResources",
            "TicketAdditionalContacts",
            "TicketAttachments",
            "TimeEntries",
            "Companies",
            "CompanyNotes",
            "Contacts",
            "Opportunities",
            "ConfigurationItems",
        )
    }


def _tickets() -> dict[tuple[str, str], list[Choice]]:
    persons = _plain(((1, "Resource"), (2, "Contact")))
    lists = {
        "status": [
            *_marked(STATUSES, default=NEW),
            Choice(value=RETIRED_STATUS, label="Awaiting Parts (old)", is_active=False, sort=99),
        ],
        "queueID": [
            *_marked(QUEUES, default=SERVICE_DESK),
            Choice(value=RETIRED_QUEUE, label="Old Helpdesk", is_active=False, sort=99),
        ],
        "priority": _plain(PRIORITIES, default=2),
        "source": _plain(SOURCES),
        "ticketType": _plain(TICKET_TYPES),
        "ticketCategory": _marked(CATEGORIES, default=STANDARD),
        "issueType": _plain(tuple(ISSUES)),
        "subIssueType": _sub_issues(),
        "serviceLevelAgreementID": _plain(AGREEMENTS),
        "creatorType": persons,
        "lastActivityPersonType": persons,
    }
    return {("Tickets", name): choices for name, choices in lists.items()}


def _others() -> dict[tuple[str, str], list[Choice]]:
    queues = _marked(QUEUES, default=SERVICE_DESK)
    return {
        ("TicketNotes", "noteType"): _marked(NOTE_TYPES, default=1),
        ("TicketNotes", "publish"): _plain(PUBLISH),
        ("Companies", "companyType"): _plain(COMPANY_TYPES),
        ("Resources", "licenseType"): _plain(LICENCES),
        ("Resources", "resourceType"): [Choice(value=word, label=word) for word in ("Employee", "Contractor")],
        ("Resources", "payrollType"): _plain(((1, "Salary"), (2, "Hourly"), (3, "Contractor"))),
        ("Resources", "emailTypeCode"): [Choice(value="PRIMARY", label="Primary")],
        ("Resources", "numberFormat"): [Choice(value="X,XXX.XX", label="X,XXX.XX")],
        ("Resources", "dateFormat"): [Choice(value="yyyy/MM/dd", label="yyyy/MM/dd")],
        ("Resources", "timeFormat"): [Choice(value="HH:mm", label="HH:mm")],
        ("ResourceRoles", "queueID"): queues,
        ("BillingCodes", "useType"): _plain(((1, "General Allocation Code"), (3, "Internal Allocation Code"))),
        ("TicketCategories", "displayColorRgb"): _plain(((1, "Blue"), (2, "Green"), (3, "Red"))),
    }


def _sales() -> dict[tuple[str, str], list[Choice]]:
    stages = [*_plain(STAGES), Choice(value=RETIRED_STAGE, label="Old Pipeline", is_active=False, sort=99)]
    lists = {
        "status": _marked(OPPORTUNITY_STATUSES, default=ACTIVE),
        "stage": stages,
        "leadSource": _plain(LEAD_SOURCES),
        "rating": _plain(RATINGS),
        "opportunityCategoryID": _plain(((1, "Standard"),)),
        "lossReason": _plain(LOSS_REASONS),
        "winReason": _plain(WIN_REASONS),
        "primaryCompetitor": _plain(((1, "In-house IT"),)),
        "revenueSpreadUnit": _words("Months", "Years"),
    }
    return {("Opportunities", name): choices for name, choices in lists.items()}


def _attachments() -> dict[tuple[str, str], list[Choice]]:
    parents = _plain(((4, "Ticket"), (18, "Time Entry"), (23, "Note")))
    lists = {"attachmentType": _words(*ATTACHMENT_TYPES), "publish": _plain(ATTACHMENT_PUBLISH)}
    shared = {
        (entity, name): choices for entity in ("TicketAttachments", "AttachmentInfo") for name, choices in lists.items()
    }
    return {**shared, ("AttachmentInfo", "parentType"): parents}


def _work() -> dict[tuple[str, str], list[Choice]]:
    return {
        ("CompanyNotes", "actionType"): _plain(ACTION_TYPES),
        ("TimeEntries", "timeEntryType"): _plain(((2, "Ticket"), (6, "Project Task"), (10, "Regular Time"))),
        ("ConfigurationItems", "configurationItemType"): _plain(ASSET_TYPES),
        ("ConfigurationItems", "serviceLevelAgreementID"): _plain(AGREEMENTS),
        ("ConfigurationItems", "lastActivityPersonType"): _plain(((1, "Resource"), (2, "Contact"))),
    }


def _words(*labels: str) -> list[Choice]:
    return [Choice(value=label, label=label, sort=place) for place, label in enumerate(labels, 1)]


def _plain(entries: tuple[tuple[int, str], ...], default: int | None = None) -> list[Choice]:
    return _marked(tuple((value, label, False) for value, label in entries), default=default)


def _marked(entries: tuple[tuple[int, str, bool], ...], default: int | None) -> list[Choice]:
    return [
        Choice(value=value, label=label, is_system=is_system, is_default=value == default, sort=place)
        for place, (value, label, is_system) in enumerate(entries, 1)
    ]


def _sub_issues() -> list[Choice]:
    return [
        Choice(value=value, label=label, parent=parent, sort=place)
        for (parent, _), subs in ISSUES.items()
        for place, (value, label) in enumerate(subs, 1)
    ]
