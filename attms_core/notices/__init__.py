"""What conversations are owed because of what happened. Decides what is owed; how it looks and travels is elsewhere."""

from attms_core.notices.edits import owe_outcome
from attms_core.notices.groups import Groups
from attms_core.notices.notices import Notices
from attms_core.notices.subscriptions import Subscriptions

__all__ = ["Groups", "Notices", "Subscriptions", "owe_outcome"]
