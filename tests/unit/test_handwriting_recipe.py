"""The parts of the handwriting recipe, on a few digits; all of it takes an hour."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

tf = pytest.importorskip("tensorflow")

from evaluation import ablation
from mnist_model import WEIGHTS
from mnist_model.mnist import Split
from mnist_model.training import ood
from mnist_model.training.augment import NOT_A_DIGIT
from mnist_model.training.checkpoints import Batches, CheckpointStore
from mnist_model.training.measure import calibrated_temperature, energy_threshold
from mnist_model.training.recipes import RECIPES


def test_the_loss_is_a_cross_entropy_over_eleven_classes():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 5, (40, 10)).astype(np.float32), rng.integers(0, NOT_A_DIGIT + 1, 40)
    z = np.column_stack([logits, np.zeros(40)])
    expected = logsumexp(z, axis=1) - z[np.arange(40), labels]
    np.testing.assert_allclose(ood.cross_entropy_with_ood(labels, logits), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ood.accuracy(labels, logits), z.argmax(axis=1) == labels)


def numbered_images(count):
    """Images whose pixels are their number, and labels of zeros."""
    images = np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    return images, np.zeros(count, np.uint8)


def chosen(batches, number):
    return np.rint(batches[number][0][:, 0, 0, 0] * 255).astype(int).tolist()


def test_batches_depend_on_their_number_alone_and_an_epoch_has_each_image_once():
    batches = Batches(*numbered_images(100), 3, seed=5)
    assert batches.steps == 32
    epochs = [[image for i in range(k * 32, k * 32 + 32) for image in chosen(batches, i)] for k in (0, 1)]
    assert all(len(set(seen)) == 96 for seen in epochs)
    assert epochs[0] != epochs[1]
    later = Batches(*numbered_images(100), 3, seed=5, first_step=40)
    assert [chosen(later, i) for i in range(5)] == [chosen(batches, 40 + i) for i in range(5)]


def test_fewer_images_than_a_batch_are_one_batch():
    batches = Batches(*numbered_images(7), 512, seed=0)
    assert (batches.steps, batches.steps_at_once) == (1, 1)
    assert sorted(chosen(batches, 3)) == list(range(7))


def test_each_settings_have_checkpoints_of_their_own(tmp_path):
    folder = tmp_path / "checkpoints"
    store = CheckpointStore(folder, {"seed": 1})
    assert not folder.exists()
    store.save("a.txt", lambda file: file.write_text("a"))
    seconds = store.seconds
    assert not CheckpointStore(folder, {"seed": 2}).path("a.txt").exists()
    again = CheckpointStore(folder, {"seed": 1})
    assert again.path("a.txt").read_text() == "a"
    assert again.seconds >= json.loads(again.path("seconds.json").read_text()) > 0
    assert again.seconds < seconds + 60
    again.remove()
    assert not folder.exists()


def test_removing_checkpoints_leaves_those_of_other_settings(tmp_path):
    one, other = (CheckpointStore(tmp_path / "checkpoints", {"seed": seed}) for seed in (1, 2))
    for store in (one, other):
        store.save("a.txt", lambda file: file.write_text("a"))
    one.remove()
    assert not one.path("a.txt").exists()
    assert other.path("a.txt").exists()


def test_a_file_that_could_not_be_finished_is_not_there(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints", {})

    def write(file):
        file.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.save("a.txt", write)
    assert not store.path("a.txt").exists()


@pytest.mark.parametrize(("geometric", "images_read"), [(True, 80), (False, 10)])
def test_the_calibrated_temperature_is_found_on_augmented_digits(geometric, images_read, test_set):
    digits, shapes = Split(test_set.images[:10], test_set.labels[:10]), []

    def logits(images):
        shapes.append(images.shape)
        assert 0 <= images.min() <= images.max() <= 1
        return 6 * np.eye(10)[np.resize(np.where(digits.labels == 9, 8, digits.labels), len(images))]

    # This network gives every answer a probability of 98 %, and reads each 9 as an 8.
    assert calibrated_temperature(logits, digits, geometric=geometric, seed=0) > 1
    assert shapes == [(images_read, 28, 28)]


@pytest.mark.parametrize(("stroke_digits", "images_read"), [(True, 100), (False, 50)])
def test_98_percent_of_digits_have_less_energy_than_the_threshold(stroke_digits, images_read, test_set):
    """MNIST's, and as many stroke digits if the network has been trained with them."""
    digits, energies = Split(test_set.images[:50], test_set.labels[:50]), []

    def logits(images):
        assert 0 <= images.min() <= images.max() <= 1
        found = images.sum(axis=(1, 2))[:, None] * np.eye(10)[0]  # the more ink, the less energy
        energies.extend(-logsumexp(found, axis=1))
        return found

    threshold = energy_threshold(logits, digits, stroke_digits=stroke_digits, seed=0)
    assert len(energies) == images_read
    assert np.mean(np.array(energies) <= threshold) == pytest.approx(0.98)


@pytest.fixture
def eagerly():
    """TensorFlow without graphs: making them takes much longer than the few steps of a test."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.usefixtures("eagerly")
def test_the_ablation_trains_and_measures_a_variant(tmp_path, data, monkeypatch):
    name = "without weight decay"
    short = replace(ablation.VARIANTS[name], batch_size=32, epochs=1)
    monkeypatch.setattr(ablation, "VARIANTS", {name: short})
    monkeypatch.setattr(ablation, "held_out_strokes", lambda: (np.zeros((3, 28, 28), np.float32), np.arange(3)))
    monkeypatch.setattr(ablation, "LETTERS", ["A"])
    output = tmp_path / "ablation.md"
    ablation.main(["--data", str(data), "--limit", "60", "--output", str(output)])
    *_, row = output.read_text(encoding="utf-8").splitlines()
    found, *cells = row.strip("| ").split(" | ")
    assert found == name
    assert len(cells) == len(ablation.COLUMNS)
    assert cells.pop(ablation.COLUMNS.index("real pens")) == "—", "without --pens"
    assert all(0 <= float(cell.rstrip("%")) <= 100 for cell in cells)


def test_the_variants_take_about_as_many_steps():
    def steps(recipe, digits=ablation.DIGITS):
        return recipe.epochs * (digits * (1 + recipe.clean) + recipe.stroke_digits + recipe.ood_images)

    assert ablation.SHORT.stroke_digits == RECIPES["handwriting"].stroke_digits // 2
    for recipe in ablation.VARIANTS.values():
        assert steps(recipe) == pytest.approx(steps(ablation.SHORT), rel=0.03)


def test_the_ablations_document_has_its_variants():
    text = (WEIGHTS.parents[1] / "docs" / "ablation.md").read_text(encoding="utf-8")
    rows = {name: cells for name, *cells in (line.strip("| ").split(" | ") for line in text.splitlines()[5:] if line)}
    rows = {name: cells for name, cells in rows.items() if name in ablation.VARIANTS}
    counts = {"validation digits": 5000, "strokes, styles held out": 720, "real pens": 8953}
    assert ablation.document(counts, rows) == text
