"""How the service desk feels, in one word: ``ok``, ``not-connected``, ``autotask-silent``, ``store-unavailable``."""

from datetime import timedelta

from attms_core.errors import AttmsError
from attms_core.ports import BudgetMeter
from attms_core.store.database import Database

SILENCE = timedelta(minutes=3)
"""AutoTask may be silent for so long before health says so."""
OK = "ok"


class Health:
    """Asks what everything else depends on. Its answers carry no detail: strangers may read them."""

    def __init__(self, *, database: Database, meter: BudgetMeter, connected: bool) -> None:
        self._database = database
        self._meter = meter
        self._connected = connected

    async def ready(self) -> str:
        """Say whether work can be done here: the store answers."""
        try:
            await self._database.read(lambda _tx: None)
        except AttmsError as error:
            return error.code
        return OK

    async def well(self) -> str:
        """Say whether all is well: ready, connected, and AutoTask answers."""
        if (word := await self.ready()) != OK:
            return word
        if not self._connected:
            return "not-connected"
        silent = self._meter.silent_for
        return "autotask-silent" if silent is not None and silent > SILENCE else OK
