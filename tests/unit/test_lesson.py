"""The two networks of the lesson, as `train.py --lesson` has written them."""

import json
import shutil
from dataclasses import asdict

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from scipy.special import expit

from mnist_model.classifier import ModelFileError
from mnist_model.lesson import LESSON, THRESHOLDS, load_lesson, snapshot
from mnist_model.softmax import ten_thresholds
from mnist_model.training.recipes import RECIPES


@pytest.fixture(scope="module")
def moments():
    return load_lesson().moments


def test_a_dozen_moments_from_the_first_steps_to_the_end_in_three_megabytes(moments):
    steps = [moment.step for moment in moments]
    assert len(steps) == 12
    assert steps == sorted(steps)
    assert steps[0] == 2
    assert steps[-1] == 5 * np.ceil(55_000 / 32)
    assert np.diff(np.log(steps)).max() < 1
    assert sum(path.stat().st_size for path in LESSON.iterdir()) < 3e6
    assert len(list(LESSON.iterdir())) == 25


def test_the_report_has_the_settings_of_the_textbook_recipe():
    report = json.loads((LESSON / "report.json").read_text())
    assert report.items() >= asdict(RECIPES["textbook"]).items()
    assert report["digits"] == 10_000


@pytest.mark.parametrize("number", [0, 5, 11])
def test_the_report_agrees_with_the_networks(moments, test_set, number):
    """Up to the rounding of different processors."""
    moment = moments[number]
    images, labels = test_set
    scores = {kind: network.logits(images / np.float32(255)) for kind, network in moment.networks.items()}
    assert np.mean(scores["softmax"].argmax(axis=1) == labels) == pytest.approx(moment.softmax, abs=5e-4)
    assert np.mean(scores["sigmoid"].argmax(axis=1) == labels) == pytest.approx(moment.largest, abs=5e-4)
    outputs = expit(scores["sigmoid"].astype(float))
    for at in (9, 49, 89):
        found = ten_thresholds(outputs, labels, THRESHOLDS[at])
        assert sum(found) == sum(moment.fired[at]) == 10_000
        np.testing.assert_allclose(found, moment.fired[at], atol=10)


def weights(kind, step):
    """Return all weights of a snapshot, one tensor after another."""
    network = Interpreter(str(LESSON / snapshot(kind, step)))
    network.allocate_tensors()
    tensors = [tensor for tensor in network.get_tensor_details() if tensor["dtype"] == np.float16]
    return np.concatenate([network.get_tensor(tensor["index"]).ravel() for tensor in tensors]).astype(float)


def test_both_networks_began_with_the_same_weights_and_learned(moments):
    """Two steps of Adam change a weight by about 0.001 each."""
    begun, learned = (np.abs(weights("softmax", step) - weights("sigmoid", step)).max() for step in (2, 8595))
    assert begun < 0.01 < 0.1 < learned
    assert moments[0].softmax < 0.2
    assert moments[-1].softmax > 0.98
    assert moments[-1].largest > 0.98


def test_ten_thresholds_fail_until_the_network_has_learned(moments):
    """None or several outputs are above the threshold, whatever the threshold; softmax does well at the same time."""
    (early,) = (moment for moment in moments if moment.step == 100)
    for fired in early.fired:
        assert fired.none + fired.several > 2500
    assert early.softmax > 0.85
    assert min(fired.none + fired.several for fired in moments[-1].fired) < 100


@pytest.mark.parametrize("missing", ["report.json", snapshot("sigmoid", 100), snapshot("softmax", 8595)])
def test_a_missing_or_damaged_file_is_named_with_the_command_that_makes_it(tmp_path, missing):
    folder = shutil.copytree(LESSON, tmp_path / "lesson")
    load_lesson(folder)
    (folder / missing).unlink()
    with pytest.raises(ModelFileError, match=rf"{missing} cannot be read.*python train\.py --lesson"):
        load_lesson(folder)
    (folder / missing).write_text('{"moments": [{}]}')
    with pytest.raises(ModelFileError, match=rf"{missing} (cannot be read|is damaged).*python train\.py --lesson"):
        load_lesson(folder)
