"""The way from the channel to what answers. The channel opens first, because others speak through it."""

from attms_core.errors import TryLater
from bot.turn import Answer, Handle, Turn


class Doorway:
    """A handler whose room is furnished later, before the listener opens."""

    def __init__(self) -> None:
        self._handle: Handle | None = None

    def lead_to(self, handle: Handle) -> None:
        """Say who answers from now on."""
        self._handle = handle

    async def __call__(self, turn: Turn) -> Answer:
        """Pass a turn on. Raises ``TryLater`` while nobody is there."""
        if self._handle is None:
            raise TryLater("ATTMS is still starting.")
        return await self._handle(turn)
