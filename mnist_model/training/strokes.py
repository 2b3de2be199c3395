"""Handwriting styles that MNIST lacks, as pen strokes drawn the way the page's canvas draws them.

MNIST's writers were American. A European 1 has a flag and a 7 a bar; some people write the hat of a 5 last, and some
leave the 4 open. Each style is a few curves. `write` varies them at random in proportions, slant, tremor and speed, as
different writers would.
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
# turns a corner, ";" lifts the pen. A stroke "slash" runs across the digit at any angle.
STYLES: dict[int, dict[str, str]] = {
    0: {
        "round": "55 0, 15 15, 0 50, 15 88, 50 100, 85 85, 100 50, 85 14, 50 0",
        "overlapping": "75 10, 40 1, 8 25, 5 70, 40 100, 85 85, 98 45, 80 12, 48 1",
        "open": "80 10, 40 3, 6 30, 6 75, 45 100, 90 80, 98 40, 86 18",
        "clockwise": "40 3, 80 10, 100 50, 80 92, 45 100, 10 85, 0 45, 15 10, 48 0",
        "curled": "70 16, 50 0, 12 18, 0 60, 30 98, 75 92, 100 50, 85 12, 55 5, 40 18",
        "slashed": "55 0, 15 15, 0 50, 15 88, 50 100, 85 85, 100 50, 85 14, 50 0; slash",
        "overlapping, slashed": "75 10, 40 1, 8 25, 5 70, 40 100, 85 85, 98 45, 80 12, 48 1; slash",
        "open, slashed": "80 10, 40 3, 6 30, 6 75, 45 100, 90 80, 98 40, 86 18; slash",
        "clockwise, slashed": "40 3, 80 10, 100 50, 80 92, 45 100, 10 85, 0 45, 15 10, 48 0; slash",
        "curled, slashed": "70 16, 50 0, 12 18, 0 60, 30 98, 75 92, 100 50, 85 12, 55 5, 40 18; slash",
        "slashed in one": "50 0, 12 18, 0 55, 20 92, 55 100, 92 80, 100 40, 80 8, 50 0 / 84 6 / 10 106",
        "from below": "50 100, 10 80, 0 45, 20 8, 55 0, 90 20, 100 60, 80 92, 50 100",
        "open at the left": "10 32, 42 0, 90 18, 96 60, 55 98, 10 86, 0 54",
        "open at the left, leaning": "8 42, 40 8, 90 0, 98 34, 62 86, 18 98, 0 70",
        "spiral": "92 8, 45 0, 4 40, 12 84, 55 100, 96 74, 88 38, 54 32, 40 48",
        "tail at the head": "100 4, 62 12, 18 32, 0 66, 24 98, 66 98, 94 70, 84 36, 50 22, 22 34",
    },
    1: {
        "stick": "50 0, 50 50, 50 100",
        "small flag": "22 20, 58 0 / 56 50, 54 100",
        "flag": "0 42, 35 22, 70 0 / 66 50, 62 100",
        "long flag": "0 55, 40 30, 75 0 / 66 50, 58 100",
        "bent flag": "0 36, 45 22, 70 0 / 62 45, 60 100",
        "leaning flag": "0 44, 34 22, 68 0 / 50 45, 28 100",
        "flag and base": "15 30, 55 0 / 55 50, 55 100; 12 100, 50 100, 92 100",
        "long flag and base": "5 42, 55 0 / 54 50, 54 100; 20 100, 52 99, 88 100",
        "hooked foot": "0 34, 38 17, 68 0 / 56 45, 40 85, 42 95, 58 98",
        "in one": "15 32, 58 0 / 57 50, 56 100 / 12 99 / 95 100",
        "leaning back": "12 26, 40 0 / 56 50, 72 100",
        "level flag": "10 14, 56 2 / 54 50, 52 100",
        "short level flag": "20 10, 52 0 / 54 50, 54 100",
        "level flag, hooked": "8 24, 16 8, 56 0 / 54 50, 52 100",
        "level flag apart": "54 0, 54 50, 52 100; 6 16, 26 6, 54 2",
        "two strokes": "52 0, 52 50, 50 100; 16 28, 34 16, 54 0",
        "three strokes": "52 0, 52 50, 50 100; 14 30, 34 18, 54 0; 4 100, 50 99, 94 100",
        "base apart": "52 0, 51 50, 50 100; 10 100, 50 99, 90 100",
        "serif and base": "26 6, 50 0 / 50 50, 50 100; 16 100, 50 99, 84 98",
        "retraced foot": "54 0, 52 50, 50 94, 44 100 / 34 78",
        "upward foot": "50 0, 48 50, 46 100 / 64 76",
        "long upward foot": "48 0, 46 50, 42 100 / 78 64",
        "curved": "58 0, 46 45, 42 82, 54 100",
    },
    2: {
        "plain": "5 25, 25 3, 65 0, 90 20, 80 50, 40 80, 0 100 / 50 100, 100 98",
        "loop": "5 20, 40 0, 85 15, 75 50, 35 88, 10 100, 0 88, 18 78, 55 95, 100 100",
        "small loop": "8 18, 50 0, 88 20, 65 60, 22 92, 8 98, 8 90, 24 90, 60 98, 100 92",
        "angular": "5 6, 60 0, 90 14 / 50 55, 0 100 / 50 99, 100 100",
        "wavy foot": "0 20, 40 0, 80 18, 65 55, 8 96 / 35 88, 70 100, 100 86",
        "swan": "10 32, 30 5, 70 5, 85 30, 60 65, 5 100 / 40 92, 100 100",
        "long foot": "10 22, 38 0, 68 14, 60 50, 0 98 / 45 97, 100 100",
        "looped tail": "2 32, 28 2, 62 6, 58 40, 26 88, 8 100, 4 86, 22 70, 60 46, 100 18",
        "upward foot": "0 16, 38 0, 62 14, 34 58, 2 100 / 46 82, 100 58",
        "upright": "22 18, 46 0, 62 14, 52 56, 36 96, 22 100, 18 92, 34 92, 92 100",
        "curled head": "26 26, 8 18, 34 0, 88 8, 84 36, 34 68, 8 92, 30 100, 98 94",
        "drooping foot": "0 18, 40 0, 78 16, 60 54, 10 88 / 52 86, 88 100",
    },
    3: {
        "open, tailed": "0 18, 30 0, 62 8, 40 40, 66 50, 76 74, 44 98, 8 94, 20 80, 96 68",
        "two bows": "5 12, 45 0, 85 15, 75 40, 35 48 / 80 55, 95 78, 60 100, 0 90",
        "smooth": "0 10, 50 0, 85 22, 50 45, 46 50, 90 68, 75 95, 30 100, 0 88",
        "flat top": "5 0, 50 0, 90 0 / 45 40 / 85 52, 95 80, 55 100, 0 92",
        "looped": "5 10, 50 0, 85 20, 55 45, 36 52, 40 42, 60 48, 95 70, 70 98, 0 92",
        "large foot": "12 6, 50 0, 72 15, 60 35, 32 42 / 85 50, 100 78, 55 100, 0 85",
        "large head": "0 15, 40 0, 95 12, 90 42, 35 55 / 75 60, 80 85, 45 100, 5 95",
        "looped foot": "6 12, 48 0, 80 16, 48 42, 44 46, 82 66, 66 96, 18 100, 4 84, 28 74",
        "tail": "4 12, 42 0, 66 14, 38 40, 34 44, 64 62, 50 92, 14 100, 4 88, 30 78, 100 66",
        "flat top, notched": "4 4, 50 2, 94 0 / 56 40 / 90 60, 76 94, 36 100, 0 90",
        "slender": "24 6, 58 4, 52 36, 40 46, 68 62, 60 92, 20 100",
        "zigzag": "0 4, 84 8 / 30 46 / 88 70 / 4 100",
    },
    4: {
        "open": "20 0, 8 35, 0 60 / 45 62, 100 60; 75 25, 72 60, 70 100",
        "open, high leg": "25 0, 0 60 / 100 58; 70 8, 66 55, 62 100",
        "square": "5 0, 5 52 / 45 52, 92 50; 90 0, 88 50, 86 100",
        "rounded": "12 0, 2 35, 18 55, 55 58, 98 50; 92 5, 85 55, 80 100",
        "closed": "70 0, 35 35, 0 68 / 50 68, 100 68; 70 0, 70 50, 70 100",
        "closed in one": "66 100, 67 50, 68 0 / 0 66 / 50 67, 100 66",
        "open in one": "0 0, 6 12, 3 35, 20 56, 60 64, 98 52 / 82 75, 70 100",
        "lightning": "22 0, 0 58 / 55 60, 85 55 / 98 8 / 78 60, 66 100",
        "low bar": "24 0, 10 40, 4 80 / 50 82, 100 76; 56 44, 54 72, 50 104",
        "hooked leg": "20 0, 8 40, 4 58 / 56 60, 100 54; 80 12, 74 60, 66 92, 46 100",
        "leg with a foot": "20 0, 8 40, 4 58 / 56 60, 100 54; 74 10, 68 60, 62 98, 82 92",
        "chair in two": "8 0, 2 32 / 50 34, 88 30; 88 12, 84 60, 82 100",
        "chair": "10 0, 4 34, 20 42, 64 40, 94 28 / 76 64, 64 100",
        "round head": "62 0, 22 26, 4 54, 24 64, 62 60, 100 54; 64 2, 64 50, 64 100",
        "closed, crossed low": "60 0, 30 40, 0 78 / 50 78, 100 76; 62 0, 62 50, 62 100",
        "curled in one": "30 0, 6 50, 14 66, 48 60, 86 44 / 62 74, 54 96, 78 92",
    },
    5: {
        "hat last": "12 0, 9 22, 6 45 / 45 36, 90 55, 85 90, 40 100, 0 92; 12 0, 50 1, 95 0",
        "hat first": "95 0, 50 1, 12 3 / 9 22, 5 45 / 50 36, 95 60, 80 95, 0 95",
        "curved": "92 4, 45 2, 18 22, 40 42, 84 60, 80 90, 40 100, 0 90",
        "angular": "90 0, 10 0 / 5 45 / 70 44, 92 68, 62 98, 0 97",
        "loose hat": "22 6, 14 26, 8 46 / 48 38, 88 58, 78 92, 0 96; 30 2, 60 4, 100 0",
        "small bow": "100 4, 30 0 / 15 50 / 45 46, 70 65, 55 95, 0 100",
        "hat apart": "20 16, 22 30, 14 44 / 50 40, 86 60, 70 94, 0 98; 4 4, 50 2, 100 0",
        "hat on both sides": "28 6, 26 22, 22 40 / 52 36, 88 58, 70 92, 0 98; 0 6, 50 4, 96 0",
        "no neck": "94 0, 46 4, 26 20, 40 38, 78 58, 70 90, 0 98",
        "low hat": "36 0, 28 24, 14 48 / 52 44, 78 68, 60 96, 0 100; 32 20, 62 18, 100 12",
        "falling hat": "10 0, 10 24, 8 46 / 46 38, 88 58, 78 94, 0 98; 14 14, 50 2, 100 0",
    },
    6: {
        "curl": "75 0, 30 25, 5 65, 20 95, 60 100, 95 80, 78 55, 40 52, 8 75",
        "straight": "65 0, 25 40, 5 75, 30 100, 75 95, 85 70, 50 55, 10 78",
        "large bow": "90 5, 40 5, 5 45, 5 85, 45 100, 95 85, 85 50, 40 42, 4 65",
        "small bow": "85 0, 40 25, 8 60, 8 90, 35 100, 70 92, 68 74, 38 72, 12 88",
        "crossing": "80 0, 40 22, 8 58, 10 92, 55 100, 92 82, 72 62, 30 72, 0 86",
        "upright": "25 0, 8 40, 2 75, 20 98, 65 100, 92 80, 70 58, 30 60, 4 80",
        "broad foot": "10 0, 0 40, 6 86, 50 100, 98 82, 88 56, 44 58, 10 84",
        "open bow": "62 0, 22 32, 2 72, 24 100, 74 92, 84 66, 56 54",
        "hooked head": "92 14, 78 0, 30 22, 2 64, 18 98, 66 98, 92 72, 60 52, 10 74",
    },
    7: {
        "plain": "0 5, 50 2, 95 0 / 70 45, 45 100",
        "crossed": "0 5, 50 2, 95 0 / 70 45, 45 100; 28 52, 60 48, 96 45",
        "serif": "5 20, 6 0 / 50 1, 95 0 / 62 50, 46 100",
        "serif, crossed": "5 20, 6 0 / 50 1, 95 0 / 62 50, 46 100; 30 54, 60 50, 95 48",
        "curved": "0 8, 45 0, 96 6, 75 40, 52 100",
        "waved, crossed": "0 18, 25 2, 60 10, 100 0 / 66 50, 50 100; 32 50, 92 50",
        "steep, crossed": "0 2, 75 0 / 66 50, 60 100; 25 46, 66 46, 100 44",
        "hooked foot": "0 10, 50 2, 84 6, 62 52, 50 92, 60 100, 86 90",
        "upward foot": "2 8, 10 26 / 72 4 / 44 100 / 80 74",
        "crossed low": "0 4, 50 2, 95 0 / 66 50, 44 100; 22 72, 55 70, 88 66",
        "curved, crossed": "0 8, 45 0, 94 10, 96 50, 84 100; 22 56, 60 52, 98 44",
        "rising bar": "0 6, 50 2, 92 0 / 66 50, 44 100; 20 64, 60 52, 100 40",
        "three strokes": "4 30, 6 2; 4 4, 50 2, 94 0 / 62 50, 50 100; 26 54, 60 52, 92 50",
        "wavy bar": "0 4, 50 2, 94 0 / 66 50, 46 100; 22 60, 40 48, 64 58, 86 46",
        "begun inside": "26 26, 8 18, 36 0, 94 6, 66 48, 50 100",
        "falling top": "0 0, 50 6, 92 10 / 70 50, 52 100",
        "upright": "10 4, 50 2, 86 0 / 84 50, 82 100",
        "long tail": "0 14, 34 0, 60 10, 52 52, 40 96, 52 98, 100 58",
        "hooked foot, crossed": "0 8, 50 2, 88 4, 64 52, 52 96, 74 100; 24 54, 60 50, 96 46",
    },
    8: {
        "from the right": "85 10, 50 0, 15 15, 25 38, 70 60, 90 85, 50 100, 10 85, 25 60, 75 38, 90 18, 60 2",
        "from the middle": "50 48, 10 25, 50 0, 90 22, 50 48, 5 75, 50 100, 95 75, 50 48",
        "two rounds": "50 0, 15 22, 48 47, 85 25, 52 0; 50 47, 5 75, 50 100, 95 75, 52 47",
        "open": "90 12, 55 0, 18 18, 45 45, 90 78, 50 100, 8 80, 45 52, 95 18",
        "from the left": "18 16, 60 0, 85 22, 45 50, 8 80, 50 100, 90 78, 50 48, 15 20",
        "narrow waist": "82 14, 48 0, 15 16, 50 46, 88 80, 48 100, 8 82, 46 50, 84 20, 70 4",
        "delta": "86 6, 44 0, 16 18, 46 44, 88 74, 56 100, 10 84, 22 58, 44 46",
        "open head": "92 4, 56 2, 14 18, 30 42, 72 62, 84 82, 50 100, 14 82, 46 54, 78 28",
        "ribbon": "12 0, 44 44, 84 78, 52 100, 14 80, 46 46, 94 0",
        "hourglass": "14 6, 50 0, 88 8, 50 50, 8 92 / 50 98, 92 94, 50 48, 16 8",
        "large bow": "72 16, 50 0, 28 14, 44 34, 96 66, 54 100, 4 70, 50 36, 74 14",
        "large head": "90 20, 50 0, 8 22, 48 58, 72 80, 50 100, 28 82, 50 58, 92 22",
        "open head, wide": "78 0, 12 6, 40 40, 88 70, 48 100, 8 74, 46 46, 96 14",
        "slender": "70 16, 54 0, 38 18, 50 46, 68 78, 50 100, 34 80, 50 48, 70 20",
        "from the foot": "30 50, 8 78, 48 100, 90 78, 56 50, 16 20, 50 0, 84 18, 44 48",
        "two rounds, apart": "54 4, 20 10, 18 34, 52 44, 80 26, 56 2; 56 50, 10 62, 12 92, 56 100, 90 76, 54 52",
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
        "begun inside": "56 26, 82 12, 48 0, 8 20, 30 46, 80 34, 94 8 / 90 60, 62 100",
        "very flat head": "92 8, 46 0, 2 10, 12 24, 54 20, 94 4 / 72 52, 46 100",
        "flat head, leaning": "100 4, 52 0, 2 12, 20 26, 72 14, 98 2 / 66 50, 38 100",
        "curled tail": "90 12, 40 0, 4 20, 32 46, 86 28, 92 8 / 94 68, 70 98, 18 96, 6 82",
        "two strokes, curled tail": "84 14, 44 0, 6 24, 40 46, 84 22; 90 8, 94 66, 66 98, 8 92",
        "short leg": "88 14, 48 0, 2 28, 24 64, 76 52, 92 18 / 90 60, 80 100",
        "hooked foot": "88 10, 46 0, 6 22, 28 46, 74 36, 90 8 / 72 60, 60 96, 76 100",
        "sliver": "92 8, 40 2, 2 12, 12 18, 52 8, 94 2 / 66 52, 40 100",
    },
}

# Held out of training: evaluation/drawings.py measures with them how well styles are read that training has not seen.
HELD_OUT = {
    (0, "from below"), (1, "long flag"), (1, "long flag and base"), (2, "long foot"), (3, "large head"),
    (4, "lightning"), (5, "loose hat"), (6, "upright"), (7, "steep, crossed"),
    (8, "narrow waist"), (9, "squat"), (9, "two strokes"),
}  # fmt: skip


SLASH = "slash"

# How wide people write a digit for its height: the mean and the standard deviation of the ratio's logarithm, for styles
# that fill their box.
LOG_WIDTH = {
    0: (-0.2, 0.33), 1: (-0.5, 0.3), 2: (-0.15, 0.3), 5: (-0.2, 0.3), 7: (-0.22, 0.27), 8: (-0.42, 0.32),
    9: (-0.42, 0.3),
}  # fmt: skip
LOG_WIDTH_OF_MOST = (-0.32, 0.3)


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
        Of all strokes together, with straight lines between them. If not given, half of the digits are smooth curves,
        and the others have 7 to 14 points.

    Returns
    -------
    list of ndarray, each (n, 2)
        Strokes. Their bounding box has its corner at the origin, and its longer side is 1.
    """

    def normal(spread: float, size: tuple[int, ...] | None = None) -> Any:
        return variation * spread * rng.normal(size=size)

    unsteadiness = rng.uniform(0.3, 1.6)
    paths = [path.strip() for path in STYLES[digit][style].split(";")]
    strokes = [_pen_path(path, unsteadiness, normal, rng) for path in paths if path != SLASH]

    # Proportions, slant and tilt, the same for the whole digit.
    mean, spread = LOG_WIDTH.get(digit, LOG_WIDTH_OF_MOST)
    width = np.exp(mean + normal(spread))
    slant, tilt = normal(0.21), normal(0.15)
    shape = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]] @ np.array([[width, -slant], [0, 1]])
    strokes = [stroke @ shape.T for stroke in strokes]
    if SLASH in paths:
        strokes.append(_slash(strokes, variation, rng))
    if variation and rng.random() < 0.12:  # on a tablet that knows few places
        strokes = [_staircase(stroke, rng.uniform(0.02, 0.1)) for stroke in strokes]
    if points is None and variation and rng.random() < 0.35:  # drawn fast, or on a slow computer
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
    # Tremor: noise, smoothed along the path.
    tremor = normal(0.03 * unsteadiness * rng.random(), path.shape)
    smooth: NDArray[np.float64] = path + cv2.blur(tremor, (1, 7), borderType=cv2.BORDER_REPLICATE)
    return smooth


def _slash(strokes: Strokes, variation: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A stroke across others: most rise to the right, a few are level or fall; most go past the outline."""
    points = np.concatenate(strokes)
    (wide, high), centre = np.ptp(points, axis=0), (points.min(axis=0) + points.max(axis=0)) / 2
    usual = rng.random() < 0.75
    angle = np.deg2rad(58 + variation * (rng.uniform(-33, 37) if usual else rng.uniform(-70, 85)))
    length = high * (1.15 + variation * rng.uniform(-0.8, 0.85))
    half = length / 2 * np.array([np.cos(angle), -np.sin(angle)])
    centre = centre + variation * rng.normal(0, 0.08, 2) * (wide, high)
    bend = variation * rng.normal(0, 0.04) * np.array([half[1], -half[0]])
    return _curve(np.array([centre + half, centre + bend, centre - half])[:: rng.choice([1, -1])], 24)


def _staircase(stroke: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Move each point of a stroke to the nearest point of a grid."""
    return np.rint(resample(stroke, 1 + int(4 * _lengths(stroke)[-1] / step) + 1) / step) * step


def _curve(points: NDArray[np.floating], steps: int) -> NDArray[np.float64]:
    """A centripetal cubic spline through points: its parameter grows with the square roots of their distances."""
    gaps = np.sqrt(np.hypot(*np.diff(points, axis=0).T)) + 1e-3
    at = np.concatenate([[0], np.cumsum(gaps)])
    spline = make_interp_spline(at, points, k=min(3, len(points) - 1))
    path: NDArray[np.float64] = spline(np.linspace(0, at[-1], steps))
    return path.round(6)  # the last digits differ from one processor to the next


def _lengths(stroke: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
