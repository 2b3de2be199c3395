"""Calibration, on logits whose calibrated temperature is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_model import calibration
from mnist_model.softmax import softmax


def answers(temperature, n=20_000, seed=0):
    """Return logits, and labels drawn from their softmax at a temperature: there they are calibrated."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (n, 10))
    p = softmax(logits, temperature).cumsum(axis=1)
    return logits, (rng.random((n, 1)) > p).sum(axis=1).clip(0, 9)


@pytest.mark.parametrize("temperature", [0.3, 1, 1.7, 6])
def test_the_best_temperature_is_the_one_at_which_labels_were_drawn(temperature):
    assert calibration.best_temperature(*answers(temperature)) == pytest.approx(temperature, rel=0.05)


def test_a_calibration_error_computed_by_hand():
    # Four answers at 0.8, three of them right; two at 0.6, both wrong: gaps of 0.05 and 0.6.
    p = np.array([[0.8, 0.2]] * 4 + [[0.4, 0.6]] * 2)
    labels = [0, 0, 0, 1, 0, 0]
    assert calibration.expected_calibration_error(p, labels) == pytest.approx((4 * 0.05 + 2 * 0.6) / 6)
    found = calibration.reliability(p, labels, bins=10)
    assert found.count.tolist() == [0, 0, 0, 0, 0, 2, 0, 4, 0, 0]
    assert found.accuracy[7] == pytest.approx(0.75)
    assert np.isnan(found.confidence[0])


def test_only_uncalibrated_answers_have_a_large_calibration_error():
    logits, labels = answers(2)
    assert calibration.expected_calibration_error(softmax(logits, 2), labels) < 0.015
    assert calibration.expected_calibration_error(softmax(logits, 0.5), labels) > 0.2


@given(st.integers(0, 1000), st.integers(1, 40))
def test_every_answer_is_in_one_bin(seed, bins):
    p = np.random.default_rng(seed).dirichlet(np.ones(10), 50)
    p[0] = np.eye(10)[3]  # a confidence of exactly 1
    found = calibration.reliability(p, np.zeros(50, int), bins)
    assert found.count.sum() == 50
    seen = found.count > 0
    edges = np.arange(bins + 1) / bins
    assert (found.confidence[seen] > edges[:-1][seen] - 1e-9).all()
    assert (found.confidence[seen] <= edges[1:][seen] + 1e-9).all()
    assert 0 <= calibration.expected_calibration_error(p, np.zeros(50, int), bins) <= 1
