"""One living thing follows another: nobody ever meets half of each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from attms_core.lifetime import Succession


class Town:
    """What is led to whom, and what happened in which order."""

    def __init__(self) -> None:
        self.serves = ""
        self.told: list[str] = []

    @asynccontextmanager
    async def life(self, name: str, *, fails: str = "") -> AsyncIterator[str]:
        if fails == "opening":
            raise ValueError(name)
        self.told.append(f"{name} opens")
        yield name
        self.told.append(f"{name} closes while {self.serves} serves")
        if fails == "closing":
            raise ValueError(name)

    def lead_to(self, name: str) -> None:
        self.serves = name

    async def begin(self, name: str) -> None:
        self.told.append(f"{name} begins")


async def test_the_old_is_closed_when_the_heir_serves_and_the_heir_begins_when_it_is_alone() -> None:
    town = Town()
    living: Succession[str] = Succession(town.lead_to, town.begin)
    await living.succeed(town.life("first"))
    await living.succeed(town.life("second"))
    assert living.current == "second"
    await living.close()
    assert town.told == [
        *("first opens", "first begins"),
        *("second opens", "first closes while second serves", "second begins"),
        "second closes while second serves",
    ]
    assert living.current is None


async def test_an_heir_that_cannot_be_opened_changes_nothing() -> None:
    town = Town()
    living: Succession[str] = Succession(town.lead_to, town.begin)
    await living.succeed(town.life("first"))
    with pytest.raises(ValueError, match="second"):
        await living.succeed(town.life("second", fails="opening"))
    assert living.current == town.serves == "first"
    assert town.told == ["first opens", "first begins"]


async def test_one_that_closes_badly_does_not_keep_its_heir_from_beginning() -> None:
    town = Town()
    living: Succession[str] = Succession(town.lead_to, town.begin)
    await living.succeed(town.life("first", fails="closing"))
    await living.succeed(town.life("second"))
    assert town.told[-1] == "second begins"
    await living.close()
