"""What a start does without while it makes what stays: the collector of circular garbage, and plugins of pydantic's.

A start makes some 150,000 objects, nearly all of them for good; looking through them again and again is a fifth of it.
For plugins pydantic reads the metadata of every installed package, and no package that nobody named may join in here.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_BETWEEN_COLLECTIONS = 10_000


@contextmanager
def paused() -> Iterator[None]:
    """Let modules be loaded without the collector, and keep out of its sight what they have made."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Take what the start has made out of the collector's sight: it stays, and looking through it makes turns wait.

    A turn makes and drops a few thousand objects, nearly none of them in circles: look for those less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
