"""Live, ready, well: three answers of one word each, for strangers and for what restarts a process.

``live`` is about the process alone, ``ready`` about what it holds, ``well`` about those it depends on too. Details are
the doctor's.
"""

from collections.abc import Callable
from datetime import timedelta

from attms_core.errors import AttmsError
from attms_core.health.doctor import Doctor
from attms_core.health.finding import State
from attms_core.health.pulse import Pulse
from attms_core.ports import BudgetMeter
from attms_core.store import upkeep
from attms_core.store.database import Database

SILENCE = timedelta(minutes=3)
"""AutoTask may be silent for so long before health says so."""
WITHIN = timedelta(seconds=2)
"""Whoever asks for one word does not wait for a check that hangs."""
OK = "ok"
WORDS = {"outbox": "outbox-late", "disk": "disk-full", "clock": "clock-wrong"}
"""Checks that ``well`` asks for, and its word when one finds something ill."""


def yes() -> bool:
    """Agree: for what this installation has not got."""
    return True


class Health:
    """Asks what everything else depends on. Its answers carry no detail: strangers may read them.

    keys_loaded    whether the bot can check who speaks
    doctor         is asked for what ``WORDS`` names
    """

    def __init__(
        self,
        *,
        database: Database,
        meter: BudgetMeter,
        connected: bool,
        keys_loaded: Callable[[], bool] = yes,
        doctor: Doctor | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        self._database = database
        self._meter = meter
        self._connected = connected
        self._keys_loaded = keys_loaded
        self._doctor = doctor
        self._pulse = pulse

    async def live(self) -> str:
        """Say whether the event loop turns."""
        return OK if self._pulse is None or self._pulse.is_turning else "stuck"

    async def ready(self) -> str:
        """Say whether work can be done here: the store takes writes and is up to date, and the keys are there."""
        try:
            await self._database.write(upkeep.probe)
            tables = await self._database.read(upkeep.tables)
        except AttmsError as error:
            return error.code
        if not tables.are_current:
            return "migration-due"
        return OK if self._keys_loaded() else "keys-missing"

    async def well(self) -> str:
        """Say whether all is well: ready, connected, AutoTask answers, messages go out, disk and clock are good."""
        if (word := await self.ready()) != OK:
            return word
        if not self._connected:
            return "not-connected"
        silent = self._meter.silent_for
        if silent is not None and silent > SILENCE:
            return "autotask-silent"
        return await self._found()

    async def _found(self) -> str:
        if self._doctor is None:
            return OK
        names = self._doctor.registered().keys() & WORDS.keys()
        findings = await self._doctor.examine(names=names, within=WITHIN)
        return next((WORDS[found.name] for found in findings if found.state is State.ILL), OK)
