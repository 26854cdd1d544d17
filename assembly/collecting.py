"""What a start does without while it makes what stays: the collector of circular garbage.

A start makes some 150,000 objects, nearly all of them for good; looking through them again and again is a fifth of it.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from assembly.loading import lean

OBJECTS_BETWEEN_COLLECTIONS = 10_000


@contextmanager
def paused() -> Iterator[None]:
    """Let modules be loaded without the collector, and keep out of its sight what they have made."""
    gc.disable()
    try:
        with lean():
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
