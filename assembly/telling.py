"""How conversations come to be told: who is owed what, what looks at the clock for it, and who sends."""

from datetime import timedelta
from functools import partial

from msgspec import Struct

from assembly.brought import Brought
from attms_core.desk import Desk
from attms_core.jobs import Jobs
from attms_core.model import TenantId
from attms_core.notices import Notices
from attms_core.notices.auditor import Auditor
from attms_core.notices.escalation import Escalation
from attms_core.notices.letters import Letters
from attms_core.notices.reach import Roster
from attms_core.notices.retention import Retention
from attms_core.notices.wants import Wants
from attms_core.people import People
from attms_core.store.database import Database
from bot.channel import Channel, card_message
from bot.conversations import Conversations
from bot.faces.digests import digest
from bot.notices import Composer, Renderer, Sender
from bot.notices.compose import Digesting
from bot.reading import Readers


class Telling(Struct, frozen=True, kw_only=True):
    """What is told without anybody asking for it just now."""

    notices: Notices
    wants: Wants
    escalation: Escalation
    auditor: Auditor
    retention: Retention
    letters: Letters
    reach: Roster


def telling_of(store: Database, tenant: TenantId, brought: Brought) -> Telling:
    """Make it. Nobody is poked until a sender is there."""
    notices = Notices(tenant, brought.now)
    return Telling(
        notices=notices,
        wants=Wants.over(store, tenant=tenant, now=brought.now, poke=notices.poke),
        escalation=Escalation(store, tenant=tenant),
        auditor=Auditor(store, now=brought.now),
        retention=Retention(store, tenant=tenant, now=brought.now),
        letters=Letters(store, tenant=tenant, now=brought.now, poke=notices.poke),
        reach=Roster(store, tenant=tenant),
    )


def look_at_the_clock(jobs: Jobs, telling: Telling, brought: Brought) -> None:
    """Plan what happens because time passes."""

    async def escalate() -> None:
        if await telling.escalation.climb(brought.now()):
            telling.notices.poke()

    jobs.add("escalation", escalate, timedelta(seconds=30), about="Tell of tickets that nobody takes")
    jobs.add("digests", telling.wants.digests.owe_due, timedelta(minutes=1), about="Send digests whose time has come")
    jobs.add("forget-changes", telling.retention.forget_old, timedelta(days=1), about="Forget changes of long ago")
    about = "Forget dead letters and standing cards of long ago"
    jobs.add("forget-notices", telling.auditor.forget_old, timedelta(days=1), about=about)
    jobs.add("audit-outbox", telling.auditor.audit, timedelta(minutes=1), about="Look for messages that are late")


class Voice(Struct, frozen=True, kw_only=True):
    """What a sender speaks with."""

    channel: Channel
    conversations: Conversations
    readers: Readers
    render: Renderer
    bot_id: str


def sender_of(store: Database, desk: Desk, people: People, telling: Telling, voice: Voice, brought: Brought) -> Sender:  # noqa: PLR0917 - each a part of the house
    """Make who sends, and let it be poked by whatever owes."""
    connector = voice.channel.connector
    composer = Composer(
        database=store,
        desk=desk,
        people=people,
        readers=voice.readers,
        roster=connector,
        digesting=Digesting(desk=desk, face=partial(digest, digests=telling.wants.digests), pack=card_message),
        now=brought.now,
        pack=card_message,
    )
    sender = Sender(
        database=store,
        line=connector.once(),
        rooms=voice.conversations,
        render=voice.render,
        compose=composer,
        foresee=composer.foresee,
        now=brought.now,
        bot_id=voice.bot_id,
        pace=brought.pace,
    )
    telling.notices.on_poke = sender.poke
    return sender
