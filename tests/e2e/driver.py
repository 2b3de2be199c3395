"""The app on a port of its own and a real browser before it; how a hand draws each digit."""

import contextlib
import math
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page, Playwright

ROOT = Path(__file__).parent.parent.parent
CANVAS = "canvas.upper-canvas"  # where Fabric.js takes the pen


class Server:
    """A `streamlit run` on a port of its own: its address, its process, and what it has logged."""

    def __init__(self, command: list[str], folder: Path, log: Path, **process):
        self.url = f"http://127.0.0.1:{free_port()}"
        self._command = [*command, f"--server.port={self.url.rpartition(':')[2]}"]
        self._log, self._process_options = log, {"cwd": folder, **process}

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Start it, for the first time or again, and wait until it answers."""
        with open(self._log, "ab") as file:
            self._process = subprocess.Popen(
                self._command, stdout=file, stderr=subprocess.STDOUT, **self._process_options
            )
        for _ in range(1500):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health"):  # noqa: S310
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"no answer at {self.url}\n{self.log}")

    def kill(self) -> None:
        """End it at once, as a failure would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:  # under load it may not even come to that
            self.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def serve(script: Path = ROOT / "app.py") -> Iterator[Server]:
    """Run a page as the README does, from its own folder, but on a free port and without opening a browser."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    with tempfile.TemporaryDirectory() as folder:
        server = Server([*command, "--server.address=127.0.0.1"], script.parent, Path(folder) / "log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


def launch(playwright: Playwright) -> Browser:
    """Start Playwright's own Chromium, or else an installed one, or Chrome. Raises Error if there is none."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    paths = [playwright.chromium.executable_path, *map(shutil.which, ("chromium", "chromium-browser"))]
    for path in paths:
        if path and Path(path).exists():
            return playwright.chromium.launch(executable_path=path, args=arguments)
    with contextlib.suppress(Error):
        return playwright.chromium.launch(channel="chrome", args=arguments)  # wherever the system keeps it
    raise Error("no Chromium: `playwright install chromium`, or `apt-get install chromium`, brings one")


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[tuple[float, float]]:
    """Points along an ellipse; degrees, 0 at its right, growing clockwise as y grows downwards."""
    steps = max(2, round(abs(end - start) / 15))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


# Each digit as its strokes, in a unit square.
DIGITS: dict[int, list[list[tuple[float, float]]]] = {
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


def draw(
    page: Page, strokes: list[list[tuple[float, float]]], size: float = 1, left: float = 0, top: float = 0
) -> None:
    """Draw strokes with the mouse, within a square of `size` times the canvas at (left, top)."""
    canvas = page.locator(CANVAS)
    canvas.hover()
    page.wait_for_timeout(300)  # the canvas's toolbar, unseen until now, moves out of its upper right corner
    box = canvas.bounding_box()
    for stroke in strokes:
        points = [
            (box["x"] + box["width"] * (left + size * x), box["y"] + box["height"] * (top + size * y))
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=2)
        page.mouse.up()


def metric(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")
