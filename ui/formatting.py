"""Numbers and visitors' texts as the pages write them."""

import re

SUBSCRIPTS = "\N{SUBSCRIPT ONE}\N{SUBSCRIPT TWO}\N{SUBSCRIPT THREE}\N{SUBSCRIPT FOUR}\N{SUBSCRIPT FIVE}"


def percent(probability: float, decimals: int = 1) -> str:
    """Write a probability as a percentage. A softmax never gives 0 or 1, so it is never rounded to 0% or 100%."""
    smallest = 10.0**-decimals
    rounded = round(100 * probability, decimals)
    if rounded == 100:
        return f">{100 - smallest:.{decimals}f}%"
    if rounded == 0:
        return f"<{smallest:.{decimals}f}%"
    return f"{rounded:.{decimals}f}%"


def decimal(number: float, decimals: int) -> str:
    """Write a number with a minus sign, not a hyphen, and none before a 0."""
    return f"{number:z.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def escape_markdown(text: str) -> str:
    """Escape what Markdown would make of a visitor's text, such as a link, or a picture fetched from another host."""
    return re.sub(r"([^\w\s])", r"\\\1", text)
