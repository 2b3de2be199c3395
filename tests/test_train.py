"""train.py as a user starts it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_model.classifier import Classifier
from mnist_model.layers import Layers
from mnist_model.lesson import load_lesson

ROOT = Path(__file__).parent.parent


def command(*arguments):
    return [sys.executable, "train.py", *map(str, arguments)]


def run(*arguments):
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data):
    output = tmp_path_factory.mktemp("output") / "weights"
    done = run("--recipe", "quick", "--data", data, "--seed", 7, "--output", output)
    assert done.returncode == 0, done.stderr
    return output, done.stdout


def test_says_what_it_does(trained):
    _, said = trained
    assert "Total params: 44,426" in said
    assert "440/440" in said  # a progress bar: 55,000 images in batches of 125
    assert "Test accuracy: " in said


def test_writes_four_files_and_no_other(trained):
    output, _ = trained
    written = sorted(path.name for path in output.iterdir())
    assert written == ["layers.tflite", "lenet5.keras", "lenet5.tflite", "report.json"]


def test_the_report_holds_all_that_made_the_model(trained, test_set):
    output, said = trained
    report = json.loads((output / "report.json").read_text())
    expected = {"recipe": "quick", "epochs": 4, "batch_size": 125, "learning_rate": 0.005, "rising": 0.2, "seed": 7}
    assert report.items() >= (expected | {"parameters": 44_426}).items()
    assert report["versions"].keys() == {"python", "numpy", "keras", "tensorflow"}
    assert len(report["data_sha256"]) == 64
    assert {name: len(values) for name, values in report["history"].items()} == dict.fromkeys(
        ("accuracy", "loss", "val_accuracy", "val_loss"), 4
    )
    assert report["test"]["accuracy"] > 0.99  # the digits that it learned from
    assert report["validation"].keys() == report["test"].keys() == {"accuracy", "before", "after"}
    assert report["validation"]["after"]["nll"] <= report["validation"]["before"]["nll"]
    assert len(report["corruptions"]) == 15
    assert f"Test accuracy: {report['test']['accuracy']:.4f}" in said
    found = Classifier(output / "lenet5.tflite").logits(test_set.images / np.float32(255)).argmax(axis=1)
    assert np.mean(found == test_set.labels) == pytest.approx(report["test"]["accuracy"], abs=2e-4)


def test_the_model_can_be_loaded_by_keras_alone(trained):
    """Without this project's classes: it has the network, not what trained it."""
    output, _ = trained
    program = f"import keras; print(keras.models.load_model({str(output / 'lenet5.keras')!r}).count_params())"
    done = subprocess.run([sys.executable, "-c", program], cwd=output, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "44426", done.stderr


def test_export_makes_the_other_files_anew(tmp_path, trained, data, test_set):
    output = tmp_path / "weights"
    shutil.copytree(trained[0], output)
    old = json.loads((output / "report.json").read_text())
    (output / "lenet5.tflite").write_text("damaged")
    (output / "layers.tflite").unlink()
    (output / "report.json").write_text(json.dumps(old | {"temperature": 99, "test": None}))
    done = run("--export", "--data", data, "--output", output)
    assert done.returncode == 0, done.stderr
    assert json.loads((output / "report.json").read_text()) == old
    images = test_set.images[:100] / np.float32(255)
    expected = Classifier(trained[0] / "lenet5.tflite").logits(images)
    np.testing.assert_allclose(Classifier(output / "lenet5.tflite").logits(images), expected, atol=1e-5)
    np.testing.assert_allclose(Layers(output / "layers.tflite").activations(images)["logits"], expected, atol=1e-4)


def test_export_says_what_is_missing(tmp_path, trained, data, test_set):
    for missing in ("lenet5.keras", "report.json"):
        output = tmp_path / missing
        shutil.copytree(trained[0], output)
        damaged = bytearray((output / missing).read_bytes())
        damaged[len(damaged) // 2] ^= 0x80
        (output / missing).write_bytes(damaged)
        done = run("--export", "--data", data, "--output", output)
        assert done.returncode == 1
        (line,) = (line for line in done.stderr.splitlines() if line.startswith("train.py: "))
        assert f"{missing} cannot be read" in line
        assert "python train.py" in line
    images, labels = test_set
    other = tmp_path / "other.npz"
    np.savez(
        other, x_train=np.tile(images, (6, 1, 1))[::-1], y_train=np.tile(labels, 6)[::-1], x_test=images, y_test=labels
    )
    done = run("--export", "--data", other, "--output", trained[0])
    assert done.returncode == 1
    assert "trained on other data" in done.stderr


def test_a_wrong_file_costs_one_line_and_no_waiting(tmp_path):
    for path in (tmp_path / "none.npz", ROOT / "LICENSE"):
        done = run("--data", path, "--output", tmp_path)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"train.py: {path}")
        assert "expected an .npz file" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--epochs", "0"),
        ("--seed", "-1"),
        ("--recipe", "none"),
        ("--lesson", "--recipe", "textbook"),
        ("--epochs", "3", "--export"),
        ("--seed", "0", "--export"),
    ],
)
def test_refuses_settings_that_make_no_sense(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert arguments[0] in done.stderr


def test_an_interrupted_run_leaves_the_old_model(tmp_path, data):
    output = tmp_path / "weights"
    output.mkdir()
    old = {name: f"the old {name}".encode() for name in ("lenet5.keras", "lenet5.tflite", "report.json")}
    for name, content in old.items():
        (output / name).write_bytes(content)
    with open(tmp_path / "log", "w+b") as log:
        process = subprocess.Popen(
            command("--recipe", "textbook", "--data", data, "--epochs", 50, "--output", output),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A shell's background job ignores Ctrl-C, and so would what it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        deadline = time.monotonic() + 120
        while b"loss:" not in (tmp_path / "log").read_bytes():  # until it is learning
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(30) == 130
    assert b"interrupted" in (tmp_path / "log").read_bytes()
    assert {path.name: path.read_bytes() for path in output.iterdir()} == old


def test_a_failed_write_leaves_the_old_model(tmp_path):
    """The report cannot be written when both models are: none of the four reaches its place."""
    from mnist_model.lenet import lenet5
    from train import write_model

    model = lenet5()
    write_model(model, lambda network: {"which": "old"}, tmp_path)
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with pytest.raises(TypeError):
        write_model(model, lambda network: {"which": object()}, tmp_path)  # no JSON
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_the_lesson_in_one_epoch(tmp_path, data):
    output = tmp_path / "lesson"
    output.mkdir()
    (output / "softmax-00099.tflite").write_text("of an older run, with other moments")
    (output / "mine.tflite").write_text("somebody's")
    done = run("--lesson", "--data", data, "--epochs", 1, "--output", output)
    assert done.returncode == 0, done.stderr
    found = load_lesson(output)
    assert [moment.step for moment in found.moments] == [2, 5, 10, 20, 50, 100, 200, 500, 1000, 1719]
    assert found.moments[-1].softmax > 0.95
    assert (output / "mine.tflite").read_text() == "somebody's"
    assert len(list(output.iterdir())) == 2 * 10 + 1 + 1


def test_the_lesson_does_not_take_the_models_place(tmp_path):
    (tmp_path / "lenet5.tflite").touch()
    done = run("--lesson", "--output", tmp_path)
    assert done.returncode == 2
    assert "a folder of its own" in done.stderr


def test_the_network_is_lenet5():
    from mnist_model.lenet import lenet5

    model = lenet5()
    assert model.count_params() == 44_426
    assert [layer.output.shape[1:] for layer in model.layers] == [
        (24, 24, 6), (12, 12, 6), (8, 8, 16), (4, 4, 16), (256,), (120,), (84,), (10,),
    ]  # fmt: skip
    assert [layer.count_params() for layer in model.layers if layer.weights] == [156, 2416, 30840, 10164, 850]
    assert model.layers[-1].activation.__name__ == "linear"
