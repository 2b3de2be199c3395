"""What goes wrong while a page is open: the server dies, the network breaks, a file is replaced."""

import contextlib
import re
import shutil
import socket
import socketserver
import threading

import pytest
from playwright.sync_api import expect

from mnist_model import WEIGHTS
from tests.support import driver
from tests.support.browser_fixtures import assert_quiet
from tests.support.draw_page import (
    answer,
    clear,
    draw,
    ink,
    keep_and_draw_another,
    rerun,
    seen,
    set_temperature,
    temperature,
    wait_for_page,
    wait_until_no_longer_seen,
    wait_until_seen,
)
from tests.support.driver import DIGITS, ROOT, wait_until_idle

PATIENCE = 60_000  # ms, until a page has come back: Streamlit's browser part tries again at longer and longer intervals

COPY = "JSON.parse(sessionStorage['handwritten-digits.copy'])"


@pytest.fixture
def server():
    """A server of the test's own, which it may kill."""
    with driver.serve() as server:
        yield server


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def visit(page, url):
    page.goto(url)
    wait_for_page(page)


def restart(page, server):
    """Kill the server, see that the page notices, start it again, and wait until the page has been restored."""
    session = page.evaluate(f"{COPY}.session")
    server.kill()
    expect(page.get_by_test_id("stApp")).not_to_have_attribute(
        "data-test-connection-state", "CONNECTED", timeout=PATIENCE
    )
    server.start()
    page.wait_for_function(f"session => {COPY}.restored_from === session", arg=session, timeout=PATIENCE)
    wait_until_idle(page)


@pytest.mark.parametrize("cleared", [False, True], ids=["first drawing", "after another"])
def test_after_a_restart_of_the_server_one_can_draw_on(page, server, cleared):
    visit(page, server.url)
    if cleared:
        draw(page, DIGITS[3])
        clear(page)
    draw(page, DIGITS[4][:1])
    set_temperature(page, "2")
    before, drawn = seen(page), ink(page)

    restart(page, server)
    draw(page, DIGITS[4][1:])  # the rest of the 4
    assert answer(page) == 4
    assert temperature(page).get_attribute("aria-valuetext") == "2"
    page.get_by_role("button", name="Undo").click()
    wait_until_seen(page, before)
    assert ink(page) == drawn
    assert_quiet(server.log)


def test_after_a_restart_of_the_server_what_was_loaded_is_still_there(page, server):
    visit(page, server.url)
    with rerun(page):
        page.get_by_role("radio", name="8", exact=True).click()
    assert answer(page) == 8
    page.wait_for_timeout(1000)  # until the canvas has sent what it has loaded
    loaded = ink(page)
    restart(page, server)
    assert ink(page) == loaded
    draw(page, [[(0.05, 0.05), (0.08, 0.05)]])
    drawn = ink(page)
    assert drawn != loaded
    restart(page, server)
    assert ink(page) == drawn
    clear(page)


def test_after_a_restart_a_drawing_is_what_it_was_last_and_not_when_the_tab_was_hidden(page, server):
    visit(page, server.url)
    draw(page, DIGITS[4][:1])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    draw(page, DIGITS[4][1:])
    drawn = ink(page)
    restart(page, server)
    assert ink(page) == drawn
    assert answer(page) == 4


def test_after_a_restart_of_the_server_the_drawing_is_read_without_a_stroke(page, server):
    visit(page, server.url)
    draw(page, DIGITS[7])
    drawn = ink(page)
    restart(page, server)
    page.get_by_role("link", name="Temperatures").click()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7", timeout=PATIENCE)
    page.get_by_role("link", name="Draw").click()
    assert answer(page) == 7
    assert ink(page) == drawn


def test_a_restart_is_survived_in_a_browser_that_stores_nothing(page, server):
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('forbidden'); } })")
    visit(page, server.url)
    draw(page, DIGITS[7])
    assert answer(page) == 7
    expect(page.get_by_role("alert")).to_have_count(0)
    app = page.get_by_test_id("stApp")
    server.kill()
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE)
    with rerun(page):
        server.start()
        expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE)
    page.get_by_role("link", name="Temperatures").click()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7", timeout=PATIENCE)


def test_a_page_without_a_canvas_keeps_drawing_and_shelf_too(page, server):
    visit(page, server.url)
    keep_and_draw_another(page, 2, 0)
    page.get_by_role("link", name="Temperatures").click()
    digit = page.get_by_role("combobox", name="Digit")
    expect(digit).to_have_value("Your drawing, a 0")

    restart(page, server)
    page.get_by_role("tab", name="Several drawings").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("a 2", timeout=PATIENCE)
    expect(digit).to_have_value("Your drawing, a 0")
    page.get_by_role("link", name="Draw").click()
    assert answer(page) == 0
    assert_quiet(server.log)


class Relay(socketserver.ThreadingTCPServer):
    """The network between a browser and a server, which can be cut."""

    daemon_threads = True

    def __init__(self, server):
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        self.destination = (host, int(port))
        self.pairs, self.broken = [], False
        super().__init__(("127.0.0.1", 0), Connection)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def cut(self):
        self.broken = True
        for side in [side for pair in self.pairs for side in pair]:
            with contextlib.suppress(OSError):  # it was closed
                side.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.broken = False


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        if self.server.broken:
            return
        with socket.create_connection(self.server.destination) as server_side:
            self.server.pairs.append((self.request, server_side))
            back = threading.Thread(target=self.carry, args=(server_side, self.request), daemon=True)
            back.start()
            self.carry(self.request, server_side)
            back.join()

    @staticmethod
    def carry(here, there):
        try:
            while some := here.recv(65536):
                there.sendall(some)
            there.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # cut


def test_what_is_drawn_while_the_connection_is_cut_is_read_afterwards(page, server):
    with Relay(server) as relay:
        visit(page, relay.url)
        draw(page, DIGITS[4][:1])
        before = seen(page)
        relay.cut()
        expect(page.get_by_test_id("stApp")).not_to_have_attribute(
            "data-test-connection-state", "CONNECTED", timeout=PATIENCE
        )
        driver.draw(page, DIGITS[4][1:])
        page.wait_for_timeout(10_000)
        assert seen(page) == before
        relay.mend()
        wait_until_no_longer_seen(page, before, timeout=PATIENCE)
        assert answer(page) == 4
        relay.shutdown()
    assert_quiet(server.log)


def test_a_model_file_that_is_replaced_while_the_server_runs(page, tmp_path):
    for name in ("app.py", "app_pages", "ui", "mnist_model", ".streamlit"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    model = tmp_path / "mnist_model" / "weights" / "lenet5.tflite"
    with driver.serve(tmp_path / "app.py") as server:
        visit(page, server.url)
        draw(page, DIGITS[7])
        assert answer(page) == 7
        model.write_bytes(b"damaged")
        visit(page, server.url)
        clear(page)
        draw(page, DIGITS[4])  # read by the network that was loaded before
        assert answer(page) == 4

        restart(page, server)  # which loads the file
        page.reload()
        expect(page.get_by_text(re.compile(r"lenet5\.tflite is damaged .*python train\.py"))).to_be_visible()

        shutil.copy(WEIGHTS / "lenet5.tflite", model)  # needs no restart
        visit(page, server.url)
        clear(page)
        draw(page, DIGITS[3])
        assert answer(page) == 3
