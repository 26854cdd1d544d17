"""The cards that stand for tickets and opportunities in conversations, and what each was told for last."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from attms_core.model import ChangeId, Event, Lane, Post, Rule, TenantId, Told, Topic
from attms_core.store.build import Among, number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import owed, posts
from attms_core.store.statement import Statement
from attms_core.store.values import moment, packed, stamp, unpacked

REMEMBERED = 8
"""Tellings that a card remembers."""

_p = posts.c
_COLUMNS = (
    *(_p.tenant, _p.lane, _p.topic, _p.conversation, _p.activity, _p.thread),
    *(_p.posted_at, _p.told_at, _p.told),
)
_ours = _p.tenant == words("tenant")
_PUT = upsert(posts, ["tenant", "lane", "topic"])
_DROP = Statement(
    "drop a post",
    delete(posts).where(
        _p.tenant == words("of_tenant"),
        _p.lane == words("of_lane"),
        _p.topic == words("of_topic"),
        _p.activity == words("of_activity"),
    ),
)
_FORGET = Statement("forget old posts", delete(posts).where(_p.told_at < number("before")))
_STANDING = Statement(
    "posts of topics",
    select(*_COLUMNS)
    .where(_ours, Among(_p.topic, "topics"), _p.posted_at >= number("since"))
    .order_by(_p.lane, _p.topic),
)
_OF_LANE = Statement(
    "posts of a lane", select(*_COLUMNS).where(_ours, _p.lane == words("lane"), Among(_p.topic, "topics"))
)
_LAST_TOLD = Statement(
    "when topics were told",
    select(_p.lane, _p.topic, _p.told_at).where(_ours, Among(_p.topic, "topics"), Among(_p.lane, "lanes")),
)
_OF_OWED = Statement(
    "posts of what is owed",
    select(*_COLUMNS)
    .select_from(owed.join(posts, (owed.c.tenant == _p.tenant) & (owed.c.lane == _p.lane) & (owed.c.topic == _p.topic)))
    .where(Among(owed.c.id, "ids"))
    .distinct(),
)


def standing(tx: Tx, tenant: TenantId, topics: Sequence[Topic], since: datetime) -> list[Post]:
    """Give the cards that stand for topics anywhere and were posted at or after ``since``, by lane."""
    rows = tx.all(_STANDING, tenant=tenant, topics=_keys(topics), since=stamp(since))
    return [_decode(row) for row in rows]


def of_lane(tx: Tx, tenant: TenantId, lane: Lane, topics: Sequence[Topic]) -> dict[Topic, Post]:
    """Give the cards that stand in a lane for topics."""
    found = (_decode(row) for row in tx.all(_OF_LANE, tenant=tenant, lane=lane, topics=_keys(topics)))
    return {post.topic: post for post in found}


def of_owed(tx: Tx, ids: Sequence[int]) -> dict[tuple[TenantId, Lane], dict[Topic, Post]]:
    """Give the cards that stand for what rows of the outbox are about, each in the row's own lane."""
    found: dict[tuple[TenantId, Lane], dict[Topic, Post]] = {}
    for row in tx.all(_OF_OWED, ids=list(ids)):
        post = _decode(row)
        found.setdefault((post.tenant, post.lane), {})[post.topic] = post
    return found


def last_told(tx: Tx, tenant: TenantId, pairs: Collection[tuple[Lane, Topic]]) -> dict[tuple[Lane, Topic], datetime]:
    """Say when something was told last of topics in lanes; a pair of which nothing was told is left out."""
    if not pairs:
        return {}
    by_key = {topic.key: topic for topic in {topic for _, topic in pairs}}
    rows = tx.all(_LAST_TOLD, tenant=tenant, topics=sorted(by_key), lanes=sorted({lane for lane, _ in pairs}))
    told = {(lane, by_key[key]): moment(at) for lane, key, at in rows}
    return {pair: told[pair] for pair in pairs if pair in told} if told else {}


def put(tx: Tx, standing: Sequence[Post]) -> None:
    """Keep the cards that stand now, each in the place of an earlier one of its lane and topic."""
    tx.many(_PUT, [_encode(post) for post in standing])


def drop(tx: Tx, gone: Sequence[Post]) -> None:
    """Forget cards that stand no more; one that another has taken the place of stays."""
    rows = [
        {"of_tenant": p.tenant, "of_lane": p.lane, "of_topic": p.topic.key, "of_activity": p.activity} for p in gone
    ]
    tx.many(_DROP, rows)


def forget(tx: Tx, before: datetime) -> int:
    """Forget cards of which nothing was told since, of all tenants; say how many."""
    return tx.run(_FORGET, before=stamp(before))


def _keys(topics: Collection[Topic]) -> list[str]:
    return sorted({topic.key for topic in topics})


def _encode(post: Post) -> dict[str, Any]:
    return {
        "tenant": post.tenant,
        "lane": post.lane,
        "topic": post.topic.key,
        "conversation": post.conversation,
        "activity": post.activity,
        "thread": post.thread,
        "told": packed([_telling(each) for each in post.told[:REMEMBERED]]),
        "posted_at": stamp(post.posted_at),
        "told_at": stamp(post.told_at),
    }


def _telling(told: Told) -> list[int | str | None]:
    return [stamp(told.at), told.rule.key if told.rule else "", told.event, told.change]


def _decode(row: tuple[Any, ...]) -> Post:
    tenant, lane, topic, conversation, activity, thread, posted_at, told_at, told = row
    about = Topic.parse(topic)
    if about is None:
        raise ValueError("a post is about a topic")
    return Post(
        tenant=tenant,
        lane=lane,
        topic=about,
        conversation=conversation,
        activity=activity,
        thread=thread,
        posted_at=moment(posted_at),
        told_at=moment(told_at),
        told=tuple(_readable(unpacked(told))),
    )


def _readable(tellings: Iterable[Sequence[Any]]) -> Iterator[Told]:
    """Leave out what only a newer ATTMS can read: the card stands all the same."""
    for each in tellings:
        try:
            yield _told(*each)
        except ValueError:
            continue


def _told(at: int, rule: str, event: str | None, change: int | None) -> Told:
    return Told(
        at=moment(at),
        rule=Rule.parse(rule),
        event=Event(event) if event else None,
        change=None if change is None else ChangeId(change),
    )
