"""How far the set-up has come, as it is kept between visits: which step went how, which value was set when."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

ENTRY = "setup.progress"
CLOSED = "setup.closed"


class Outcome(StrEnum):
    """How a step was left."""

    TESTED = "tested"
    UNTESTED = "untested"
    """Saved although its test did not pass."""
    SKIPPED = "skipped"


class Done(Struct, frozen=True, kw_only=True):
    """A step that was left behind."""

    outcome: Outcome
    at: datetime


class Progress(Struct, frozen=True):
    """What has been done so far."""

    steps: Mapping[str, Done] = field(default_factory=dict)
    changed: Mapping[str, datetime] = field(default_factory=dict)
    """When each field was last set."""

    def after(self, step: str, outcome: Outcome, fields: Collection[str], now: datetime) -> "Progress":
        """Note that a step was done, and which of its fields were set."""
        steps = {**self.steps, step: Done(outcome=outcome, at=now)}
        return replace(self, steps=steps, changed={**self.changed, **dict.fromkeys(fields, now)})


def dump(progress: Progress) -> str:
    """Write it as text."""
    steps = {name: {"outcome": done.outcome, "at": done.at.isoformat()} for name, done in progress.steps.items()}
    return json.dumps({"steps": steps, "changed": {name: at.isoformat() for name, at in progress.changed.items()}})


def load(text: str) -> Progress:
    """Read what ``dump`` wrote; what another version wrote and makes no sense counts as nothing done."""
    try:
        told = json.loads(text or "{}")
        steps = {str(name): _done(each) for name, each in told.get("steps", {}).items()}
        changed = {str(name): datetime.fromisoformat(at) for name, at in told.get("changed", {}).items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return Progress()
    return Progress(steps, changed)


def _done(told: Mapping[str, Any]) -> Done:
    return Done(outcome=Outcome(told["outcome"]), at=datetime.fromisoformat(told["at"]))
