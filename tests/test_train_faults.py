"""What may go wrong while train.py runs: it is killed, the disk is full, the folder cannot be written to."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from mnist_model import WEIGHTS
from tests.test_train import ROOT, run

# The default recipe with all of its parts, on a fortieth of the digits: seconds in place of an hour.
FEW = """
import dataclasses, sys, train
from mnist_model.data import Split

whole = train.load_mnist

def few(path):
    mnist = whole(path)
    parts = {name: Split(*(part[:500] for part in getattr(mnist, name))) for name in ("validation", "test")}
    return mnist._replace(train=Split(*(part[:1500] for part in mnist.train)), **parts)

train.load_mnist = few
train.RECIPES["handwriting"] = dataclasses.replace(
    train.RECIPES["handwriting"], epochs=4, batch_size=64, rounds=2, strokes=100, others=50, teacher_epochs=2,
    teacher_batch_size=128, readable=0.0,
)
if __name__ == "__main__":
    sys.exit(train.main())
"""


def weights(output):
    import keras  # slow: only where it is needed

    return keras.models.load_model(output / "lenet5.keras").get_weights()


def test_a_training_that_is_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path, data):
    program, log = tmp_path / "few.py", tmp_path / "log"
    program.write_text(FEW)

    def start(output):
        command = [sys.executable, program, "--data", data, "--output", output]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with open(log, "ab") as file:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)

    def there(output, file, epochs):
        for path in output.glob(f".training/*/{file}"):
            return not epochs or len(json.loads(path.read_text())["accuracy"]) >= epochs
        return False

    def finish(process):
        assert process.wait(120) == 0, log.read_text()

    old = {name: (WEIGHTS / name).read_bytes() for name in ("lenet5.keras", "lenet5.tflite", "report.json")}
    killed = tmp_path / "killed"
    killed.mkdir()
    for name, content in old.items():
        (killed / name).write_bytes(content)
    for file, epochs in (
        ("round-0.npz", 0),
        ("teacher.json", 1),
        ("logits.npy", 0),
        ("lenet5.json", 1),
        ("lenet5.json", 4),
    ):
        process = start(killed)
        deadline = time.monotonic() + 100
        while not there(killed, file, epochs):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert {name: (killed / name).read_bytes() for name in old} == old
    finish(start(killed))
    assert not (killed / ".training").exists()

    whole = tmp_path / "whole"
    finish(start(whole))
    for found, expected in zip(weights(killed), weights(whole), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    report, expected = (json.loads((output / "report.json").read_text()) for output in (killed, whole))
    assert report["history"] == expected["history"]
    assert len(report["history"]["val_accuracy"]) == 4
    assert len(report["history"]["teacher"]["val_accuracy"]) == 2
    assert report["test"]["accuracy"] == pytest.approx(expected["test"]["accuracy"], abs=0.003)
    assert report["test"]["accuracy"] > 0.25  # a guess: 0.1


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


@pytest.fixture
def full_disk(tmp_path):
    """A file system of a megabyte, with half of it taken by the old model."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=1m", "tmpfs") as folder:
        yield folder


def test_a_full_disk_leaves_the_old_model(full_disk, data):
    old = {name: (WEIGHTS / name).read_bytes() for name in ("lenet5.keras", "lenet5.tflite", "report.json")}
    for name, content in old.items():
        (full_disk / name).write_bytes(content)
    (full_disk / "filler").write_bytes(bytes(600_000))
    done = run("--recipe", "quick", "--epochs", 1, "--data", data, "--output", full_disk)
    assert done.returncode == 1
    assert "train.py: " in done.stderr
    assert "Traceback" not in done.stderr
    assert {name: (full_disk / name).read_bytes() for name in old} == old
    assert sorted(path.name for path in full_disk.iterdir()) == sorted([*old, "filler"])


def test_a_folder_that_cannot_be_written_to_says_so_before_training(tmp_path, data):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "lenet5.keras").write_bytes(b"old")
    started = time.monotonic()
    with mounted(folder, "--bind", "-o", "ro", folder):
        done = run("--recipe", "textbook", "--data", data, "--output", folder)
    assert done.returncode == 1
    assert str(folder) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert time.monotonic() - started < 60  # it has not even imported TensorFlow
    assert [path.read_bytes() for path in folder.iterdir()] == [b"old"]
