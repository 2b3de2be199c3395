"""Calibration: whether probabilities mean what they say (Guo, Pleiss, Sun and Weinberger 2017, arXiv:1706.04599).

A model is calibrated if, of the answers that it gives with a confidence of 90%, 90% are right. Temperature scaling
corrects most of the error with one number: the temperature that fits a validation set best. It divides logits, not
probabilities.
"""

from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_model.softmax import cross_entropy, softmax

BINS = 15  # as in Guo et al.


class Reliability(NamedTuple):
    """Answers in bins of equal width by confidence. In an empty bin, confidence and accuracy are NaN."""

    confidence: NDArray[np.float64]  # (bins,), in [0, 1]: the mean of each bin
    accuracy: NDArray[np.float64]  # (bins,), in [0, 1]: the share of right answers
    count: NDArray[np.int64]  # type: ignore[assignment]  # (bins,): answers; hides tuple.count, which nobody needs


class Loss(TypedDict):
    """How well probabilities fit the labels at one temperature."""

    nll: float  # the negative log-likelihood: the mean cross-entropy, in nats
    ece: float  # the expected calibration error, in [0, 1]


class Summary(TypedDict):
    """What a model scores on labelled images."""

    accuracy: float
    before: Loss  # at T = 1
    after: Loss  # at the calibrated temperature


def best_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the temperature in [0.05, 20] with the least mean cross-entropy (negative log-likelihood): T*.

    Parameters
    ----------
    logits : array_like, shape (n, K)
        Scores of images that the model was not trained on, before softmax.
    labels : array_like, shape (n,)
        Integers from 0 to K - 1.
    """
    # Here, because the pages use this module and need no SciPy.
    from scipy.optimize import minimize_scalar

    def cost(log_t: float) -> float:
        return float(cross_entropy(logits, labels, np.exp(log_t)).mean())

    return float(np.exp(minimize_scalar(cost, bounds=(np.log(0.05), np.log(20)), method="bounded").x))


def reliability(probabilities: ArrayLike, labels: ArrayLike, bins: int = BINS) -> Reliability:
    """Sort answers into bins by confidence, which is the highest probability of each.

    Parameters
    ----------
    probabilities : array_like, shape (n, K)
    labels : array_like, shape (n,)
    """
    p = np.asarray(probabilities, float)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == np.asarray(labels)
    which = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # (0, 1/15], (1/15, 2/15], ...
    count = np.bincount(which, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(np.bincount(which, confidence, bins) / count, np.bincount(which, right, bins) / count, count)


def expected_calibration_error(probabilities: ArrayLike, labels: ArrayLike, bins: int = BINS) -> float:
    """Return the mean gap between confidence and accuracy, each bin weighted by its number of answers, in [0, 1].

    Parameters as for `reliability`.
    """
    found = reliability(probabilities, labels, bins)
    gaps = np.abs(found.confidence - found.accuracy)
    return float(np.nansum(gaps * found.count) / found.count.sum())


def summary(logits: ArrayLike, labels: ArrayLike, temperature: float) -> Summary:
    """Return the accuracy, and the losses before calibration, at T = 1, and after, at `temperature`.

    Parameters
    ----------
    logits : array_like, shape (n, K)
    labels : array_like, shape (n,)
    temperature : float
        T > 0, finite.
    """

    def loss(t: float) -> Loss:
        return {
            "nll": float(cross_entropy(logits, labels, t).mean()),
            "ece": expected_calibration_error(softmax(logits, t), labels),
        }

    accuracy = float(np.mean(np.argmax(logits, axis=1) == np.asarray(labels)))
    return {"accuracy": accuracy, "before": loss(1.0), "after": loss(temperature)}


def confusion_matrix(labels: ArrayLike, answers: ArrayLike) -> NDArray[np.int64]:
    """Count how many digits with each label were read as which digit, (10, 10): a row for each label.

    The same as scikit-learn's, which the tests compare it with; importing that costs 200 MB and two seconds.
    """
    return np.bincount(10 * np.asarray(labels, int) + np.asarray(answers), minlength=100).reshape(10, 10)
