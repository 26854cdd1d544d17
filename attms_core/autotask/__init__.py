"""AutoTask's REST interface behind our ports. Nobody outside sees a wire name or a status code."""

from attms_core.autotask.absent import NotConnectedAutotask
from attms_core.autotask.client import AutotaskClient

__all__ = ["AutotaskClient", "NotConnectedAutotask"]
