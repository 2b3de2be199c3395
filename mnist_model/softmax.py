"""Softmax with a temperature, how undecided its answer is, what it replaces and how it is trained. NumPy only.

    p_i = exp(z_i / T) / sum_j exp(z_j / T)

z are the logits: the raw scores of a network's last layer. T divides the *logits*; dividing the softmax's outputs
would only scale ten probabilities that no longer add up to 1. T < 1 sharpens the distribution, T > 1 flattens it, and
no T changes the order of the classes.

The page of the lesson shows the code of these functions as it stands here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


def softmax(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn scores into probabilities: Boltzmann's distribution with energies -z (Bridle 1990 named it softmax).

    Parameters
    ----------
    logits : array_like, shape (..., K), K >= 1
        Finite scores, as large as +-1e30 without overflow.
    temperature : float
        T > 0, finite. Towards 0 the largest logit takes all; towards infinity every class gets 1/K.

    Returns
    -------
    ndarray, shape (..., K), float64
        Probabilities in [0, 1] that add up to 1 along the last axis.

    Raises
    ------
    ValueError
        If T is not a positive finite number, a logit is NaN or infinite, or there is no class to choose from.
    """
    z, t = _checked(logits, temperature)
    # exp(z) overflows from z = 710 on. Subtracting the maximum first changes nothing (it cancels out of the fraction)
    # and makes the largest term exp(0) = 1; what overflows now is -inf, whose exp is the right answer, 0.
    with np.errstate(over="ignore", under="ignore"):
        e = np.exp((z - z.max(axis=-1, keepdims=True)) / t)
        return e / e.sum(axis=-1, keepdims=True)


def naive_softmax(logits: ArrayLike) -> NDArray[np.float64]:
    """Softmax by its formula as it stands: to be seen failing, not to be used.

    From z = 710 on it divides infinity by infinity, and where all z are below -745, 0 by 0. Shapes as for `softmax`.
    """
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


def entropy(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Shannon's entropy H = -sum p log2 p, in bits: how undecided a distribution is.

    Parameters
    ----------
    probabilities : array_like, shape (..., K)
        Non-negative, adding up to 1 along the last axis.

    Returns
    -------
    ndarray, shape (...), float64
        From 0 (one class is certain) to log2 K (all alike). 2**H is the number of equally likely classes that would
        be just as undecided: the "digits in the running".
    """
    p = np.asarray(probabilities, dtype=np.float64)
    terms = np.zeros_like(p)
    np.log2(p, out=terms, where=p > 0)  # p log p goes to 0 with p
    return np.maximum(-(p * terms).sum(axis=-1), 0.0)


def sample(probabilities: ArrayLike, size: int, seed: int) -> NDArray[np.intp]:
    """Draw classes at random, each as often as its probability says. Taking the largest instead is argmax.

    Parameters
    ----------
    probabilities : array_like, shape (K,)
        Non-negative, adding up to 1.
    size : int
        How many to draw.
    seed : int
        With the same one, a longer draw begins with the shorter; and distributions differ where they must, not by
        chance, because the same random numbers decide ("common random numbers").

    Returns
    -------
    ndarray, shape (size,)
        From 0 to K - 1.

    Raises
    ------
    ValueError
        If the probabilities are none, or size or seed are negative.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return np.random.default_rng(seed).choice(len(p), size, p=p)


def energy(logits: ArrayLike) -> NDArray[np.float64]:
    """The free energy E = -ln sum exp(z) of the logits, in nats: high where nothing speaks for any class.

    Softmax always adds up to 1, even for a scribble: it tells the classes apart, and drops how much there was of any of
    them. That is the denominator, and its logarithm tells the known from the strange (Liu et al. 2020,
    arXiv:2010.03759).

    Parameters
    ----------
    logits : array_like, shape (..., K)

    Returns
    -------
    ndarray, shape (...), float64
    """
    z = np.asarray(logits, dtype=np.float64)
    top = z.max(axis=-1)
    return -(top + np.log(np.exp(z - top[..., None]).sum(axis=-1)))


# What came before softmax: an output of its own for each question, and a threshold.


def sigmoid(logits: ArrayLike) -> NDArray[np.float64]:
    """Squeeze scores between 0 and 1, each by itself: 1 / (1 + exp(-z)). It is the softmax of z and 0.

    Parameters
    ----------
    logits : array_like, any shape
        Finite scores.

    Returns
    -------
    ndarray, of the same shape, float64
        In [0, 1]; rounded to 1 from z = 37 on.
    """
    z = np.asarray(logits, dtype=np.float64)
    e = np.exp(-np.abs(z))  # of nothing above 0, or else it overflows
    return np.where(z < 0, e, 1) / (1 + e)


class Verdicts(NamedTuple):
    """What one threshold makes of answers to a yes/no question: a count of each kind."""

    hits: int  # over the threshold, and should be
    misses: int  # should be, and are not
    false_alarms: int  # are, and should not be
    rejections: int  # are not, and should not be


def one_threshold(outputs: ArrayLike, truth: ArrayLike, threshold: float) -> Verdicts:
    """Count hits, misses, false alarms and correct rejections.

    Parameters
    ----------
    outputs : array_like, shape (n,)
    truth : array_like, shape (n,), bool
        Whether the answer should be yes.
    threshold : float
        The answer is yes where an output is over it.
    """
    yes, truth = np.asarray(outputs) > threshold, np.asarray(truth)
    counts = (yes & truth), (~yes & truth), (yes & ~truth), (~yes & ~truth)
    return Verdicts(*(int(kind.sum()) for kind in counts))


class Fired(NamedTuple):
    """What thresholds make of answers to a question with K answers: a count of each kind. They add up to n."""

    none: int  # no output over the threshold
    right: int  # exactly one, and the right one
    wrong: int  # exactly one, and a wrong one
    several: int


def ten_thresholds(outputs: ArrayLike, labels: ArrayLike, threshold: float) -> Fired:
    """Count how many have no output over the threshold, exactly one, or several.

    Parameters
    ----------
    outputs : array_like, shape (n, K)
    labels : array_like, shape (n,)
        The right classes, integers from 0 to K - 1.
    threshold : float
    """
    over = np.asarray(outputs) > threshold
    count, first = over.sum(axis=1), over.argmax(axis=1)
    right = (count == 1) & (first == labels)
    wrong = (count == 1) & (first != labels)
    return Fired(*(int(kind.sum()) for kind in (count == 0, right, wrong, count > 1)))


# How a network with a softmax is trained.


def one_hot(labels: ArrayLike, classes: int) -> NDArray[np.float64]:
    """Write labels as rows of 0 with a single 1: the distribution that is certain of the right answer.

    Parameters
    ----------
    labels : array_like, shape (...), integers from 0 to classes - 1
    classes : int
        K.

    Returns
    -------
    ndarray, shape (..., K), float64

    Raises
    ------
    ValueError
        If a label is below 0 or above K - 1.
    """
    labels = np.asarray(labels)
    if ((labels < 0) | (labels >= classes)).any():
        raise ValueError(f"labels must be from 0 to {classes - 1}")
    return np.eye(classes)[labels]


def cross_entropy(logits: ArrayLike, labels: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """The loss -sum y ln p, in nats, y being one-hot: the surprise -ln p(label) at the right answer.

    Parameters
    ----------
    logits : array_like, shape (..., K)
    labels : array_like, shape (...)
        Integers from 0 to K - 1, one for each row of logits.
    temperature : float
        T > 0, finite.

    Returns
    -------
    ndarray, shape (...), float64
        From 0, if the label had all the probability, without an upper bound. ln K if all classes are alike.

    Raises
    ------
    ValueError
        As `softmax` and `one_hot` do, or if there is not one label for each row of logits.
    """
    z, t = _checked(logits, temperature)
    # The logarithm of the softmax is taken on paper: of a p that rounds to 0 it could not be had any more.
    with np.errstate(over="ignore", under="ignore"):
        z = (z - z.max(axis=-1, keepdims=True)) / t
        log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return np.where(_targets(labels, z), -log_p, 0).sum(axis=-1)


def cross_entropy_gradient(logits: ArrayLike, labels: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """The slope of `cross_entropy` by each logit, (p - y) / T: training goes against it, p down and y up.

    Parameters and errors are those of `cross_entropy`.

    Returns
    -------
    ndarray, shape (..., K), float64
        Adds up to 0 along the last axis: what one class is pushed up, the others are pushed down.
    """
    p = softmax(logits, temperature)
    return (p - _targets(labels, p)) / temperature


def _targets(labels: ArrayLike, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    if np.shape(labels) != rows.shape[:-1]:
        raise ValueError(f"there must be a label for each row, shape {rows.shape[:-1]}, not {np.shape(labels)}")
    return one_hot(labels, rows.shape[-1])


def _checked(logits: ArrayLike, temperature: float) -> tuple[NDArray[np.float64], float]:
    z = np.asarray(logits, dtype=np.float64)
    if not (np.ndim(temperature) == 0 and np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be a finite number above 0, not {temperature!r}")
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"logits need at least one class along their last axis, not shape {z.shape}")
    if not np.isfinite(z).all():
        raise ValueError("logits must be finite, without NaN or infinities")
    return z, float(temperature)
