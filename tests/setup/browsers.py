"""A real Chromium of this machine, and pictures of what it shows."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = "SETUP_PICTURES"
"""The environment variable that names a folder for pictures of every page."""
PATIENCE = 20_000
"""Milliseconds."""
WIDE, NARROW = (1200, 900), (360, 740)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def chromium() -> str:
    """Find one; without one the test is skipped, but where CI runs it must be there."""
    found = next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found and os.environ.get("CI") == "true":
        pytest.fail("CI needs a Chromium: apt-get install chromium")
    if not found:
        pytest.skip(f"no browser on PATH: looked for {', '.join(NAMES)} (on Debian: apt-get install chromium)")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start it, without a window."""
    path = chromium()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def page(started: Browser) -> AsyncIterator[Page]:
    """Open a page that counts every error of script and policy against the test."""
    context = await started.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-GB")
    wrong: list[str] = []
    shown = await context.new_page()
    shown.set_default_timeout(PATIENCE)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    try:
        yield shown
        assert wrong == []
    finally:
        await context.close()


async def picture(shown: Page, name: str) -> None:
    """Keep what is shown, light and dark, wide and narrow, if somebody asked for pictures."""
    folder = os.environ.get(PICTURES)
    if not folder:
        return
    for width, height in (WIDE, NARROW):
        await shown.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            await shown.emulate_media(color_scheme=scheme)
            await shown.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    await shown.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await shown.emulate_media(color_scheme="light")
