"""botbuilder's cloud adapter, subclassed and not forked, with its costly and broken parts replaced where it lets us.

It runs the turn and carries the replies. Requests are checked and decoded before it, so nothing of its own
authentication, serialisation or HTTP clients is used: it is the half without HTTP, the channel being the other.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ResourceResponse
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from bot.channel.connector import Connector
from bot.channel.quick import QuickActivity
from bot.turn import Turn, TurnKind

CHANNEL = "msteams"
Wire = dict[str, Any]
OnTurn = Callable[[TurnContext], Awaitable[None]]
OnError = Callable[[TurnContext, Turn, Exception], Awaitable[None]]
_TURN = "attms.turn"
_TARGETED = "isTargeted"
_PROMPT = "targetedMessageInfo"
_ANSWER = "invokeResponse"
"""botbuilder's word for what answers an invoke; it is kept in the turn and not sent."""


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc] # botbuilder ships no types
    """Lets nobody in and nothing out: turns come here checked, and the adapter has its connector."""

    async def authenticate_request(self, _activity: Activity, _auth_header: str) -> AuthenticateRequestResult:
        raise PermissionError("requests are authenticated before the adapter")

    async def authenticate_streaming_request(self, _auth_header: str, _channel: str) -> AuthenticateRequestResult:
        raise PermissionError("streaming is not offered")

    def create_connector_factory(self, _claims_identity: ClaimsIdentity) -> ConnectorFactory:
        raise PermissionError("the adapter has its connector")

    async def create_user_token_client(self, _claims_identity: ClaimsIdentity) -> None:
        raise PermissionError("nobody is signed in through the Bot Framework's token service")


class _Context(TurnContext):  # type: ignore[misc] # botbuilder ships no types
    """A turn context that copies neither cards nor accounts to send something: it is the answer to its turn."""

    async def send_activity(self, activity: Activity, *_: Any) -> ResourceResponse:
        response: ResourceResponse = await self.adapter.send(self, activity)
        self.responded = True
        return response

    async def send_activities(self, activities: list[Activity]) -> list[ResourceResponse]:
        return [await self.send_activity(each) for each in activities]

    async def update_activity(self, activity: Activity) -> ResourceResponse:
        response: ResourceResponse = await self.adapter.update_activity(self, activity)
        return response


class Adapter(CloudAdapterBase):  # type: ignore[misc] # botbuilder ships no types
    """Runs turns. ``on_error`` gets whatever a turn raises; it must not raise itself."""

    def __init__(self, connector: Connector, *, app_id: str, on_error: OnError) -> None:
        self.connector = connector
        super().__init__(_Authentication())
        self._on_error = on_error
        self.on_turn_error = self._failed
        self._identity = ClaimsIdentity({"aud": app_id, "appid": app_id}, True)  # noqa: FBT003 - botbuilder's signature

    async def run(self, turn: Turn, on_turn: OnTurn) -> tuple[int, Any] | None:
        """Run a validated turn; return status and body of an invoke's answer, none for other turns."""
        context = _Context(self, _activity_of(turn))
        context.turn_state[self.BOT_IDENTITY_KEY] = self._identity
        context.turn_state[_TURN] = turn
        await self.run_pipeline(context, on_turn)
        if not turn.is_invoke:
            return None
        answer: InvokeResponse = self._process_turn_results(context)
        return int(answer.status), answer.body

    async def send(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Send a message as the turn's answer, or keep what answers an invoke. Raises ``Delivery``."""
        if activity.type == _ANSWER:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return ResourceResponse()
        turn: Turn = context.turn_state[_TURN]
        wire, targeted = _said(turn, activity), bool(activity.channel_data)
        number = await self.connector.post(
            turn.conversation.service_url,
            _place(turn),
            wire,
            reply_to=wire.get("replyToId", ""),
            targeted=targeted,
        )
        return ResourceResponse(id=number)

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Send one after the other."""
        return [await self.send(context, each) for each in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Put a message in another's place. Raises ``Delivery``."""
        turn: Turn = context.turn_state[_TURN]
        wire, targeted = _placed(turn, activity), bool(activity.channel_data)
        await self.connector.put(turn.conversation.service_url, _place(turn), activity.id, wire, targeted=targeted)
        return ResourceResponse(id=activity.id)

    async def _failed(self, context: TurnContext, error: Exception) -> None:
        await self._on_error(context, context.turn_state[_TURN], error)


async def post(context: TurnContext, wire: Wire, *, privately: bool = False) -> str:
    """Post a message in the turn's conversation (in a channel: its thread); return its id. Raises ``Delivery``.

    In a channel or group ``privately`` lets nobody but the turn's person see it.
    """
    response = await context.send_activity(_outgoing(wire, privately=privately))
    return response.id or ""


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
    turn: Turn = context.turn_state[_TURN]
    activity = _outgoing(wire, privately=turn.is_targeted)
    activity.id = activity_id
    await context.update_activity(activity)


async def answer_invoke(context: TurnContext, status: int, body: Any) -> None:
    """Leave the answer of an invoke in the turn; a later one takes its place."""
    value = InvokeResponse(status=status, body=body)
    await context.send_activity(QuickActivity(type=_ANSWER, value=value))


def _activity_of(turn: Turn) -> Activity:
    """Rebuild of a turn what botbuilder asks of it while it runs; replies are addressed by the turn itself."""
    kind = "invoke" if turn.is_invoke else "message"
    return QuickActivity(type=kind, id=_heard_as(turn), name=turn.invoke_name or None, channel_id=CHANNEL)


def _outgoing(wire: Wire, *, privately: bool) -> Activity:
    """Let botbuilder carry a message as we wrote it: its own serialiser is slow and drops what it does not know."""
    return QuickActivity(type=wire["type"], value=wire, channel_data={_TARGETED: True} if privately else None)


def _said(turn: Turn, activity: Activity) -> Wire:
    """Address a new message to those who hear the turn.

    To a private question nobody replies in the usual way: Teams shows it above its private answer when the answer names
    it, and so would above an open one, for all to read (Teams: targeted messages, prompt preview).
    """
    wire, heard_as = _placed(turn, activity), _heard_as(turn)
    if turn.person_mri:
        wire["recipient"] = {"id": turn.person_mri, **(activity.channel_data or {})}
    if activity.channel_data or turn.is_targeted:
        if heard_as and activity.channel_data and turn.is_targeted and turn.kind is TurnKind.MESSAGE:
            wire["entities"] = [{"type": _PROMPT, "messageId": heard_as}]
    elif heard_as:
        wire["replyToId"] = heard_as
    return wire


def _placed(turn: Turn, activity: Activity) -> Wire:
    """Say where a message is, and of whom.

    An edit says no more: whom the message was for cannot be changed, and Teams refuses a private message's edit that
    names somebody (Teams: targeted messages, errors).
    """
    return {
        **activity.value,
        "channelId": CHANNEL,
        "serviceUrl": turn.conversation.service_url,
        "from": {"id": turn.conversation.bot_id},
        "conversation": {"id": _place(turn)},
    }


def _place(turn: Turn) -> str:
    return turn.thread or turn.conversation.id


def _heard_as(turn: Turn) -> str | None:
    """Name the activity that is answered, where Teams has given it an id."""
    return None if turn.activity_id.startswith("local:") else turn.activity_id
