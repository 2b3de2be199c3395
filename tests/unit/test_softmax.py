"""Softmax and what belongs to it, compared with SciPy, scikit-learn and TensorFlow."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import confusion_matrix, log_loss

from mnist_model.softmax import (
    cross_entropy,
    cross_entropy_gradient,
    energy,
    entropy,
    naive_softmax,
    one_hot,
    one_threshold,
    sample,
    sigmoid,
    softmax,
    ten_thresholds,
)

TEMPERATURES = st.floats(1e-6, 1e6)


def scores(bound=1e30):
    shapes = hnp.array_shapes(min_dims=1, max_dims=3, max_side=12)
    return hnp.arrays(np.float64, shapes, elements=st.floats(-bound, bound))


def test_the_numbers_of_the_lesson():
    np.testing.assert_allclose(
        softmax([-1, 0, 1, 2, 3]), [0.01165623, 0.03168492, 0.08612854, 0.23412165, 0.6364086], atol=5e-9
    )


@given(scores(), TEMPERATURES)
def test_agrees_with_scipy(z, temperature):
    with np.errstate(over="ignore"):
        expected = scipy.special.softmax((z - z.max(axis=-1, keepdims=True)) / temperature, axis=-1)
    np.testing.assert_allclose(softmax(z, temperature), expected, rtol=1e-12, atol=1e-300)


def test_agrees_with_tensorflow():
    tf = pytest.importorskip("tensorflow")
    z = np.random.default_rng(0).normal(scale=10, size=(100, 10))
    for temperature in (0.1, 0.5, 1.0, 3.0, 10.0):
        np.testing.assert_allclose(softmax(z, temperature), tf.nn.softmax(z / temperature).numpy(), rtol=1e-12)


@given(scores(), TEMPERATURES)
def test_it_is_a_distribution_in_the_order_of_the_logits(z, temperature):
    p = softmax(z, temperature)
    assert p.shape == z.shape
    assert p.dtype == np.float64
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-12)
    np.testing.assert_array_less(-1e-15, np.diff(np.take_along_axis(p, np.argsort(z, axis=-1), axis=-1), axis=-1))


@given(scores(bound=1e3), st.floats(-1e3, 1e3))
def test_adding_a_constant_changes_nothing(z, constant):
    np.testing.assert_allclose(softmax(z + constant), softmax(z), rtol=1e-9, atol=1e-12)


@given(scores(bound=100), TEMPERATURES, TEMPERATURES)
def test_a_higher_temperature_never_lowers_the_entropy(z, a, b):
    cold, hot = sorted((a, b))
    assert (entropy(softmax(z, hot)) >= entropy(softmax(z, cold)) - 1e-9).all()


def test_the_limits_of_the_temperature():
    z = [1.0, 2.0, 4.0]
    np.testing.assert_array_equal(softmax(z, 1e-300), [0, 0, 1])
    np.testing.assert_array_equal(softmax(z, 5e-324), [0, 0, 1])
    np.testing.assert_allclose(softmax(z, 1e300), [1 / 3] * 3)
    np.testing.assert_array_equal(softmax([1e30, -1e30, 0], 1e-300), [1, 0, 0])
    np.testing.assert_array_equal(softmax([[7.0]]), [[1]])


@pytest.mark.parametrize("temperature", [0, -1, -0.0, np.nan, np.inf, -np.inf, [1, 2]])
def test_an_invalid_temperature_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be a finite number above 0"):
        softmax([1, 2], temperature)


@pytest.mark.parametrize("logits", [[np.nan, 1], [np.inf, 1], [1, -np.inf], [[1, 2], [3, np.nan]]])
def test_logits_that_are_not_finite_are_refused(logits):
    with pytest.raises(ValueError, match="logits must be finite"):
        softmax(logits)


@pytest.mark.parametrize("logits", [1.0, [], np.empty((3, 0))])
def test_logits_without_a_class_are_refused(logits):
    with pytest.raises(ValueError, match="at least one class"):
        softmax(logits)


@given(scores(bound=50))
def test_entropy_agrees_with_scipy(z):
    p = softmax(z)
    np.testing.assert_allclose(entropy(p), scipy.stats.entropy(p, base=2, axis=-1), atol=1e-9)


def test_the_smallest_and_the_largest_entropy():
    assert entropy([0, 1, 0]) == 0
    np.testing.assert_allclose(entropy([[0.1] * 10, [0.5, 0.5] + [0] * 8]), [np.log2(10), 1])


@given(scores(bound=1e6))
def test_energy_agrees_with_scipy(logits):
    np.testing.assert_allclose(energy(logits), -scipy.special.logsumexp(logits, axis=-1), rtol=1e-12, atol=1e-12)


def test_energy_falls_when_all_logits_rise_and_softmax_stays_the_same():
    logits = np.array([-1.0, 0, 1, 2, 3])
    assert energy(logits + 5) == pytest.approx(energy(logits) - 5)
    np.testing.assert_allclose(softmax(logits + 5), softmax(logits))


def test_samples_follow_the_probabilities():
    p = softmax([2, 1, 0, -1, -20])
    counts = np.bincount(sample(p, 100_000, seed=1), minlength=5)
    assert counts[4] == 0
    assert scipy.stats.chisquare(counts[:4], 100_000 * p[:4] / p[:4].sum()).pvalue > 0.001


@given(st.integers(0, 2**32 - 1), st.integers(0, 50), st.integers(0, 50))
def test_a_longer_sample_begins_with_the_shorter_one(seed, size, more):
    p = softmax([1, 2, 3])
    np.testing.assert_array_equal(sample(p, size + more, seed)[:size], sample(p, size, seed))


@given(st.integers(0, 2**32 - 1), TEMPERATURES)
def test_samples_at_a_low_temperature_are_the_largest(seed, temperature):
    drawn = sample(softmax([0, 1, 3, 2], temperature), 20, seed)
    assert ((drawn >= 0) & (drawn < 4)).all()
    if temperature < 0.01:
        assert (drawn == 2).all()


@pytest.mark.parametrize(("p", "size", "seed"), [([0.5, 0.6], 1, 0), ([1.0], -1, 0), ([1.0], 1, -1)])
def test_invalid_arguments_of_sample_are_refused(p, size, seed):
    with pytest.raises(ValueError, match=r"sum|negative|non-negative"):
        sample(p, size, seed)


def test_the_naive_formula_agrees_until_it_overflows():
    np.testing.assert_allclose(naive_softmax([-1, 0, 1, 2, 3]), softmax([-1, 0, 1, 2, 3]), rtol=1e-14)
    with np.errstate(all="ignore"):
        assert np.isnan(naive_softmax([1000, 1001, 1002])).all()
    np.testing.assert_allclose(softmax([1000, 1001, 1002]), naive_softmax([0, 1, 2]), rtol=1e-14)


@given(scores(bound=1e6))
def test_sigmoid_agrees_with_scipy(z):
    np.testing.assert_allclose(sigmoid(z), scipy.special.expit(z), rtol=1e-12, atol=1e-300)


@given(st.floats(-700, 700))
def test_sigmoid_is_the_softmax_of_a_number_and_0(z):
    np.testing.assert_allclose([sigmoid(z), sigmoid(-z)], softmax([z, 0]), rtol=1e-12)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_one_threshold_agrees_with_scikit_learn(seed, threshold):
    rng = np.random.default_rng(seed)
    outputs, truth = rng.random(50).round(1), rng.random(50) < 0.3
    (rejections, false_alarms), (misses, hits) = confusion_matrix(truth, outputs > threshold, labels=[False, True])
    assert one_threshold(outputs, truth, threshold) == (hits, misses, false_alarms, rejections)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_ten_thresholds_agree_with_counting_one_image_at_a_time(seed, threshold):
    rng = np.random.default_rng(seed)
    outputs, labels = rng.random((50, 10)) ** 4, rng.integers(0, 10, 50)
    counts = dict.fromkeys(("none", "right", "wrong", "several"), 0)
    for scores_of_one, label in zip(outputs, labels, strict=True):
        match [digit for digit in range(10) if scores_of_one[digit] > threshold]:
            case []:
                counts["none"] += 1
            case [digit]:
                counts["right" if digit == label else "wrong"] += 1
            case _:
                counts["several"] += 1
    assert ten_thresholds(outputs, labels, threshold)._asdict() == counts


def test_one_hot():
    np.testing.assert_array_equal(one_hot(2, 4), [0, 0, 1, 0])
    np.testing.assert_array_equal(one_hot([[0], [1]], 2), [[[1, 0]], [[0, 1]]])


@pytest.mark.parametrize("label", [10, -1, [0, 10]])
def test_labels_out_of_range_are_refused(label):
    with pytest.raises(ValueError, match="labels must be from 0 to 9"):
        one_hot(label, 10)


@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_gradient])
def test_labels_must_be_one_for_each_row(function):
    for labels in (1, [[0], [1]], [0, 1, 2]):
        with pytest.raises(ValueError, match="a label for each row"):
            function(np.zeros((2, 3)), labels)


def labelled(seed, bound=10):
    rng = np.random.default_rng(seed)
    return rng.uniform(-bound, bound, (8, 10)), rng.integers(0, 10, 8)


@given(st.integers(0, 10_000), st.floats(0.1, 10))
def test_cross_entropy_agrees_with_scikit_learn(seed, temperature):
    z, labels = labelled(seed, bound=3 * temperature)  # scikit-learn rounds the smallest probabilities away
    expected = log_loss(labels, scipy.special.softmax(z / temperature, axis=1), labels=range(10))
    assert cross_entropy(z, labels, temperature).mean() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_cross_entropy_and_its_gradient_agree_with_tensorflow(temperature):
    tf = pytest.importorskip("tensorflow")
    z, labels = labelled(seed=1, bound=100)
    variable = tf.Variable(z)
    with tf.GradientTape() as tape:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, variable / temperature)
    np.testing.assert_allclose(cross_entropy(z, labels, temperature), loss.numpy(), rtol=1e-12)
    gradient = tape.gradient(loss, variable).numpy()
    np.testing.assert_allclose(cross_entropy_gradient(z, labels, temperature), gradient, rtol=1e-12, atol=1e-12)


@given(st.integers(0, 10_000), st.floats(0.2, 5))
def test_the_gradient_agrees_with_finite_differences(seed, temperature):
    z, labels = labelled(seed, bound=5)
    found = scipy.optimize.approx_fprime(z[0], lambda logits: float(cross_entropy(logits, labels[0], temperature)))
    np.testing.assert_allclose(cross_entropy_gradient(z[0], labels[0], temperature), found, atol=1e-5 / temperature**2)


def test_the_loss_stays_exact_where_the_probability_is_0():
    assert cross_entropy([0, 1e4], 0) == 1e4
    assert cross_entropy([0, 0.5], 0, 1e-300) == pytest.approx(5e299)
    assert str(cross_entropy([0, 1e300], 1, 1e-300)) == "0.0"  # and not -0.0
    assert cross_entropy(np.zeros(10), 3) == pytest.approx(np.log(10))
