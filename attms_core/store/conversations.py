"""Conversation references: where the bot may speak, and which of them are internal."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import exists, false, func, or_, select, true, update

from attms_core.model import Conversation, ConversationKind, TenantId
from attms_core.store.build import Among, number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import conversations, people
from attms_core.store.values import moment_or_none, stamp_or_none

_c = conversations.c
_COLUMNS = (
    *(_c.tenant, _c.id, _c.kind, _c.service_url, _c.bot_id, _c.user_mri, _c.object_id, _c.team_id, _c.channel_id),
    *(_c.timezone, _c.locale, _c.is_installed, _c.is_internal, _c.seen_at),
)
_ours = _c.tenant == words("tenant")
_this = (_c.tenant == words("of_tenant"), _c.id == words("of_id"))
_GET = Statement("a conversation", select(*_COLUMNS).where(_ours, _c.id == words("id")))
_BY_ID = Statement("conversations by id", select(*_COLUMNS).where(_ours, Among(_c.id, "ids")))
_PERSONAL = Statement(
    "people's own chats",
    # The last is the one that counts: the app's chat with a person is another after it was moved between tenants.
    select(*_COLUMNS)
    .where(_ours, Among(_c.object_id, "people"), _c.kind == ConversationKind.PERSONAL.value)
    .order_by(_c.is_installed, _c.seen_at),
)
_ANY = Statement(
    "any conversation", select(*_COLUMNS).where(_ours).order_by(_c.is_installed.desc(), _c.seen_at.desc()).limit(1)
)
_ALL = Statement("conversations", select(*_COLUMNS).where(_ours).order_by(_c.id))
_PUT = upsert(conversations, ["tenant", "id"])
_UNINSTALL = Statement("uninstalled", update(conversations).where(*_this).values(is_installed=false()))
_INTERNAL = Statement("is internal", update(conversations).where(*_this).values(is_internal=true()))
_NOT_INTERNAL = Statement("is not internal", update(conversations).where(*_this).values(is_internal=false()))
_installed = (_ours, _c.is_installed == true())
_INTERNAL_BESIDE = Statement(
    "internal conversations beside one",
    select(*_COLUMNS)
    .where(*_installed, _c.is_internal == true(), or_(_c.id == words("id"), _c.team_id == words("team")))
    .order_by(_c.id),
)
_MARKED = Statement(
    "internal conversations",
    select(*_COLUMNS).where(_c.is_internal == true(), _c.is_installed == true()).order_by(_c.tenant, _c.id),
)
_KINDS = Statement("conversations by kind", select(_c.kind, func.count()).where(*_installed).group_by(_c.kind))
_SERVICE_URLS = Statement(
    "service URLs", select(_c.service_url).where(*_installed).distinct().order_by(_c.service_url).limit(number("most"))
)
_chat = exists().where(
    _c.tenant == people.c.tenant,
    _c.object_id == people.c.object_id,
    _c.kind == ConversationKind.PERSONAL.value,
    _c.is_installed == true(),
)
_linked = (people.c.tenant == words("tenant"), people.c.state == "linked")
_LINKED = Statement("linked people", select(func.count()).select_from(people).where(*_linked))
_UNREACHABLE = Statement("people without a chat", select(func.count()).select_from(people).where(*_linked, ~_chat))


class Places(Struct, frozen=True, kw_only=True):
    """Where the bot may speak."""

    personal: int
    """Chats with one person."""
    shared: int
    """Channels and group chats."""
    linked: int
    """People who are linked to a technician."""
    unreachable: int
    """Those of them who have no chat with the bot."""


def put(tx: Tx, *some: Conversation) -> None:
    """Keep conversations as they are given, their internal marks included."""
    tx.many(_PUT, [_row(each) for each in some])


def get(tx: Tx, tenant: TenantId, id: str) -> Conversation | None:  # noqa: A002 - the word of the field
    """Give a conversation by its id."""
    row = tx.one(_GET, tenant=tenant, id=id)
    return _decode(row) if row else None


def by_id(tx: Tx, tenant: TenantId, ids: Sequence[str]) -> list[Conversation]:
    """Give conversations by their ids."""
    return [_decode(row) for row in tx.all(_BY_ID, tenant=tenant, ids=list(ids))]


def personal(tx: Tx, tenant: TenantId, people: Sequence[str]) -> list[Conversation]:
    """Give people's own chats by their object ids. Of several of one person the one to speak in comes last."""
    return [_decode(row) for row in tx.all(_PERSONAL, tenant=tenant, people=list(people))]


def any_of(tx: Tx, tenant: TenantId) -> Conversation | None:
    """Give a conversation of the tenant, the one met last if it can be: it tells where Teams is to be reached."""
    row = tx.one(_ANY, tenant=tenant)
    return _decode(row) if row else None


def mark_uninstalled(tx: Tx, tenant: TenantId, id: str) -> None:  # noqa: A002 - the word of the field
    """Remember that the app was removed there; the internal mark stays as it is."""
    tx.run(_UNINSTALL, of_tenant=tenant, of_id=id)


def set_internal(tx: Tx, tenant: TenantId, id: str, on: bool) -> None:  # noqa: A002, FBT001 - callers pass it by place
    """Mark a conversation as internal, or not; one that is not known stays unknown."""
    tx.run(_INTERNAL if on else _NOT_INTERNAL, of_tenant=tenant, of_id=id)


def internal(tx: Tx) -> list[Conversation]:
    """Give all that are marked internal, of all tenants."""
    return [_decode(row) for row in tx.all(_MARKED)]


def internal_beside(tx: Tx, place: Conversation) -> list[Conversation]:
    """Give those, marked internal, that somebody who joins there will read: itself, and all channels of its team.

    A team's General channel carries the team's own id (Teams help: conversation events).
    """
    found = tx.all(_INTERNAL_BESIDE, tenant=place.tenant, id=place.id, team=place.team_id or place.id)
    return [_decode(row) for row in found]


def everything(tx: Tx, tenant: TenantId) -> list[Conversation]:
    """Give all conversations, by id."""
    return [_decode(row) for row in tx.all(_ALL, tenant=tenant)]


def places(tx: Tx, tenant: TenantId) -> Places:
    """Count where the bot is installed, and whom it can speak to."""
    kinds = {kind: int(count) for kind, count in tx.all(_KINDS, tenant=tenant)}
    personal = kinds.pop(ConversationKind.PERSONAL.value, 0)
    linked, unreachable = tx.one(_LINKED, tenant=tenant), tx.one(_UNREACHABLE, tenant=tenant)
    return Places(
        personal=personal,
        shared=sum(kinds.values()),
        linked=int(linked[0]) if linked else 0,
        unreachable=int(unreachable[0]) if unreachable else 0,
    )


def service_urls(tx: Tx, tenant: TenantId, limit: int) -> list[str]:
    """Give the addresses of Teams that installed conversations name."""
    return [str(url) for (url,) in tx.all(_SERVICE_URLS, tenant=tenant, most=limit)]


def _row(conversation: Conversation) -> dict[str, Any]:
    return {
        "tenant": conversation.tenant,
        "id": conversation.id,
        "kind": conversation.kind,
        "service_url": conversation.service_url,
        "bot_id": conversation.bot_id,
        "user_mri": conversation.user_mri,
        "object_id": conversation.object_id,
        "team_id": conversation.team_id,
        "channel_id": conversation.channel_id,
        "timezone": conversation.timezone,
        "locale": conversation.locale,
        "is_installed": conversation.is_installed,
        "is_internal": conversation.is_internal,
        "seen_at": stamp_or_none(conversation.seen_at),
    }


def _decode(row: tuple[Any, ...]) -> Conversation:
    tenant, id_, kind, service_url, bot_id, user_mri, object_id, team_id, channel_id, *rest = row
    timezone, locale, is_installed, is_internal, seen_at = rest
    return Conversation(
        tenant=tenant,
        id=id_,
        kind=ConversationKind(kind),
        service_url=service_url,
        bot_id=bot_id,
        user_mri=user_mri,
        object_id=object_id,
        team_id=team_id,
        channel_id=channel_id,
        timezone=timezone,
        locale=locale,
        is_installed=bool(is_installed),
        is_internal=bool(is_internal),
        seen_at=moment_or_none(seen_at),
    )
