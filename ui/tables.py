"""The tables behind the charts, as CSV files."""

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_model.softmax import entropy, softmax


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()


def probabilities(logits: ArrayLike, temperatures: Sequence[float]) -> str:
    """Write a row for each temperature and digit. Logits: (10,)."""
    z = np.asarray(logits)
    rows: list[tuple[object, ...]] = []
    for t in temperatures:
        p = softmax(z, t)
        rows += [(t, digit, z[digit], p[digit]) for digit in range(len(z))]
    return to_csv(("temperature", "digit", "logit", "probability"), rows)


def confidence(logits: ArrayLike, temperatures: Sequence[float]) -> str:
    """Write a row for each temperature: the winner, its probability, and the entropy in bits. Logits: (10,)."""
    rows = [(t, *_winner(softmax(logits, t))) for t in temperatures]
    return to_csv(("temperature", "winner", "probability", "entropy_bits"), rows)


def samples(logits: ArrayLike, temperatures: Sequence[float], counts: ArrayLike) -> str:
    """Write a row for each temperature and digit: how often it was drawn, and the expected count.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float
    counts : array_like, shape (len(temperatures), 10)
    """
    rows: list[tuple[object, ...]] = []
    for t, drawn in zip(temperatures, np.asarray(counts), strict=True):
        expected = drawn.sum() * softmax(logits, t)
        rows += [(t, digit, drawn[digit], expected[digit]) for digit in range(len(drawn))]
    return to_csv(("temperature", "digit", "drawn", "expected"), rows)


def drawings(names: Sequence[str], logits: ArrayLike, temperatures: Sequence[float]) -> str:
    """Write a row for each drawing and temperature, as `confidence` does. Logits: (len(names), 10)."""
    rows = [
        (name, t, *_winner(softmax(z, t)))
        for name, z in zip(names, np.asarray(logits), strict=True)
        for t in temperatures
    ]
    return to_csv(("drawing", "temperature", "winner", "probability", "entropy_bits"), rows)


def _winner(p: NDArray[np.float64]) -> tuple[int, float, float]:
    return int(p.argmax()), float(p.max()), float(entropy(p))
