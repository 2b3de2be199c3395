"""The temperatures that can be chosen, and how a URL or a visitor's text becomes one of them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mnist_model.softmax import softmax

# Twenty temperatures a decade, evenly spaced on a logarithmic scale as far as round numbers allow.
DECADE = (1, 1.1, 1.25, 1.4, 1.6, 1.8, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9)
SCALE = [t for t in (round(t * 10.0**power, 3) for power in (-2, -1, 0, 1) for t in DECADE) if 0.05 <= t <= 50]
COLDEST, HOTTEST = SCALE[0], SCALE[-1]
MOST_COMPARED = 8  # temperatures side by side
TELLING = (0.99, 0.75, 0.4, 0.15)  # probabilities of the winner that are worth a look


def slider_stops(calibrated: float | None = None) -> list[float]:
    """Return the temperatures of the slider: the scale from 0.1 up, and the calibrated temperature."""
    return sorted({t for t in (*SCALE, calibrated) if t is not None and t >= 0.1})


def telling(logits: ArrayLike) -> list[float]:
    """Return the temperatures that show most of ten logits: 1, and those from near certainty to near a tie.

    Two digits with almost the same logit stay undecided at any temperature: then there is none near certainty.
    """
    highest = np.array([softmax(logits, t).max() for t in SCALE])
    found = {1.0}
    for probability in TELLING:
        nearest_one = int(np.abs(highest - probability).argmin())
        is_reached = abs(highest[nearest_one] - probability) < 0.1
        if is_reached or probability == TELLING[-1]:  # the last as nearly as it can be
            found.add(float(SCALE[nearest_one]))
    return sorted(found)


def nearest(text: str, stops: Sequence[float]) -> float | None:
    """Return the stop that is nearest to the temperature in a URL, or None if the text is not a temperature."""
    try:
        log = math.log(float(text))
    except ValueError:
        return None
    if not math.isfinite(log):
        return None
    return min(stops, key=lambda t: abs(math.log(t) - log))


def parse(texts: Sequence[str]) -> tuple[list[float], list[str]]:
    """Split what a visitor typed, or a URL holds, into temperatures and texts that are not temperatures.

    Returns
    -------
    temperatures : list of float, from COLDEST to HOTTEST
        Each once, in the order given.
    rejected : list of str
    """
    temperatures: dict[float, None] = {}  # a set that keeps the order
    rejected = []
    for text in texts:
        try:
            temperature = float(text.replace(",", "."))
        except ValueError:
            temperature = math.nan
        if COLDEST <= temperature <= HOTTEST:
            temperatures[float(f"{temperature:.4g}")] = None
        else:
            rejected.append(text)
    return list(temperatures), rejected
