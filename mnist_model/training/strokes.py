"""Handwriting styles that MNIST lacks, as pen strokes drawn the way the page's canvas draws them.

MNIST's writers were American. A European 1 has a flag and a 7 a bar; some people slash their zeros, write the hat of a
5 last, or leave the 4 open. Each style is a few curves, many of them after UNIPEN's digits (Guyon et al. 1994), which
people wrote on tablets. `write` varies them at random in proportions, slant, tremor and speed, as different writers
would.
"""

import itertools
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

Strokes = list[NDArray[np.float64]]  # one array for each stroke: its points (n, 2), x to the right and y down

# A style is the path of the pen: points "x y" that a smooth curve runs through, in hundredths of the digit's box. "/"
# turns a corner, ";" lifts the pen. Of a "slashed" zero, `write` varies the outline and draws a slash of its own.
STYLES: dict[int, dict[str, str]] = {
    0: {
        "round": "55 0, 15 15, 0 50, 15 88, 50 100, 85 85, 100 50, 85 14, 50 0",
        "overlapping": "75 10, 40 1, 8 25, 5 70, 40 100, 85 85, 98 45, 80 12, 48 1",
        "open": "80 10, 40 3, 6 30, 6 75, 45 100, 90 80, 98 40, 86 18",
        "clockwise": "40 3, 80 10, 100 50, 80 92, 45 100, 10 85, 0 45, 15 10, 48 0",
        "curled": "70 16, 50 0, 12 18, 0 60, 30 98, 75 92, 100 50, 85 12, 55 5, 40 18",
        "slashed": "55 0, 15 15, 0 50, 15 88, 50 100, 85 85, 100 50, 85 14, 50 0; 88 10, 12 92",
        "slashed, overlapping": "70 8, 38 1, 8 25, 5 70, 40 100, 85 85, 98 45, 82 12, 45 1, 20 12; 95 5, 8 94",
        "slashed, clockwise": "40 3, 80 10, 100 50, 80 92, 45 100, 10 85, 0 45, 15 10, 48 0; 50 -15, 48 115",
        "slashed, from below": "50 100, 10 80, 0 45, 20 8, 55 0, 90 20, 100 60, 80 92, 50 100; 85 12, 15 88",
        "open above": "32 3, 4 30, 4 78, 48 100, 94 78, 94 28, 68 6",
        "open on the left": "8 20, 45 0, 92 20, 98 65, 60 100, 15 88, 2 62",
        "curl inside": "62 32, 26 14, 0 58, 34 98, 84 86, 100 44, 68 10, 26 24, 34 42",
        "running out": "45 8, 8 25, 2 70, 45 100, 92 75, 88 25, 52 8, 42 20, 66 24, 112 6",
        "spiral": "34 0, 2 40, 10 84, 56 100, 100 66, 86 34, 46 24, 18 30, 30 46",
        "from below": "50 100, 10 80, 0 45, 20 8, 55 0, 90 20, 100 60, 80 92, 50 100",
    },
    1: {
        "stick": "50 0, 50 50, 50 100",
        "small flag": "22 20, 58 0 / 56 50, 54 100",
        "flag": "0 42, 35 22, 70 0 / 66 50, 62 100",
        "long flag": "0 55, 40 30, 75 0 / 66 50, 58 100",
        "bent flag": "0 36, 45 22, 70 0 / 62 45, 60 100",
        "leaning flag": "0 48, 40 22, 85 0 / 60 45, 30 100",
        "flag and base": "15 30, 55 0 / 55 50, 55 100; 12 100, 50 100, 92 100",
        "long flag and base": "5 42, 55 0 / 54 50, 54 100; 20 100, 52 99, 88 100",
        "hooked foot": "0 36, 50 17, 90 0 / 70 45, 48 85, 50 95, 68 98",
        "in one": "15 32, 58 0 / 57 50, 56 100 / 12 99 / 95 100",
        "leaning back": "12 26, 40 0 / 56 50, 72 100",
        "level flag": "0 14, 36 5, 66 0 / 66 50, 64 100",
        "rounded flag": "4 24, 22 10, 52 0, 64 12, 62 55, 58 100",
        "hook as flag": "34 16, 50 2, 56 0, 57 10 / 55 55, 52 100",
        "flag and hook": "8 30, 40 14, 66 0 / 64 50, 58 96 / 78 88",
        "drooping flag": "66 2, 42 0, 16 14, 0 36; 68 0, 62 50, 54 100",
        "level flag, two strokes": "60 6, 46 2, 20 10, 0 14; 62 0, 60 50, 58 100",
        "stick, hooked": "52 0, 47 50, 42 96 / 66 76",
        "leaning stick, hooked": "60 0, 40 50, 22 92, 26 98 / 80 62",
        "stick, curled": "56 0, 46 40, 42 80, 52 99, 76 88",
    },
    2: {
        "plain": "5 25, 25 3, 65 0, 90 20, 80 50, 40 80, 0 100 / 50 100, 100 98",
        "loop": "5 20, 40 0, 85 15, 75 50, 35 88, 10 100, 0 88, 18 78, 55 95, 100 100",
        "small loop": "8 18, 50 0, 88 20, 65 60, 22 92, 8 98, 8 90, 24 90, 60 98, 100 92",
        "angular": "5 6, 60 0, 90 14 / 50 55, 0 100 / 50 99, 100 100",
        "wavy foot": "0 20, 40 0, 80 18, 65 55, 8 96 / 35 88, 70 100, 100 86",
        "swan": "10 32, 30 5, 70 5, 85 30, 60 65, 5 100 / 40 92, 100 100",
        "like a Z": "0 10, 50 4, 98 0 / 48 50, 0 96 / 50 97, 100 100",
        "rising foot": "0 18, 28 0, 56 18, 48 56, 22 96, 6 92, 18 70, 56 46, 100 20",
        "small head": "24 14, 46 0, 60 14, 50 60, 8 98 / 50 97, 104 92",
        "rounded foot": "6 24, 40 0, 80 16, 66 52, 24 84, 22 98, 60 100, 100 90",
        "long foot": "10 22, 38 0, 68 14, 60 50, 0 98 / 45 97, 100 100",
    },
    3: {
        "two bows": "5 12, 45 0, 85 15, 75 40, 35 48 / 80 55, 95 78, 60 100, 0 90",
        "smooth": "0 10, 50 0, 85 22, 50 45, 46 50, 90 68, 75 95, 30 100, 0 88",
        "flat top": "5 0, 50 0, 90 0 / 45 40 / 85 52, 95 80, 55 100, 0 92",
        "looped": "5 10, 50 0, 85 20, 55 45, 36 52, 40 42, 60 48, 95 70, 70 98, 0 92",
        "flat top, narrow": "8 5, 50 2, 88 0 / 46 36, 36 43 / 72 46, 92 68, 70 94, 28 100, 0 94",
        "flat top, high waist": "0 6, 40 3, 92 0 / 52 26, 40 32 / 82 40, 98 68, 66 98, 0 96",
        "looped foot": "8 14, 42 0, 74 14, 58 38, 36 44 / 76 54, 78 80, 40 100, 4 90, 14 74, 55 80, 115 60",
        "closing": "20 10, 52 0, 82 16, 56 42, 30 46, 70 52, 92 76, 56 100, 12 92, 18 74",
        "slight": "10 10, 50 0, 66 18, 44 42, 34 46 / 60 52, 68 78, 40 100, 2 94",
        "large foot": "12 6, 50 0, 72 15, 60 35, 32 42 / 85 50, 100 78, 55 100, 0 85",
        "large head": "0 15, 40 0, 95 12, 90 42, 35 55 / 75 60, 80 85, 45 100, 5 95",
    },
    4: {
        "open": "20 0, 8 35, 0 60 / 45 62, 100 60; 75 25, 72 60, 70 100",
        "open, high leg": "25 0, 0 60 / 100 58; 70 8, 66 55, 62 100",
        "square": "5 0, 5 52 / 45 52, 92 50; 90 0, 88 50, 86 100",
        "rounded": "12 0, 2 35, 18 55, 55 58, 98 50; 92 5, 85 55, 80 100",
        "closed": "70 0, 35 35, 0 68 / 50 68, 100 68; 70 0, 70 50, 70 100",
        "closed in one": "66 100, 67 50, 68 0 / 0 66 / 50 67, 100 66",
        "open in one": "0 0, 6 12, 3 35, 20 56, 60 64, 98 52 / 82 75, 70 100",
        "hooked leg": "20 0, 8 35, 0 58 / 45 60, 100 58; 75 22, 72 60, 69 96 / 88 88",
        "low bar": "38 0, 20 42, 0 86 / 50 84, 100 78; 64 40, 60 70, 56 100",
        "low bar, rounded": "46 0, 14 40, 4 76, 46 82, 100 66; 74 36, 66 70, 74 98, 88 92",
        "like a y": "4 0, 4 32, 24 48, 66 40, 88 4 / 74 50, 52 100",
        "crossing": "62 0, 32 32, 0 62 / 50 65, 100 66; 66 16, 62 60, 58 100",
        "round head": "50 2, 12 24, 2 48, 30 56, 96 42; 50 2, 66 30, 72 100",
        "detached leg": "2 0, 2 22, 14 26, 62 24; 86 22, 84 60, 82 100",
        "short leg": "24 0, 10 34, 0 62 / 50 66, 100 62; 66 36, 64 68, 62 100",
        "lightning": "22 0, 0 58 / 55 60, 85 55 / 98 8 / 78 60, 66 100",
    },
    5: {
        "hat last": "12 0, 9 22, 6 45 / 45 36, 90 55, 85 90, 40 100, 0 92; 12 0, 50 1, 95 0",
        "hat first": "95 0, 50 1, 12 3 / 9 22, 5 45 / 50 36, 95 60, 80 95, 0 95",
        "curved": "92 4, 45 2, 18 22, 40 42, 84 60, 80 90, 40 100, 0 90",
        "angular": "90 0, 10 0 / 5 45 / 70 44, 92 68, 62 98, 0 97",
        "like an S": "90 8, 52 0, 14 16, 32 42, 78 60, 84 84, 48 100, 4 92",
        "high waist": "92 0, 50 2, 28 4 / 24 28 / 68 32, 96 60, 70 94, 0 100",
        "hat to the left": "0 0, 40 2, 76 2 / 46 4, 40 32 / 80 44, 92 72, 56 98, 0 94",
        "hat to the right": "30 0, 26 20, 20 40 / 55 38, 84 58, 72 92, 0 98; 30 2, 70 0, 120 -4",
        "curled foot": "95 0, 50 1, 14 3 / 9 22, 6 44 / 50 36, 94 58, 78 96, 20 98, 4 84, 26 78",
        "stair": "64 0, 54 20, 12 22, 2 32, 14 42 / 60 46, 98 68, 80 92, 10 100",
        "loose hat": "22 6, 14 26, 8 46 / 48 38, 88 58, 78 92, 0 96; 30 2, 60 4, 100 0",
        "small bow": "100 4, 30 0 / 15 50 / 45 46, 70 65, 55 95, 0 100",
    },
    6: {
        "curl": "75 0, 30 25, 5 65, 20 95, 60 100, 95 80, 78 55, 40 52, 8 75",
        "straight": "65 0, 25 40, 5 75, 30 100, 75 95, 85 70, 50 55, 10 78",
        "large bow": "90 5, 40 5, 5 45, 5 85, 45 100, 95 85, 85 50, 40 42, 4 65",
        "small bow": "85 0, 40 25, 8 60, 8 90, 35 100, 70 92, 68 74, 38 72, 12 88",
        "crossing": "80 0, 40 22, 8 58, 10 92, 55 100, 92 82, 72 62, 30 72, 0 86",
        "cursive": "18 0, 2 50, 8 74, 32 68, 84 30, 88 18, 76 24, 56 64, 52 98 / 88 78",
        "tall loop": "38 0, 8 45, 0 88, 30 100, 75 72, 98 38, 82 28, 58 55, 46 88",
        "low bow": "22 0, 2 48, 6 90, 56 100, 100 84, 82 62, 34 66, 6 86",
        "closed bow": "84 0, 42 36, 14 78, 24 100, 56 94, 58 76, 26 82, 14 92",
        "open": "70 0, 26 30, 4 70, 24 98, 66 98, 88 80, 70 62, 40 66",
        "upright": "25 0, 8 40, 2 75, 20 98, 65 100, 92 80, 70 58, 30 60, 4 80",
    },
    7: {
        "plain": "0 5, 50 2, 95 0 / 70 45, 45 100",
        "crossed": "0 5, 50 2, 95 0 / 70 45, 45 100; 28 52, 60 48, 96 45",
        "serif": "5 20, 6 0 / 50 1, 95 0 / 62 50, 46 100",
        "serif, crossed": "5 20, 6 0 / 50 1, 95 0 / 62 50, 46 100; 30 54, 60 50, 95 48",
        "curved": "0 8, 45 0, 96 6, 75 40, 52 100",
        "waved, crossed": "0 18, 25 2, 60 10, 100 0 / 66 50, 50 100; 32 50, 92 50",
        "hooked foot": "0 10, 22 0, 66 4, 94 6 / 64 50, 42 92, 50 100, 78 92",
        "tick": "2 30, 14 2 / 55 8, 98 0 / 66 50, 46 100",
        "tick, crossed": "4 24, 12 4 / 52 10, 96 0 / 68 48, 50 100; 22 60, 55 54, 96 50",
        "low bar": "0 6, 50 2, 95 0 / 70 45, 50 100; 18 68, 55 64, 92 62",
        "waved": "0 22, 14 4, 50 12, 98 0 / 66 40, 40 100",
        "rising foot": "0 16, 40 4, 56 0 / 34 88, 38 96 / 100 18",
        "arched, crossed": "0 14, 30 0, 62 12, 78 48, 70 100; 26 56, 60 48, 112 36",
        "bowed": "4 26, 8 8, 50 0, 92 4, 84 44, 58 100",
        "crossing bar": "0 10, 50 4, 96 0 / 66 50, 40 100; 26 40, 60 52, 92 62",
        "steep, crossed": "0 2, 75 0 / 66 50, 60 100; 25 46, 66 46, 100 44",
    },
    8: {
        "from the right": "85 10, 50 0, 15 15, 25 38, 70 60, 90 85, 50 100, 10 85, 25 60, 75 38, 90 18, 60 2",
        "from the middle": "50 48, 10 25, 50 0, 90 22, 50 48, 5 75, 50 100, 95 75, 50 48",
        "two rounds": "50 0, 15 22, 48 47, 85 25, 52 0; 50 47, 5 75, 50 100, 95 75, 52 47",
        "open": "90 12, 55 0, 18 18, 45 45, 90 78, 50 100, 8 80, 45 52, 95 18",
        "from the left": "18 16, 60 0, 85 22, 45 50, 8 80, 50 100, 90 78, 50 48, 15 20",
        "running out": "70 12, 40 0, 12 18, 40 44, 82 70, 50 100, 14 80, 46 50, 104 0",
        "open above": "78 4, 26 6, 10 26, 46 46, 90 74, 50 100, 6 78, 40 50, 90 22, 94 12",
        "from the left, running out": "10 24, 36 2, 72 16, 52 46, 10 82, 34 100, 82 86, 72 62, 26 34, 12 20",
        "like a 3": "22 20, 48 0, 82 16, 58 44, 40 48 / 84 56, 88 86, 50 100, 12 84, 36 54, 30 36, 14 20",
        "from the waist": "46 60, 100 82, 60 98, 2 96, 10 78, 60 46, 66 18, 40 0, 12 8",
        "from the waist, round": "34 50, 90 78, 60 100, 4 90, 12 64, 62 38, 68 10, 20 0",
        "small head": "70 10, 50 0, 32 14, 44 36, 88 66, 60 100, 8 86, 22 56, 60 34, 72 14",
        "small foot": "88 14, 50 0, 8 18, 34 50, 70 78, 50 100, 28 84, 46 62, 92 28, 76 4",
        "narrow waist": "82 14, 48 0, 15 16, 50 46, 88 80, 48 100, 8 82, 46 50, 84 20, 70 4",
    },
    9: {
        "straight": "88 12, 50 0, 8 20, 20 48, 65 45, 88 15 / 90 50, 86 100",
        "curved": "88 18, 50 0, 8 15, 12 42, 55 50, 90 25, 95 60, 75 92, 20 98",
        "squat": "75 13, 31 0, 0 31, 50 40, 95 20, 100 60, 80 95, 15 100",
        "leaning": "90 10, 50 0, 10 18, 15 45, 60 42, 90 12 / 74 55, 50 100",
        "hooked": "84 10, 45 2, 8 24, 30 50, 75 38, 92 14, 92 60, 84 92, 55 100, 30 90",
        "open": "92 6, 50 0, 8 20, 20 46, 62 46, 98 22 / 92 60, 86 100",
        "round": "70 4, 20 2, 2 28, 25 56, 75 48, 88 22, 84 8 / 94 60, 60 100",
        "from the leg": "100 0, 60 5, 20 22, 28 48, 72 42, 98 4 / 96 50, 92 100",
        "two strokes": "85 20, 50 0, 8 22, 40 50, 85 24; 88 5, 90 50, 84 100",
        "small head": "82 8, 50 0, 24 12, 36 32, 72 28, 86 8 / 88 55, 76 100",
        "wide tail": "90 18, 55 0, 12 18, 22 42, 72 38, 94 14, 98 60, 70 96, 30 98, 4 84",
        "open, curved": "96 10, 50 0, 10 16, 14 42, 58 46, 97 26, 98 60, 70 94, 18 100",
        "clockwise": "88 32, 45 50, 4 28, 40 0, 90 14, 94 55, 70 100",
        "clockwise, open": "50 47, 6 40, 4 16, 46 0, 92 16, 90 60, 50 100",
        "flat head": "88 6, 45 0, 6 14, 30 32, 72 24, 92 4 / 84 52, 66 100",
        "swirl": "62 6, 16 10, 4 22, 40 23, 96 0 / 66 50, 38 100",
        "flattened head": "70 14, 58 4, 30 1, 4 8, 12 15, 62 8 / 30 60, 2 100",
        "flattened head, tick": "80 10, 60 3, 30 1, 4 8, 14 15, 74 6 / 36 60, 6 100 / 26 90",
        "flattened head, upright": "98 14, 70 2, 20 16, 0 30, 40 22, 86 18 / 78 60, 62 98 / 80 96",
        "swirl, upright": "70 4, 20 8, 5 24, 45 28, 90 6 / 84 50, 80 100",
        "like a g": "82 10, 42 0, 6 22, 40 46, 84 18 / 90 72, 60 100, 4 88",
        "curled tail": "86 14, 48 0, 8 20, 34 44, 84 20 / 88 66, 66 98, 26 96, 14 80, 40 76",
        "open head": "94 0, 40 8, 4 34, 36 46, 88 26 / 84 60, 76 100",
        "hooked leg": "84 12, 48 0, 8 22, 36 46, 82 20 / 80 60, 76 97 / 98 88",
        "begun inside": "56 26, 82 12, 48 0, 8 20, 30 46, 80 34, 94 8 / 90 60, 62 100",
    },
}

# How wide a digit is for its height: about the medians of UNIPEN's, for a 1 of those that are more than a stick. A
# style's box is stretched to that.
WIDTHS = {0: 0.85, 1: 0.52, 2: 0.9, 3: 0.7, 4: 0.72, 5: 0.82, 6: 0.62, 7: 0.78, 8: 0.66, 9: 0.62}

# Held out of training: evaluation/drawings.py measures with them how well styles are read that training has not seen.
HELD_OUT = {
    (0, "from below"), (1, "long flag"), (1, "long flag and base"), (2, "long foot"), (3, "large head"),
    (4, "lightning"), (5, "loose hat"), (6, "upright"), (7, "steep, crossed"),
    (8, "narrow waist"), (9, "squat"), (9, "two strokes"),
}  # fmt: skip

# The styles that are hardest to tell from another digit: training has more of them.
HARD = {
    (0, "slashed"), (0, "slashed, overlapping"), (0, "slashed, clockwise"), (0, "slashed, from below"),
    (1, "level flag"), (1, "rounded flag"), (1, "drooping flag"), (1, "level flag, two strokes"),
    (9, "flattened head"), (9, "flattened head, tick"),
}  # fmt: skip


def styles(digit: int, *, held_out: bool) -> list[str]:
    """Return the names of a digit's styles: those held out of training, or those to train on."""
    return [style for style in STYLES[digit] if ((digit, style) in HELD_OUT) == held_out]


def write(
    digit: int, style: str, rng: np.random.Generator, variation: float = 1.0, points: int | None = None
) -> Strokes:
    """Write a digit once, varied at random as different writers would.

    Parameters
    ----------
    digit : int
        From 0 to 9.
    style : str
        One of STYLES[digit].
    rng : Generator
        The same state gives the same strokes.
    variation : float
        How far the result may differ from the style: 0 gives the style itself.
    points : int, optional
        Of all strokes together, with straight lines between them. If not given, six digits in ten are smooth curves,
        and the others have 7 to 14 points.

    Returns
    -------
    list of ndarray, each (n, 2)
        Strokes. Their bounding box has its corner at the origin, and its longer side is 1.
    """

    def normal(spread: float, size: tuple[int, ...] | None = None) -> Any:
        return variation * spread * rng.normal(size=size)

    unsteadiness = rng.uniform(0.3, 1.8)
    strokes = [_pen_path(stroke, unsteadiness, normal, rng) for stroke in STYLES[digit][style].split(";")]

    # Proportions, slant and tilt, the same for the whole digit.
    width = WIDTHS[digit] * np.exp(normal(0.3))
    if variation and rng.random() < 0.1:  # some write narrow digits
        width *= rng.uniform(0.4, 0.8)
    slant, tilt = variation * 0.08 + normal(0.2), normal(0.09)
    shape = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]] @ np.array([[width, -slant], [0, 1]])
    if variation and style.startswith("slashed"):
        if rng.random() < 0.5:  # many people who slash their zeros write narrow ones
            shape = shape @ np.diag([rng.uniform(0.45, 0.8), 1])
        strokes = [strokes[0] @ shape.T, _slash(strokes[0] @ shape.T, normal, rng)]
    else:
        strokes = [stroke @ shape.T for stroke in strokes]
    if variation and len(strokes) > 1 and rng.random() < 0.1:  # the pen is dragged where it should be lifted
        strokes = [np.vstack(strokes)]
    if points is None and variation and rng.random() < 0.4:  # drawn fast, or on a slow computer
        points = int(rng.integers(7, 15))
    if points:
        lengths = [_lengths(stroke)[-1] for stroke in strokes]
        strokes = [
            resample(stroke, max(2, round(points * length / sum(lengths))))
            for stroke, length in zip(strokes, lengths, strict=True)
        ]
    return normalize(strokes)


def scribble(rng: np.random.Generator) -> Strokes:
    """Draw an out-of-distribution input: one to four strokes that wander at random, from a dot or a dash to a tangle.

    Their bounding box is that of `write`.
    """
    strokes = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3, 4]))):
        points = int(rng.integers(5, 15))  # with fewer it would often be a 1 or a 7
        if rng.random() < 0.5:  # wandering
            turns = np.cumsum(rng.normal(0, rng.uniform(0.3, 2.5), points))
            path = np.cumsum(np.column_stack([np.cos(turns), np.sin(turns)]) * rng.uniform(0.3, 1, (points, 1)), axis=0)
        else:  # to and fro
            path = rng.random((points, 2)) * rng.uniform(0.3, 1, 2)
        path = path + rng.uniform(-0.5, 0.5, 2) * np.ptp(path, axis=0).max()
        strokes.append(_curve(path, 12 * points) if rng.random() < 0.6 else path)
    return normalize(strokes)


def draw(
    strokes: Strokes,
    canvas: int = 320,
    size: float = 200,
    pen: float = 20,
    centre: tuple[float, float] = (160, 160),
    ink: tuple[int, int, int] = (29, 28, 26),
    paper: tuple[int, int, int] | None = (255, 255, 255),
) -> NDArray[np.uint8]:
    """Draw strokes with a round pen, as the page's canvas does.

    Parameters
    ----------
    strokes : list of ndarray, each (n, 2)
        With a bounding box as `write` returns it.
    canvas, size, pen : number
        The side of the canvas, the length of 1 and the width of the pen, in pixels.
    centre : (float, float)
        Where the middle of the box lies, in pixels.
    ink, paper : (int, int, int)
        RGB. Where `paper` is None, the background is transparent.

    Returns
    -------
    ndarray, shape (canvas, canvas, 4), uint8
        RGBA.
    """
    box = np.ptp(np.concatenate(strokes), axis=0)
    coverage = np.zeros((canvas, canvas), np.uint8)
    thickness = max(1, 2 * round((pen - 1.4) / 2))  # OpenCV's anti-aliased lines of an even thickness are 1.4 too wide
    for stroke in strokes:
        points = np.rint((stroke * size + centre - box * size / 2) * 256).astype(int).tolist()
        # Line by line: OpenCV joins the segments of a thick polyline without rounding them.
        for start, end in itertools.pairwise(points if len(points) > 1 else points * 2):
            cv2.line(coverage, start, end, 255, thickness, cv2.LINE_AA, 8)
    share = np.arange(256)[:, None] / 255
    if paper is None:
        levels = np.column_stack([np.tile(ink, (256, 1)), np.arange(256)])
    else:
        levels = np.column_stack([share * ink + (1 - share) * paper, np.full(256, 255)])
    return cv2.LUT(cv2.merge([coverage] * 4), np.rint(levels).astype(np.uint8)[None]).astype(np.uint8, copy=False)


def resample(stroke: NDArray[np.floating], points: int) -> NDArray[np.float64]:
    """Return `points` points of a stroke, evenly spaced along it."""
    lengths = _lengths(stroke)
    at = np.linspace(0, lengths[-1], points)
    return np.column_stack([np.interp(at, lengths, stroke[:, axis]) for axis in (0, 1)])


def normalize(strokes: Strokes) -> Strokes:
    """Move and scale strokes so that their bounding box begins at the origin and its longer side is 1."""
    points = np.concatenate(strokes)
    corner, size = points.min(axis=0), np.ptp(points, axis=0).max()
    return [(stroke - corner) / max(size, 1e-9) for stroke in strokes]


def _slash(zero: NDArray[np.float64], normal: Callable[..., Any], rng: np.random.Generator) -> NDArray[np.float64]:
    """The slash or bar of a zero: at any angle, and from a third of the zero's height to well past its outline."""
    low, high = [(25, 95), (-12, 25), (95, 155)][rng.choice(3, p=[0.74, 0.13, 0.13])]
    angle = np.deg2rad(rng.uniform(low, high))  # 90: upright; less leans to the right
    box = np.ptp(zero, axis=0)
    reach = rng.uniform(0.33, 1.0) if rng.random() < 0.35 else rng.uniform(0.9, 1.7)  # times what fits in the outline
    across = reach * min(box[1] / max(abs(np.sin(angle)), 1e-9), box[0] / max(abs(np.cos(angle)), 1e-9))
    direction = np.array([np.cos(angle), -np.sin(angle)]) * max(across, 0.33 * box[1]) / 2
    middle = zero.min(axis=0) + box / 2 + normal(0.08, (2,)) * box
    bend = normal(0.04) * np.array([-direction[1], direction[0]])
    return _curve(np.array([middle + direction, middle + bend, middle - direction])[:: rng.choice([1, -1])], 24)


def _pen_path(
    stroke: str, unsteadiness: float, normal: Callable[..., Any], rng: np.random.Generator
) -> NDArray[np.float64]:
    """One stroke of a style, varied."""
    curves = []
    corner = np.empty((0, 2))  # where the previous curve ended, if there was one
    for curve in stroke.split("/"):
        points = np.vstack([corner, np.array([point.split() for point in curve.split(",")], float) / 100])
        points += normal(0.045 * unsteadiness, points.shape)
        points[: len(corner)] = corner
        corner = points[-1:]
        curves.append(_curve(points, 24))
    path = np.vstack(curves)
    # The ends fall short of their points, or go beyond.
    for end, inner in ((0, 1), (-1, -2)):
        step = path[end] - path[inner]
        path[end] += step / max(np.hypot(*step), 1e-9) * normal(0.03 * unsteadiness)
    # The pen lands before the writing begins, or is still down when the hand leaves.
    if rng.random() < 0.12:
        path = np.vstack([path[:1] + normal(0.06, (1, 2)), path])
    if rng.random() < 0.12:
        path = np.vstack([path, path[-1:] + normal(0.06, (1, 2))])
    # Tremor: noise, smoothed along the path.
    tremor = normal((0.03 if rng.random() < 0.85 else 0.06) * unsteadiness * rng.random(), path.shape)
    smooth: NDArray[np.float64] = path + cv2.blur(tremor, (1, 7), borderType=cv2.BORDER_REPLICATE)
    return smooth


def _curve(points: NDArray[np.floating], steps: int) -> NDArray[np.float64]:
    """A centripetal cubic spline through points: its parameter grows with the square roots of their distances."""
    gaps = np.sqrt(np.hypot(*np.diff(points, axis=0).T)) + 1e-3
    at = np.concatenate([[0], np.cumsum(gaps)])
    spline = make_interp_spline(at, points, k=min(3, len(points) - 1))
    path: NDArray[np.float64] = spline(np.linspace(0, at[-1], steps))
    return path.round(6)  # the last digits differ from one processor to the next


def _lengths(stroke: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
