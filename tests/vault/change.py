"""A process that changes the vault of a folder: run by tests that kill it, or that run several at once.

python change.py FOLDER NAME VALUE [TIMES]; with TIMES it changes NAME.0, NAME.1 and so on, one after the other.
"""

import asyncio
import sys
from pathlib import Path

from attms_core.vault import FileHome, FileKey, open_vault


async def main(folder: Path, name: str, value: str, times: int) -> None:
    """Open the vault and change it."""
    vault = await open_vault(FileHome(folder / "vault.attms"), FileKey(folder / "vault.key"))
    for turn in range(times):
        await vault.change({f"{name}.{turn}" if times > 1 else name: value})


if __name__ == "__main__":
    where, what, new, *count = sys.argv[1:]
    asyncio.run(main(Path(where), what, new, int(count[0]) if count else 1))
