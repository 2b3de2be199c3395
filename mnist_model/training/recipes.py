"""The recipes that train.py offers, and their settings."""

from dataclasses import dataclass, replace

SMALLEST_BATCH = 64  # that `scaled` makes of a larger one


@dataclass(frozen=True)
class Recipe:
    """How to train. `report.json` holds these fields under the same names."""

    epochs: int
    batch_size: int
    learning_rate: float  # of Adam; with passes or in one cycle, the peak to which it rises and from which it falls
    weight_decay: float = 0.0  # of AdamW, where there are passes

    passes: int = 0  # of augmented data to train on (see augment.py); 0: train on MNIST alone
    clean: bool = False  # whether MNIST's digits are in each pass a second time, almost clean
    stroke_digits: int = 0  # digits in pen strokes in each pass, besides MNIST's
    ood_images: int = 0  # out-of-distribution images in each pass
    geometric: bool = False  # whether the passes have geometric augmentation
    photometric: bool = False  # whether they have photometric augmentation, except the clean digits


@dataclass(frozen=True)
class OneCycleRecipe(Recipe):
    """A recipe for MNIST alone whose learning rate rises to the given one and then falls to 0."""

    warmup: float = 0.2  # share of the steps in which it rises


RECIPES = {
    "handwriting": Recipe(
        epochs=28,
        batch_size=512,
        learning_rate=5e-3,
        weight_decay=0.06,
        passes=10,
        clean=True,
        stroke_digits=20_000,
        ood_images=10_000,
        geometric=True,
        photometric=True,
    ),
    "textbook": Recipe(
        epochs=5,
        batch_size=32,
        learning_rate=1e-3,
    ),
    "quick": OneCycleRecipe(
        epochs=4,
        batch_size=125,
        learning_rate=5e-3,
    ),
}


def scaled(recipe: Recipe, share: float) -> Recipe:
    """Return the recipe for a share of MNIST's digits, with the same share of its stroke digits and OOD images.

    For less than a tenth of the digits, batches are smaller as well, so that an epoch has enough steps.
    """

    def batch_size(whole: int) -> int:
        return min(whole, max(SMALLEST_BATCH, round(10 * share * whole)))

    return replace(
        recipe,
        batch_size=batch_size(recipe.batch_size),
        stroke_digits=round(share * recipe.stroke_digits),
        ood_images=round(share * recipe.ood_images),
    )
