"""From a row of the outbox to a card in Teams."""

from bot.notices.compose import Composer
from bot.notices.render import Renderer
from bot.notices.sender import Sender

__all__ = ["Composer", "Renderer", "Sender"]
