"""Whose rights rules have, on both engines."""

from datetime import timedelta

from msgspec.structs import replace

from attms_core.model import Event, Lane, PersonKey, Rule, RuleKind, Subscription, SubscriptionId
from attms_core.model.digest import Digest, DigestKind, Rhythm
from attms_core.model.filter import Filter
from attms_core.model.ladder import Ladder, Step, Target, TargetKind
from attms_core.notices.makers import Maker, makers
from attms_core.store import digests, ladders, subscriptions
from attms_core.store.database import Database, Tx
from tests.store.values import NOON, OURS, THEIRS

LANE = Lane("19:desk@thread.tacv2")
WANTED = Subscription(
    id=SubscriptionId(0),
    tenant=OURS,
    lane=LANE,
    words="",
    filter=Filter(),
    events=frozenset({Event.STATUS}),
    created_by="ana",
    created_by_name="Ana",
    created_at=NOON,
)
DIGEST = Digest(
    tenant=OURS,
    lane=LANE,
    kind=DigestKind.HERE,
    rhythm=Rhythm((0,), 480, "UTC"),
    created_by="ben",
    created_by_name="Ben",
    next_at=NOON,
)
LADDER = Ladder(
    tenant=OURS,
    queue=5,
    steps=(Step(after=timedelta(minutes=5), targets=(Target(kind=TargetKind.EVERYONE),)),),
    created_by="kim",
    created_by_name="Kim",
    changed_at=NOON,
)


async def test_rules_have_the_rights_of_who_arranged_them_and_what_is_gone_has_none(database: Database) -> None:
    def arrange(tx: Tx) -> list[Rule]:
        wanted = subscriptions.add(tx, WANTED)
        paused = subscriptions.add(tx, replace(WANTED, is_paused=True, created_by="ben"))
        return [
            Rule(RuleKind.SUBSCRIPTION, str(wanted.id)),
            Rule(RuleKind.SUBSCRIPTION, str(paused.id)),
            Rule(RuleKind.DIGEST, str(digests.add(tx, DIGEST))),
            Rule(RuleKind.ESCALATION, f"{ladders.put(tx, LADDER).id}.1"),
            Rule(RuleKind.SUBSCRIPTION, "999"),
            Rule(RuleKind.DIGEST, "999"),
            Rule(RuleKind.ESCALATION, "999.1"),
            Rule(RuleKind.PERSONAL, "assigned"),
        ]

    rules = await database.write(arrange)
    found = await database.read(lambda tx: makers(tx, OURS, rules))

    ana, ben, kim = (PersonKey(OURS, name) for name in ("ana", "ben", "kim"))
    expected = (Maker(ana), Maker(ben, rests=True), Maker(ben), Maker(kim))
    assert found == dict(zip(rules[:4], expected, strict=True))
    assert await database.read(lambda tx: makers(tx, THEIRS, rules)) == {}
