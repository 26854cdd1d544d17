"""Digests: when they are due, how people arrange them, and what stands in one. How a digest looks is elsewhere.

Times of a wall clock are read in ``notices.rhythm``, because quiet hours have them too.
"""

from attms_core.notices.digests.digests import Digests

__all__ = ["Digests"]
