"""The command line: one module a subject, over the same use cases as the chat and the management API.

What it commands is opened by the application, which gives it ``Openers``; nothing is opened by importing this.
"""

from admin.cli.main import make_cli
from admin.cli.openers import DemoWish, Openers

__all__ = ["DemoWish", "Openers", "make_cli"]
