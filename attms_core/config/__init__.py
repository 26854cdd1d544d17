"""The settings in force: where they come from, and how they change while people work."""

from attms_core.config.configuration import Configuration, Follower
from attms_core.config.opening import Opened, open_configuration
from attms_core.config.values import Revision, Setting, Verdict

__all__ = [
    "Configuration",
    "Follower",
    "Opened",
    "Revision",
    "Setting",
    "Verdict",
    "open_configuration",
]
