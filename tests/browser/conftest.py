"""A page that the tests of a module share, one after the other: to load it again takes a third of the time."""

import os
from pathlib import Path

import pytest

from tests.support import complaints, driver
from tests.support.browser_fixtures import assert_quiet
from tests.support.draw_page import wait_for_page

SIZE = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items):
    """In CI, on a machine that others keep busy, a browser test that has waited in vain runs once more.

    The summary names it. What a test finds wrong, and what the server or the browser complains of, is not forgiven.
    """
    if os.environ.get("CI"):
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError", "(Locator|Page) expected"]))


@pytest.fixture(scope="module")
def shared_page(browser):
    context = browser.new_context(viewport=SIZE)
    driver.skip_demo(context)
    page = context.new_page()
    yield page, complaints.listen(page)
    context.close()


@pytest.fixture
def page(shared_page, server):
    """The page Draw as a new visitor has it, 1280 x 800. The test fails if the browser or the server complains."""
    page, said = shared_page
    logged = len(server.log)
    page.set_viewport_size(SIZE)
    page.emulate_media(color_scheme="light")
    page.goto(server.url + "/_stcore/health")  # a page keeps its drawing in the tab's storage when it is left
    page.evaluate("sessionStorage.clear()")
    page.goto(server.url)
    wait_for_page(page)
    said.clear()
    yield page
    assert not said
    assert_quiet(server.log[logged:])
