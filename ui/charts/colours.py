"""What a colour means, in every chart. Colours of text, grid and background are left to the page's theme."""

import math

import plotly

from ui.temperature_scale import COLDEST, HOTTEST

WINNER = "#d9541e"  # the accent: the digit that is read, or what speaks for it; readable in light and dark
OTHERS = "#8f8a80"  # like the accent, with a contrast of 3 on a light and on a dark page
INK = "#1d1c1a"  # text and marks inside a chart that has a background of its own, whatever the theme
PALE = "#f3efe4"  # the zero of colour scales
# Where digits are told apart by colour. Petroff 2021 (arXiv:2107.02270): ten that the colour-blind tell apart as well.
DIGITS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
# Where temperatures are: cold is blue, hot is red, and 1, which changes nothing, is grey.
TEMPERATURES = ("#1f6fb4", OTHERS, "#b3123c")


def temperature_colour(temperature: float) -> str:
    """Return the colour of a temperature, as Plotly takes it. Those beyond the scale have the colour of its end."""
    log = math.log(min(max(temperature, COLDEST), HOTTEST))
    position = 0.5 + 0.5 * log / math.log(HOTTEST if log > 0 else 1 / COLDEST)
    colour: str = plotly.colors.sample_colorscale(TEMPERATURES, position)[0]
    return colour
