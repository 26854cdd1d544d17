"""What the commands want of the house: callables by which the application gives it.

Each opener opens one thing alone, so that a command works although the rest of the house is ill.
"""

import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from admin.manifest_command import Bot
from admin.people_command import OpenPeople
from admin.setup.command import OpenSetup
from attms_core.audit import Audit
from attms_core.config import Configuration
from attms_core.config.opening import data_dir
from attms_core.health import Doctor
from attms_core.keys import Keys
from attms_core.mirror import Mirror


class DemoWish(Struct, frozen=True, kw_only=True):
    """How the demo is wanted."""

    port: int
    playground: bool
    tickets: int
    seed: int


class Openers(Struct, frozen=True, kw_only=True):
    """What the application gives. Whatever opens may raise any error of ours; the door puts it into words."""

    serve: Callable[[], Coroutine[Any, Any, None]]
    """Serves until a signal; says on standard error where."""
    demo: Callable[[DemoWish], int]
    """Plays the demo; gives the exit code."""
    configuration: Callable[[], AbstractAsyncContextManager[Configuration]]
    keys: Callable[[], AbstractAsyncContextManager[Keys]]
    audit: Callable[[], AbstractAsyncContextManager[Audit]]
    doctor: Callable[[], AbstractAsyncContextManager[Doctor]]
    """Opens a doctor for where nothing serves (``in_process=False``); it should open although the store does not."""
    mirror: Callable[[], AbstractAsyncContextManager[Mirror]]
    """Opens the mirror with AutoTask behind it; reading its status must not need AutoTask."""
    people: OpenPeople
    tenant: Callable[[], str]
    """Gives whose people are meant where nobody says it."""
    commands: Bot
    """Gives what the bot understands, for the menus of the Teams app."""
    setup: OpenSetup
    wizard: Callable[[], Awaitable[None]]
    """Serves the set-up's pages until it is closed; prints address and code."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def data_dir(self) -> Path:
        """The folder of this installation: known before any setting is read, for the environment alone names it."""
        return data_dir(self.environ)
