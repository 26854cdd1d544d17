"""From a row of the outbox to a card in Teams.

Here stands what sends: lanes, couriers, pace, what is committed. What a message says is made in ``compose``, and what
happened is put into words in ``telling``; neither knows how it is sent.
"""

from bot.notices.compose import Composer
from bot.notices.render import Renderer
from bot.notices.sender import Sender

__all__ = ["Composer", "Renderer", "Sender"]
