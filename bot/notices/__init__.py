"""From a row of the outbox to a card in Teams."""

from bot.notices.render import Renderer
from bot.notices.sender import Sender

__all__ = ["Renderer", "Sender"]
