"""Whether the database is sound, and the counts that the doctor asks for."""

from pathlib import Path

import pytest
from msgspec import structs

from attms_core.errors import StoreUnavailable
from attms_core.model import (
    Conversation,
    ConversationKind,
    Link,
    LinkState,
    Person,
    PersonKey,
    ResourceId,
)
from attms_core.store import conversations, people, upkeep
from attms_core.store.database import FILE, Database, Tx
from tests.store.values import OURS, THEIRS

CHAT = Conversation(
    tenant=OURS,
    id="a:ana",
    kind=ConversationKind.PERSONAL,
    service_url="https://smba.trafficmanager.net/emea/",
    bot_id="28:x",
    object_id="ana",
)


async def test_an_open_database_takes_writes_and_has_this_versions_tables(database: Database) -> None:
    await database.write(upkeep.probe)
    tables = await database.read(upkeep.tables)
    assert tables.are_current
    assert tables.revision
    assert await database.read(upkeep.size) > 10_000


async def test_a_probe_says_that_a_read_only_place_takes_no_writes(database: Database) -> None:
    # reads run where nothing can be written, on both engines: what a probe would meet on a read-only disk or replica
    with pytest.raises(StoreUnavailable):
        await database.read(upkeep.probe)


async def test_a_sound_file_is_gone_through_to_its_end(sqlite: Database, tmp_path: Path) -> None:
    assert upkeep.examine_file(tmp_path / FILE, 60) == upkeep.Soundness("", is_whole=True)
    await sqlite.write(upkeep.probe)  # whoever serves from the file goes on


async def test_a_look_that_takes_too_long_is_broken_off(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "STEPS", 1)
    assert upkeep.examine_file(tmp_path / FILE, -1) == upkeep.Soundness("", is_whole=False)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    broken = tmp_path / FILE
    broken.write_bytes(b"no database at all" * 500)
    assert "not a database" in upkeep.examine_file(broken, 60).damage


def test_a_file_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        upkeep.examine_file(tmp_path / "odd ?#% name.db", 60)


async def test_places_and_people_are_counted_for_one_tenant(database: Database) -> None:
    there = (
        CHAT,
        structs.replace(CHAT, id="19:team", kind=ConversationKind.CHANNEL, object_id=None),
        structs.replace(CHAT, id="19:group", kind=ConversationKind.GROUP, service_url="https://other.example/"),
        structs.replace(CHAT, id="a:bob", object_id="bob", is_installed=False, service_url="https://gone.example/"),
        structs.replace(CHAT, tenant=THEIRS, service_url="https://theirs.example/"),
    )
    who = [("ana", LinkState.LINKED), ("bob", LinkState.LINKED), ("eve", LinkState.PROPOSED)]

    def fill(tx: Tx) -> None:
        for place in there:
            conversations.put(tx, place)
        for number, (name, state) in enumerate(who, 1):
            people.put(tx, person(number, name, state))

    await database.write(fill)
    counted = await database.read(lambda tx: conversations.places(tx, OURS))
    assert counted == conversations.Places(personal=1, shared=2, linked=2, unreachable=1)
    urls = await database.read(lambda tx: conversations.service_urls(tx, OURS, 5))
    assert urls == ["https://other.example/", "https://smba.trafficmanager.net/emea/"]


def person(number: int, name: str, state: LinkState) -> Person:
    return Person(key=PersonKey(OURS, name), name=name, link=Link(state=state, resource=ResourceId(number)))
