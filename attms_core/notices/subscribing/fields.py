"""What can be listened for: the word for it, the field of a ticket or an opportunity, and the kind of its value."""

from enum import Enum, auto

from msgspec import Struct

from attms_core.model.filter import About

ENTITIES: dict[About, str] = {"ticket": "Tickets", "opportunity": "Opportunities"}
"""Under which names AutoTask's metadata lists the fields."""


class Kind(Enum):
    """How a value is named."""

    PICK = auto()
    """By the label of a picklist's entry."""
    COMPANY = auto()
    CONTACT = auto()
    RESOURCE = auto()
    NUMBER = auto()
    TITLE = auto()
    UDF = auto()
    FROM = auto()
    BY = auto()
    NOTE = auto()


class Known(Struct, frozen=True):
    """One word and what it stands for."""

    kind: Kind
    ticket: str = ""
    """Our name of a ticket's field; empty where tickets have none."""
    opportunity: str = ""
    listed_as: str = ""
    """Of a picklist, the metadata's name of a ticket's field, else of an opportunity's."""
    listed_for_opportunities: str = ""
    """Where the two differ."""

    def field(self, about: About) -> str:
        """Give our name of the field; empty where there is none."""
        return self.ticket if about == "ticket" else self.opportunity

    def list(self, about: About) -> str:
        """Give the metadata's name of the picklist."""
        return (about == "opportunity" and self.listed_for_opportunities) or self.listed_as


KNOWN = {
    "queue": Known(Kind.PICK, "queue", "", "queueID"),
    "status": Known(Kind.PICK, "status", "status", "status"),
    "priority": Known(Kind.PICK, "priority", "", "priority"),
    "company": Known(Kind.COMPANY, "company", "company"),
    "contact": Known(Kind.CONTACT, "contact", "contact"),
    "assignee": Known(Kind.RESOURCE, "assignee", "owner"),
    "source": Known(Kind.PICK, "source", "lead_source", "source", "leadSource"),
    "type": Known(Kind.PICK, "ticket_type", "", "ticketType"),
    "issue": Known(Kind.PICK, "issue_type", "", "issueType"),
    "subissue": Known(Kind.PICK, "sub_issue_type", "", "subIssueType"),
    "category": Known(Kind.PICK, "category", "category", "ticketCategory", "opportunityCategoryID"),
    "sla": Known(Kind.PICK, "sla", "", "serviceLevelAgreementID"),
    "stage": Known(Kind.PICK, "", "stage", "stage"),
    "rating": Known(Kind.PICK, "", "rating", "rating"),
    "amount": Known(Kind.NUMBER, "", "amount"),
    "cost": Known(Kind.NUMBER, "", "cost"),
    "probability": Known(Kind.NUMBER, "", "probability"),
    "hours": Known(Kind.NUMBER, "hours", ""),
    "title": Known(Kind.TITLE, "title", "title"),
    "udf": Known(Kind.UDF, "udfs", "udfs"),
    "from": Known(Kind.FROM, "source", "lead_source"),
    "by": Known(Kind.BY, "author", "author"),
    "note": Known(Kind.NOTE, "note", ""),
}
"""By the word, in the order in which a filter is written."""


def listened_for(about: About) -> tuple[str, ...]:
    """List the words that make sense."""
    return tuple(word for word, known in KNOWN.items() if known.field(about))
