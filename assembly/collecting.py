"""What a start does without while it makes what stays: the collector of circular garbage, and what libraries may use.

A start makes some 150,000 objects, nearly all of them for good; looking through them again and again is a fifth of it.
For plugins pydantic reads the metadata of every installed package, and no package that nobody named may join in here.
Other libraries load helpers where they find them installed: a thirteenth of it, for what is never asked of them.
"""

import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_BETWEEN_COLLECTIONS = 10_000
GUESSERS = ("chardet", "charset_normalizer", "yaml")
"""Loaded by requests to guess the encoding of an answer that does not tell it, and by jsonpickle as one more format."""
PAINTER = "rich"
"""Loaded by structlog to paint what goes wrong. The command line does use it, so it is hidden from structlog alone."""


@contextmanager
def paused() -> Iterator[None]:
    """Let modules be loaded without the collector, and keep out of its sight what they have made."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    warnings.filterwarnings("ignore", message="Unable to find acceptable character detection")  # of requests
    gc.disable()
    try:
        with _hidden(PAINTER):
            import structlog  # noqa: F401, PLC0415 - everything logs
        with _hidden(*GUESSERS):
            yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Let libraries find that packages are not installed, unless they have been loaded already."""
    new = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(new))  # type: ignore[arg-type] # None says so to ``import``
    try:
        yield
    finally:
        for name in new:
            del sys.modules[name]


def settle() -> None:
    """Take what the start has made out of the collector's sight: it stays, and looking through it makes turns wait.

    A turn makes and drops a few thousand objects, nearly none of them in circles: look for those less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
