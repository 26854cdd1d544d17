"""Subscribing: its words, what they mean for a tenant, how they are written back, and what is shown before it is saved.

Who is told because of a subscription is not decided here: that is ``notices.notices``, by the ``book`` and its filters.
"""

from attms_core.notices.subscribing.groups import Groups
from attms_core.notices.subscribing.preview import Example, Overlap, Preview, Replay, Verdict
from attms_core.notices.subscribing.subscriptions import Subscriptions

__all__ = ["Example", "Groups", "Overlap", "Preview", "Replay", "Subscriptions", "Verdict"]
