"""The management API's keys: made once, shown once, kept as digests. What each may do is said in scopes."""

from attms_core.keys.keys import LONGEST_LIFE, OVERLAP, USUAL_LIFE, ApiKey, Keys
from attms_core.keys.scopes import Scope

__all__ = ["LONGEST_LIFE", "OVERLAP", "USUAL_LIFE", "ApiKey", "Keys", "Scope"]
