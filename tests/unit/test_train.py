"""train.py: its command line in process, on a few digits, and the files it writes."""

import contextlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import train
from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier
from mnist_model.layers import Layers
from mnist_model.lesson import LESSON
from mnist_model.training.environment import PACKAGE, code_digest, in_processes
from mnist_model.training.recipes import RECIPES, scaled

ROOT = Path(__file__).parents[2]


def run(*arguments):
    """Run train.py in this process. Returns its exit status, output and errors."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as errors:
        try:
            status = train.main(list(map(str, arguments)))
        except SystemExit as exit_:  # what argparse raises
            status = exit_.code
    return status, said.getvalue(), errors.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data):
    pytest.importorskip("tensorflow")
    output = tmp_path_factory.mktemp("output") / "weights"
    status, said, errors = run("--recipe", "quick", "--limit", 500, "--data", data, "--seed", 7, "--output", output)
    assert status == 0, errors
    return output, said


def test_training_reports_its_progress(trained):
    _, said = trained
    assert "Total params: 44,426" in said
    assert "7/7" in said  # of Keras's progress bar: 500 images in batches of 64
    assert "Test accuracy: " in said


def test_training_writes_four_files_and_no_other(trained):
    output, _ = trained
    written = sorted(path.name for path in output.iterdir())
    assert written == ["layers.tflite", "lenet5.keras", "lenet5.tflite", "report.json"]


def test_the_report_has_the_settings_and_the_scores(trained, test_set):
    output, said = trained
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    expected = {"recipe": "quick", "epochs": 4, "batch_size": 64, "learning_rate": 0.005, "warmup": 0.2, "seed": 7}
    assert report.items() >= (expected | {"limit": 500, "parameters": 44_426}).items()
    assert report["versions"].keys() == {"python", "numpy", "keras", "tensorflow"}
    assert len(report["data_sha256"]) == 64
    assert {name: len(values) for name, values in report["history"].items()} == dict.fromkeys(
        ("accuracy", "loss", "val_accuracy", "val_loss"), 4
    )
    assert report["test"]["accuracy"] > 0.3  # by chance it would be 0.1; these are the digits that it was trained on
    assert report["validation"].keys() == report["test"].keys() == {"accuracy", "before", "after"}
    assert report["validation"]["after"]["nll"] <= report["validation"]["before"]["nll"]
    assert len(report["corruptions"]) == 15
    assert sum(report["reliability"]["before"]["count"]) == 7_500
    assert f"Test accuracy: {report['test']['accuracy']:.4f}" in said
    found = Classifier(output / "lenet5.tflite").logits(test_set.images[:500] / np.float32(255)).argmax(axis=1)
    assert np.mean(found == test_set.labels[:500]) == pytest.approx(report["test"]["accuracy"], abs=4e-3)


def test_keras_alone_can_load_the_model(trained):
    """The file needs no class of this project: it has the network without the loss and optimizer of training."""
    import keras

    with zipfile.ZipFile(trained[0] / "lenet5.keras") as archive:
        config = archive.read("config.json").decode()
    assert "mnist_model" not in config
    assert not json.loads(config)["compile_config"]
    assert keras.models.load_model(trained[0] / "lenet5.keras").count_params() == 44_426


def test_export_makes_the_other_files_again(tmp_path, trained, data, test_set):
    output = tmp_path / "weights"
    shutil.copytree(trained[0], output)
    old = json.loads((output / "report.json").read_text(encoding="utf-8"))
    (output / "lenet5.tflite").write_text("damaged")
    (output / "layers.tflite").unlink()
    (output / "report.json").write_text(json.dumps(old | {"temperature": 99, "test": None}))
    status, _, errors = run("--export", "--data", data, "--output", output)
    assert status == 0, errors
    assert json.loads((output / "report.json").read_text(encoding="utf-8")) == old
    images = test_set.images[:100] / np.float32(255)
    expected = Classifier(trained[0] / "lenet5.tflite").logits(images)
    np.testing.assert_allclose(Classifier(output / "lenet5.tflite").logits(images), expected, atol=1e-5)
    np.testing.assert_allclose(Layers(output / "layers.tflite").activations(images)["logits"], expected, atol=1e-4)


@pytest.mark.parametrize("damaged", ["lenet5.keras", "report.json"])
def test_export_names_a_damaged_file(tmp_path, trained, data, damaged):
    output = tmp_path / "weights"
    shutil.copytree(trained[0], output)
    content = bytearray((output / damaged).read_bytes())
    content[len(content) // 2] ^= 0x80
    (output / damaged).write_bytes(content)
    status, _, errors = run("--export", "--data", data, "--output", output)
    assert status == 1
    (line,) = (line for line in errors.splitlines() if line.startswith("train.py: "))
    assert f"{damaged} cannot be read" in line
    assert "python train.py" in line


def test_export_refuses_other_data(tmp_path, trained, test_set):
    other = tmp_path / "other.npz"
    images, labels = test_set
    np.savez(
        other, x_train=np.tile(images, (6, 1, 1))[::-1], y_train=np.tile(labels, 6)[::-1], x_test=images, y_test=labels
    )
    status, _, errors = run("--export", "--data", other, "--output", trained[0])
    assert status == 1
    assert "trained on other data" in errors


def test_a_failed_write_leaves_the_old_model(tmp_path, monkeypatch):
    """The report, which is written last, cannot be written: none of the four files gets to its place."""
    pytest.importorskip("tensorflow")
    import keras

    from mnist_model.training import export
    from mnist_model.training.lenet import lenet5

    monkeypatch.setattr(keras.Model, "export", lambda model, file, **options: file.touch())  # it takes seconds
    old = {name: f"the old {name}".encode() for name in export.FILES}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TypeError):
        export.write_model(lenet5(), lambda network: {"which": object()}, tmp_path)  # JSON cannot hold it
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


# The command line.


def test_a_wrong_file_is_named_in_one_line_before_tensorflow_is_imported(tmp_path):
    """As a user starts it: this is the one test here that starts a process."""
    pytest.importorskip("tensorflow")
    program = "import sys, train; status = train.main(); assert 'tensorflow' not in sys.modules; sys.exit(status)"
    done = subprocess.run(
        [sys.executable, "-c", program, "--data", tmp_path / "none.npz", "--output", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"train.py: {tmp_path / 'none.npz'} does not exist; expected an .npz file")
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_kind_is_named_in_one_line(tmp_path):
    pytest.importorskip("tensorflow")
    status, _, errors = run("--data", ROOT / "LICENSE", "--output", tmp_path)
    assert status == 1
    (line,) = errors.splitlines()
    assert line.startswith(f"train.py: {ROOT / 'LICENSE'}")
    assert "expected an .npz file" in line
    assert not list(tmp_path.iterdir())


def test_without_tensorflow_one_line_says_which_pythons_can_train(tmp_path, monkeypatch, data):
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # as if it were not installed
    for command in ((), ("--lesson",), ("--export",)):
        status, _, errors = run(*command, "--data", data, "--output", tmp_path)
        assert status == 1
        (line,) = errors.splitlines()
        assert "TensorFlow" in line
        assert "Python 3.11 to 3.13" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--epochs", 0),
        ("--seed", -1),
        ("--limit", 0, "--output", "weights"),
        ("--limit", 2000),
        ("--recipe", "none"),
        ("--lesson", "--recipe", "textbook"),
        ("--lesson", "--tensorboard", "curves"),
        ("--epochs", 3, "--export"),
        ("--seed", 0, "--export"),
        ("--limit", 2000, "--export", "--output", "weights"),
    ],
)
def test_settings_that_make_no_sense_are_refused(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, errors = run(*arguments)
    assert status == 2
    assert arguments[0] in errors


def test_a_limited_training_does_not_replace_the_shipped_model():
    for command in ("--recipe=quick", "--lesson"):
        status, _, errors = run(command, "--limit", 2000)
        assert status == 2
        assert "--output" in errors
    assert train.parse([]).output == WEIGHTS
    assert train.parse(["--lesson"]).output == LESSON


def test_the_lesson_does_not_replace_a_model(tmp_path):
    (tmp_path / "lenet5.tflite").touch()
    status, _, errors = run("--lesson", "--output", tmp_path)
    assert status == 2
    assert "a folder of its own" in errors


def test_an_interruption_is_one_line(tmp_path, monkeypatch, data):
    pytest.importorskip("tensorflow")

    def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "load_mnist", interrupt)
    status, _, errors = run("--data", data, "--output", tmp_path)
    assert status == 130
    assert "interrupted" in errors


# What a training is identified by, and what it is made of.


def test_the_digest_covers_all_code_that_trains(tmp_path):
    copy = tmp_path / "mnist_model"
    for file in PACKAGE.rglob("*.py"):
        (copy / file.relative_to(PACKAGE)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy / file.relative_to(PACKAGE))
    before = code_digest(copy)
    assert before == code_digest()
    changing = [*(copy / "training").glob("*.py"), copy / "preprocess.py", copy / "mnist.py"]
    assert {"fit.py", "recipes.py", "augment.py", "ood.py"} <= {file.name for file in changing}
    for file in changing:
        content = file.read_bytes()
        file.write_bytes(content + b"\n# changed\n")
        assert code_digest(copy) != before, file
        file.write_bytes(content)
    (copy / "training" / "another.py").touch()
    assert code_digest(copy) != before


def test_a_recipe_is_scaled_to_a_share_of_the_digits():
    recipe = RECIPES["handwriting"]
    assert scaled(recipe, 1) == recipe
    counts = {"stroke_digits": 2000, "ood_images": 1000}
    assert scaled(recipe, 0.1) == replace(recipe, **counts)
    few = scaled(recipe, 0.025)
    assert (few.stroke_digits, few.ood_images, few.batch_size) == (500, 250, 128)
    assert scaled(RECIPES["textbook"], 0.001) == RECIPES["textbook"]


def test_processes_give_back_each_argument_with_its_result():
    assert sorted(in_processes(abs, [-3, -1, 2])) == [(-3, 3), (-1, 1), (2, 2)]
    with pytest.raises(ValueError, match="invalid literal"):
        list(in_processes(int, ["1", "one", "2"]))


def test_the_network_is_lenet5():
    pytest.importorskip("tensorflow")
    from mnist_model.training.lenet import lenet5

    model = lenet5()
    assert model.count_params() == 44_426
    assert [layer.output.shape[1:] for layer in model.layers] == [
        (24, 24, 6), (12, 12, 6), (8, 8, 16), (4, 4, 16), (256,), (120,), (84,), (10,),
    ]  # fmt: skip
    assert [layer.count_params() for layer in model.layers if layer.weights] == [156, 2416, 30840, 10164, 850]
    assert model.layers[-1].activation.__name__ == "linear"


def test_the_fast_network_computes_what_lenet5_computes():
    tf = pytest.importorskip("tensorflow")
    from mnist_model.training.lenet import fast_lenet5, lenet5

    plain, fast = lenet5(), fast_lenet5()
    rng = np.random.default_rng(0)
    weights = [rng.normal(0, 0.2, weight.shape) for weight in plain.get_weights()]
    images = rng.random((20, 28, 28, 1)).astype(np.float32)
    found = []
    for model in (plain, fast):
        model.set_weights(weights)
        with tf.GradientTape() as tape:
            logits = model(images)
            loss = tf.reduce_sum(tf.nn.log_softmax(logits)[:, 3])
        found.append([logits, *tape.gradient(loss, model.trainable_variables)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3 * np.abs(one).max())
