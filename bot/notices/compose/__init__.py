"""Messages of what is owed to a conversation: one module for each kind of message, and what they share.

Nothing here sends, and nothing decides what is owed. Words for what happened are in ``telling``, cards in ``cards``.
"""

from bot.notices.compose.composer import Composer
from bot.notices.compose.digest import Digesting

__all__ = ["Composer", "Digesting"]
