"""The pages behind the app package's default links: found, readable, and unable to do anything."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from tests.manifest.apps import app, manifests
from web.limits import Limits, make_app
from web.pages import HOME, PRIVACY, TERMS, add_pages

PAGES = (HOME, PRIVACY, TERMS)
Browser = TestClient[Request, Application]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    served = make_app(Limits())
    add_pages(served)
    async with TestClient(TestServer(served)) as client:
        yield client


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_every_link_of_the_package_leads_to_a_page(browser: Browser) -> None:
    for manifest in manifests(app()):
        links = [link for link in manifest["developer"].values() if link.startswith("https://")]
        assert len(links) == 3
        for link in links:
            answer = await browser.get(urlsplit(link).path)
            assert (answer.status, answer.content_type, answer.charset) == (200, "text/html", "utf-8")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_may_do_nothing_but_wear_its_own_style(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    own = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{own}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    outline = Outline(page)
    assert {"script", "img", "link", "iframe", "form"}.isdisjoint(outline.tags)
    assert all(name not in {"style", "src"} and not name.startswith("on") for name, _ in outline.attributes)
    assert {value for name, value in outline.attributes if name == "href"} == set(PAGES)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_well_formed_and_tells_readers_aloud_where_they_are(browser: Browser, path: str) -> None:
    page = await (await browser.get(path)).text()
    outline = Outline(page)
    assert outline.open == []
    assert ("lang", "en") in outline.attributes
    assert outline.tags.count("h1") == outline.tags.count("main") == outline.tags.count("title") == 1
    (title,) = re.findall("<title>(.*?)</title>", page)
    assert f"<h1>{title}</h1>" in page


@pytest.mark.parametrize("said", ["Entra object id", "e-mail", "copy of AutoTask data", "Log lines", "database"])
async def test_privacy_says_what_is_stored_and_where(browser: Browser, said: str) -> None:
    assert said in await (await browser.get(PRIVACY)).text()


async def test_nothing_can_be_sent_to_a_page(browser: Browser) -> None:
    assert [(await browser.post(path, data=b"x")).status for path in PAGES] == [405, 405, 405]
