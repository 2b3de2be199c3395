"""Softmax with a temperature, and how undecided its answer is. NumPy only.

    p_i = exp(z_i / T) / sum_j exp(z_j / T)

z are the logits: the raw scores of a network's last layer. T divides the *logits*; dividing the softmax's outputs
would only scale ten probabilities that no longer add up to 1. T < 1 sharpens the distribution, T > 1 flattens it, and
no T changes the order of the classes.
"""

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
    z = np.asarray(logits, dtype=np.float64)
    if not (np.ndim(temperature) == 0 and np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be a finite number above 0, not {temperature!r}")
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"logits need at least one class along their last axis, not shape {z.shape}")
    if not np.isfinite(z).all():
        raise ValueError("logits must be finite, without NaN or infinities")
    # exp(z) overflows from z = 710 on. Subtracting the maximum first changes nothing (it cancels out of the fraction)
    # and makes the largest term exp(0) = 1; what overflows now is -inf, whose exp is the right answer, 0.
    with np.errstate(over="ignore", under="ignore"):
        e = np.exp((z - z.max(axis=-1, keepdims=True)) / float(temperature))
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
