"""Whatever a body holds, a write is done or refused in words; the records stay readable."""

from datetime import UTC, datetime

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.autotask import Clock, World, seed
from sandbox.autotask.reads import Reads
from sandbox.autotask.refusals import RefusalError
from sandbox.autotask.tenant import Actor
from sandbox.autotask.writes import Writes

NOON = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
WORLD = World(Clock(NOON))
seed.fill(WORLD, tickets=5, seed=1)
ME = Actor(resource_id=WORLD.tenant.api_user_id)

# what orjson refuses to decode (lone surrogates, numbers that are none) never reaches a write
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=2)
udfs = st.lists(st.fixed_dictionaries({"name": texts | st.just("Quoted Hours"), "value": values}) | values, max_size=2)
fields = st.sampled_from(sorted(WORLD.table.entities["Tickets"].fields)) | texts
bodies = st.dictionaries(fields, values, max_size=6)


def outcome(body: object) -> list[str]:
    """Return the texts of the refusal, none when the write was done."""
    route = WORLD.table.match("/V1.0/Tickets")
    assert route
    try:
        Writes(WORLD).update(route, body, ME, whole=False)
    except RefusalError as refusal:
        texts_told: list[str] = refusal.body["errors"]
        return texts_told
    return []


@settings(max_examples=300, deadline=None)
@given(bodies, udfs | st.none(), st.just(7001) | values)
def test_any_patch_is_done_or_refused_in_words(body: dict[str, object], udf: object, id_: object) -> None:
    told = outcome({**body, "userDefinedFields": udf, "id": id_})
    assert all(isinstance(text, str) and text for text in told)
    route = WORLD.table.match("/V1.0/Tickets/7001")
    assert route
    assert orjson.loads(Reads(WORLD).item(route))["item"]["id"] == 7001
