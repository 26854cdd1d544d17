"""The lists whose cost is measured are of the kinds that they are named for. What they cost is no test's business."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attms_core.model import PersonKey, TenantId, Ticket
from attms_core.store.words import folded
from bench import growth, mirror
from bench.bot import TENANT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COUNT = 50_000
MANY, NEXT_DUE = 500, 160


@pytest.fixture(scope="module")
def made() -> list[Ticket]:
    return [mirror.ticket(number, COUNT, NOW) for number in range(COUNT)]


def _having(found: Sequence[Ticket], words: str) -> list[Ticket]:
    """Give those tickets in whose texts some word begins with each of the words."""
    texts = [(ticket, folded(f"{ticket.number} {ticket.title} {ticket.description}")) for ticket in found]
    return [ticket for ticket, had in texts if all(any(w.startswith(asked) for w in had) for asked in words.split())]


def test_words_seldom_together_are_of_many_tickets_and_of_few_of_the_next_due(made: list[Ticket]) -> None:
    still_open = [ticket for ticket in made if not ticket.is_complete]
    next_due = sorted(still_open, key=lambda ticket: (ticket.due or NOW, ticket.id))[:NEXT_DUE]
    assert len(_having(made, growth.SELDOM_TOGETHER)) > MANY
    assert len(_having(next_due, growth.SELDOM_TOGETHER)) < growth.PAGE
    assert len(_having(still_open, growth.SELDOM_TOGETHER)) > growth.PAGE


def test_a_common_word_is_of_none_that_is_unassigned_in_the_first_queue(made: list[Ticket]) -> None:
    here = [ticket for ticket in made if not ticket.is_complete and ticket.assignee is None and ticket.queue == 1]
    assert len(here) > growth.PAGE
    assert _having(here, growth.COMMON_ELSEWHERE) == []
    assert len(_having(made, growth.COMMON_ELSEWHERE)) > MANY


async def test_every_list_is_printed_and_its_plan_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "TRIES", 1)
    monkeypatch.setattr(growth, "REPEATS", 1)
    folder = await mirror.kept(mirror.FEWEST, person=PersonKey(TenantId(TENANT), "me"), now=NOW, home=tmp_path)
    lines = list(growth.table({mirror.FEWEST: folder}, plans=True))
    assert [line.split("|")[1].strip() for line in lines[2 : 2 + len(growth.LISTS)]] == list(growth.LISTS)
    assert [line.strip("\n:") for line in lines if line.startswith("\n")] == list(growth.LISTS)
