"""Run the app on a free port, start a real browser, and draw digits in it."""

import contextlib
import itertools
import math
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Playwright, expect

ROOT = Path(__file__).parent.parent.parent
CANVAS = "canvas.upper-canvas"  # the layer that Fabric.js listens on

Stroke = list[tuple[float, float]]  # points in a unit square


class Server:
    """A page's server in a process of its own, on a free port.

    Parameters
    ----------
    command : sequence of str
        A `streamlit run`, without a port.
    folder : path
        Where to run it.
    log : path
        The file that it logs to.
    options
        More arguments of `subprocess.Popen`.
    """

    def __init__(self, command: Sequence[str], folder: Path, log: Path, **options: Any):
        self.url = f"http://127.0.0.1:{free_port()}"
        self._command = [*command, f"--server.port={self.url.rpartition(':')[2]}"]
        self._log, self._options = log, {"cwd": folder, **options}

    @property
    def log(self) -> str:
        """Everything that it has logged so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Start it, for the first time or again, and wait until it answers. Raises RuntimeError if it does not."""
        with open(self._log, "ab") as file:
            self._process = subprocess.Popen(self._command, stdout=file, stderr=subprocess.STDOUT, **self._options)
        for _ in range(1500):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health"):  # noqa: S310
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"no answer at {self.url}\n{self.log}")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and end it at once if it has not after 10 s."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def serve(
    script: Path = ROOT / "app.py", *, python: str = sys.executable, folder: Path | None = None
) -> Iterator[Server]:
    """Run a page as the README does, but on a free port and without opening a browser.

    Parameters
    ----------
    script : path
        The page.
    python : str
        The Python to run it with.
    folder : path
        Where to run it, which decides what `.streamlit/config.toml` it has. If not given, the folder of the script.
    """
    command = [python, "-m", "streamlit", "run", str(script), "--server.headless=true", "--server.address=127.0.0.1"]
    with tempfile.TemporaryDirectory() as temporary:
        server = Server(command, folder or script.parent, Path(temporary) / "log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


def launch(playwright: Playwright) -> Browser:
    """Start Playwright's Chromium, or else an installed Chromium, Chrome or Edge. Raises Error if there is none."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    paths = [playwright.chromium.executable_path, *map(shutil.which, ("chromium", "chromium-browser"))]
    for path in paths:
        if path and Path(path).exists():
            return playwright.chromium.launch(executable_path=path, args=arguments)
    for channel in ("chrome", "msedge"):  # Playwright knows where Linux, macOS and Windows have them
        with contextlib.suppress(Error):
            return playwright.chromium.launch(channel=channel, args=arguments)
    raise Error("no browser: `playwright install chromium` installs one, and so does `apt-get install chromium`")


def skip_demo(context: BrowserContext) -> None:
    """Have the pages of a context show an empty canvas, as if the drawing that plays itself had been played already."""
    context.add_init_script("sessionStorage['handwritten-digits.played'] = true")


def wait_until_idle(page: Page) -> None:
    """Wait until the page is connected to its server and no run of its script is under way."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Stroke:
    """Return points along an ellipse, from one angle to another: degrees, 0 at its right, growing clockwise."""
    steps = max(2, round(abs(end - start) / 15))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


# The strokes of each digit.
DIGITS: dict[int, list[Stroke]] = {
    0: [arc(0.5, 0.5, 0.2, 0.32, -90, 270)],
    1: [[(0.38, 0.3), (0.52, 0.18), (0.5, 0.82)]],
    2: [[*arc(0.5, 0.36, 0.2, 0.18, -170, 40), (0.3, 0.8), (0.74, 0.8)]],
    3: [[*arc(0.47, 0.34, 0.19, 0.16, -160, 90), *arc(0.47, 0.66, 0.22, 0.17, -90, 160)]],
    4: [[(0.36, 0.2), (0.28, 0.55), (0.74, 0.55)], [(0.62, 0.2), (0.6, 0.84)]],
    5: [[(0.38, 0.2), (0.36, 0.46), *arc(0.47, 0.63, 0.2, 0.19, -110, 150)], [(0.38, 0.2), (0.7, 0.19)]],
    6: [[(0.62, 0.18), (0.42, 0.4), *arc(0.49, 0.66, 0.17, 0.17, 180, -180)]],
    7: [[(0.28, 0.22), (0.72, 0.2), (0.52, 0.5), (0.44, 0.84)]],
    8: [
        [
            *arc(0.5, 0.35, 0.15, 0.16, -60, -270),
            *arc(0.5, 0.67, 0.18, 0.16, -90, 270),
            *arc(0.5, 0.35, 0.15, 0.16, 90, -60),
        ]
    ],
    9: [[*arc(0.48, 0.36, 0.17, 0.17, -20, -380), (0.64, 0.34), (0.62, 0.6), (0.56, 0.84)]],
}


def draw(page: Page, strokes: list[Stroke], size: float = 1, left: float = 0, top: float = 0) -> None:
    """Draw strokes with the mouse, in a square of the canvas: its place and its size, in shares of the canvas."""
    canvas = page.locator(CANVAS)
    canvas.hover()
    # With the mouse over the canvas, its toolbar fades in and moves away from the upper right corner, where a pen would
    # meet it meanwhile: skip to the end of that.
    canvas.evaluate("""canvas => canvas.getRootNode().querySelector(".dc-toolbar")
        ?.getAnimations().forEach(animation => animation.finish())""")
    box = canvas.bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [
            (box["x"] + box["width"] * (left + size * x), box["y"] + box["height"] * (top + size * y))
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for start, end in itertools.pairwise(points):
            # A hand sends many points along a straight line, too: one for each tenth of the square, at least.
            page.mouse.move(*end, steps=math.ceil(math.dist(start, end) / (0.1 * size * box["width"])))
        page.mouse.up()


@contextlib.contextmanager
def drag_slider(page: Page, key: str, moves: int = 20) -> Iterator[Iterator[int]]:
    """Drag a slider to its right end, move by move as the result is iterated over, and then let it go."""
    slider = page.locator(f".st-key-{key}")
    track = slider.locator("[role=group]").bounding_box()
    thumb = slider.locator("input[type=range]").locator("xpath=../..").bounding_box()
    assert track
    assert thumb
    left, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    right = track["x"] + track["width"]

    def move() -> Iterator[int]:
        for step in range(1, moves + 1):
            page.mouse.move(left + (right - left) * step / moves, y)
            yield step

    page.mouse.move(left, y)
    page.mouse.down()
    yield move()
    page.mouse.up()


def metric(page: Page, label: str) -> Locator:
    """Find the value of a metric, or of a number that follows a slider."""
    either = page.locator("[data-testid=stMetric], .follower > div").filter(has_text=label)
    return either.locator("[data-testid=stMetricValue], dd")
