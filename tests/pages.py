"""What tests of the pages without a browser share."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from mnist_model import images
from mnist_model.data import load_test_set

ROOT = Path(__file__).parent.parent


def show(page, **state):
    """Run a page with these values, by key."""
    for key, value in state.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    assert not page.error
    return page


def figure(page, number=0):
    """What is in one of its Plotly charts, as JSON."""
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def live_chart(page, key):
    """What is in a chart that is patched in place: data, layout and alt."""
    (chart,) = (part.proto for part in page.get("bidi_component") if part.proto.id.endswith(f"-{key}"))
    return json.loads(chart.bytes)


def take_ready(page, digit):
    """Press a ready digit on the page Draw."""
    page.pills(key="ready").select(digit).run()
    assert not page.exception
    return page


def unpack(values):
    """Numbers as Plotly writes them: a list, or bytes in base64."""
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]) if isinstance(values, dict) else values


def ready(digit):
    digits, labels = load_test_set()
    return images.enlarge(digits[labels == digit][0], 320)


def without(folder, missing, program, content=None):
    """What a program prints beside a copy of the app that lacks a file, or has something else in its place."""
    for name in ("app.py", "app_pages", "mnist_model"):
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
