"""From a Teams activity, as raw JSON, to a ``Turn``. Tolerant: what is odd and not needed is dropped.

Whether the sender may say so (token, tenant) has been decided before. Shapes: Teams, activity reference.
"""

import random
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from attms_core.model import Conversation, ConversationKind, PersonKey
from attms_core.model.ids import TenantId
from bot.channel.words import name_of, words_of
from bot.turn import PERSONAL_DEEDS, Mention, Turn, TurnKind

Json = Mapping[str, Any]

LONGEST_ID = 512
MOST_PEOPLE = 500  # members or mentions of one activity that are looked at
_THREAD = ";messageid="
_ZONE = re.compile(r"[A-Za-z0-9_+\-/]{1,64}")
_LOCALE = re.compile(r"[A-Za-z0-9\-]{2,35}")
_NONE: Json = {}

_KINDS = {
    "messageReaction": TurnKind.REACTION,
    "messageUpdate": TurnKind.EDITED,
    "messageDelete": TurnKind.DELETED,
}
_INVOKES = {"adaptiveCard/action": TurnKind.EXECUTE, "application/search": TurnKind.SEARCH}
_PLACES = {kind.value: kind for kind in ConversationKind}
_INSTALLS = {
    "add": TurnKind.INSTALLED,
    "add-upgrade": TurnKind.INSTALLED,
    "remove": TurnKind.UNINSTALLED,
    "remove-upgrade": TurnKind.UNINSTALLED,
}


class Circumstances(Struct, frozen=True, kw_only=True):
    """What the decoder is told beside the activity: validated tenant, our app, the time."""

    tenant: TenantId
    app_id: str
    now: datetime
    opaque_people: bool = False
    """In the tokenless demo a person without an Entra id is known by the channel's id."""


def part(document: Json, key: str) -> Json:
    """Return an inner object, empty when there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else _NONE


def parts(document: Json, key: str) -> list[Json]:
    """Return the objects of an inner list."""
    value = document.get(key)
    return [each for each in value[:MOST_PEOPLE] if isinstance(each, dict)] if isinstance(value, list) else []


def text(document: Json, key: str) -> str:
    """Return an identifier or another short text; empty when it is absent, no text, too long or unprintable."""
    value = document.get(key)
    return value if isinstance(value, str) and len(value) <= LONGEST_ID and value.isprintable() else ""


class _Heard(Struct, frozen=True, kw_only=True):
    """What several questions about an activity are about, read once."""

    activity: Json
    sender: Json
    mri: str
    object_id: str
    bot: str
    place: Json
    whole_id: str
    """Of the conversation, with its thread."""
    locale: str
    timezone: str | None


def decode(activity: Json, around: Circumstances) -> Turn | None:
    """Make a turn of an authentic activity.

    None when there is nobody or nowhere to answer to: no conversation, no Entra id behind a person's deed, the
    bot's own echo. Never raises, whatever the JSON.
    """
    kind, heard = kind_of(activity), _hear(activity)
    person = PersonKey(around.tenant, heard.object_id or (heard.mri.lower() if around.opaque_people else ""))
    is_echo = heard.mri != "" and heard.mri == heard.bot
    if not heard.whole_id or (kind in PERSONAL_DEEDS and not person.object_id) or is_echo:
        return None
    conversation = _conversation(heard, around)
    trace = f"{random.getrandbits(64):016x}"
    value, verb, trigger = _value(activity, kind)
    own, mentions = _mentions(activity, conversation.bot_id)
    return Turn(
        id=trace,
        kind=kind,
        person=person,
        person_name=name_of(heard.sender.get("name")),
        person_mri=heard.mri,
        conversation=conversation,
        thread=heard.whole_id if _THREAD in heard.whole_id else None,
        activity_id=text(activity, "id") or f"local:{trace}",
        reply_to=text(activity, "replyToId") or None,
        words=words_of(activity.get("text"), own),
        value=value,
        verb=verb,
        invoke_name=text(activity, "name") if activity.get("type") == "invoke" else "",
        trigger=trigger,
        mentions=mentions,
        locale=heard.locale,
        timezone=heard.timezone,
        is_targeted=part(activity, "recipient").get("isTargeted") is True,
        members_added=_mris(activity, "membersAdded"),
        members_removed=_mris(activity, "membersRemoved"),
        received_at=around.now,
    )


def _hear(activity: Json) -> _Heard:
    sender, place = part(activity, "from"), part(activity, "conversation")
    return _Heard(
        activity=activity,
        sender=sender,
        mri=text(sender, "id"),
        object_id=text(sender, "aadObjectId").lower(),
        bot=text(part(activity, "recipient"), "id"),
        place=place,
        whole_id=text(place, "id"),
        locale=_locale(activity),
        timezone=_timezone(activity),
    )


def kind_of(activity: Json) -> TurnKind:
    """Say what an activity is; ``OTHER`` for whatever we do not know."""
    sort = text(activity, "type")
    if sort == "message":
        return TurnKind.SUBMIT if part(activity, "value") else TurnKind.MESSAGE
    if sort == "invoke":
        return _INVOKES.get(text(activity, "name"), TurnKind.INVOKE)
    if sort == "installationUpdate":
        return _INSTALLS.get(text(activity, "action"), TurnKind.OTHER)
    if sort == "conversationUpdate":
        moved = parts(activity, "membersAdded") or parts(activity, "membersRemoved")
        return TurnKind.MEMBERS if moved else TurnKind.OTHER
    return _KINDS.get(sort, TurnKind.OTHER)


def _conversation(heard: _Heard, around: Circumstances) -> Conversation:
    channel_data = part(heard.activity, "channelData")
    base = heard.whole_id.partition(_THREAD)[0]
    kind = _conversation_kind(heard.place, base)
    is_personal = kind is ConversationKind.PERSONAL
    is_channel = kind is ConversationKind.CHANNEL
    return Conversation(
        tenant=around.tenant,
        id=base,
        kind=kind,
        service_url=text(heard.activity, "serviceUrl"),
        bot_id=heard.bot or f"28:{around.app_id}",
        user_mri=(heard.mri or None) if is_personal else None,
        object_id=(heard.object_id or None) if is_personal else None,
        team_id=text(part(channel_data, "team"), "id") or None,
        channel_id=text(part(channel_data, "channel"), "id") or (base if is_channel else None),
        timezone=heard.timezone if is_personal else None,
        locale=(heard.locale or None) if is_personal else None,
        seen_at=around.now,
    )


def _conversation_kind(conversation: Json, base: str) -> ConversationKind:
    told = _PLACES.get(text(conversation, "conversationType"))
    if told is not None:
        return told
    # Without a word from Teams only an id of the shape of one-to-one chats counts as private.
    if base.startswith("a:") and conversation.get("isGroup") is not True:
        return ConversationKind.PERSONAL
    return ConversationKind.CHANNEL if base.endswith(("@thread.tacv2", "@thread.skype")) else ConversationKind.GROUP


def _value(activity: Json, kind: TurnKind) -> tuple[Json, str, Literal["manual", "automatic"]]:
    value = part(activity, "value")
    if kind is not TurnKind.EXECUTE:
        return value, "", "manual"
    action = part(value, "action")
    trigger: Literal["manual", "automatic"] = "automatic" if value.get("trigger") == "automatic" else "manual"
    return part(action, "data"), text(action, "verb"), trigger


def _mentions(activity: Json, bot_id: str) -> tuple[list[str], tuple[Mention, ...]]:
    """Part the texts of mentions of the bot from mentions of people."""
    own: list[str] = []
    others: dict[str, Mention] = {}
    for entity in parts(activity, "entities"):
        if text(entity, "type").lower() != "mention":
            continue
        mentioned, shown = part(entity, "mentioned"), text(entity, "text")
        mri = text(mentioned, "id")
        if mri == bot_id:
            own.append(shown)
        elif mri:
            object_id = text(mentioned, "aadObjectId").lower() or None
            others[mri] = Mention(mri=mri, name=name_of(mentioned.get("name")), object_id=object_id)
    # The longest first: a mention's text may be part of another's.
    return sorted(own, key=len, reverse=True), tuple(others.values())


def _client_info(activity: Json) -> Json:
    return next((each for each in parts(activity, "entities") if text(each, "type") == "clientInfo"), _NONE)


def _locale(activity: Json) -> str:
    told = text(activity, "locale") or text(_client_info(activity), "locale")
    return told if _LOCALE.fullmatch(told) else ""


def _timezone(activity: Json) -> str | None:
    told = text(activity, "localTimezone") or text(_client_info(activity), "timezone")
    return told if _ZONE.fullmatch(told) else None


def _mris(activity: Json, key: str) -> tuple[str, ...]:
    return tuple(mri for each in parts(activity, key) if (mri := text(each, "id"))) if key in activity else ()
