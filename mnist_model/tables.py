"""The tables behind the charts, as CSV files."""

import csv
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mnist_model.softmax import entropy, softmax


def to_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()


def probabilities(logits: ArrayLike, temperatures: Sequence[float]) -> str:
    """A row for each temperature and digit."""
    z = np.asarray(logits)
    rows = []
    for t in temperatures:
        p = softmax(z, t)
        rows += [(t, digit, z[digit], p[digit]) for digit in range(len(z))]
    return to_csv(("temperature", "digit", "logit", "probability"), rows)


def certainties(logits: ArrayLike, temperatures: Sequence[float]) -> str:
    """A row for each temperature: the winner, its probability, and the entropy in bits."""
    rows = [(t, np.argmax(logits), softmax(logits, t).max(), entropy(softmax(logits, t))) for t in temperatures]
    return to_csv(("temperature", "winner", "probability", "entropy_bits"), rows)


def samples(logits: ArrayLike, temperatures: Sequence[float], counts: ArrayLike) -> str:
    """A row for each temperature and digit: how often it was drawn, and how often it was to be expected."""
    rows = []
    for t, drawn in zip(temperatures, np.asarray(counts), strict=True):
        expected = drawn.sum() * softmax(logits, t)
        rows += [(t, digit, drawn[digit], expected[digit]) for digit in range(len(drawn))]
    return to_csv(("temperature", "digit", "drawn", "expected"), rows)


def drawings(names: Sequence[str], logits: ArrayLike, temperatures: Sequence[float]) -> str:
    """A row for each drawing and temperature."""
    rows = []
    for name, z in zip(names, np.asarray(logits), strict=True):
        for t in temperatures:
            p = softmax(z, t)
            rows.append((name, t, p.argmax(), p.max(), entropy(p)))
    return to_csv(("drawing", "temperature", "winner", "probability", "entropy_bits"), rows)
