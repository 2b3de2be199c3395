"""What goes wrong on the way to a page that is open: the server dies, the network breaks, a file is replaced."""

import contextlib
import re
import shutil
import socket
import socketserver
import threading

import pytest
from playwright.sync_api import expect

from mnist_model import WEIGHTS
from tests.e2e import driver
from tests.e2e.conftest import assert_quiet
from tests.e2e.driver import DIGITS, ROOT, draw, metric
from tests.e2e.test_draw import answer, set_temperature, temperature

PATIENCE = 60_000  # ms, until a page has come back: Streamlit's browser part tries again at longer and longer intervals


@pytest.fixture
def server():
    """One that may be killed."""
    with driver.serve() as server:
        yield server


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def visit(page, url):
    page.goto(url)
    page.locator(driver.CANVAS).wait_for()
    temperature(page).wait_for()


def paper(page):
    """The ink on the canvas, as the browser has it."""
    return page.locator("canvas.dc-canvas.lower-canvas").evaluate("canvas => canvas.toDataURL()")


def seen(page):
    return page.get_by_role("img", name="The 28 by 28 pixels").get_attribute("src")


def restart(page, server):
    """Kill the server, see that the page notices, start it again, and wait until the page is back."""
    app = page.get_by_test_id("stApp")
    session = page.evaluate("JSON.parse(sessionStorage.copy).session")
    server.kill()
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    server.start()
    page.wait_for_function(
        "session => JSON.parse(sessionStorage.copy).taken_up === session", arg=session, timeout=PATIENCE
    )
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


@pytest.mark.parametrize("cleared", [False, True], ids=["first drawing", "after another"])
def test_a_server_that_was_restarted_goes_on_with_the_drawing(page, server, cleared):
    visit(page, server.url)
    if cleared:
        draw(page, DIGITS[3])
        assert answer(page) == 3
        page.get_by_role("button", name="Clear").click()
        expect(metric(page, "It reads")).to_have_count(0)
    draw(page, DIGITS[4][:1])
    answer(page)
    set_temperature(page, "2")
    before, drawn = seen(page), paper(page)

    restart(page, server)
    draw(page, DIGITS[4][1:])  # the rest of the 4
    assert answer(page) == 4
    assert temperature(page).get_attribute("aria-valuetext") == "2"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("img", name="The 28 by 28 pixels")).to_have_attribute("src", before)
    assert paper(page) == drawn
    assert_quiet(server.log)


def test_a_server_that_was_restarted_has_the_answer_without_a_stroke(page, server):
    visit(page, server.url)
    draw(page, DIGITS[7])
    assert answer(page) == 7
    drawn = paper(page)
    restart(page, server)
    page.get_by_role("link", name="Temperatures").click()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7", timeout=PATIENCE)
    page.get_by_role("link", name="Draw").click()
    assert answer(page) == 7
    assert paper(page) == drawn


def test_a_browser_that_stores_nothing(page, server):
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('forbidden'); } })")
    visit(page, server.url)
    draw(page, DIGITS[7])
    assert answer(page) == 7
    expect(page.get_by_role("alert")).to_have_count(0)
    app = page.get_by_test_id("stApp")
    server.kill()
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    server.start()
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE)
    page.wait_for_timeout(2000)  # it has given its copy to the new session, which nothing on the page tells
    page.get_by_role("link", name="Temperatures").click()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7", timeout=PATIENCE)


def test_a_page_without_a_canvas_keeps_drawing_and_shelf_too(page, server):
    visit(page, server.url)
    draw(page, DIGITS[2])
    assert answer(page) == 2
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept as").wait_for()
    page.get_by_role("button", name="Clear").click()
    draw(page, DIGITS[0])
    assert answer(page) == 0
    page.get_by_role("link", name="Temperatures").click()
    digit = page.get_by_role("combobox", name="Digit")
    expect(digit).to_have_value("Your drawing, a 0")

    restart(page, server)
    page.get_by_role("tab", name="Several drawings").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("a 2", timeout=PATIENCE)
    expect(digit).to_have_value("Your drawing, a 0")

    page.reload()  # also a new session
    expect(digit).to_have_value("Your drawing, a 0")
    page.get_by_role("link", name="Draw").click()
    assert answer(page) == 0
    assert_quiet(server.log)


class Relay(socketserver.ThreadingTCPServer):
    """The network between a browser and a server, to be cut."""

    daemon_threads = True

    def __init__(self, server):
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        self.beyond = (host, int(port))
        self.pairs, self.broken = [], False
        super().__init__(("127.0.0.1", 0), Way)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def cut(self):
        self.broken = True
        for side in [side for pair in self.pairs for side in pair]:
            with contextlib.suppress(OSError):  # it was closed
                side.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.broken = False


class Way(socketserver.BaseRequestHandler):
    def handle(self):
        if self.server.broken:
            return
        with socket.create_connection(self.server.beyond) as beyond:
            self.server.pairs.append((self.request, beyond))
            back = threading.Thread(target=self.carry, args=(beyond, self.request), daemon=True)
            back.start()
            self.carry(self.request, beyond)
            back.join()

    @staticmethod
    def carry(here, there):
        try:
            while some := here.recv(65536):
                there.sendall(some)
            there.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # cut


def test_a_connection_that_was_cut_for_ten_seconds(page, server):
    with Relay(server) as relay:
        visit(page, relay.url)
        draw(page, DIGITS[4][:1])
        answer(page)
        drawn = seen(page)
        relay.cut()
        app = page.get_by_test_id("stApp")
        expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
        draw(page, DIGITS[4][1:])  # meanwhile
        page.wait_for_timeout(10_000)
        assert seen(page) == drawn
        relay.mend()
        expect(page.get_by_role("img", name="The 28 by 28 pixels")).not_to_have_attribute(
            "src", drawn, timeout=PATIENCE
        )
        assert answer(page) == 4
        relay.shutdown()
    assert_quiet(server.log)


def test_a_model_file_that_is_replaced_while_the_server_runs(page, tmp_path):
    for name in ("app.py", "app_pages", "mnist_model", "static", ".streamlit"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    model = tmp_path / "mnist_model" / "weights" / "lenet5.tflite"
    with driver.serve(tmp_path / "app.py") as server:
        visit(page, server.url)
        draw(page, DIGITS[7])
        assert answer(page) == 7
        model.write_bytes(b"damaged")
        page.reload()
        draw(page, DIGITS[4])  # with the network that it has
        assert answer(page) == 4

        restart(page, server)  # with the file that it has not
        page.reload()
        expect(page.get_by_text(re.compile(r"lenet5\.tflite is damaged .*python train\.py"))).to_be_visible()

        shutil.copy(WEIGHTS / "lenet5.tflite", model)  # and no restart
        page.reload()
        draw(page, DIGITS[3])
        assert answer(page) == 3
