"""The hand of a person in Teams: says things to the bot, presses its buttons, comes and goes.

Activities are shaped in `activities`, cards are read by `card_reader`, what comes of it all is a `Said`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

from sandbox.teams.activities import Shapes
from sandbox.teams.card_reader import CannotPressError, find_action, gather, is_checked, submitted
from sandbox.teams.connector import Connector
from sandbox.teams.issuer import Issuer
from sandbox.teams.messages import Message
from sandbox.teams.people import Conversation, Kind, Person
from sandbox.teams.said import Said
from sandbox.teams.wire import Json, inner, text_at

MOST_REFRESHED = 60  # members; Teams: universal actions, automatic refresh
MOST_SUGGESTED = 3  # Teams: suggested actions; older clients showed six
SEARCH_TOP = 15  # results; Teams: dynamic search asks for at most this many
_PATIENCE = 15.0  # seconds; after about this long the channel gives a turn up


@dataclass(frozen=True, slots=True)
class _View:
    """The card that one person sees in place of a message's own, until the message is edited."""

    card: Json
    versions: int


class TeamsClient:
    """Drives a bot at `bot_url` (its whole messages endpoint) over HTTP; an `async with` owns the session.

    Where no conversation is given, the person's own chat with the bot is meant. `service_url` may be
    overwritten to speak as from another region.
    """

    def __init__(
        self,
        bot_url: str,
        *,
        issuer: Issuer,
        connector: Connector,
        bot_name: str = "ATTMS",
        patience: float = _PATIENCE,
    ) -> None:
        self.bot_url = bot_url
        self.shapes = Shapes(app_id=issuer.app_id, bot_name=bot_name, service_url=connector.service_url)
        self._issuer = issuer
        self._connector = connector
        self._journal = connector.journal
        self._directory = connector.directory
        self._timeout = aiohttp.ClientTimeout(total=patience)
        self._session: aiohttp.ClientSession | None = None
        self._views: dict[tuple[str, str], _View] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def say(
        self,
        text: str,
        *,
        person: Person,
        conversation: Conversation | None = None,
        mention: bool | None = None,
        targeted: bool = False,
    ) -> Said:
        """Type a message and send it.

        A leading `@Bot` becomes a mention. In channels and group chats one is put in front unless
        `mention` is False, because without it the bot would not hear; `targeted` is the private form of a
        picked slash command. In a channel without a thread the message opens one.
        """
        place, number = conversation or Conversation.personal(person), self._journal.new_id()
        if place.kind is Kind.CHANNEL and not place.thread and not targeted:
            place = place.in_thread(number)
        plain, wants_mention = self._cut_mention(text)
        if mention is None:
            wants_mention = wants_mention or (place.kind is not Kind.PERSONAL and not targeted)
        else:
            wants_mention = mention
        activity = self.shapes.message(plain, person, place, now=self._now(), number=number, mentions_bot=wants_mention)
        if targeted:
            activity["recipient"]["isTargeted"] = True
        await self._remember(activity, person, place, targeted=targeted)
        return await self.raw(activity, person=person, conversation=place)

    async def press(
        self,
        target: Message | Json | None,
        button: str,
        *,
        person: Person,
        conversation: Conversation | None = None,
        inputs: Mapping[str, str] | None = None,
        fallback: bool = False,
        checked: bool = True,
    ) -> Said:
        """Press the button with this title, verb or id, with what was typed into the inputs.

        `target` is a message, a card seen on the newest card message, or None for what is seen there.
        `fallback` presses as a client that knows no Action.Execute; `checked=False` skips the client's
        own validation, as an attacker would. Raises CannotPressError where a person could not press.
        """
        message = target if isinstance(target, Message) else self._newest_card(person, conversation)
        card = self.view(message, person) if target is None or isinstance(target, Message) else target
        action = find_action(card, button)
        values = gather(card, inputs or {}, checked=checked and is_checked(action))
        place = self._place_of(message)
        if action["type"] == "Action.Execute" and not fallback:
            return await self._execute(action, values, message, person, place, trigger="manual")
        if action["type"] not in ("Action.Execute", "Action.Submit"):
            raise CannotPressError(f"{button!r} is an {action['type']}, which sends nothing")
        return await self._submit(_fallback_of(action), values, message, person, place)

    async def refresh(self, message: Message, *, person: Person) -> Said:
        """Do what a client does when a card with `refresh` comes into view.

        Raises CannotPressError if the card refreshes nothing, or not for this person: without user ids it does for
        all members of a conversation of sixty at most.
        """
        refresh = inner(self._current(message).card or {}, "refresh")
        chosen, members = refresh.get("userIds"), self._directory.members(self._place_of(message))
        named = person.mri in chosen if isinstance(chosen, list) else len(members) <= MOST_REFRESHED
        if not refresh or not named or not self._current(message).is_visible_to(person.mri):
            raise CannotPressError("the card does not refresh for this person")
        action = inner(refresh, "action")
        return await self._execute(action, {}, message, person, self._place_of(message), trigger="automatic")

    def suggestions(self, message: Message) -> list[str]:
        """Return what is offered above the compose box.

        In a personal chat alone, under the newest message alone, and never with attachments (Teams: suggested
        actions).
        """
        place = self._place_of(message)
        if place.kind is not Kind.PERSONAL or self._journal.messages(place.id)[-1].id != message.id:
            return []
        if self._current(message).activity.get("attachments"):
            return []
        return [text_at(each, "title") for each in self._current(message).suggested[:MOST_SUGGESTED]]

    async def tap(self, message: Message, title: str, *, person: Person) -> Said:
        """Tap a suggestion: the person says its value, for all to read.

        Raises CannotPressError if it is not offered.
        """
        if title not in self.suggestions(message):
            raise CannotPressError(f"no suggestion {title!r}; there are {self.suggestions(message)}")
        action = next(each for each in self._current(message).suggested if each.get("title") == title)
        return await self.say(text_at(action, "value"), person=person)

    def view(self, message: Message, person: Person) -> Json:
        """Return the card that this person sees: their own answer, or the message's own since an edit.

        Raises CannotPressError if the message shows no card.
        """
        now = self._current(message)
        own = self._views.get((message.id, person.object_id))
        if own is not None and own.versions == len(now.versions):
            return own.card
        if now.card is None or now.deleted:
            raise CannotPressError("the message shows no card")
        return now.card

    async def search(
        self,
        dataset: str,
        text: str,
        *,
        person: Person,
        conversation: Conversation | None = None,
        data: Json | None = None,
        skip: int = 0,
    ) -> Said:
        """Type into a filtered choice set that asks the bot; `data` is what the other inputs hold."""
        value: Json = {
            "queryText": text,
            "queryOptions": {"skip": skip, "top": SEARCH_TOP},
            "dataset": dataset,
        }
        if data is not None:
            value["data"] = data
        return await self.invoke("application/search", value, person=person, conversation=conversation)

    async def invoke(
        self,
        name: str,
        value: object,
        *,
        person: Person,
        conversation: Conversation | None = None,
        reply_to: str = "",
    ) -> Said:
        """Send any other invoke: task/fetch, composeExtension/query, fileConsent/invoke..."""
        place = conversation or Conversation.personal(person)
        activity = self.shapes.invoke(name, value, person, place, now=self._now(), reply_to=reply_to)
        return await self.raw(activity, person=person, conversation=place)

    async def install(self, *, person: Person, conversation: Conversation | None = None) -> tuple[Said, Said]:
        """Add the app; Teams tells it twice, as conversationUpdate and as installationUpdate."""
        place = conversation or Conversation.personal(person)
        if self._directory.find(place.base) is None:
            self._directory.open(place, (person,))
        self._directory.install(place)
        came = self.shapes.bot_membership(added=True, person=person, place=place, now=self._now())
        added = self.shapes.installation("add", person, place, now=self._now())
        return (
            await self.raw(came, person=person, conversation=place),
            await self.raw(added, person=person, conversation=place),
        )

    async def uninstall(self, *, person: Person, conversation: Conversation | None = None) -> Said:
        """Remove the app; from now on the connector refuses what the bot says there."""
        place = conversation or Conversation.personal(person)
        self._directory.uninstall(place)
        removed = self.shapes.installation("remove", person, place, now=self._now())
        return await self.raw(removed, person=person, conversation=place)

    async def member_added(self, *newcomers: Person, by: Person, conversation: Conversation) -> Said:
        """Put people on the roster, in a team on that of all its channels, and tell the bot."""
        for each in newcomers:
            self._directory.join(conversation, each)
        activity = self.shapes.people_membership(newcomers, added=True, person=by, place=conversation, now=self._now())
        return await self.raw(activity, person=by, conversation=conversation)

    async def member_removed(self, *leavers: Person, by: Person, conversation: Conversation) -> Said:
        """Take people off the roster and tell the bot; ValueError for somebody who is not on it."""
        for each in leavers:
            self._directory.leave(conversation, each)
        activity = self.shapes.people_membership(leavers, added=False, person=by, place=conversation, now=self._now())
        return await self.raw(activity, person=by, conversation=conversation)

    async def correct(self, said: Said, text: str) -> Said:
        """Edit what was said before."""
        changed = self.shapes.correction(said.activity, text)
        return await self.raw(changed, person=said.person, conversation=said.conversation)

    async def take_back(self, said: Said) -> Said:
        """Delete what was said before."""
        gone = self.shapes.taking_back(said.activity)
        return await self.raw(gone, person=said.person, conversation=said.conversation)

    async def react(self, message: Message, kind: str, *, person: Person) -> Said:
        """Put a reaction on a message of the bot: like, heart, laugh..."""
        place = self._place_of(message)
        activity = self.shapes.reaction(kind, person, place, now=self._now(), reply_to=message.id)
        return await self.raw(activity, person=person, conversation=place)

    async def redeliver(self, said: Said) -> Said:
        """Send the same activity, id and all, once more, as the channel does when a turn took too long."""
        return await self.raw(said.activity, person=said.person, conversation=said.conversation)

    async def raw(
        self,
        activity: Json | bytes,
        *,
        person: Person,
        conversation: Conversation | None = None,
        authorization: Iterable[str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Send any body at all.

        `authorization` gives the values of the Authorization headers, an honest token's if None;
        `headers` overrides the others. Who `person` is matters only to what the result shows.
        """
        if self._session is None:
            raise RuntimeError("the client is not open")
        place, start = conversation or Conversation.personal(person), self._journal.position
        sent = self._headers(place, authorization, headers or {})
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        async with self._session.post(self.bot_url, data=body, headers=sent) as response:
            answer = await response.read()
        return Said(
            activity={} if isinstance(activity, bytes) else activity,
            status=response.status,
            raw_body=answer,
            person=person,
            conversation=place,
            events=tuple(self._journal.events[start:]),
            _bot_id=self.shapes.bot_id,
            _journal=self._journal,
            _start=start,
        )

    async def _execute(
        self,
        action: Json,
        values: Mapping[str, str],
        message: Message,
        person: Person,
        place: Conversation,
        *,
        trigger: str,
    ) -> Said:
        kept = {name: action[name] for name in ("type", "id", "title", "verb") if name in action}
        value: Json = {"action": {**kept, "data": submitted(action, values)}, "trigger": trigger}
        said = await self.invoke("adaptiveCard/action", value, person=person, conversation=place, reply_to=message.id)
        if said.answer is not None and said.answer.card is not None:
            versions = len(self._current(message).versions)
            self._views[message.id, person.object_id] = _View(said.answer.card, versions)
        return said

    async def _submit(
        self, action: Json, values: Mapping[str, str], message: Message, person: Person, place: Conversation
    ) -> Said:
        activity = self.shapes.submit(submitted(action, values), person, place, now=self._now(), reply_to=message.id)
        return await self.raw(activity, person=person, conversation=place)

    async def _remember(self, activity: Json, person: Person, place: Conversation, *, targeted: bool) -> None:
        await self._journal.post(
            Message(
                id=activity["id"],
                conversation=place.id,
                author=person.mri,
                versions=(activity,),
                targeted_to=self.shapes.bot_id if targeted else "",
            )
        )

    def _headers(
        self, place: Conversation, authorization: Iterable[str] | None, others: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        usual = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
            "x-ms-conversation-id": place.id,
            "x-ms-tenant-id": place.tenant,
        }
        usual.update(others)
        if authorization is None:
            authorization = (f"Bearer {self._issuer.token(service_url=self.shapes.service_url)}",)
        # Pairs, not a mapping: a header may be sent twice on purpose.
        return [*usual.items(), *(("Authorization", value) for value in authorization)]

    def _cut_mention(self, text: str) -> tuple[str, bool]:
        for spelled in ("@Bot", f"@{self.shapes.bot_name}"):
            if text.startswith(spelled):
                return text.removeprefix(spelled).lstrip(), True
        return text, False

    def _newest_card(self, person: Person, conversation: Conversation | None) -> Message:
        place = conversation or Conversation.personal(person)
        seen = self._connector.messages(place)
        cards = [each for each in seen if each.card is not None and each.is_visible_to(person.mri)]
        if not cards:
            raise CannotPressError("the bot has shown no card in this conversation")
        return cards[-1]

    def _current(self, message: Message) -> Message:
        return self._journal.get(message.conversation, message.id) or message

    def _place_of(self, message: Message) -> Conversation:
        place = self._directory.find(message.conversation)
        if place is None:
            raise CannotPressError("the conversation of this message is unknown")
        return place

    def _now(self) -> float:
        return self._issuer.clock()


def _fallback_of(action: Json) -> Json:
    """Return the Action.Submit that an old client shows instead of an Action.Execute."""
    if action["type"] == "Action.Submit":
        return action
    instead = inner(action, "fallback")
    if text_at(instead, "type") != "Action.Submit":
        raise CannotPressError(f"{text_at(action, 'title')!r} has no Action.Submit to fall back to")
    return instead
