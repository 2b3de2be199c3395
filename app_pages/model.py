"""Inside the network: what it makes of a digit layer by layer, where it looks, what it scores, what it cannot do."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from app_pages.common import (
    Reading,
    ask_for_model,
    choose,
    classifier,
    clicked,
    follow_link,
    has_mouse,
    ready_digit,
    state,
    temperature_slider,
    test_digits,
)
from mnist_model import WEIGHTS, calibration, charts, images, model_charts
from mnist_model.classifier import ModelFileError
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.data import VALIDATION, DataError
from mnist_model.layers import LAYERS, Layers, contributions, occlusion
from mnist_model.preprocess import to_mnist
from mnist_model.report import Drawn, Report, Strangers, load_drawn, load_report, load_strangers, load_trust
from mnist_model.softmax import energy, softmax

PATCHES = [3, 5, 7, 9]
WORST = 12  # styles
PAGEFUL = 40  # of digits in a gallery
PAIRS = [(1, 0), (1, 2), (2, 5), (3, 8), (4, 7), (6, 9), (7, 1), (9, 9)]


# What is shown.


@st.cache_resource
def layers() -> Layers:
    """The network's inside. Raises ModelFileError if it is another network's than the one that reads."""
    found, picture = Layers(), np.eye(28)[None]
    if not np.allclose(found.activations(picture)["logits"], classifier().logits(picture), atol=1e-3):
        raise ModelFileError(
            "layers.tflite is of another network than lenet5.tflite; `python train.py --export` makes both anew"
        )
    return found


@st.cache_resource
def test_logits() -> np.ndarray:
    """Of the test digits, (n, 10)."""
    return classifier().logits(test_digits().images / np.float32(255))


@st.cache_resource
def reports() -> tuple[Report, Report]:
    """Of the textbook recipe, and of the shipped model."""
    textbook = "python train.py --recipe textbook --output mnist_model/weights/textbook"
    return load_report(WEIGHTS / "textbook", textbook), load_report()


@st.cache_resource
def drawn() -> Drawn:
    return load_drawn()


@st.cache_resource
def strangers() -> dict[str, Strangers]:
    return load_strangers()


@st.cache_resource
def pairs() -> np.ndarray:
    """Two digits at once, several times, (n, 28, 28)."""
    drawings = [np.hstack([ready_digit(digit, n).picture for digit in pair]) for n, pair in enumerate(PAIRS)]
    return np.stack([to_mnist(drawing) for drawing in drawings])


def chart(figure, key: str, alt: str, on_click: Callable[[], None] | None = None) -> None:
    on_select = on_click if on_click and has_mouse() else "ignore"
    st.plotly_chart(figure, config=charts.CONFIG, key=key, alt=alt, on_select=on_select, selection_mode="points")


def gallery(digits: np.ndarray, captions: list[str]) -> None:
    """Show (n, 28, 28) images in [0, 1] side by side."""
    st.image([images.pixels_url(digit, margin=1) for digit in digits], captions, 80, alt=captions)


def show_squares(activations: np.ndarray, alt: str) -> None:
    """Show numbers that are never below 0, the largest in white."""
    st.image(images.pixels_url(activations / max(np.nanmax(activations), 1e-9)), alt=alt, width="stretch")


# Layer by layer.


@st.fragment
def layer_by_layer(reading: Reading, temperature: float) -> None:
    found = {name: values[0] for name, values in layers().activations(reading.digit[None]).items()}
    winner = int(reading.logits.argmax())

    picture, detail = row("**Input**  \n28 x 28 pixels")
    with picture:
        st.image(images.pixels_url(reading.digit), alt="The 28 by 28 pixels that the network gets", width=140)
    detail.markdown(
        f"{reading.digit.size} numbers, from 0 for paper to 1 for ink, go through {len(LAYERS)} layers. Each makes "
        "other numbers of them, until ten are left. Choose a map or a logit, with a click or by its number, to see "
        "how it is made."
    )

    before = reading.digit[..., None]
    for conv, pool, columns in (("conv1", "pool1", 6), ("conv2", "pool2", 8)):
        picture, detail = row(about(conv))
        with detail:
            number = st.selectbox(
                "How it is made",
                range(LAYERS[conv].shape[-1]),
                format_func=lambda number: f"Map {number + 1}",
                key=f"{conv}_map",
                bind="query-params",
            )
            chart(
                model_charts.one_map(before, layers().weights[conv], number, found[conv]),
                f"{conv}_one",
                f"How map {number + 1} is made: what goes in, the kernels, and the map",
            )
            bias = layers().weights[conv].bias[number]
            st.caption(
                "A kernel slides over what goes in, and is multiplied with what is under it, number by number. The "
                f"sum of the products and of the bias, {bias:.2f}, is the map's number there; ReLU makes 0 of what is "
                "below 0. Orange weights are above 0, blue ones below."
            )
        with picture:
            chart(
                model_charts.maps_and_kernels(found[conv], layers().weights[conv].kernel, number),
                conv,
                f"The {LAYERS[conv].shape[-1]} maps of the convolution, each beside the kernels that made it",
                lambda conv=conv: choose_map(conv),
            )
        picture, detail = row(about(pool))
        detail.caption("Of each 2 x 2 numbers the largest stays: a stroke may lie a little further left or right.")
        with picture:
            pooled = images.side_by_side(np.moveaxis(found[pool], -1, 0), columns)
            show_squares(pooled, f"The same {found[pool].shape[-1]} maps, pooled")
        before = found[pool]

    for dense, columns in (("dense1", 24), ("dense2", 21)):
        picture, detail = row(about(dense))
        detail.caption(
            f"Each unit has a weight for each of the {LAYERS[dense].kernel[1]} numbers before it. Of this digit, "
            f"{np.count_nonzero(found[dense])} units are above 0."
        )
        with picture:
            show_squares(found[dense].reshape(-1, columns), f"{found[dense].size} squares, the brighter, the larger")

    picture, detail = row(about("logits"))
    with detail:
        key = f"why_{winner}"  # where another digit wins, the question is another
        unit = st.selectbox("What spoke for and against a", range(10), winner, key=key)
        weights = layers().weights["logits"]
        chart(
            model_charts.evidence(found["dense2"], weights, unit),
            "evidence",
            f"What each of the {len(found['dense2'])} units before adds to the logit of {unit} or takes from it",
        )
        said = contributions(found["dense2"], weights, unit)
        st.caption(
            f"Weight x activation of the {len(said)} units before: {said[said > 0].sum():.1f} for it, "
            f"{said[said < 0].sum():.1f} against it, and the bias of {weights.bias[unit]:.2f} make the logit, "
            f"{found['logits'][unit]:.1f}."
        )
    with picture:
        chart(
            model_charts.scores(found["logits"], unit),
            "logits",
            f"The ten logits, highest for {winner} with {found['logits'].max():.1f}",
            lambda: choose_unit(key),
        )

    picture, detail = row(f"**Softmax**  \n10 probabilities at T = {temperature:g}")
    p = softmax(found["logits"], temperature)
    detail.caption("Nothing is learned here: $e^{z/T}$ of each logit, divided by the sum of all. See the page Softmax.")
    with picture:
        chart(
            charts.probability_bars(p, found["logits"]),
            "answers",
            f"The ten probabilities, highest for {winner} with {charts.percent(p.max())}",
        )
    total = [sum(getattr(layer, what) for layer in LAYERS.values()) for what in ("parameters", "multiply_adds")]
    st.caption(
        f"Altogether {total[0]:,} parameters, and {total[1]:,} multiplications with as many additions for one digit. "
        "The maps of a layer share one scale of brightness, from 0 to the layer's largest number."
    )


def row(text: str):
    """Lay out a layer: what it is in the margin, a place for its picture and one for a closer look."""
    margin, picture, detail = st.columns([1.1, 2, 2])
    margin.markdown(text)
    return picture, detail


def about(name: str) -> str:
    layer = LAYERS[name]
    *sides, many = layer.shape
    lines = [f"**{layer.does}**", f"{many} maps of {sides[0]} x {sides[1]}" if sides else f"{many} units"]
    if layer.kernel:
        lines += [f"{layer.parameters:,} parameters", f"{layer.multiply_adds:,} multiply-adds"]
    return "  \n".join(lines)


def choose_map(conv: str) -> None:
    number = clicked(state[conv])
    if number in range(LAYERS[conv].shape[-1]):
        state[f"{conv}_map"] = number


def choose_unit(key: str) -> None:
    number = clicked(state.logits)
    if number in range(10):
        state[key] = number


# Where it looked.


@st.fragment
def where_it_looked(reading: Reading) -> None:
    winner = int(reading.logits.argmax())
    left, right = st.columns([2, 3])
    with left:
        st.markdown(
            f"Cover a part of the digit with a patch, and read it again. Where the logit of the {winner} falls, there "
            f"was what the network looked for. Do so at every place: {reading.digit.size} readings, in one call."
        )
        with st.container(horizontal=True):
            cover = st.segmented_control("Cover with", ["paper", "ink"], default="paper", required=True, key="cover")
            size = st.segmented_control("Side of the patch", PATCHES, default=7, required=True, key="patch")
    covered = occlusion(classifier(), reading.digit, size or 7, ink=float(cover == "ink"))
    falls, others = reading.logits[winner] - covered[..., winner], np.mean(covered.argmax(axis=-1) != winner)
    line, column = np.unravel_index(falls.argmax(), falls.shape)
    reads = covered[line, column].argmax()
    with left:
        st.markdown(
            f"It falls most, by **{falls.max():.1f}** from {reading.logits[winner]:.1f}, with the patch at row "
            f"{line + 1}, column {column + 1}; then it is "
            + (f"still read as a {winner}." if reads == winner else f"**read as a {reads}**.")
            + (f" At {charts.percent(others, 0)} of the places it is another digit." if others else "")
        )
        st.caption(
            "Orange: with the patch there, less speaks for the answer. Blue: more does. A number: with the patch "
            "there, it is read as that. Ink instead of paper shows what must stay empty, such as the top of an open 4."
        )
    with right, st.container(width=440):
        chart(
            model_charts.occlusion_map(reading.digit, reading.logits, covered),
            "occlusion",
            f"By how much the logit of {winner} falls where the digit is covered, at most {falls.max():.1f}",
        )


# What it scores.


def what_it_scores(reading: Reading, temperature: float) -> None:
    labels, logits, (textbook, shipped) = test_digits().labels, test_logits(), reports()
    found = calibration.summary(logits, labels, shipped.temperature)
    p = softmax(logits)
    misread = np.flatnonzero(logits.argmax(axis=1) != labels)
    misread = misread[np.argsort(-p[misread].max(axis=1), kind="stable")]

    with st.container(horizontal=True, gap="medium"):
        st.metric("Read right", f"{found['accuracy']:.2%}", width="content")
        st.metric("Misread", f"{len(misread)} of {len(labels):,}", width="content")
        st.metric("Loss", f"{found['before']['nll']:.4f}", width="content")
        st.metric("Calibration error", f"{found['before']['ece']:.2%}", width="content")
    st.caption(
        f"Measured here and now on MNIST's {len(labels):,} test digits, which training has not seen, at T = 1. The "
        "loss is the mean cross-entropy; the calibration error the mean gap between how sure it is and how often it is "
        f"right, in {calibration.BINS} bins. The same network by the textbook recipe reads "
        f"{textbook.test.accuracy:.2%} right."
    )

    st.markdown("**What is taken for what?** Choose a cell, with a click or by its digits, to see what is in it.")
    confusions(temperature)

    st.markdown(f"**All {len(misread)} that it misreads**, the surest first:")
    show_digits(misread, temperature)

    st.markdown(
        "**May its probabilities be believed?** Of all the digits of which it is 90% sure, 90% should be read right. "
        f"T* = {shipped.temperature:.2f} is the temperature that fits the validation digits best, each bent a little "
        "in several ways. What lies above the diagonal is too modest, what lies below it too sure."
    )
    clean, spoilt = st.columns(2)
    with clean:
        temperatures = {"T = 1": 1.0, f"T* = {shipped.temperature:.2f}": shipped.temperature}
        if temperature not in (1, shipped.temperature):
            temperatures[f"T = {temperature:g}, as above"] = temperature
        chart(
            model_charts.reliability_diagram(
                {name: calibration.reliability(softmax(logits, t), labels) for name, t in temperatures.items()}
            ),
            "reliability",
            "How often answers to the test digits are right, by how sure they are",
        )
        st.caption(
            f"The test digits as they are. Calibration error {found['before']['ece']:.2%} at T = 1, "
            f"{found['after']['ece']:.2%} at T*. Most answers are very sure; the others are few, and the lines, which "
            "hold the true share 95 times in 100, are long."
        )
    with spoilt:
        chart(
            model_charts.reliability_diagram(
                dict(zip(list(temperatures)[:2], shipped.reliability, strict=True)), intervals=False
            ),
            "reliability_spoilt",
            "How often answers to spoilt test digits are right, by how sure they are",
        )
        st.caption(
            f"The same spoilt in {len(CORRUPTIONS)} ways. Calibration error {shipped.spoilt.ece[0]:.2%} at T = 1, "
            f"{shipped.spoilt.ece[1]:.2%} at T*. Measured by `python train.py`."
        )

    st.markdown(f"**Spoilt in {len(CORRUPTIONS)} ways**, your digit and the {len(labels):,} test digits:")
    spoilt_digits(reading, temperature, textbook, shipped)

    st.markdown("**How it learned**, beside the same network by the textbook recipe:")
    chart(
        model_charts.learning({"textbook": textbook.history, "shipped": shipped.history}),
        "learning",
        f"Errors by epoch: {textbook.epochs} epochs of the textbook recipe, {shipped.epochs} of the shipped model's",
    )
    st.caption(
        f"Solid: errors on the {VALIDATION:,} validation digits, on which all was chosen. Dotted: on what it learned "
        f"from. For the textbook recipe these are MNIST's digits as they are, for {textbook.seconds:.0f} seconds. For "
        "the shipped model they are the same digits bent, blurred and scratched, strokes in other styles, and things "
        f"that are no digits, for {shipped.seconds / 60:.0f} minutes; and an error is what a larger network, its "
        "teacher, would not have said. While it learns, it may also answer that something is no digit. Recorded by "
        "`python train.py` and `python train.py --recipe textbook`."
    )


@st.fragment
def confusions(temperature: float) -> None:
    labels, logits = test_digits().labels, test_logits()
    read_as = logits.argmax(axis=1)
    matrix = calibration.confusion_matrix(labels, read_as)
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    most = np.unravel_index(wrong.argmax(), wrong.shape)
    figure, digits = st.columns([4, 5])
    with digits:
        with st.container(horizontal=True):
            label = st.selectbox("Labelled", range(10), int(most[0]), key="label", bind="query-params")
            answer = st.selectbox("Read as", range(10), int(most[1]), key="answer", bind="query-params")
        cell = np.flatnonzero((labels == label) & (read_as == answer))
        # The least sure first.
        cell = cell[np.argsort(softmax(logits[cell]).max(axis=1), kind="stable")]
        pages = max(1, -(-len(cell) // PAGEFUL))
        shown = f"{len(cell):,} digits" if len(cell) != 1 else "1 digit"
        st.markdown(
            f"{shown} labelled {label} and read as {answer}" + (", the least sure first:" if pages > 1 else ":")
        )
        number = st.pagination(pages, key=f"page {label} {answer}") if pages > 1 else 1
        show_digits(cell[PAGEFUL * (number - 1) : PAGEFUL * number], temperature)
    with figure:
        chart(
            model_charts.confusion(matrix, (label, answer)),
            "confusion",
            f"How many test digits of each label are read as which digit; {wrong.sum()} are misread",
            choose_cell,
        )


def choose_cell() -> None:
    number = clicked(state.confusion)
    if number in range(100):
        state.label, state.answer = divmod(number, 10)


def show_digits(numbers: np.ndarray, temperature: float) -> None:
    """Show some of the test digits, with what the network says of them."""
    if not len(numbers):
        return
    digits, labels = test_digits()
    p = softmax(test_logits()[numbers], temperature)
    captions = []
    for label, answer in zip(labels[numbers], p, strict=True):
        found = answer.argmax()
        said = f"{found}: {charts.percent(answer[found], 0)}"
        captions.append(said if found == label else f"{said}  \n{label}: {charts.percent(answer[label], 0)}")
    gallery(digits[numbers] / 255, captions)


def spoilt_digits(reading: Reading, temperature: float, textbook: Report, shipped: Report) -> None:
    digit = np.rint(255 * reading.digit).astype(np.uint8)[None]
    spoilt = np.concatenate([corrupt(digit, way) for way in CORRUPTIONS])
    p = softmax(classifier().logits(spoilt), temperature)
    names = [way.__name__ for way in CORRUPTIONS]
    st.dataframe(
        {
            "digit": [images.pixels_url(image) for image in spoilt],
            "spoilt by": [name.replace("_", " ") for name in names],
            "read as": [f"{row.argmax()}, {charts.percent(row.max())}" for row in p],
            "test digits read right": [100 * shipped.corruptions[name] for name in names],
            "textbook recipe": [100 * textbook.corruptions[name] for name in names],
        },
        hide_index=True,
        row_height=44,
        height="content",
        column_config={
            "digit": st.column_config.ImageColumn(" ", width=56),
            "test digits read right": st.column_config.NumberColumn(format="%.2f %%"),
            "textbook recipe": st.column_config.NumberColumn(format="%.2f %%"),
        },
        alt="What spoils digits, how the digit above is read then, and how many of the test digits",
    )
    st.caption(
        f"Altogether {shipped.spoilt.accuracy:.2%} read right, by the textbook recipe {textbook.spoilt.accuracy:.2%}. "
        "Your digit is read here and now, at the temperature above; the test digits were by `python train.py`. After "
        "MNIST-C (Mu and Gilmer 2019)."
    )


# What it cannot do.


def what_it_cannot_do(temperature: float) -> None:
    styles, conditions = drawn().styles, drawn().conditions
    st.markdown(
        f"**Some handwriting.** Of {len(styles)} ways to write a digit, from {drawn().writings} writings of each, "
        f"{sum(style.right == 1 for style in styles)} were always read right. These are the {WORST} that were read "
        "worst, and of each the worst writing:"
    )
    worst = sorted(styles, key=lambda style: style.right)[:WORST]
    gallery(
        np.stack([style.worst for style in worst]),
        [f"{style.digit}, {style.name}  \n{style.right:.0%}" + (" *" if style.held else "") for style in worst],
    )
    st.caption("An asterisk: training has not seen this style.")
    st.markdown("**Some conditions.** Of each sort, the worst that was tried:")
    hardest = {sort: min(tried, key=lambda one: (one.held, one.mnist or 1)) for sort, tried in conditions.items()}
    st.table(
        {
            "": list(hardest),
            "the worst": [condition.name for condition in hardest.values()],
            "new styles read right": [f"{condition.held:.1%}" for condition in hardest.values()],
            "MNIST's digits": ["" if one.mnist is None else f"{one.mnist:.1%}" for one in hardest.values()],
        },
        hide_index=True,
    )
    st.caption(
        "Measured by `python -m benchmarks.drawn --output docs/drawn.md`, on drawings in styles that training has not "
        f"seen, of which otherwise {drawn().held:.1%} were read right, and on validation digits as drawings. All went "
        "the way of those on the page Draw. docs/drawn.md has all that was tried."
    )
    st.markdown(
        "**To say none of these.** It knows ten answers and no eleventh, and softmax adds up to 100% whatever it is "
        "shown. What helps is the energy of the logits: where it is high, the page Draw says that this does not look "
        "like a digit. How often it says so:"
    )
    st.table(
        {
            "of": list(strangers()),
            "images": [f"{sort.images:,}" for sort in strangers().values()],
            "not a digit": [f"{sort.caught:.1%}" for sort in strangers().values()],
            "AUROC": ["" if sort.auroc is None else f"{sort.auroc:.4f}" for sort in strangers().values()],
        },
        hide_index=True,
    )
    st.caption(
        "AUROC: how often such a thing has more energy than a digit. Measured by `python -m benchmarks.not_a_digit "
        "--output docs/not_a_digit.md`. Training has seen scribbles made in the same way, and the same letters in "
        "other fonts."
    )
    st.markdown("Some of them, and what the network says to them:")
    shown = {name: np.stack(sort.examples) for name, sort in strangers().items() if sort.examples}
    threshold = load_trust().energy_threshold
    for name, things in (shown | {"two digits at once": pairs()}).items():
        logits = classifier().logits(things)
        p, strange = softmax(logits, temperature), energy(logits) > threshold
        captions = [
            f"{row.argmax()}: {charts.percent(row.max(), 0)}" + ("  \nnot a digit" if caught else "")
            for row, caught in zip(p, strange, strict=True)
        ]
        st.caption(name[0].upper() + name[1:])
        gallery(things, captions)


# The page.


def page() -> None:
    st.header("Inside the network, and how far to trust it", anchor=False)
    st.markdown(
        "It read a digit. What did it do, and when is it wrong? This is the very network that reads on the page Draw."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _, reading = choose()
        temperature = temperature_slider(width=300)
    inside, looked, scored, limited = st.tabs(
        ["Layer by layer", "Where it looked", "What it scores", "What it cannot do"], key="part", bind="query-params"
    )
    for tab, show in (
        (inside, lambda: (layers(), layer_by_layer(reading, temperature))),
        (looked, lambda: where_it_looked(reading)),
        (scored, lambda: what_it_scores(reading, temperature)),
        (limited, lambda: what_it_cannot_do(temperature)),
    ):
        if tab.open:
            with tab:
                try:
                    show()
                except ModelFileError as error:  # of a file that the other parts do without
                    st.error(str(error), icon=":material/error:")


if "T" not in state:
    follow_link()

ask_for_model()
with st.container(horizontal_alignment="center"), st.container(width=1100):
    try:
        page()
    except DataError as error:  # no test digits
        st.error(str(error), icon=":material/error:")
