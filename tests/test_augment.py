import numpy as np
import pytest

from mnist_model import augment
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.data import Split
from mnist_model.strokes import HELD


@pytest.fixture(scope="module")
def digits(test_set):
    return Split(test_set.images[:200], test_set.labels[:200])


@pytest.mark.parametrize("effect", [effect for effect, _ in augment.EFFECTS] + [augment.bend], ids=lambda e: e.__name__)
def test_an_effect_changes_a_digit_and_leaves_it_an_image(effect, digits):
    rng = np.random.default_rng(0)
    for image in digits.images[:100] / np.float32(255):
        before = image.copy()
        found = effect(image, rng)
        assert found.shape == (28, 28)
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(image, before)  # in place would spoil MNIST for the next round
    assert np.abs(found - image).max() > 0.01


def test_a_round_is_mnist_and_more(digits):
    made = augment.make_round(digits, seed=3, number=1, neat=True, strokes=60, others=40)
    assert made.images.shape == (500, 28, 28)
    assert made.images.dtype == made.labels.dtype == np.uint8
    np.testing.assert_array_equal(made.labels[:200], digits.labels)
    assert set(made.labels[200:260]) == set(range(10))
    assert (made.labels[260:300] == augment.NONE).all()
    np.testing.assert_array_equal(made.labels[300:], digits.labels)
    assert (made.images.max(axis=(1, 2)) > 0).mean() > 0.99

    again, other = (
        augment.make_round(digits, seed=3, number=number, neat=True, strokes=60, others=40) for number in (1, 2)
    )
    np.testing.assert_array_equal(again.images, made.images)
    assert (other.images[:200] != made.images[:200]).any(axis=(1, 2)).all()


def test_a_round_without_bends_and_effects_is_mnist_as_it_is(digits):
    made = augment.make_round(digits, seed=3, number=1, neat=True, strokes=0, others=0, bends=False, effects=False)
    np.testing.assert_array_equal(made.images, np.concatenate([digits.images] * 2))


def test_neat_digits_change_less_than_the_others(digits):
    made = augment.make_round(digits, seed=3, number=1, neat=True, strokes=0, others=0)
    wild, neat = (
        np.abs(part - digits.images / 255).mean() for part in (made.images[:200] / 255, made.images[200:] / 255)
    )
    assert 0.01 < neat < 0.7 * wild


def test_neat_digits_stay_within_the_frame(digits):
    rng = np.random.default_rng(0)
    neat = np.stack([augment.vary(image, rng, neat=True) for image in digits.images])
    edge = np.concatenate([neat[:, 0], neat[:, -1], neat[:, :, 0], neat[:, :, -1]], axis=1)
    assert (edge.max(axis=1) > 128).mean() < 0.1


def test_no_held_style_is_trained_on(monkeypatch):
    written = set()
    write = augment.write
    monkeypatch.setattr(augment, "write", lambda d, s, rng: written.add((d, str(s))) or write(d, s, rng))
    rng = np.random.default_rng(0)
    for number in range(600):
        augment.stroke_digit(number % 10, rng)
    assert len(written) > 60
    assert not written & HELD


def test_fifteen_corruptions_as_in_the_paper(digits):
    assert len({spoil.__name__ for spoil in CORRUPTIONS}) == 15
    for spoil in CORRUPTIONS:
        found = corrupt(digits.images, spoil)
        assert found.shape == (200, 28, 28)
        assert found.dtype == np.float32
        assert found.min() >= 0
        assert found.max() <= 1
        np.testing.assert_array_equal(found, corrupt(digits.images, spoil))
        assert (np.abs(found - digits.images / np.float32(255)).mean(axis=(1, 2)) > 0.003).all()
