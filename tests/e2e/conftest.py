import os
import re

import pytest
from playwright.sync_api import Error, sync_playwright

from tests.e2e import driver

# Streamlit 1.67 logs this when a tab closes while the server is sending to it: it takes Starlette's "not connected" for
# a text frame, and closes again what is closed. No page can help it, and nothing is lost.
CLOSED_TAB = re.compile(
    r"^.*Exception in ASGI application\n(?:(?!.*Exception in ASGI application).*\n)*?"
    r"starlette\.websockets\.\w+: Cannot call \"send\" once a close message has been sent\.\n",
    re.MULTILINE,
)


def assert_quiet(log):
    log = CLOSED_TAB.sub("", log)
    for word in ("deprecat", "Traceback", "Warning", "Error", "Exception"):
        assert word not in log, log


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        try:
            browser = driver.launch(playwright)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server():
    with driver.serve() as server:
        yield server


@pytest.fixture
def two_pages():
    """The home page beside another one."""
    with driver.serve(driver.ROOT / "tests" / "e2e" / "two_pages.py") as server:
        yield server
        assert_quiet(server.log)


@pytest.fixture
def open_page(browser, server):
    """Open the page in a browser of its own, at the size and with the settings given; see that nothing complains."""
    contexts, complaints = [], []
    logged = len(server.log)

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # the browser itself does, when the page is reloaded
            complaints.append(f"{request.url}: {request.failure}")

    def open_page(path="/", width=1280, height=800, url=server.url, **settings):
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", failed)
        page.goto(url + path)
        page.locator(driver.CANVAS).wait_for()
        page.get_by_role("slider", name="Temperature").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
    assert_quiet(server.log[logged:])
