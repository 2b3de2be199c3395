"""The parts of the handwriting recipe, on a few digits; the whole takes an hour."""

import json

import numpy as np
import pytest
from scipy.special import logsumexp

from mnist_model.augment import NONE
from mnist_model.data import Split
from mnist_model.work import Work

keras = pytest.importorskip("keras")

import train  # noqa: E402
from mnist_model import distillation  # noqa: E402


def test_the_loss_is_a_cross_entropy_over_eleven_at_a_temperature():
    rng = np.random.default_rng(0)
    logits, target = rng.normal(0, 5, (40, 10)).astype(np.float32), rng.dirichlet(np.ones(11), 40).astype(np.float32)
    for temperature in (1.0, 2.0):
        z = np.column_stack([logits, np.zeros(40)]) / temperature
        expected = temperature**2 * -(target * (z - logsumexp(z, axis=1, keepdims=True))).sum(axis=1).mean()
        assert float(distillation.DigitOrNone(temperature)(target, logits)) == pytest.approx(expected, rel=1e-5)


def test_batches_depend_on_their_number_alone_and_a_pass_has_each_image_once():
    images = np.arange(100, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    targets = np.zeros((100, 11), np.float16)

    def chosen(batches, number):
        return np.rint(batches[number][0][:, 0, 0, 0] * 255).astype(int).tolist()

    batches = distillation.Batches(images, targets, 3, seed=5)
    assert batches.steps == 32
    passes = [[image for i in range(k * 32, k * 32 + 32) for image in chosen(batches, i)] for k in (0, 1)]
    assert all(len(set(seen)) == 96 for seen in passes)
    assert passes[0] != passes[1]
    later = distillation.Batches(images, targets, 3, seed=5).starting_at(40)
    assert [chosen(later, i) for i in range(5)] == [chosen(batches, 40 + i) for i in range(5)]


def test_a_teacher_reads_what_it_gives_its_label():
    logits = np.array([[9, 0, 0, 0, 0, 0, 0, 0, 0, 0]] * 2 + [[-9] * 10] * 2, np.float32)
    labels = np.array([0, 1, NONE, 0], np.uint8)
    assert distillation.readable(logits, labels, 0.5).tolist() == [True, False, True, False]
    assert distillation.readable(logits, labels, 0.0).all()


def test_each_settings_have_work_of_their_own(tmp_path):
    folder = tmp_path / "work"
    work = Work(folder, {"seed": 1})
    assert not folder.exists()
    work.save("a.txt", lambda file: file.write_text("a"))
    seconds = work.seconds
    assert not Work(folder, {"seed": 2})["a.txt"].exists()
    again = Work(folder, {"seed": 1})
    assert again["a.txt"].read_text() == "a"
    assert again.seconds >= json.loads(again["seconds.json"].read_text()) > 0
    assert again.seconds < seconds + 60
    again.remove()
    assert not folder.exists()


def test_a_file_that_could_not_be_finished_is_not_there(tmp_path):
    work = Work(tmp_path / "work", {})

    def write(file):
        file.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        work.save("a.txt", write)
    assert not work["a.txt"].exists()


@pytest.mark.parametrize(("bends", "seen"), [(True, 80), (False, 10)])
def test_the_honest_temperature_is_found_on_neat_digits(bends, seen, test_set):
    digits, shapes = Split(test_set.images[:10], test_set.labels[:10]), []

    def logits(images):
        shapes.append(images.shape)
        assert 0 <= images.min() <= images.max() <= 1
        return 6 * np.eye(10)[np.resize(np.where(digits.labels == 9, 8, digits.labels), len(images))]

    assert train.honest_temperature(logits, digits, bends, 0) > 1  # sure, and of a 9 that it is an 8
    assert shapes == [(seen, 28, 28)]
