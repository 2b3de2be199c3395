"""Training on several devices and on several hosts, simulated by this one: train.py as a user starts it."""

import contextlib
import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from tests.test_train import ROOT
from tests.test_train_faults import FEW, weights

DEVICES = """
import sys, few

if __name__ == "__main__":
    import tensorflow as tf

    (processor,) = tf.config.list_physical_devices("CPU")
    devices = [tf.config.LogicalDeviceConfiguration()] * int(sys.argv.pop(1))
    tf.config.set_logical_device_configuration(processor, devices)
    quick = few.train.RECIPES["quick"]
    few.train.RECIPES["quick"] = few.dataclasses.replace(quick, batch_size=int(sys.argv.pop(1)))
    sys.exit(few.train.main())
"""


@pytest.fixture
def start(tmp_path, data):
    """Start a training with few digits on as many devices; returns the process and the file that it says things in."""
    (tmp_path / "few.py").write_text(FEW)
    (tmp_path / "devices.py").write_text(DEVICES)
    processes = []

    def start(devices, recipe, output, batch=125, **environment):
        command = [
            sys.executable,
            tmp_path / "devices.py",
            f"{devices}",
            f"{batch}",
            "--recipe",
            recipe,
            "--epochs",
            "1",
        ]
        log = tmp_path / f"log-{len(processes)}"
        with open(log, "wb") as file:
            processes.append(
                subprocess.Popen(
                    [*command, "--data", data, "--output", tmp_path / output],
                    cwd=ROOT,
                    env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            )
        return processes[-1], log

    yield start
    for process in processes:
        process.kill()


def finish(process, log):
    assert process.wait(150) == 0, log.read_text()
    return log.read_text()


def on_hosts(number):
    """Return TF_CONFIG for each of some hosts on this one."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        hosts = [f"127.0.0.1:{taken.getsockname()[1]}" for taken in sockets]
    return [
        json.dumps({"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}})
        for index in range(number)
    ]


def furthest(found, expected):
    return max(np.abs(a - b).max() for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("batch", "apart"),
    [
        (100, 1e-5),  # 50 for each: the same but for rounding
        (125, 0.05),  # 63 and 62: a digit of the smaller share counts for a little more
    ],
)
def test_two_devices_learn_what_one_does(start, tmp_path, batch, apart):
    one, two = start(1, "quick", "one", batch), start(2, "quick", "two", batch)
    assert "Training on" not in finish(*one)
    assert "Training on 2 devices" in finish(*two)
    assert furthest(weights(tmp_path / "one"), weights(tmp_path / "two")) < apart


def test_two_hosts_learn_what_two_devices_do(start, tmp_path):
    """The default recipe, with its teacher and its checkpoints."""
    finish(*start(2, "handwriting", "devices"))
    hosts = [start(1, "handwriting", "hosts", TF_CONFIG=config) for config in on_hosts(2)]
    for host in hosts:
        assert "Training on 2 devices" in finish(*host)
    assert furthest(weights(tmp_path / "devices"), weights(tmp_path / "hosts")) < 1e-5
    assert not (tmp_path / "hosts" / ".training").exists()
    reports = [json.loads((tmp_path / output / "report.json").read_text()) for output in ("devices", "hosts")]
    assert reports[0]["history"] == reports[1]["history"]
