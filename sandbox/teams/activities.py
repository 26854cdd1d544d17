"""The activities that Teams sends to a bot, in the shapes of the real payloads.

Pure: nothing is sent and nothing remembered here. When each is sent is the client's business.
"""

from __future__ import annotations

import datetime as dt
import html
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sandbox.teams.people import Conversation, Kind, Person
from sandbox.teams.wire import Json

_SPOKEN = frozenset({"text", "textFormat", "attachments", "value"})
_MENTION_SCHEMA = "http://schema.skype.com/Mention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Builds activities addressed to one bot, as sent from one region of Teams."""

    app_id: str
    bot_name: str
    service_url: str

    @property
    def bot_id(self) -> str:
        """The bot's own id."""
        return f"28:{self.app_id}"

    def envelope(self, kind: str, person: Person, place: Conversation, *, now: float, number: str = "") -> Json:
        """Return what every activity has; without a number the id is of the `f:` sort."""
        moment = dt.datetime.fromtimestamp(now, dt.UTC)
        return {
            "type": kind,
            "id": number or f"f:{uuid.uuid4()}",
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "from": {"id": person.mri, "name": person.name, "aadObjectId": person.object_id},
            "conversation": _conversation(place),
            "recipient": {"id": self.bot_id, "name": self.bot_name},
            "channelData": _channel_data(place),
        }

    def spoken(self, kind: str, person: Person, place: Conversation, *, now: float, number: str = "") -> Json:
        """Return an envelope with what the person's client adds: local time, locale, clientInfo."""
        local = dt.datetime.fromtimestamp(now, ZoneInfo(person.timezone))
        client_info = {
            "type": "clientInfo",
            "locale": person.locale,
            "country": person.locale.rpartition("-")[2],
            "platform": "Windows",
            "timezone": person.timezone,
        }
        return {
            **self.envelope(kind, person, place, now=now, number=number),
            "localTimestamp": local.isoformat(timespec="milliseconds"),
            "localTimezone": person.timezone,
            "locale": person.locale,
            "entities": [client_info],
        }

    def message(
        self, text: str, person: Person, place: Conversation, *, now: float, number: str, mentions_bot: bool
    ) -> Json:
        """Return a typed message with its HTML twin; a mention of the bot goes before the text."""
        activity = self.spoken("message", person, place, now=now, number=number)
        if mentions_bot:
            activity["entities"].append(self._mention())
        said = f"<at>{self.bot_name}</at> {text}" if mentions_bot else text
        return {
            **activity,
            "text": said,
            "textFormat": "plain",
            "attachments": [{"contentType": "text/html", "content": self._html(text, mentioned=mentions_bot)}],
        }

    def submit(self, value: Json, person: Person, place: Conversation, *, now: float, reply_to: str) -> Json:
        """Return what an Action.Submit sends: a message with a value and no text."""
        # Ids of button-born messages are of the `f:` sort, not epoch milliseconds.
        activity = self.spoken("message", person, place, now=now)
        return {**activity, "value": value, "replyToId": reply_to}

    def invoke(
        self, name: str, value: object, person: Person, place: Conversation, *, now: float, reply_to: str = ""
    ) -> Json:
        """Return an invoke; `reply_to` is the message whose card was used."""
        activity = {**self.spoken("invoke", person, place, now=now), "name": name, "value": value}
        activity["channelData"]["source"] = {"name": "message"}
        return {**activity, "replyToId": reply_to} if reply_to else activity

    def correction(self, original: Json, text: str) -> Json:
        """Return a messageUpdate: the same message, id and all, with another text."""
        data = {**original["channelData"], "eventType": "editMessage"}
        return {**original, "type": "messageUpdate", "text": text, "channelData": data}

    def taking_back(self, original: Json) -> Json:
        """Return a messageDelete: what is left of a message that its author deleted."""
        gone = {name: value for name, value in original.items() if name not in _SPOKEN}
        data = {**original["channelData"], "eventType": "softDeleteMessage"}
        return {**gone, "type": "messageDelete", "channelData": data}

    def reaction(self, kind: str, person: Person, place: Conversation, *, now: float, reply_to: str) -> Json:
        """Return a messageReaction to a message of the bot: like, heart, laugh, surprised, sad, angry."""
        activity = self.envelope("messageReaction", person, place, now=now)
        return {**activity, "reactionsAdded": [{"type": kind}], "replyToId": reply_to}

    def installation(self, action: str, person: Person, place: Conversation, *, now: float) -> Json:
        """Return an installationUpdate: add, add-upgrade, remove, remove-upgrade."""
        activity = self.envelope("installationUpdate", person, place, now=now)
        activity["channelData"]["settings"] = {"selectedChannel": {"id": place.base}}
        activity["channelData"]["source"] = {"name": "message"}
        return {**activity, "action": action}

    def bot_membership(self, *, added: bool, person: Person, place: Conversation, now: float) -> Json:
        """Return the conversationUpdate by which the bot itself comes or goes."""
        return self._membership([{"id": self.bot_id}], added=added, person=person, place=place, now=now)

    def people_membership(
        self, people: Iterable[Person], *, added: bool, person: Person, place: Conversation, now: float
    ) -> Json:
        """Return the conversationUpdate by which people come or go; `person` is who did it.

        Of a team's members Teams tells in its General channel, whose id is the team's, and names no channel
        (Teams help: conversation events).
        """
        members = [{"id": each.mri, "aadObjectId": each.object_id} for each in people]
        where = place.sibling() if place.team else place
        activity = self._membership(members, added=added, person=person, place=where, now=now)
        for name in ("channel", "teamsChannelId"):
            activity["channelData"].pop(name, None)
        return activity

    def _membership(
        self, members: list[dict[str, str]], *, added: bool, person: Person, place: Conversation, now: float
    ) -> Json:
        activity = self.envelope("conversationUpdate", person, place, now=now)
        if place.team:
            activity["channelData"]["eventType"] = "teamMemberAdded" if added else "teamMemberRemoved"
        return {**activity, "membersAdded" if added else "membersRemoved": members}

    def _mention(self) -> Json:
        return {
            "type": "mention",
            "mentioned": {"id": self.bot_id, "name": self.bot_name},
            "text": f"<at>{self.bot_name}</at>",
        }

    def _html(self, text: str, *, mentioned: bool) -> str:
        name = html.escape(self.bot_name)
        span = f'<span itemscope="" itemtype="{_MENTION_SCHEMA}" itemid="0">{name}</span>&nbsp;'
        return f"<p>{span if mentioned else ''}{html.escape(text)}</p>"


def _conversation(place: Conversation) -> Json:
    shown: Json = {"conversationType": str(place.kind), "tenantId": place.tenant, "id": place.id}
    if place.kind is not Kind.PERSONAL:
        shown["isGroup"] = True
    if place.name:
        shown["name"] = place.name
    return shown


def _channel_data(place: Conversation) -> Json:
    data: Json = {"tenant": {"id": place.tenant}}
    if place.team:
        channel = {"id": place.base, "name": place.name} if place.name else {"id": place.base}
        team = {"id": place.team.id, "name": place.team.name, "aadGroupId": place.team.group_id}
        # teamsTeamId and teamsChannelId are deprecated, and still sent.
        data |= {
            "teamsChannelId": place.base,
            "teamsTeamId": place.team.id,
            "channel": channel,
            "team": team,
        }
    return data
