"""Fixtures: a browser, a server of the app, and pages of it, each in a window of its own. pytest-xdist gives each
worker a browser and a server."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.support import complaints, driver

expect.set_options(timeout=20_000)  # ms: on a busy machine a page takes more than the usual 5 s to show its charts

# Streamlit 1.67 logs this when a tab is closed while the server is sending to it: it takes Starlette's "not connected"
# for a text frame, and then closes what is closed already. The app cannot prevent it, and nothing is lost.
CLOSED_TAB = re.compile(
    r"^.*Exception in ASGI application\n(?:(?!.*Exception in ASGI application).*\n)*?"
    r"starlette\.websockets\.\w+: Cannot call \"send\" once a close message has been sent\.\n",
    re.MULTILINE,
)


def assert_quiet(log: str) -> None:
    """Assert that a server's log has no warning and no error."""
    log = CLOSED_TAB.sub("", log)
    for word in ("deprecat", "Traceback", "Warning", "Error", "Exception"):
        assert word not in log, log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with contextlib.ExitStack() as stack:
        try:
            playwright = stack.enter_context(sync_playwright())
            browser = stack.enter_context(driver.launch(playwright))
        except Exception as error:  # nothing narrower, where Playwright's own program lacks a library of the system
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))
        yield browser


@pytest.fixture(scope="session")
def server() -> Iterator[driver.Server]:
    with driver.serve() as server:
        yield server


@pytest.fixture
def open_page(browser: Browser, server: driver.Server) -> Iterator[Callable[..., Page]]:
    """A function that opens a page of the app in a new context. Fails if the browser or the server complains."""
    contexts: list[BrowserContext] = []
    complained: list[list[str]] = []
    logged = len(server.log)

    def open_page(path: str = "/", width: int = 1280, height: int = 800, **settings: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        driver.skip_demo(context)
        page = context.new_page()
        complained.append(complaints.listen(page))
        page.goto(server.url + path)
        last_shown(page, path).wait_for()
        driver.wait_until_idle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [text for texts in complained for text in texts]
    assert_quiet(server.log[logged:])


def last_shown(page: Page, path: str) -> Locator:
    """Find what a page of the app shows last when it is opened."""
    match path.partition("?")[0]:
        case "/temperatures":
            return page.get_by_role("tab", name="Side by side")
        case "/model":
            return page.get_by_role("tab", name="Layer by layer")
        case "/softmax":
            return page.locator(".js-plotly-plot .main-svg").nth(2 * 9)  # the last of ten charts
    return page.locator(driver.CANVAS)
