"""botbuilder's models, made quick: they set what they are given, and nothing else.

Its own constructors set fifty fields for every message that is heard or said.
"""

from typing import Any

from botbuilder.schema import Activity, ChannelAccount, ConversationAccount


def _quick(kind: type[Any]) -> type[Any]:
    def fill(self: Any, **given: Any) -> None:
        self.__dict__.update(given)

    empty = dict.fromkeys(vars(kind()))  # what is not given is None, on the class
    return type(kind.__name__, (kind,), {**empty, "__init__": fill})


QuickActivity = _quick(Activity)
QuickAccount = _quick(ChannelAccount)
QuickConversation = _quick(ConversationAccount)
