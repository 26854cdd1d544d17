"""A newcomer walks through the wizard in a real browser, by what is to be seen on the page."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.setup.browsers import NARROW, browser, page, picture
from tests.setup.conftest import PERSON, PUBLIC, Desk


@pytest.fixture
async def shown() -> AsyncIterator[Page]:
    async with browser() as started, page(started) as opened:
        yield opened


async def enter(shown: Page, desk: Desk) -> None:
    await shown.goto(f"{desk.listener.url}#code={desk.console.code}")
    await expect(shown.get_by_role("heading", level=1)).to_have_text("AutoTask")


async def fill(shown: Page, desk: Desk, step: str) -> None:
    labels = {
        "autotask_user": "Username (key)",
        "autotask_secret": "Password (secret)",
        "autotask_integration_code": "API tracking identifier",
        "bot_app_id": "Application (client) ID",
        "bot_secret": "Client secret",
        "bot_tenant_ids": "Directory (tenant) ID",
        "public_url": "Public address",
    }
    for name, value in desk.values(step).items():
        await shown.get_by_label(labels[name], exact=True).fill(value)


async def go_on(shown: Page, heading: str) -> None:
    """Save the step and continue to the one with this heading."""
    await shown.get_by_role("button", name="Test and save").click()
    await shown.get_by_role("link", name="Saved. Continue").click()
    await expect(shown.get_by_role("heading", level=1)).to_have_text(heading)


async def test_a_newcomer_walks_from_the_code_to_the_end(desk: Desk, shown: Page) -> None:
    await knock(shown, desk)
    await connect_autotask(shown, desk)
    await shown.get_by_role("link", name="Saved. Continue").click()
    await expect(shown.get_by_role("heading", level=1)).to_have_text("Bot")
    await picture(shown, "2-bot-empty")
    await fill(shown, desk, "bot")
    await go_on(shown, "Database")
    await choose_database(shown)
    await go_on(shown, "Administrator")
    await picture(shown, "4-administrator")
    address = f"https://entra.example.com/#view/~/overview/userId/{PERSON}"
    await shown.get_by_label("Object ID of the person").fill(address)
    await go_on(shown, "Microsoft Graph")
    await picture(shown, "5-graph")
    await shown.get_by_role("button", name="Skip this step").click()
    await finish(shown)
    assert desk.setup.is_closed()
    assert desk.setup.settings.administrators == (PERSON,)


async def knock(shown: Page, desk: Desk) -> None:
    """Try a wrong code, then the one on the console as it is copied."""
    await shown.goto(desk.listener.url)
    await picture(shown, "0-lock")
    await shown.get_by_label("Code from the console").fill("wrong")
    await shown.get_by_role("button", name="Open the set-up").click()
    await expect(shown.locator("#summary")).to_contain_text("This is not the code on the console.")
    await expect(shown.locator("#summary")).to_be_focused()
    await picture(shown, "0-lock-wrong")
    await shown.get_by_label("Code from the console").fill(f"  {desk.console.code}\n")
    await shown.get_by_role("button", name="Open the set-up").click()
    await expect(shown.get_by_role("heading", level=1)).to_have_text("AutoTask")
    await picture(shown, "1-autotask-empty")


async def connect_autotask(shown: Page, desk: Desk) -> None:
    """Forget everything, then get the secret wrong, then right."""
    await shown.get_by_role("button", name="Test and save").click()
    await expect(shown.locator("#summary")).to_be_focused()
    await expect(shown.locator("#summary a")).to_have_count(3)
    await picture(shown, "1-autotask-mistakes")
    await shown.locator("#summary a").first.click()
    await expect(shown.get_by_label("Username (key)")).to_be_focused()
    await fill(shown, desk, "autotask")
    await shown.get_by_label("Password (secret)", exact=True).fill("some-other-secret")
    await shown.get_by_role("button", name="Test and save").click()
    await expect(shown.locator("#report")).to_contain_text("refuses its secret")
    await expect(shown.locator("#report")).to_be_focused()
    await picture(shown, "1-autotask-refused")
    await fill(shown, desk, "autotask")
    await shown.get_by_role("button", name="Test now").click()
    await expect(shown.locator("#report")).to_contain_text("Nothing was saved yet")
    await shown.get_by_role("button", name="Test and save").click()
    await expect(shown.locator("#report")).to_contain_text("Saved. Continue")
    await picture(shown, "1-autotask-saved")
    await expect(shown.get_by_label("Password (secret)", exact=True)).to_have_value("")


async def choose_database(shown: Page) -> None:
    """Look at the server's address, and take this machine."""
    await picture(shown, "3-database")
    address = shown.get_by_label("Server's address", exact=True)
    await expect(address).to_be_hidden()
    await shown.get_by_text("On a PostgreSQL server").click()
    await expect(address).to_be_visible()
    await picture(shown, "3-database-server")
    await shown.get_by_text("On this machine (SQLite)").click()


async def finish(shown: Page) -> None:
    """Download the app, look what to click, and close the set-up."""
    await expect(shown.get_by_role("heading", level=1)).to_have_text("Finish")
    await expect(shown.locator("main")).to_contain_text("read-only until writing is switched on")
    await picture(shown, "6-finish")
    async with shown.expect_download() as download:
        await shown.get_by_role("link", name="attms.zip").click()
    assert (await download.value).suggested_filename == "attms.zip"
    await shown.get_by_role("link", name="What to click in Azure and Teams").first.click()
    await expect(shown.locator("main")).to_contain_text(f"{PUBLIC}/api/messages")
    await picture(shown, "7-clicks")
    await shown.go_back()
    await shown.get_by_role("button", name="Finish and close the set-up").click()
    await expect(shown.get_by_role("heading", level=1)).to_have_text("ATTMS is set up")
    await picture(shown, "8-done")


async def test_it_can_be_left_and_resumed_in_another_browser(desk: Desk) -> None:
    async with browser() as started:
        async with page(started) as first:
            await enter(first, desk)
            await fill(first, desk, "autotask")
            await go_on(first, "Bot")
        async with page(started) as second:
            await second.goto(desk.listener.url)
            await second.get_by_role("button", name="Print a new code").click()
            await expect(second.locator("#said")).to_be_empty()
            await expect(second.locator("#summary")).to_contain_text("A code was printed a moment ago.")
            desk.clock.later(timedelta(minutes=1))
            await second.get_by_role("button", name="Print a new code").click()
            await expect(second.locator("#said")).to_have_text("A new code stands on the console.")
            await second.get_by_label("Code from the console").fill(desk.console.code)
            await second.get_by_role("button", name="Open the set-up").click()
            await expect(second.get_by_role("heading", level=1)).to_have_text("Bot")
            await second.get_by_role("link", name="AutoTask").click()
            await expect(second.locator("main")).to_contain_text("Tested and saved")
            await expect(second.get_by_label("Username (key)")).to_have_value(desk.at.credentials.user)
            await expect(second.get_by_label("Password (secret)", exact=True)).to_have_value("")
            await picture(second, "9-autotask-again")


async def test_a_browser_that_lost_its_token_is_led_to_a_new_code(desk: Desk, shown: Page) -> None:
    await enter(shown, desk)
    await shown.evaluate("localStorage.clear()")
    await shown.goto(f"{desk.listener.url}steps/database")
    await shown.get_by_role("button", name="Test and save").click()
    await shown.get_by_role("link", name="Enter a new code").click()
    desk.clock.later(timedelta(minutes=1))
    await shown.get_by_role("button", name="Print a new code").click()
    await expect(shown.locator("#said")).to_have_text("A new code stands on the console.")
    await shown.get_by_label("Code from the console").fill(desk.console.code)
    await shown.get_by_role("button", name="Open the set-up").click()
    await expect(shown.get_by_role("heading", level=1)).to_have_text("AutoTask")


async def test_every_page_fits_a_narrow_window_and_works_by_keyboard(desk: Desk, shown: Page) -> None:
    await enter(shown, desk)
    await shown.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    for path in (
        "steps/autotask",
        "steps/bot",
        "steps/database",
        "steps/administrator",
        "steps/graph",
        "finish",
        "clicks",
    ):
        await shown.goto(desk.listener.url + path)
        width = await shown.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW[0], path
        await shown.keyboard.press("Tab")
        await expect(shown.get_by_role("link", name="Skip to the content")).to_be_focused()
    await shown.goto(desk.listener.url + "steps/administrator")
    await shown.get_by_label("Object ID of the person").focus()
    await shown.keyboard.type(PERSON)
    await shown.keyboard.press("Enter")
    await expect(shown.locator("#report")).to_be_focused()


async def test_every_field_has_a_label_and_every_page_one_heading(desk: Desk, shown: Page) -> None:
    await enter(shown, desk)
    for path in (
        "steps/autotask",
        "steps/bot",
        "steps/database",
        "steps/administrator",
        "steps/graph",
        "finish",
        "clicks",
    ):
        await shown.goto(desk.listener.url + path)
        assert await shown.locator("h1").count() == 1
        unnamed = await shown.evaluate(
            "[...document.querySelectorAll('input, textarea')].filter((e) => !e.labels.length).map((e) => e.name)"
        )
        assert unnamed == []
        twice = await shown.evaluate(
            "[...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, at, all) => all.indexOf(id) !== at)"
        )
        assert twice == []
