"""The local, rebuildable copy of AutoTask that answers every list. ``Mirror`` is the way in; SQL stays in the store."""

from attms_core.mirror.compare import Cause
from attms_core.mirror.mirror import Mirror
from attms_core.mirror.progress import Progress

__all__ = ["Cause", "Mirror", "Progress"]
