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
def open_page(browser, server):
    """Open the page in a browser of its own, at the size and with the settings given; see that nothing complains."""
    contexts, complaints = [], []
    logged = len(server.log)

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # the browser itself does, when the page is reloaded
            complaints.append(f"{request.url}: {request.failure}")

    def said(message):
        # On a page that is not the first, Streamlit's browser part tries out where its server is.
        probe = "/_stcore/" in message.location["url"] and "404" in message.text
        if message.type in ("error", "warning") and not probe:
            complaints.append(message.text)

    def open_page(path="/", width=1280, height=800, **settings):
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", said)
        # Of an animation that is interrupted, plotly.js rejects the promise with nothing, and nobody waits for it.
        page.on("pageerror", lambda error: str(error) != "undefined" and complaints.append(str(error)))
        page.on("requestfailed", failed)
        page.goto(server.url + path)
        if path.startswith("/temperatures"):
            page.get_by_role("tab", name="Side by side").wait_for()
        elif path.startswith("/model"):
            page.get_by_role("tab", name="Layer by layer").wait_for()
        elif path.startswith("/softmax"):
            page.locator(".js-plotly-plot .main-svg").nth(2 * 9).wait_for()  # the last of ten charts
        else:
            page.locator(driver.CANVAS).wait_for()
            page.get_by_role("slider", name="Temperature").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
    assert_quiet(server.log[logged:])
