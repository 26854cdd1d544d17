"""What jobs want to know of the other processes that share the store. How it is found out is the store's business."""

from typing import Protocol

from attms_core.store.database import Tx


class Lead(Protocol):
    """Says whether this process is the one that runs jobs, and keeps two from running the same one at once."""

    @property
    def leads(self) -> bool:
        """Whether it is, now."""
        ...

    async def claim(self, job: str) -> bool:
        """Keep every other process from running a job until ``release``; false when one runs it, or nobody knows."""
        ...

    def has(self, job: str) -> bool:
        """Whether a claim stands yet: it falls with the connection to whoever knows."""
        ...

    async def release(self, job: str) -> None:
        """Give a claim back; nothing for one that does not stand."""
        ...

    def fence(self, tx: Tx) -> bool:
        """Say inside a transaction whether this process leads; no other one does before the transaction has ended."""
        ...


class Alone:
    """No other process serves from this store."""

    leads = True

    async def claim(self, _: str) -> bool:
        """Nobody is there to be kept off."""
        return True

    def has(self, _: str) -> bool:
        """Nobody takes it away."""
        return True

    async def release(self, _: str) -> None:
        """Nobody waits for it."""

    def fence(self, _: Tx) -> bool:
        """Nobody else leads."""
        return True
