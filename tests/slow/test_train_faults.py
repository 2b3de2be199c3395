"""What may go wrong while train.py runs: it is killed, it is interrupted, the disk is full or read-only."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_model import WEIGHTS

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")

ROOT = Path(__file__).parents[2]

# A shell's background job ignores Ctrl-C, and so would what it starts.
INTERRUPTIBLE = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}

# The default recipe with all its parts, on a few digits: less than a minute in place of an hour.
LIMIT, EPOCHS = 400, 4


def command(*arguments):
    return [sys.executable, "train.py", *map(str, arguments)]


def run(*arguments):
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300)


@contextlib.contextmanager
def started(log, *arguments, **options):
    """A training in a process of its own, which is killed in the end."""
    with open(log, "ab") as file:
        process = subprocess.Popen(command(*arguments), cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(condition, process, log):
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline
        time.sleep(0.01)


def put_model(folder):
    """Put a model into a folder. Returns a function that says whether it is still there, unchanged."""
    old = {name: (WEIGHTS / name).read_bytes() for name in ("lenet5.keras", "lenet5.tflite", "report.json")}
    folder.mkdir(exist_ok=True)
    for name, content in old.items():
        (folder / name).write_bytes(content)
    return lambda: {name: (folder / name).read_bytes() for name in old} == old


def weights(output):
    return keras.models.load_model(output / "lenet5.keras").get_weights()


def test_a_training_that_is_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path, data):
    log, killed, whole = (tmp_path / name for name in ("log", "killed", "whole"))
    arguments = ("--limit", LIMIT, "--epochs", EPOCHS, "--data", data, "--output")
    is_unchanged = put_model(killed)

    def is_there(file, epochs):
        for path in killed.glob(f".training/*/{file}"):
            return not epochs or len(json.loads(path.read_text())["accuracy"]) >= epochs
        return False

    moments = (("pass-0.npz", 0), ("lenet5.json", 1), ("lenet5.json", EPOCHS))
    for file, epochs in moments:
        with started(log, *arguments, killed) as process:
            wait_until(lambda file=file, epochs=epochs: is_there(file, epochs), process, log)
            children = psutil.Process(process.pid).children(recursive=True)
        assert not psutil.wait_procs(children, timeout=30)[1]  # none goes on without the one that was killed
        assert is_unchanged()
    # The training that is not killed gets the same passes: see `augment.make_pass` for how they may differ.
    for path in killed.glob(".training/*/pass-*.npz"):
        copy = whole / path.relative_to(killed)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    for output in (killed, whole):
        with started(log, *arguments, output) as process:
            assert process.wait(400) == 0, log.read_text(encoding="utf-8")
    assert not (killed / ".training").exists()

    for found, expected in zip(weights(killed), weights(whole), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    report, expected = (json.loads((output / "report.json").read_text()) for output in (killed, whole))
    assert report["history"] == expected["history"]
    assert len(report["history"]["val_accuracy"]) == EPOCHS
    assert report["limit"] == LIMIT
    assert report["test"]["accuracy"] == pytest.approx(expected["test"]["accuracy"], abs=0.003)
    assert report["test"]["accuracy"] > 0.25  # by chance it would be 0.1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that interrupts another process alone")
def test_an_interrupted_training_leaves_the_old_model(tmp_path, data):
    output, log = tmp_path / "weights", tmp_path / "log"
    is_unchanged = put_model(output)
    with started(
        log, "--recipe", "textbook", "--data", data, "--epochs", 50, "--output", output, **INTERRUPTIBLE
    ) as process:
        wait_until(lambda: b"loss:" in log.read_bytes(), process, log)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert b"interrupted" in log.read_bytes()
    assert b"Traceback" not in log.read_bytes()
    assert is_unchanged()
    assert len(list(output.iterdir())) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that interrupts another process alone")
def test_an_interruption_does_not_wait_for_the_passes(tmp_path, data):
    """As Ctrl-C in a terminal, it goes to the whole group: to the processes that make the passes, too."""
    output, log = tmp_path / "weights", tmp_path / "log"
    with started(log, "--data", data, "--output", output, start_new_session=True, **INTERRUPTIBLE) as process:
        wait_until(lambda: b"0/10" in log.read_bytes(), process, log)
        time.sleep(5)  # the first passes are on the way; each takes more than a minute
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 130
    assert b"interrupted" in log.read_bytes()
    assert not list(output.glob(".training/*/pass-*"))


@contextlib.contextmanager
def mounted(folder, *options):
    """Mount something on a folder, which only root may do; others skip the test."""
    folder.mkdir(exist_ok=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or subprocess.run([mount, *options, folder], capture_output=True).returncode:
        pytest.skip("only root may mount a file system")
    try:
        yield folder
    finally:
        subprocess.run([umount, folder], check=True)


def test_a_full_disk_leaves_the_old_model(tmp_path, data):
    """A file system of a megabyte, most of which is taken."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=1m", "tmpfs") as disk:
        is_unchanged = put_model(disk)
        (disk / "filler").write_bytes(bytes(600_000))
        done = run("--recipe", "quick", "--limit", 500, "--epochs", 1, "--data", data, "--output", disk)
        assert done.returncode == 1
        assert "train.py: " in done.stderr
        assert "Traceback" not in done.stderr
        assert is_unchanged()
        assert len(list(disk.iterdir())) == 4


def test_a_folder_that_cannot_be_written_to_is_named_before_training(tmp_path, data):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "lenet5.keras").write_bytes(b"old")
    with mounted(folder, "--bind", "-o", "ro", folder):
        done = run("--recipe", "textbook", "--data", data, "--output", folder)
    assert done.returncode == 1
    assert str(folder) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Epoch" not in done.stdout
    assert [path.read_bytes() for path in folder.iterdir()] == [b"old"]
