"""botbuilder's activity, made quick: it sets what it is given, and nothing else.

Its own constructor sets fifty fields for every message that is heard or said.
"""

from typing import Any

from botbuilder.schema import Activity


def _fill(self: Any, **given: Any) -> None:
    self.__dict__.update(given)


_NOTHING = dict.fromkeys(vars(Activity()))
"""What is not given is None, on the class."""
QuickActivity = type("QuickActivity", (Activity,), {**_NOTHING, "__init__": _fill})
