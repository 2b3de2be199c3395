"""Softmax with a temperature, its entropy and energy, the thresholds that it replaces, and its loss. NumPy only.

    p_i = exp(z_i / T) / sum_j exp(z_j / T)

z are the logits: the raw scores of a network's last layer. T divides the *logits*: dividing the probabilities instead
would only scale them, and they would no longer add up to 1. T < 1 sharpens the distribution, T > 1 flattens it, and no
T changes the order of the classes.

The page Softmax shows the code of these functions as it stands here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


def softmax(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn scores into probabilities: the Boltzmann distribution with energies -z, named softmax by Bridle (1990).

    Parameters
    ----------
    logits : array_like, shape (..., K), K >= 1
        Finite scores, as large as +-1e30 without overflow.
    temperature : float
        T > 0, finite. As T goes to 0, the largest logit gets a probability of 1; as T grows, every class gets 1/K.

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
    # exp(z) overflows for z > 709.78. Subtracting the maximum first changes nothing, since it cancels out of the
    # fraction, and makes the largest term exp(0) = 1. A difference that overflows is -inf, and exp(-inf) = 0 is right.
    with np.errstate(over="ignore", under="ignore"):
        e = np.exp((z - z.max(axis=-1, keepdims=True)) / t)
        p: NDArray[np.float64] = e / e.sum(axis=-1, keepdims=True)
    return p


def naive_softmax(logits: ArrayLike) -> NDArray[np.float64]:
    """Compute softmax by its formula as written, to show that this fails: use `softmax`. Shapes as there.

    For z > 709.78 it divides infinity by infinity, and 0 by 0 where all z are below -745.
    """
    e = np.exp(logits)
    p: NDArray[np.float64] = e / e.sum(axis=-1, keepdims=True)
    return p


def entropy(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return Shannon's entropy H = -sum p log2 p, in bits: how evenly the probability is spread.

    Parameters
    ----------
    probabilities : array_like, shape (..., K)
        Non-negative, adding up to 1 along the last axis.

    Returns
    -------
    ndarray, shape (...), float64
        From 0 (one class has all the probability) to log2 K (all have the same). 2**H is the number of equally likely
        classes with the same entropy: the "digits in the running".
    """
    p = np.asarray(probabilities, dtype=np.float64)
    terms = np.zeros_like(p)
    np.log2(p, out=terms, where=p > 0)  # p log p goes to 0 with p
    bits: NDArray[np.float64] = np.maximum(-(p * terms).sum(axis=-1), 0.0)
    return bits


def sample(probabilities: ArrayLike, size: int, seed: int) -> NDArray[np.intp]:
    """Draw classes at random by their probabilities; argmax would take the most probable one every time.

    Parameters
    ----------
    probabilities : array_like, shape (K,)
        Non-negative, adding up to 1.
    size : int
        How many to draw.
    seed : int
        0 or more. With the same seed, a longer sample begins with the shorter one, and samples of two distributions
        differ only because the distributions do: both come from the same random numbers ("common random numbers").

    Returns
    -------
    ndarray, shape (size,)
        From 0 to K - 1.

    Raises
    ------
    ValueError
        If a probability is negative, they do not add up to 1, or size or seed is negative.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return np.random.default_rng(seed).choice(len(p), size, p=p)


def energy(logits: ArrayLike) -> NDArray[np.float64]:
    """Return the free energy E = -ln sum exp(z) of the logits, in nats: high if no class has a high score.

    Softmax always adds up to 1, even for a scribble: it compares the classes, and loses how high their scores were
    together. That is the softmax's denominator, and its logarithm separates digits from out-of-distribution input
    (Liu et al. 2020, arXiv:2010.03759).

    Parameters
    ----------
    logits : array_like, shape (..., K)

    Returns
    -------
    ndarray, shape (...), float64
    """
    z = np.asarray(logits, dtype=np.float64)
    top = z.max(axis=-1)
    nats: NDArray[np.float64] = -(top + np.log(np.exp(z - top[..., None]).sum(axis=-1)))
    return nats


# What softmax replaces: a sigmoid for each class, and a threshold.


def sigmoid(logits: ArrayLike) -> NDArray[np.float64]:
    """Map each score to a number between 0 and 1, 1 / (1 + exp(-z)): the first probability of the softmax of z and 0.

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
    e = np.exp(-np.abs(z))  # exp of a number above 0 could overflow
    s: NDArray[np.float64] = np.where(z < 0, e, 1) / (1 + e)
    return s


class Outcomes(NamedTuple):
    """How many answers to a yes/no question are right and wrong: true and false, positives and negatives."""

    hits: int  # above the threshold, and the right answer is yes
    misses: int  # not above it, and the right answer is yes
    false_alarms: int  # above it, and the right answer is no
    rejections: int  # not above it, and the right answer is no


def one_threshold(outputs: ArrayLike, truth: ArrayLike, threshold: float) -> Outcomes:
    """Count hits, misses, false alarms and correct rejections.

    Parameters
    ----------
    outputs : array_like, shape (n,)
    truth : array_like, shape (n,), bool
        Whether the right answer is yes.
    threshold : float
        The answer is yes if an output is above it.
    """
    yes, truth = np.asarray(outputs) > threshold, np.asarray(truth)
    counts = (yes & truth), (~yes & truth), (yes & ~truth), (~yes & ~truth)
    return Outcomes(*(int(np.sum(kind)) for kind in counts))


class Fired(NamedTuple):
    """How many images have no output above a threshold, exactly one, or several. They add up to all images."""

    none: int
    right: int  # exactly one, and it is the right class
    wrong: int  # exactly one, and it is a wrong class
    several: int


def ten_thresholds(outputs: ArrayLike, labels: ArrayLike, threshold: float) -> Fired:
    """Count the images that have no output above the threshold, exactly one, or several.

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
    """Write each label as a row of zeros with a 1 at its place: a distribution with all probability on one class.

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
    rows: NDArray[np.float64] = np.eye(classes)[labels]
    return rows


def cross_entropy(logits: ArrayLike, labels: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return the loss -sum y ln p, in nats. With a one-hot label y it is -ln p(label).

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
        0 if the label has all the probability, ln K if all classes have the same; there is no upper bound.

    Raises
    ------
    ValueError
        As `softmax` and `one_hot` do, or if there is not one label for each row of logits.
    """
    z, t = _checked(logits, temperature)
    # ln p is computed without p, since a small p rounds to 0 and its logarithm would be -inf.
    with np.errstate(over="ignore", under="ignore"):
        z = (z - z.max(axis=-1, keepdims=True)) / t
        log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    loss: NDArray[np.float64] = np.where(_targets(labels, z), -log_p, 0).sum(axis=-1)
    return loss


def cross_entropy_gradient(logits: ArrayLike, labels: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return the gradient of `cross_entropy` with respect to the logits, (p - y) / T.

    Gradient descent goes against it: the logit of the label up, all others down. Parameters and errors as of
    `cross_entropy`.

    Returns
    -------
    ndarray, shape (..., K), float64
        Adds up to 0 along the last axis.
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
