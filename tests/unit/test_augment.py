import numpy as np
import pytest

from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.mnist import Split
from mnist_model.training import augment
from mnist_model.training.strokes import HELD_OUT

CHANGES = [change for change, _ in augment.PHOTOMETRIC] + [augment.distort]


@pytest.fixture(scope="module")
def digits(test_set):
    return Split(test_set.images[:200], test_set.labels[:200])


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_each_change_alters_a_digit_and_leaves_it_an_image(change, digits):
    rng = np.random.default_rng(0)
    for image in digits.images[:100] / np.float32(255):
        before = image.copy()
        found = change(image, rng)
        assert found.shape == (28, 28)
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(image, before)  # in place it would change MNIST for the next pass
    assert np.abs(found - image).max() > 0.01


def test_a_pass_has_mnist_and_stroke_digits_and_ood_images(digits):
    settings = {"seed": 3, "clean": True, "stroke_digits": 60, "ood_images": 40}
    made = augment.make_pass(digits, number=1, **settings)
    assert made.images.shape == (500, 28, 28)
    assert made.images.dtype == made.labels.dtype == np.uint8
    np.testing.assert_array_equal(made.labels[:200], digits.labels)
    assert set(made.labels[200:260]) == set(range(10))
    assert (made.labels[260:300] == augment.NOT_A_DIGIT).all()
    np.testing.assert_array_equal(made.labels[300:], digits.labels)
    assert (made.images.max(axis=(1, 2)) > 0).mean() > 0.99

    other = augment.make_pass(digits, number=2, **settings)
    assert (other.images[:200] != made.images[:200]).any(axis=(1, 2)).all()


def test_the_same_seed_and_number_give_the_same_pass(digits):
    first, again = (
        augment.make_pass(digits, seed=3, number=1, clean=True, stroke_digits=0, ood_images=0) for _ in range(2)
    )
    np.testing.assert_array_equal(first.images, again.images)


def test_a_pass_without_augmentation_is_mnist_as_it_is(digits):
    made = augment.make_pass(
        digits, 3, 1, clean=True, stroke_digits=0, ood_images=0, geometric=False, photometric=False
    )
    np.testing.assert_array_equal(made.images, np.concatenate([digits.images] * 2))


def test_clean_digits_change_less_than_the_others(digits):
    made = augment.make_pass(digits, 3, 1, clean=True, stroke_digits=0, ood_images=0)
    other, clean = (
        np.abs(part - digits.images / 255).mean() for part in (made.images[:200] / 255, made.images[200:] / 255)
    )
    assert 0.01 < clean < 0.7 * other


def test_clean_digits_stay_within_the_frame(digits):
    rng = np.random.default_rng(0)
    clean = np.stack([augment.augment(image, rng, clean=True) for image in digits.images])
    edge = np.concatenate([clean[:, 0], clean[:, -1], clean[:, :, 0], clean[:, :, -1]], axis=1)
    assert (edge.max(axis=1) > 128).mean() < 0.1


def test_no_held_out_style_is_trained_on(monkeypatch):
    written = set()
    write = augment.write
    monkeypatch.setattr(augment, "write", lambda d, s, rng: written.add((d, str(s))) or write(d, s, rng))
    monkeypatch.setattr(augment, "draw", lambda *arguments, **settings: np.zeros((28, 28), np.uint8))
    rng = np.random.default_rng(0)
    for number in range(600):
        augment.stroke_digit(number % 10, rng)
    assert len(written) > 60
    assert not written & HELD_OUT


def test_letters_that_look_like_digits_are_not_ood_images():
    assert len(augment.LETTERS) + len(augment.LOOK_LIKE_DIGITS) == 52
    assert not set(augment.LETTERS) & set(augment.LOOK_LIKE_DIGITS)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.__name__)
def test_each_corruption_changes_every_digit_and_always_alike(corruption, digits):
    found = corrupt(digits.images, corruption)
    assert found.shape == (200, 28, 28)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_array_equal(found, corrupt(digits.images, corruption))
    assert (np.abs(found - digits.images / np.float32(255)).mean(axis=(1, 2)) > 0.003).all()


def test_there_are_fifteen_corruptions_as_in_the_paper():
    assert len({corruption.__name__ for corruption in CORRUPTIONS}) == 15
