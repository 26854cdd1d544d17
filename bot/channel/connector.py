"""Outbound REST to the Bot Connector (Bot Connector REST API v3).

When and what to send is decided elsewhere; what a refusal means is decided in ``refusals``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

import orjson
from aiohttp import BaseConnector
from msgspec import Struct

from attms_core.model import Conversation, Member
from attms_core.model.ids import TenantId
from bot.channel.decode import parts, text
from bot.channel.exchange import Exchange, Unanswered, Unreached
from bot.channel.places import Places
from bot.channel.refusals import error_for
from bot.channel.strict import BadJson, read_json
from bot.channel.wire import SECONDS
from bot.channel.words import name_of
from bot.delivery import AuthBroken, ConversationGone, Delivery, Gone, Later, NotInstalled, Rejected, Transient

Json = Mapping[str, Any]
Pause = Callable[[float], Awaitable[None]]

TRIES = 2
LONGEST_WAIT = 3.0
"""Seconds that a try may wait for the next; a longer wait is the caller's to plan."""
_FIRST_WAIT = 0.5
_PAGE = 500
_TARGETED = "?isTargetedActivity=true"
_MOST_PAGES = 40
_PATIENT = 50.0
"""Seconds of calls made once: a process that was stopped for 45 of them hears the answer still and doubles nothing."""
_IN_THREAD = ";messageid="
_OK = range(200, 300)
NO_PRIVACY = (Rejected, NotInstalled, Gone)
"""What Teams answers where a private message cannot be had: it is offered in some conversations only."""


class Tokens(Protocol):
    """Where the bearer token comes from."""

    async def bearer(self) -> str:
        """Return a token, empty for none; raises ``AuthBroken``."""
        ...

    def drop(self, token: str) -> None:
        """Forget a token that was refused."""
        ...


class _Call(Struct, frozen=True, kw_only=True):
    method: str
    url: str
    body: bytes | None = None


class Connector:
    """Speaks in conversations. Every method raises a ``Delivery`` error and nothing else.

    A call is tried twice at most, and only where Teams asks for that (412, 429, 502, 503, 504, no answer) and the
    wait is under three seconds.
    """

    def __init__(
        self,
        *,
        pool: BaseConnector,
        tokens: Tokens,
        places: Places,
        pause: Pause = asyncio.sleep,
        repeats: bool = True,
    ) -> None:
        self._pool = pool
        self._tokens = tokens
        self._places = places
        self._pause = pause
        self._repeats = repeats
        self._exchange = Exchange(pool, seconds=SECONDS if repeats else _PATIENT)

    async def send(
        self, conversation: Conversation, activity: Json, *, thread: str | None = None, only_to: str = ""
    ) -> str:
        """Post a message, in a channel to a thread where one is named; return the activity id.

        In a channel or group ``only_to`` names, by Teams id, the one member who sees it. The id is empty when Teams
        tells none, as for text and card in one activity.
        """
        if only_to:
            activity = {**activity, "recipient": {"id": only_to, "isTargeted": True}}
        return await self.post(conversation.service_url, thread or conversation.id, activity, targeted=bool(only_to))

    async def tell(self, conversation: Conversation, mri: str, activity: Json, *, thread: str | None = None) -> str:
        """Say something to one member of a channel or group alone; return the activity id.

        There if Teams takes it (a private message), else in the chat of the two. Never for others to see.
        """
        try:
            return await self.send(conversation, activity, thread=thread, only_to=mri)
        except NO_PRIVACY:
            chat = await self.create_conversation(conversation, mri)
            return await self.post(conversation.service_url, chat, activity)

    async def create_conversation(self, conversation: Conversation, mri: str) -> str:
        """Open the chat with a member of a conversation, or find it: Teams gives the same id each time."""
        place = self._service(conversation.service_url)
        told = {
            "bot": {"id": conversation.bot_id},
            "isGroup": False,
            "members": [{"id": mri}],
            "tenantId": conversation.tenant,
            "channelData": {"tenant": {"id": conversation.tenant}},
        }
        chat = text(await self._call("POST", place, told), "id")
        if not chat:
            raise Rejected("Teams names no chat with the person")
        return chat

    async def post_root(self, conversation: Conversation, activity: Json) -> tuple[str, str]:
        """Begin a thread in a channel; return the thread's id and the message's own (Teams: proactive messages)."""
        told = {
            "isGroup": True,
            "bot": {"id": conversation.bot_id},
            "tenantId": conversation.tenant,
            "channelData": {
                "channel": {"id": conversation.channel_id or conversation.id},
                "tenant": {"id": conversation.tenant},
            },
            "activity": activity,
        }
        answer = await self._call("POST", self._service(conversation.service_url), told)
        thread = text(answer, "id")
        return thread, text(answer, "activityId") or thread.partition(_IN_THREAD)[2]

    def once(self) -> "Connector":
        """Give one that tries each call once, for those who plan when to repeat; a stale token is still replaced."""
        return Connector(pool=self._pool, tokens=self._tokens, places=self._places, pause=self._pause, repeats=False)

    async def edit(
        self, conversation: Conversation, activity_id: str, activity: Json, *, thread: str | None = None
    ) -> None:
        """Put something else in a message's place; raises ``Gone`` when it has been deleted."""
        await self.put(conversation.service_url, thread or conversation.id, activity_id, activity)

    async def members(self, conversation: Conversation) -> list[Member]:
        """Read the whole roster, 500 people a call."""
        base = f"{self._place(conversation.service_url, conversation.id)}/pagedmembers?pageSize={_PAGE}"
        found: list[Member] = []
        token = ""
        for _ in range(_MOST_PAGES):
            page = await self._call("GET", base + (f"&continuationToken={quote(token, safe='')}" if token else ""))
            found += [_member(each) for each in parts(page, "members")]
            told = page.get("continuationToken")
            if not isinstance(told, str) or not told:
                return found
            token = told
        raise Rejected("The roster is longer than we read")

    async def member(self, conversation: Conversation, mri: str) -> Member | None:
        """Look one person up; none when that person is not in the conversation."""
        place = self._place(conversation.service_url, conversation.id)
        try:
            return _member(await self._call("GET", f"{place}/members/{quote(mri, safe=':@')}"))
        except Gone:
            return None

    async def post(
        self, service_url: str, conversation_id: str, activity: Json, *, reply_to: str = "", targeted: bool = False
    ) -> str:
        """Post an activity by address, as an answer to another when one is named; return its id.

        A ``targeted`` one is seen by its recipient alone.
        """
        url = f"{self._place(service_url, conversation_id)}/activities"
        if reply_to:
            url += f"/{_activity_name(reply_to)}"
        return text(await self._call("POST", url + (_TARGETED if targeted else ""), activity), "id")

    async def put(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Json, *, targeted: bool = False
    ) -> None:
        """Replace an activity by address.

        A press does not tell whether its card is private. So what Teams refuses as an edit for all, or does not find,
        is tried once more as one for its recipient alone: it takes either for the right kind only. When that fails
        too, the first refusal is raised; but what may work in a while is no answer yet, and is raised itself.
        """
        url = f"{self._place(service_url, conversation_id)}/activities/{_activity_name(activity_id)}"
        try:
            await self._call("PUT", url + (_TARGETED if targeted else ""), activity)
        except (Rejected, Gone) as error:
            if targeted or isinstance(error, ConversationGone):
                raise
            await self._put_targeted(url, activity, error)

    async def _put_targeted(self, url: str, activity: Json, refusal: Rejected | Gone) -> None:
        try:
            await self._call("PUT", url + _TARGETED, activity)
        except Later:
            raise
        except Delivery:
            raise refusal from None

    def _place(self, service_url: str, conversation_id: str) -> str:
        return f"{self._service(service_url)}/{_place_name(conversation_id)}"

    def _service(self, service_url: str) -> str:
        if not self._places.allows(service_url):
            raise Rejected("The service URL is not on the allow-list")
        return f"{service_url.rstrip('/')}/v3/conversations"

    async def _call(self, method: str, url: str, activity: Json | None = None) -> Json:
        call = _Call(method=method, url=url, body=None if activity is None else orjson.dumps(activity))
        for left in reversed(range(TRIES)):
            try:
                return await self._once(call)
            except Later as error:
                wait = error.after.total_seconds() if error.after is not None else _FIRST_WAIT
                if not left or wait > LONGEST_WAIT or not error.repeatable or not self._repeats:
                    raise
                await self._pause(wait)
            except _StaleToken:
                if not left:
                    raise
        raise Transient("The connector did not answer")

    async def _once(self, call: _Call) -> Json:
        token = await self._tokens.bearer()
        try:
            answer = await self._exchange.ask(call.method, call.url, call.body, token=token)
            if answer.status in _OK:
                return _document(answer.body)
        except Unreached:
            raise Transient("The connector cannot be reached") from None
        except (Unanswered, BadJson):
            # A post whose answer was lost may stand there already; edits and questions are harmless to repeat.
            is_post = call.method == "POST"
            raise Transient("The connector did not answer", may_have_arrived=is_post, repeatable=not is_post) from None
        error = error_for(answer.status, answer.retry_after, answer.body)
        if isinstance(error, AuthBroken):
            self._tokens.drop(token)
            raise _StaleToken(str(error), hint=error.hint)
        raise error


class _StaleToken(AuthBroken):
    """The token was refused: a fresh one may be tried once."""


@lru_cache(maxsize=1024)
def _place_name(conversation_id: str) -> str:
    return quote(conversation_id, safe=":@;=")


def _activity_name(activity_id: str) -> str:
    """Write an activity's id as part of an address; Teams' are digits, which stand as they are."""
    is_plain = activity_id.isascii() and activity_id.isalnum()
    return activity_id if is_plain else quote(activity_id, safe=":@")


def _document(body: bytes) -> Json:
    document = read_json(body) if body else {}
    return document if isinstance(document, dict) else {}


def _member(account: Json) -> Member:
    email = text(account, "email") or text(account, "userPrincipalName")
    tenant = text(account, "tenantId").lower()
    principal = text(account, "userPrincipalName").upper()
    return Member(
        mri=text(account, "id"),
        object_id=(text(account, "aadObjectId") or text(account, "objectId")).lower(),
        name=name_of(account.get("name")),
        email=email,
        tenant=TenantId(tenant) if tenant else None,
        is_guest=text(account, "userRole").lower() == "guest" or "#EXT#" in principal,
    )
