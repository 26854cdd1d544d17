"""Stock botbuilder's way of telling many conversations: ``continue_conversation``, set up as its samples do it.

Started by ``bench.fanout``; says on standard output what it cost.
"""

import asyncio
import os
import sys
from types import SimpleNamespace

from botbuilder.core import CardFactory, MessageFactory, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import ChannelAccount, ConversationAccount, ConversationReference

from bench.bare import card
from bench.cost import Cost, Meter

AT_ONCE = 50


def adapter() -> CloudAdapter:
    """Make it, with the channel's addresses of the bench: then botbuilder wants all of them."""
    metadata = f"{os.environ['BENCH_ISSUER_BASE']}/v1/.well-known/openidconfiguration"
    told = SimpleNamespace(
        APP_TYPE="MultiTenant",
        APP_ID=os.environ["APP_ID"],
        APP_PASSWORD=os.environ["APP_SECRET"],
        CHANNEL_SERVICE="",
        VALIDATE_AUTHORITY=True,
        TO_CHANNEL_FROM_BOT_LOGIN_URL=os.environ["BENCH_LOGIN_URL"],
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE="https://api.botframework.com",
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=os.environ["BENCH_ISSUER"],
        OAUTH_URL="https://api.botframework.com",
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=metadata,
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=metadata,
        CALLER_ID=None,
    )
    return CloudAdapter(ConfigurationBotFrameworkAuthentication(told))


async def tell(count: int) -> Cost:
    """Tell so many conversations, fifty at once."""
    bot = adapter()
    waiting = iter(range(count + 1))

    async def say(context: TurnContext) -> None:
        await context.send_activity(MessageFactory.attachment(CardFactory.adaptive_card(card())))

    async def one(number: int) -> None:
        reference = ConversationReference(
            channel_id="msteams",
            service_url=os.environ["BENCH_SERVICE_URL"],
            bot=ChannelAccount(id="28:bot"),
            user=ChannelAccount(id="29:user"),
            conversation=ConversationAccount(id=f"a:bench{number:010}"),
        )
        await bot.continue_conversation(reference, say, os.environ["APP_ID"])

    async def work() -> None:
        for number in waiting:
            await one(number)

    await one(next(waiting))  # imports and the first token are no part of what is measured
    async with Meter(count) as meter:
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return meter.cost


def main() -> None:
    """Tell as many as the first argument says."""
    print(asyncio.run(tell(int(sys.argv[1]))).as_json())


if __name__ == "__main__":
    main()
