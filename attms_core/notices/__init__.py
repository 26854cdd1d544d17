"""What conversations are owed because of what happened. Decides what is owed; how it looks and travels is elsewhere.

Here stands what matches and owes, what people chose of it, and how the outbox is kept. Digests, escalation and
subscribing have rooms of their own, which know this one; of those who stand here, only ``wants``, ``makers`` and
``reasons`` know them.
"""

from attms_core.notices.edits import owe_outcome
from attms_core.notices.notices import Notices

__all__ = ["Notices", "owe_outcome"]
