"""Which tickets the subscriptions of a conversation cover: all clauses count that speak of a ticket, not of a deed."""

from collections.abc import Callable, Mapping, Sequence

from attms_core.model import Author, AuthorKind, CompanyId, Event, Lane, Subscription, TenantId
from attms_core.model.filter import Between, By, Clause, Filter, Notes
from attms_core.notices.facts import Facts, State
from attms_core.notices.filter import HOURS, compiled
from attms_core.store import company_groups, subscriptions
from attms_core.store.database import Tx

Cover = Callable[[State], bool]
_NOBODY = Author(AuthorKind.UNKNOWN)


def cover(tx: Tx, tenant: TenantId, lane: Lane) -> Cover | None:
    """Say which tickets a conversation's subscriptions cover; none where it has none that are in force."""
    found = [each for each in subscriptions.of_lane(tx, tenant, lane) if _counts(each)]
    if not found:
        return None
    members = {group.name: group.companies for group in company_groups.everything(tx, tenant).values()}
    return _covering([each.filter for each in found], members)


def _covering(filters: Sequence[Filter], members: Mapping[str, frozenset[CompanyId]]) -> Cover:
    checks = [compiled(_of_ticket(each), members) for each in filters]

    def covers(state: State) -> bool:
        facts = Facts(about="ticket", event=Event.CREATED, author=_NOBODY, states=(state,))
        return any(check(facts) for check in checks)

    return covers


def _counts(subscription: Subscription) -> bool:
    return subscription.about == "ticket" and not subscription.is_paused


def _of_ticket(filter_: Filter) -> Filter:
    return Filter(include=_kept(filter_.include), exclude=_kept(filter_.exclude))


def _kept(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    return tuple(clause for clause in clauses if not _is_of_deed(clause))


def _is_of_deed(clause: Clause) -> bool:
    return isinstance(clause, By | Notes) or (isinstance(clause, Between) and clause.field == HOURS)
