"""What conversations are owed because of what happened. Decides what is owed; how it looks and travels is elsewhere."""

from attms_core.notices.edits import owe_outcome

__all__ = ["owe_outcome"]
