"""What tests of the pages share that need no browser."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from mnist_model import images
from mnist_model.mnist import load_test_set

ROOT = Path(__file__).parent.parent.parent


def show(page: AppTest, **state: Any) -> AppTest:
    """Run a page with these values in the session state, by key."""
    for key, value in state.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    assert not page.error
    return page


def figure(page: AppTest, number: int = 0) -> Any:
    """Return one of its Plotly charts, from JSON."""
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def answer(page: AppTest) -> Any:
    """Return what the page Draw has the browser show: the reading, the temperature and the energy threshold."""
    return component_data(page, "reading")


def component_data(page: AppTest, key: str) -> Any:
    """Return what one of our components is given, from JSON."""
    (part,) = (part.proto for part in page.get("bidi_component") if part.proto.id.endswith(f"-{key}"))
    return json.loads(part.bytes)


def read_as(page: AppTest) -> int | None:
    """Return the digit that the page Draw reads, or None without a drawing."""
    reading = answer(page)["reading"]
    return reading and int(np.argmax(reading["logits"]))


def take_ready(page: AppTest, digit: int) -> AppTest:
    """Press a ready digit on the page Draw."""
    page.pills(key="ready").select(digit).run()
    assert not page.exception
    return page


def unpack(values: Any) -> Any:
    """Return numbers that Plotly has written as a list, or as bytes in base64."""
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]) if isinstance(values, dict) else values


def ready(digit: int) -> NDArray[np.uint8]:
    """Return the first test digit of its kind, as it is on the canvas."""
    digits, labels = load_test_set()
    return images.enlarge(digits[labels == digit][0], 320)


def without(folder: Path, missing: str, program: str, content: bytes | None = None) -> str:
    """Run a program beside a copy of the app that lacks a file, or has other content in it. Returns what it prints.

    In the program `page` is the app's first page, which has been run.
    """
    for name in ("app.py", "app_pages", "ui", "mnist_model"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    if content is None:
        (folder / missing).unlink()
    else:
        (folder / missing).write_bytes(content)
    program = (
        "from streamlit.testing.v1 import AppTest\n"
        "page = AppTest.from_file('app.py', default_timeout=30).run()\n"
        f"{program}; assert not page.exception"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
