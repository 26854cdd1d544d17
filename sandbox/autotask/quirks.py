"""Points on which sources about Autotask disagree or are silent, each as a switch.

The default is what is most often reported; a client has to survive the other setting as well.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True, kw_only=True)
class Quirks:
    """How this Autotask behaves where Autotasks differ."""

    missing_is_404: bool = False
    """GET of a missing id answers 404 instead of 200 with `item: null`."""
    unauthorized: Literal["empty", "errors", "html", "as_500"] = "empty"
    """What a refused log-in looks like."""
    budget_status: Literal[429, 500] = 429
    """Status once the hourly budget is used up."""
    budget_retry_after: int | None = None
    """Seconds for a `Retry-After` header on that refusal; None sends no header."""
    thread_status: Literal[429, 500] = 429
    """Status of the fourth simultaneous call."""
    empty_filter_refused: bool = False
    """An empty `filter` array is refused like a missing one, instead of returning every row."""
    strict_operators: bool = False
    """An unknown operator is refused instead of dropped: for tests that must notice one."""
    strict_properties: bool = False
    """An unknown property in a write is refused instead of ignored: for tests that must notice one."""
    long_text: Literal["refuse", "cut"] = "refuse"
    """What happens to text beyond a field's length."""
    noteq_finds_nulls: bool = False
    """`noteq` and `notIn` return rows whose field is null."""
    datetimes_without_zone: bool = False
    """Answers carry no `Z` behind a time."""
    item_id_as_text: bool = False
    """`itemId` is a numeric string."""
    access_as_integers: bool = False
    """`userAccessFor...` as 0, 1, 2 instead of None, All, Restricted."""
    parent_value_null: bool = False
    """An unused `parentValue` of a picklist entry is null instead of empty."""
    company_change_clears: bool = False
    """Moving a ticket to another company clears contact, location, contract and asset instead of checking them."""
    note_title_required: bool = True
    """A note without a title is refused, as most ticket categories have it."""
    impersonated_reads_refused: bool = True
    """A read that carries an impersonation header is refused, as with people whose level lacks the right."""
    hidden_queues: frozenset[int] = frozenset()
    """Queues whose tickets the API user's security level hides: rows vanish, nothing says so."""
    callouts_to_loopback: bool = False
    """A webhook may call http on this machine; Autotask itself wants https on port 443 of a public host."""
    callout_fields: Literal["ids", "labels", "texts"] = "ids"
    """How a callout writes the values of its fields: by type, as picklist labels, or all as text."""
    callout_ids_as_text: bool = False
    """Ids and sequence numbers of a callout are text."""
    callout_person_key: Literal["PersonID", "PersonId"] = "PersonID"
    """How a callout spells who caused it."""
    callout_delete_fields: bool = False
    """A callout of a deletion has empty fields instead of none."""
    deactivated_bare: bool = False
    """The call that a webhook was deactivated has neither body nor signature."""
