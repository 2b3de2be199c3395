"""What a class plays on the page Draw: four challenges, and the score of a drawing in each.

While one draws, the browser computes the same score: `components/challenges/score.js`. A test compares the two.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mnist_model.softmax import energy, entropy, softmax
from ui.formatting import percent

FOOLED = 0.99  # the probability above which the network counts as fooled


class Challenge(NamedTuple):
    """What to draw, and what the score is. More is better."""

    title: str
    score: str
    temperature: float = 1  # of the softmax that the score is computed from


CHALLENGES = {
    "tie": Challenge("Draw a 50:50 between two digits", "twice the second-highest probability; 100% is an exact tie."),
    "fool": Challenge(
        "Fool it: above 99% and wrong",
        "the probability of the digit that it wrongly reads. “Not a digit” does not count.",
    ),
    "entropy": Challenge(
        "The highest entropy of a digit", "the entropy, at most 3.32 bits. “Not a digit” does not count."
    ),
    "seven": Challenge("A 7 that survives T = 20", "the probability of 7; a guess would have 10%.", temperature=20),
}


def score(
    challenge: str, logits: ArrayLike, energy_threshold: float = math.inf, meant: int | None = None
) -> float | None:
    """Return the score of a drawing in a challenge, or None if it does not count.

    Parameters
    ----------
    challenge : str
        One of CHALLENGES.
    logits : array_like, shape (10,)
    energy_threshold : float
        A drawing with more energy than this is called "not a digit".
    meant : int or None
        The digit that was to be drawn, for "fool"; None before the visitor has said it.
    """
    probabilities = softmax(logits, CHALLENGES[challenge].temperature)
    winner = int(np.argmax(logits))
    second, highest = map(float, np.sort(probabilities)[-2:])
    is_digit = bool(energy(logits) <= energy_threshold)
    match challenge:
        case "tie":
            return 2 * second
        case "fool":
            fooled = is_digit and meant is not None and winner != meant and highest > FOOLED
            return highest if fooled else None
        case "entropy":
            return float(entropy(probabilities)) if is_digit else None
        case _:
            return highest if winner == 7 else None


def attempt_name(challenge: str, logits: ArrayLike, scored: float, meant: int | None = None) -> str:
    """Return what an attempt is called on the shelf, with its score."""
    second, winner = np.argsort(logits)[-2:].tolist()
    match challenge:
        case "tie":
            return f"{winner} or {second}: {percent(scored)}"
        case "fool":
            return f"{meant} read as {winner}: {percent(scored)}"
        case "entropy":
            return f"entropy {scored:.2f} bits"
        case _:
            return f"7 at T = 20: {percent(scored)}"
