"""botbuilder's CloudAdapter, subclassed and not forked, with its costly and broken parts replaced where it lets us.

It runs the turn and carries the replies. Requests are checked and decoded before it, so nothing of its own
authentication, serialisation or HTTP clients is used.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ChannelAccount, ResourceResponse
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from bot.channel.connector import Connector
from bot.channel.quick import QuickAccount, QuickActivity, QuickConversation
from bot.turn import Turn

AUDIENCE = "https://api.botframework.com"
CHANNEL = "msteams"
Wire = dict[str, Any]
OnTurn = Callable[[TurnContext], Awaitable[None]]
OnError = Callable[[TurnContext, Turn, Exception], Awaitable[None]]
_TURN = "attms.turn"
_TARGETED = "isTargeted"


class _Conversations:
    """What botbuilder expects of a connector client's ``conversations``, on our connector."""

    def __init__(self, connector: Connector, service_url: str) -> None:
        self._connector = connector
        self._service_url = service_url

    async def send_to_conversation(self, conversation_id: str, activity: Activity) -> ResourceResponse:
        return await self.reply_to_activity(conversation_id, "", activity)

    async def reply_to_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        wire, targeted = _wire(activity), _is_targeted(activity)
        number = await self._connector.post(
            self._service_url, conversation_id, wire, reply_to=activity_id, targeted=targeted
        )
        return ResourceResponse(id=number)

    async def update_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        wire, targeted = _wire(activity), _is_targeted(activity)
        await self._connector.put(self._service_url, conversation_id, activity_id, wire, targeted=targeted)
        return ResourceResponse(id=activity_id)


class _ConnectorClient:
    def __init__(self, connector: Connector, service_url: str) -> None:
        self.conversations = _Conversations(connector, service_url)


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc] # botbuilder ships no types
    """Lets nobody in and nothing out: turns come here checked, and each brings its connector client."""

    async def authenticate_request(self, _activity: Activity, _auth_header: str) -> AuthenticateRequestResult:
        raise PermissionError("requests are authenticated before the adapter")

    async def authenticate_streaming_request(self, _auth_header: str, _channel: str) -> AuthenticateRequestResult:
        raise PermissionError("streaming is not offered")

    def create_connector_factory(self, _claims_identity: ClaimsIdentity) -> ConnectorFactory:
        raise PermissionError("each turn brings its connector client")

    async def create_user_token_client(self, _claims_identity: ClaimsIdentity) -> None:
        raise PermissionError("nobody is signed in through the Bot Framework's token service")


class _Context(TurnContext):  # type: ignore[misc] # botbuilder ships no types
    """A turn context that does not copy whole cards to send them."""

    async def send_activities(self, activities: list[Activity]) -> list[ResourceResponse]:
        for each in activities:
            _address(each, self.activity)
        responses: list[ResourceResponse] = await self.adapter.send_activities(self, activities)
        self.responded = True
        return responses


class Adapter(CloudAdapter):  # type: ignore[misc] # botbuilder ships no types
    """Runs turns. ``on_error`` gets whatever a turn raises; it must not raise itself."""

    def __init__(self, connector: Connector, *, app_id: str, on_error: OnError) -> None:
        self.connector = connector
        super().__init__(_Authentication())
        self._on_error = on_error
        self.on_turn_error = self._failed
        self._identity = ClaimsIdentity({"aud": app_id, "appid": app_id}, True)  # noqa: FBT003 - botbuilder's signature

    async def run(self, turn: Turn, on_turn: OnTurn) -> tuple[int, Any] | None:
        """Run a validated turn; return status and body of an invoke's answer, none for other turns."""
        client = _ConnectorClient(self.connector, turn.conversation.service_url)
        context = self._create_turn_context(_activity_of(turn), self._identity, AUDIENCE, client, None, on_turn, None)
        context.turn_state[_TURN] = turn
        await self.run_pipeline(context, on_turn)
        if not turn.is_invoke:
            return None
        answer: InvokeResponse = self._process_turn_results(context)
        return int(answer.status), answer.body

    async def _failed(self, context: TurnContext, error: Exception) -> None:
        await self._on_error(context, context.turn_state[_TURN], error)

    def _create_turn_context(self, *given: Any) -> TurnContext:
        context = super()._create_turn_context(*given)
        context.__class__ = _Context
        return context


async def post(context: TurnContext, wire: Wire, *, openly: bool = False) -> str:
    """Post a message in the turn's conversation (in a channel: its thread); return its id. Raises ``Delivery``.

    What was said to us privately in a group is answered privately, unless ``openly``.
    """
    response = await context.send_activity(_outgoing(context, wire, openly=openly))
    return response.id if response is not None and response.id else ""


async def post_alone(context: TurnContext, wire: Wire) -> str:
    """Post a message in the chat of the turn's person and the bot, which is opened if need be; return its id.

    Raises ``Delivery``.
    """
    turn: Turn = context.turn_state[_TURN]
    connector: Connector = context.adapter.connector
    chat = await connector.create_conversation(turn.conversation, turn.person_mri)
    return await connector.post(turn.conversation.service_url, chat, wire)


async def replace(context: TurnContext, activity_id: str, wire: Wire) -> None:
    """Edit one of our messages in the turn's conversation. Raises ``Delivery``."""
    activity = _outgoing(context, wire)
    activity.id = activity_id
    await context.update_activity(activity)


async def answer_invoke(context: TurnContext, status: int, body: Any) -> None:
    """Leave the answer of an invoke in the turn; a later one takes its place."""
    value = InvokeResponse(status=status, body=body)
    await context.send_activity(Activity(type="invokeResponse", value=value))


def _activity_of(turn: Turn) -> Activity:
    """Rebuild of a turn what botbuilder needs to run it and to address replies."""
    conversation = turn.conversation
    return QuickActivity(
        type="invoke" if turn.is_invoke else "message",
        id=None if turn.activity_id.startswith("local:") else turn.activity_id,
        name=turn.invoke_name or None,
        channel_id=CHANNEL,
        service_url=conversation.service_url,
        from_property=QuickAccount(id=turn.person_mri, name=turn.person_name),
        recipient=QuickAccount(id=conversation.bot_id),
        conversation=QuickConversation(id=turn.thread or conversation.id),
        locale=turn.locale or None,
    )


def _address(outgoing: Activity, heard: Activity) -> None:
    """Address an activity as an answer. botbuilder's own way copies every account of the turn with ``copy``."""
    outgoing.channel_id, outgoing.service_url = heard.channel_id, heard.service_url
    outgoing.conversation, outgoing.reply_to_id = heard.conversation, heard.id
    outgoing.from_property, outgoing.recipient = heard.recipient, heard.from_property


def _outgoing(context: TurnContext, wire: Wire, *, openly: bool = False) -> Activity:
    turn: Turn = context.turn_state[_TURN]
    return QuickActivity(
        type=wire["type"],
        text=wire.get("text"),
        text_format=wire.get("textFormat"),
        summary=wire.get("summary"),
        attachments=wire.get("attachments"),
        suggested_actions=wire.get("suggestedActions"),
        channel_data={_TARGETED: True} if turn.is_targeted and not openly else None,
    )


def _is_targeted(activity: Activity) -> bool:
    return bool(activity.channel_data)


def _wire(activity: Activity) -> Wire:
    """Write the fields that we set; botbuilder's own serialiser is slow and drops what it does not know."""
    recipient = _account(activity.recipient)
    if recipient and _is_targeted(activity):
        recipient[_TARGETED] = True
    fields = {
        "type": activity.type,
        "text": activity.text,
        "textFormat": activity.text_format,
        "summary": activity.summary,
        "attachments": activity.attachments,
        "suggestedActions": activity.suggested_actions,
        "replyToId": activity.reply_to_id,
        "channelId": activity.channel_id,
        "serviceUrl": activity.service_url,
        "from": _account(activity.from_property),
        "recipient": recipient,
        "conversation": {"id": activity.conversation.id},
    }
    return {name: value for name, value in fields.items() if value is not None}


def _account(account: ChannelAccount | None) -> Wire | None:
    return {"id": account.id} if account is not None and account.id else None
