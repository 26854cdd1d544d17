"""What happened, told: changes folded into deeds, and deeds in words and with names for one reader. Pure.

Messages and digests are told alike. Which changes are told, and in which card or reply, is not decided here.
"""

from bot.notices.telling.fold import Deed, fold
from bot.notices.telling.sayings import clock_name, lines
from bot.notices.telling.values import Names, Naming
from bot.notices.telling.wished import happened

__all__ = ["Deed", "Names", "Naming", "clock_name", "fold", "happened", "lines"]
