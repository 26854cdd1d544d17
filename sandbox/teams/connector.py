"""The Bot Connector, REST v3, as Teams serves it under the serviceUrl: what the bot may say, and where.

The people and rosters are in `people`, what was said in `messages`, refusals on purpose in `refusals`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.teams.messages import CARD_TYPE, Deed, Event, Journal, Message, prompts
from sandbox.teams.people import Conversation, Directory, Kind, Person
from sandbox.teams.refusals import REFUSALS, Faults, Limits, Refusal, Refused
from sandbox.teams.service import Clock, LoopbackService
from sandbox.teams.wire import Json, NotAnObject, inner, read_object, text_at

REGION = "/emea"  # a serviceUrl has a path; whoever joins addresses wrongly shall find out here
SIZE_LIMIT = 100 * 1024  # bytes of a message counted as UTF-16; Teams: format your bot messages
TARGETED_LIFE = 24 * 3600  # seconds until a targeted message vanishes; Teams: targeted messages
LARGEST_PAGE = 500  # members; Teams: get a paginated roster

_UNAUTHORIZED = {"message": "Authorization has been denied for this request."}


class Connector(LoopbackService):
    """Takes what the bot says, under Teams' rules, and keeps it.

    `faults` and `limits` make it refuse on purpose, `door` makes all of it slow or silent,
    `calls` counts what arrived with a good token. With `takes_targeted` off it is a Teams that has no targeted
    messages yet: not every tenant and cloud has them.
    """

    def __init__(
        self,
        *,
        app_id: str,
        accepts: Callable[[str], bool],
        directory: Directory | None = None,
        clock: Clock = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.bot_id = f"28:{app_id}"
        self.directory = directory or Directory()
        self.journal = Journal(clock)
        self.faults = Faults()
        self.limits = Limits(clock)
        self.calls = 0
        self.unauthorized = 0
        self.takes_targeted = True
        self._accepts = accepts
        self._clock = clock
        self._heard: dict[str, int] = {}

    @property
    def service_url(self) -> str:
        """What Teams would send as serviceUrl; ends with a slash, as the real one does."""
        return f"{self.url}{REGION}/"

    def messages(self, conversation: Conversation | str) -> list[Message]:
        """Return what the bot's messages there look like now; a channel without thread means all threads."""
        return [each for each in self.journal.messages(_id_of(conversation)) if each.author == self.bot_id]

    async def next_message(
        self,
        conversation: Conversation | str,
        timeout: float = 5,  # noqa: ASYNC109 - seconds of a test's patience, spelled as tests spell it
    ) -> Message:
        """Return the bot's first message there that no earlier call has returned.

        Raises TimeoutError when none comes within the seconds given.
        """
        place = _id_of(conversation)

        def fits(event: Event) -> bool:
            message = event.message
            return event.deed is Deed.POSTED and message.author == self.bot_id and message.is_in(place)

        event = await self.journal.wait(fits, after=self._heard.get(place, 0), patience=timeout)
        self._heard[place] = event.number + 1
        return event.message

    def routes(self) -> Iterable[web.RouteDef]:
        """Name the REST calls that Teams bots use."""
        place = f"{REGION}/v3/conversations/{{conversation}}"
        one = f"{place}/activities/{{activity}}"
        team = f"{REGION}/v3/teams/{{team}}"
        return (
            web.post(f"{REGION}/v3/conversations", self._create),
            web.post(f"{place}/activities", self._post),
            web.post(one, self._post),
            web.put(one, self._edit),
            web.delete(one, self._delete),
            web.get(f"{place}/members", self._members),
            web.get(f"{place}/members/{{member}}", self._member),
            web.get(f"{place}/pagedmembers", self._paged_members),
            web.get(team, self._team),
            web.get(f"{team}/conversations", self._channels),
        )

    def middlewares(self) -> tuple[Middleware, ...]:
        """Check the token, then the limits, then what was planned to go wrong."""
        return (self._admit,)

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._accepts(token):
            self.unauthorized += 1
            return web.json_response(_UNAUTHORIZED, status=401)
        self.calls += 1
        try:
            return await self._with_misfortunes(request, handler)
        except NotAnObject as error:
            return _bad(str(error)).response()
        except Refused as refused:
            return refused.refusal.response()

    async def _with_misfortunes(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        conversation = await self._addressed(request)
        place = self.directory.find(conversation)
        wait = self.limits.wait(place.tenant if place else "", conversation, reading=request.method == "GET")
        if wait:
            throttled = REFUSALS["Throttled"]
            return Refusal(status=429, code="Throttled", message=throttled.message, retry_after=wait).response()
        fault = self.faults.take(conversation, request.method)
        if fault is None:
            return await handler(request)
        if fault.delivered:
            await handler(request)
        if fault.refusal is not None:
            return fault.refusal.response()
        return _cut(request)

    async def _addressed(self, request: web.Request) -> str:
        conversation = request.match_info.get("conversation", "")
        if conversation or request.method != "POST":
            return conversation
        body = await read_object(request)
        channel = text_at(inner(body, "channelData", "channel"), "id")
        return channel or (Conversation.personal(person).id if (person := self._first_member(body)) else "")

    def _place(self, request: web.Request) -> Conversation:
        place = self.directory.find(request.match_info["conversation"])
        if place is None:
            raise Refused(REFUSALS["ConversationNotFound"])
        if place.thread and self.journal.get(place.base, place.thread) is None:
            raise Refused(REFUSALS["ConversationNotFound"])
        if not self.directory.is_installed(place):
            raise Refused(REFUSALS["BotNotInConversationRoster"])
        return place

    def _own_message(self, request: web.Request, place: Conversation) -> Message:
        message = self.journal.get(place.id, request.match_info["activity"])
        if message is None or message.deleted:
            raise Refused(REFUSALS["ActivityNotFoundInConversation"])
        if message.author != self.bot_id:
            raise Refused(REFUSALS["NotEnoughPermissions"])
        # Teams: targeted messages; one is not there for who does not ask for such, nor a day later for anybody.
        if bool(message.targeted_to) != _is_targeted(request) or self._is_expired(message):
            raise Refused(REFUSALS["ActivityNotFoundInConversation"])
        return message

    def _is_expired(self, message: Message) -> bool:
        age = self._clock() - int(message.id) / 1000
        return bool(message.targeted_to) and age >= TARGETED_LIFE

    async def _create(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        if body.get("isGroup") or inner(body, "channelData", "channel"):
            return await self._create_post(request, body)
        person = self._first_member(body)
        tenant = text_at(body, "tenantId") or text_at(inner(body, "channelData", "tenant"), "id")
        if person is None or tenant != person.tenant:
            raise Refused(_bad("members must name one user of the tenant by id"))
        if not self.directory.is_reachable(person):
            raise Refused(REFUSALS["ForbiddenOperationException"])
        chat = Conversation.personal(person)
        # A chat with somebody who has the app through a team is open to the bot from now on.
        if self.directory.find(chat.id) is None or not self.directory.is_installed(chat):
            self.directory.open(chat, (person,))
        answer = {"id": chat.id}
        if isinstance(body.get("activity"), dict):
            posted = await self._say(request, chat, body["activity"])
            answer |= {"activityId": posted.id} if posted else {}
        return web.json_response(answer, status=201)

    async def _create_post(self, request: web.Request, body: Json) -> web.Response:
        place = self.directory.find(text_at(inner(body, "channelData", "channel"), "id"))
        if place is None or place.kind is not Kind.CHANNEL:
            raise Refused(_bad("a bot may not create group chats or channels"))
        if not self.directory.is_installed(place):
            raise Refused(REFUSALS["BotNotInConversationRoster"])
        if not isinstance(body.get("activity"), dict):
            raise Refused(_bad("activity is missing"))
        posted = await self._say(request, place, body["activity"])
        if posted is None:
            return web.json_response({}, status=201)
        return web.json_response({"id": posted.conversation, "activityId": posted.id}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        place = self._place(request)
        posted = await self._say(request, place, await read_object(request))
        return web.json_response({"id": posted.id} if posted else {}, status=201)

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._own_message(request, self._place(request))
        activity = await read_object(request)
        _check(activity)
        # Teams: targeted messages, errors; whom one is for cannot be changed.
        if _is_targeted(request) and activity.get("recipient") is not None:
            raise Refused(_bad("an edit of a targeted message must not name a recipient"))
        edited = await self.journal.edit(message, activity)
        return web.json_response({"id": edited.id})

    async def _delete(self, request: web.Request) -> web.Response:
        await self.journal.delete(self._own_message(request, self._place(request)))
        return web.Response(status=200)

    async def _say(self, request: web.Request, place: Conversation, activity: Json) -> Message | None:
        """Post what the bot says; None where Teams gives no id back, because it made two messages of it."""
        _check(activity)
        targeted_to = self._addressee(place, activity) if _is_targeted(request) else ""
        if targeted_to and "activity" in request.match_info:
            raise Refused(_bad("targeted messages have no replies; name the question in targetedMessageInfo"))
        self._check_prompts(place, activity, targeted_to)
        message = self._message(place, activity, targeted_to)
        if activity["type"] == "typing":
            return await self.journal.type(message)
        parts = _split(activity)
        if len(parts) == 1:
            return await self.journal.post(message)
        for part in parts:
            await self.journal.post(self._message(place, part, targeted_to))
        return None

    def _message(self, place: Conversation, activity: Json, targeted_to: str) -> Message:
        number = self.journal.new_id()
        starts_thread = place.kind is Kind.CHANNEL and not place.thread and not targeted_to
        where = place.in_thread(number) if starts_thread else place
        return Message(
            id=number,
            conversation=where.id,
            author=self.bot_id,
            versions=(activity,),
            targeted_to=targeted_to,
        )

    def _addressee(self, place: Conversation, activity: Json) -> str:
        if not self.takes_targeted:
            raise Refused(_bad("targeted messages are not supported"))
        recipient = inner(activity, "recipient")
        person = self.directory.person(text_at(recipient, "id"))
        if place.kind is Kind.PERSONAL:
            raise Refused(_bad("targeted messages are for channels and group chats"))
        if recipient.get("isTargeted") is not True or person not in self.directory.members(place):
            raise Refused(_bad("recipient must be a member of the conversation with isTargeted"))
        return person.mri if person else ""

    def _check_prompts(self, place: Conversation, activity: Json, targeted_to: str) -> None:
        """Find the private questions that an answer shows above itself; whoever it is for must have asked them."""
        for number in prompts(activity):
            asked = self.journal.get(place.base, number)
            if asked is None or asked.targeted_to != self.bot_id or targeted_to not in ("", asked.author):
                raise Refused(REFUSALS["INVALID_TARGETED_MESSAGE_ID"])
            if asked.deleted or self._is_expired(asked):
                raise Refused(REFUSALS["TARGETED_MESSAGE_EXPIRED_OR_DELETED"])

    def _first_member(self, body: Json) -> Person | None:
        members = body.get("members")
        if not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict):
            return None
        person = self.directory.person(text_at(members[0], "id"))
        # Teams: a chat is opened by MRI or Entra object id, never by e-mail or user principal name.
        return person if person and text_at(members[0], "id") != person.email else None

    async def _members(self, request: web.Request) -> web.Response:
        return web.json_response([each.account() for each in self.directory.members(self._place(request))])

    async def _member(self, request: web.Request) -> web.Response:
        place, person = self._place(request), self.directory.person(request.match_info["member"])
        if person is None or person not in self.directory.members(place):
            raise Refused(REFUSALS["MemberNotFoundInConversation"])
        return web.json_response(person.account())

    async def _paged_members(self, request: web.Request) -> web.Response:
        members = self.directory.members(self._place(request))
        size, start = request.query.get("pageSize", ""), request.query.get("continuationToken", "") or "0"
        if not start.isdecimal() or not (size.isdecimal() or not size):
            raise Refused(_bad("pageSize and continuationToken must be what we gave out"))
        end = int(start) + min(int(size or 0) or LARGEST_PAGE, LARGEST_PAGE)
        answer: Json = {"members": [each.account() for each in members[int(start) : end]]}
        if end < len(members):
            answer["continuationToken"] = str(end)
        return web.json_response(answer)

    async def _team(self, request: web.Request) -> web.Response:
        place = self._team_place(request)
        team = place.team
        answer = {
            "id": team.id if team else "",
            "name": team.name if team else "",
            "aadGroupId": team.group_id if team else "",
            "channelCount": len(team.channels) if team else 0,
            "memberCount": len(self.directory.members(place)),
        }
        return web.json_response(answer)

    async def _channels(self, request: web.Request) -> web.Response:
        team = self._team_place(request).team
        channels = team.channels if team else ()
        # Teams: the General channel comes without a name, for the client to translate.
        return web.json_response({"conversations": [{"id": each.id, "name": each.name or None} for each in channels]})

    def _team_place(self, request: web.Request) -> Conversation:
        team = self.directory.team(request.match_info["team"])
        place = self.directory.find(team.id) if team else None
        if place is None:
            raise Refused(REFUSALS["ConversationNotFound"])
        if not self.directory.is_installed(place):
            raise Refused(REFUSALS["BotNotInConversationRoster"])
        return place


def _id_of(conversation: Conversation | str) -> str:
    return conversation if isinstance(conversation, str) else conversation.id


def _is_targeted(request: web.Request) -> bool:
    return request.query.get("isTargetedActivity", "").lower() == "true"


def _bad(message: str) -> Refusal:
    return Refusal(status=400, code="BadArgument", message=message)


def _check(activity: Json) -> None:
    as_text = json.dumps(activity, ensure_ascii=False, separators=(",", ":"))
    if len(as_text.encode("utf-16-le", "surrogatepass")) > SIZE_LIMIT:
        raise Refused(REFUSALS["MessageSizeTooBig"])
    if activity.get("type") not in ("message", "typing"):
        raise Refused(_bad(f"activity type {activity.get('type')!r} cannot be sent"))
    attachments = activity.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise Refused(_bad("attachments must be a list of objects"))
    if any(each.get("contentType") == CARD_TYPE and not inner(each, "content") for each in attachments):
        raise Refused(_bad("an Adaptive Card's content must be a JSON object"))
    _check_suggestions(activity)
    if activity["type"] == "message" and not attachments and not text_at(activity, "text"):
        raise Refused(_bad("a message needs text or an attachment"))


def _check_suggestions(activity: Json) -> None:
    """Take suggested actions that say something; where they are shown is the client's affair."""
    if activity.get("suggestedActions") is None:
        return
    actions = inner(activity, "suggestedActions").get("actions")
    if not isinstance(actions, list) or not all(isinstance(each, dict) for each in actions):
        raise Refused(_bad("suggestedActions must have a list of actions"))
    if not all(each.get("type") == "imBack" and text_at(each, "title") and text_at(each, "value") for each in actions):
        raise Refused(_bad("a suggested action needs the type imBack, a title and a value"))


def _split(activity: Json) -> list[Json]:
    """Cut a message with text and attachments in two, as Teams does."""
    if not activity.get("attachments") or not text_at(activity, "text"):
        return [activity]
    only_text = {name: value for name, value in activity.items() if name != "attachments"}
    only_cards = {name: value for name, value in activity.items() if name != "text"}
    return [only_text, only_cards]


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere any more
