"""What it costs to find who listens: many subscriptions, a thousand changes, at several sizes.

``python -m bench.matching`` prints a table. The subscriptions are those of a busy provider: most name a queue, half of
them priorities, a third companies, some a technician; a third leaves monitoring out.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    ChangeId,
    CompanyId,
    Lane,
    ResourceId,
    Subscription,
    SubscriptionId,
    TenantId,
    Ticket,
    TicketId,
)
from attms_core.model.filter import Clause, Filter, From, OneOf
from attms_core.model.subscription import USUAL
from attms_core.notices.book import Book, strongest
from attms_core.notices.facts import facts_of
from attms_core.notices.happened import Happened

SIZES = (100, 500, 1_000, 2_000, 5_000, 10_000)
CHANGES = 1_000
QUEUES, COMPANIES, TECHNICIANS, PRIORITIES, STATUSES, SOURCES = 20, 500, 50, 4, 12, 9
MONITORING = 8
TRIES = 5
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def subscriptions(count: int, dice: random.Random) -> list[Subscription]:
    """Make what conversations listen to, two each."""
    return [_subscription(number, dice) for number in range(count)]


def happened(count: int, dice: random.Random) -> list[Happened]:
    """Make changes, each of another ticket."""
    return [_happened(number, dice) for number in range(count)]


def cost(book: Book, some: Sequence[Happened]) -> tuple[float, int]:
    """Give the CPU seconds of matching, the least of several tries, and how many conversations are to be told."""
    least, told = float("inf"), 0
    for _ in range(TRIES):
        began = time.thread_time()
        told = sum(len(strongest(book.listening(facts))) for facts in facts_of(some) if facts)
        least = min(least, time.thread_time() - began)
    return least, told


def _subscription(number: int, dice: random.Random) -> Subscription:
    return Subscription(
        id=SubscriptionId(number),
        tenant=TenantId("bench"),
        lane=Lane(f"19:{number // 2}@thread.tacv2"),
        words="",
        filter=Filter(tuple(_conditions(dice)), (From(frozenset({MONITORING})),) if dice.random() < 1 / 3 else ()),
        events=USUAL,
        created_by="ana",
        created_by_name="Ana",
        created_at=NOW,
    )


def _conditions(dice: random.Random) -> Iterator[Clause]:
    for field, values, most, share in (
        ("queue", QUEUES, 2, 0.8),
        ("priority", PRIORITIES, 2, 0.5),
        ("company", COMPANIES, 3, 0.33),
        ("assignee", TECHNICIANS, 1, 0.1),
    ):
        if dice.random() < share:
            yield OneOf(field, frozenset(dice.sample(range(values), dice.randint(1, most))))


def _happened(number: int, dice: random.Random) -> Happened:
    ticket = Ticket(
        id=TicketId(number),
        number=f"T20261124.{number:04}",
        title="Printer on fire",
        company=CompanyId(dice.randrange(COMPANIES)),
        status=dice.randrange(STATUSES),
        priority=dice.randrange(PRIORITIES),
        queue=dice.randrange(QUEUES),
        assignee=ResourceId(dice.randrange(TECHNICIANS)),
        source=dice.randrange(SOURCES),
    )
    what = dice.choice(["created", "status", "queue", "note-added"])
    before = dice.randrange(QUEUES) if what == "queue" else None
    author = Author(AuthorKind.RESOURCE, dice.randrange(TECHNICIANS))
    change = Change(ticket=ticket.id, what=what, before=before, after=1, author=author, at=NOW)
    return Happened(id=ChangeId(number), change=change, ticket=ticket)


def _table(sizes: Sequence[int]) -> Iterator[str]:
    yield f"| subscriptions | compiling, ms | matching {CHANGES:,} changes, ms | us a change | conversations told |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    some = happened(CHANGES, random.Random(1))
    for size in sizes:
        made = subscriptions(size, random.Random(2))
        began = time.thread_time()
        book = Book(made, {})
        compiling = time.thread_time() - began
        seconds, told = cost(book, some)
        yield f"| {size:,} | {compiling * 1e3:.0f} | {seconds * 1e3:.0f} | {seconds / CHANGES * 1e6:.0f} | {told:,} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="how many subscriptions")
    for line in _table(parser.parse_args().sizes):
        print(line)


if __name__ == "__main__":
    main()
