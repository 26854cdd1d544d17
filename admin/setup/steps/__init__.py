"""The steps, one module each. Browser, JSON and terminal show these same ones."""

from admin.setup.steps import administrator, autotask, bot, database, graph
from admin.setup.steps.step import PASTED, Reading, Step, called, has, read, tried

STEPS: tuple[Step, ...] = (autotask.STEP, bot.STEP, database.STEP, administrator.STEP, graph.STEP)

__all__ = ["PASTED", "STEPS", "Reading", "Step", "called", "has", "read", "tried"]
