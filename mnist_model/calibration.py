"""How far a probability can be trusted (Guo, Pleiss, Sun and Weinberger 2017, arXiv:1706.04599).

A model is calibrated if, of all it says with 90 % certainty, 90 % is right. One number makes up for most of what is
missing: the temperature that fits the validation set best. It divides logits, not probabilities.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_model.softmax import cross_entropy, softmax

BINS = 15  # as Guo et al. have them


class Reliability(NamedTuple):
    """Answers in bins of equal width by their confidence: each bin's mean confidence, accuracy, and number of answers.

    Where a bin is empty, confidence and accuracy are NaN.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.int64]


def best_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the temperature T* > 0 that minimises the mean cross-entropy (the negative log-likelihood) of labels.

    Parameters
    ----------
    logits : array_like, shape (n, K)
        Scores of images that the model was not trained on; not its softmax.
    labels : array_like, shape (n,)
        Integers from 0 to K - 1.
    """
    from scipy.optimize import minimize_scalar  # here, because the pages read what this found and need no SciPy

    def cost(log_t: float) -> float:
        return float(cross_entropy(logits, labels, np.exp(log_t)).mean())

    return float(np.exp(minimize_scalar(cost, bounds=(np.log(0.05), np.log(20)), method="bounded").x))


def reliability(probabilities: ArrayLike, labels: ArrayLike, bins: int = BINS) -> Reliability:
    """Sort answers into bins by confidence, the highest probability of each.

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
    """Return the mean gap between confidence and accuracy over bins, weighted by their number of answers, in [0, 1]."""
    found = reliability(probabilities, labels, bins)
    gaps = np.abs(found.confidence - found.accuracy)
    return float(np.nansum(gaps * found.count) / found.count.sum())


def summary(logits: ArrayLike, labels: ArrayLike, temperature: float) -> dict:
    """Return accuracy, and negative log-likelihood and calibration error before, at T = 1, and after, at T*."""
    return {
        "accuracy": float(np.mean(np.argmax(logits, axis=1) == np.asarray(labels))),
        **{
            when: {
                "nll": float(cross_entropy(logits, labels, t).mean()),
                "ece": expected_calibration_error(softmax(np.asarray(logits), t), labels),
            }
            for when, t in (("before", 1.0), ("after", temperature))
        },
    }


def confusion_matrix(labels: ArrayLike, answers: ArrayLike) -> NDArray[np.int64]:
    """Count how many digits of each label were read as which digit, (10, 10): a row for each label.

    The same as scikit-learn's, which the tests compare it with, and which would cost the page 200 MB and two seconds.
    """
    return np.bincount(10 * np.asarray(labels, int) + np.asarray(answers), minlength=100).reshape(10, 10)
