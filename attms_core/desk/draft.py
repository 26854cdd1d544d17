"""A ticket that is being written: what the form holds before AutoTask has seen it."""

from collections.abc import Mapping

from msgspec import Struct, field

from attms_core.desk.typed import tidy
from attms_core.errors import Invalid, Required
from attms_core.model import CompanyId, ContactId
from attms_core.model.ticket import NEW
from attms_core.model.wish import Value

TITLE = 255
"""Characters of a ticket's title at most (vendor help: Tickets)."""


class Draft(Struct, frozen=True, kw_only=True):
    """A new ticket as typed so far; None and empty mean not filled in yet."""

    company: CompanyId | None = None
    contact: ContactId | None = None
    title: str = ""
    description: str = ""
    queue: int | None = None
    priority: int | None = None
    demanded: Mapping[str, Value] = field(default_factory=dict)
    """Fields that AutoTask asked for beyond these, by our names or its wire names."""

    def fields(self) -> dict[str, Value]:
        """Give what is asked of AutoTask.

        Raises ``Required`` for what no ticket can be without, and ``Invalid`` for a title that is too long.
        """
        if self.company is None:
            raise Required("A ticket needs a company.", field="company")
        title = " ".join(tidy(self.title).split())
        if not title:
            raise Required("A ticket needs a title.", field="title")
        if len(title) > TITLE:
            raise Invalid(f"A title has {TITLE} characters at most; this one had {len(title)}.", field="title")
        if self.priority is None:
            raise Required("A ticket needs a priority.", field="priority")
        asked: dict[str, Value] = {
            "company": self.company,
            "contact": self.contact,
            "title": title,
            "description": tidy(self.description),
            "queue": self.queue,
            "priority": self.priority,
            "status": NEW,
            **self.demanded,
        }
        return {name: value for name, value in asked.items() if value not in (None, "")}
