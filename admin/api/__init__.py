"""The management API: an application of operations, each declared once. What the operations do is the core's."""

from admin.api.gates import Gate, HostGate, KeyGate
from admin.api.listener import LIMITS, make_api
from admin.api.throttle import Rates

__all__ = ["LIMITS", "Gate", "HostGate", "KeyGate", "Rates", "make_api"]
