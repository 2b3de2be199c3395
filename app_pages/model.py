"""The page Model: the network layer by layer, the pixels that it relies on, how well it reads, and where it fails."""

import contextlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from mnist_model import calibration, images
from mnist_model.classifier import ModelFileError
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.layers import LAYERS, Layers, contributions, occlusion, receptive_field
from mnist_model.mnist import VALIDATION
from mnist_model.report import Report, load_calibration
from mnist_model.softmax import energy, softmax
from ui.charts import network as charts
from ui.components.follower import follow
from ui.components.occlusion import movable_patch
from ui.components.receptive_field import map_with_receptive_field
from ui.formatting import decimal, percent
from ui.model_data import digit_pairs, drawings_report, layers, ood_report, reports, test_logits
from ui.reading import Reading, classifier, test_digits
from ui.widgets import (
    calibrated_temperature,
    clicked_mark,
    digit_picker,
    has_mouse,
    page_frame,
    show_chart,
    show_error,
    temperature_slider,
    temperature_stops,
)

PATCHES = [3, 5, 7, 9]  # sides of the patch that covers a part of the digit, in pixels
PAGEFUL = 40  # digits in a gallery
TRAIN_TEXTBOOK = "python train.py --recipe textbook --output mnist_model/weights/textbook"
WORST = 12  # styles of handwriting

Activations = dict[str, NDArray[np.float32]]  # of each layer, by its name in LAYERS


# The first tab: layer by layer.


def layer_by_layer(reading: Reading) -> None:
    show_layers(layers(), reading)  # loaded here: what a fragment raises does not reach the page


@st.fragment
def show_layers(network: Layers, reading: Reading) -> None:
    activations = {name: values[0] for name, values in network.activations(reading.digit[None]).items()}
    show_input(reading)
    show_convolution(network, "conv1", reading, activations)
    show_pooling("pool1", activations, columns=6)
    show_convolution(network, "conv2", reading, activations)
    show_pooling("pool2", activations, columns=8)
    show_dense(network, "dense1", activations, columns=24)
    show_dense(network, "dense2", activations, columns=21)
    show_logits(network, activations)
    show_softmax(activations)
    parameters = sum(layer.parameters for layer in LAYERS.values())
    multiply_adds = sum(layer.multiply_adds for layer in LAYERS.values())
    st.caption(
        f"In total, there are {parameters:,} parameters, and {multiply_adds:,} multiply-adds for one digit. All maps "
        "of a layer share one scale of brightness, from 0 to the layer's largest number."
    )


def show_input(reading: Reading) -> None:
    picture, detail = row("**Input**  \n28 x 28 pixels")
    with picture:
        st.image(images.pixels_url(reading.digit), alt="The 28 by 28 pixels that the network gets", width=140)
    choose = "Choose or click" if has_mouse() else "Choose"
    detail.markdown(
        f"The input is {reading.digit.size} numbers, from 0 for paper to 1 for ink. They go through {len(LAYERS)} "
        f"layers, until ten numbers are left. {choose} a map or a logit to see how it is computed."
    )


def show_convolution(network: Layers, conv: str, reading: Reading, activations: Activations) -> None:
    maps, weights, field = LAYERS[conv].shape[-1], network.weights[conv], receptive_field(conv)
    picture, detail = row(about(conv))
    with detail:
        number = st.selectbox(
            "How it is computed",
            range(maps),
            int(activations[conv].sum(axis=(0, 1)).argmax()),  # the brightest shows most
            format_func=lambda number: f"Map {number + 1}",
            key=f"{conv}_map",
            bind="query-params",
        )
        if conv == "conv1":
            kernel = charts.kernel_colours(weights, number)
        else:
            kernel = None
            show_chart(
                charts.convolution_terms(activations["pool1"], weights, number),
                "terms",
                f"What adds up to map {number + 1}: the input maps, the kernels, and what each of them gives",
            )
        map_with_receptive_field(reading, kernel, number, activations[conv], field, key=f"{conv}_field")
        point_at = "Point at" if has_mouse() else "Tap"
        st.caption(
            "A kernel slides over the input. At each position, the numbers under it are multiplied by the numbers in "
            f"the kernel. The sum of these products and the bias, {decimal(weights.bias[number], 2)}, is the map's "
            "number at that position; ReLU replaces it by 0 if it is below 0. Weights above 0 are orange, those below "
            f"0 blue. {point_at} a number of the map: it depends on the {field.size} x {field.size} pixels in the "
            "frame, its receptive field." + ("" if kernel else " The layers before make it larger than the kernel.")
        )
    with picture:
        show_chart(
            charts.maps_and_kernels(activations[conv], weights.kernel, number),
            conv,
            f"The {maps} maps of the convolution, each beside the kernels that made it",
            on_click=partial(choose_map, conv),
        )


def choose_map(conv: str) -> None:
    """Choose the map that was clicked."""
    if (number := clicked_mark(conv)) in range(LAYERS[conv].shape[-1]):
        st.session_state[f"{conv}_map"] = number


def show_pooling(pool: str, activations: Activations, columns: int) -> None:
    picture, detail = row(about(pool))
    detail.caption(
        "Of each 2 x 2 numbers, the largest is kept. So it matters less if a stroke is a little further left or right."
    )
    with picture:
        maps = np.moveaxis(activations[pool], -1, 0)
        show_squares(images.side_by_side(maps, columns), f"The same {len(maps)} maps, pooled")


def show_dense(network: Layers, dense: str, activations: Activations, columns: int) -> None:
    units, inputs = activations[dense], network.weights[dense].kernel.shape[1]
    picture, detail = row(about(dense))
    detail.caption(
        f"Each unit has a weight for each of the {inputs} numbers before it. For this digit, "
        f"{np.count_nonzero(units)} units are above 0."
    )
    with picture:
        show_squares(units.reshape(-1, columns), f"{units.size} squares; the brighter, the larger the unit's number")


def show_squares(values: NDArray[np.floating], alt: str) -> None:
    """Show numbers that are never below 0 as squares, the largest in white."""
    st.image(images.pixels_url(values / max(np.nanmax(values), 1e-9)), alt=alt, width="stretch")


def show_logits(network: Layers, activations: Activations) -> None:
    before, logits, weights = activations["dense2"], activations["logits"], network.weights["logits"]
    winner = int(logits.argmax())
    key = f"why_{winner}"  # where another digit wins, the first question is about that one
    picture, detail = row(about("logits"))
    with detail:
        unit = st.selectbox("What adds up to the logit of", range(10), winner, key=key)
        added = contributions(before, weights, unit)
        show_chart(
            charts.contribution_bars(before, weights, unit),
            "evidence",
            f"What each of the {len(before)} units before adds to the logit of {unit}",
        )
        st.caption(
            f"Each of the {len(added)} units before it adds weight x activation. Together, those that raise the logit "
            f"add {decimal(added[added > 0].sum(), 1)}, and those that lower it {decimal(added[added < 0].sum(), 1)}. "
            f"With the bias, {decimal(weights.bias[unit], 2)}, the logit is {decimal(logits[unit], 1)}."
        )
    with picture:
        show_chart(
            charts.logit_bars(logits, unit),
            "logits",
            f"The ten logits, highest for {winner} with {decimal(logits.max(), 1)}",
            on_click=partial(choose_unit, key),
        )


def choose_unit(key: str) -> None:
    """Choose the logit that was clicked."""
    if (number := clicked_mark("logits")) in range(10):
        st.session_state[key] = number


def show_softmax(activations: Activations) -> None:
    logits = activations["logits"]
    picture, detail = row("**Softmax**  \n10 probabilities")
    with detail:
        temperature = temperature_slider()
        st.caption(
            "$e^{z/T}$ of each logit $z$, divided by the sum of all ten. It has no weights. The page Softmax explains "
            "it."
        )
        follow(
            "T",
            temperature_stops(),
            charts={"answers": lambda t: charts.probability_bars_update(softmax(logits, t), logits)},
        )
    p = softmax(logits, temperature)
    with picture:
        show_chart(
            charts.probability_bars(p, logits),
            "answers",
            f"The ten probabilities at T = {temperature:g}, highest for {p.argmax()} with {percent(p.max())}",
        )


def row(text: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Lay out a layer: a text in the margin, and the places of its picture and of its details, which are returned."""
    margin, picture, detail = st.columns([1.1, 2, 2])
    margin.markdown(text)
    return picture, detail


def about(name: str) -> str:
    """Return what a layer does, the shape of its output, and the numbers of its parameters and multiply-adds."""
    layer = LAYERS[name]
    *sides, many = layer.shape
    lines = [f"**{layer.does}**", f"{many} maps of {sides[0]} x {sides[1]}" if sides else f"{many} units"]
    if layer.kernel:
        lines += [f"{layer.parameters:,} parameters", f"{layer.multiply_adds:,} multiply-adds"]
    return "  \n".join(lines)


# The second tab: where it looked.


@st.fragment
def where_it_looked(reading: Reading) -> None:
    winner = reading.winner
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(
            "Cover a part of the digit, and the network reads it again: move the patch with the mouse, a finger or the "
            "arrow keys. Where that changes the probabilities, the network relied on what is covered."
        )
        with st.container(horizontal=True):
            cover = st.segmented_control("Cover with", ["paper", "ink"], default="paper", required=True, key="cover")
            size = st.segmented_control("Side of the patch", PATCHES, default=7, required=True, key="patch") or 7
            temperature = temperature_slider(width=200)
        covered = occlusion(classifier(), reading.digit, size, ink=float(cover == "ink"))
        movable_patch(reading, covered, size, cover == "ink", temperature)
        st.caption(
            "The line on each bar is the probability without the patch. Covering with ink shows what has to stay "
            "empty, such as the top of an open 4."
        )
    falls = reading.logits[winner] - covered[..., winner]
    with right:
        show_chart(
            charts.occlusion_map(reading.digit, reading.logits, covered, size),
            "occlusion",
            f"How much the logit of {winner} falls with the patch at each pixel, at most {falls.max():.1f}",
        )
        st.caption(
            f"All {falls.size} places of the patch. Orange: there it lowers the logit of the {winner}. Blue: there it "
            "raises it. A number: there the digit is read as this one. The patch starts in the dotted frame, where the "
            f"logit falls most: by {falls.max():.1f}, from {decimal(reading.logits[winner], 1)}."
        )


# The third tab: what it scores.


def what_it_scores(reading: Reading) -> None:
    textbook, shipped = reports()
    scores = calibration.summary(test_logits(), test_digits().labels, shipped.temperature)
    show_scores(scores, textbook)
    temperature = temperature_slider(width=300)
    st.caption("It changes the probabilities below, but no answer: the highest of ten logits stays the highest.")
    show_confusions(temperature)
    show_misread(temperature)
    show_calibration(scores, shipped, temperature)
    show_corrupted(reading, temperature, textbook, shipped)
    show_training(textbook, shipped)


def show_scores(scores: calibration.Summary, textbook: Report) -> None:
    labels, answers = test_digits().labels, test_logits().argmax(axis=1)
    with st.container(key="scores"), st.grid(4, min_column_width=130):
        st.metric("Accuracy", f"{scores['accuracy']:.2%}")
        st.metric("Misread", f"{np.count_nonzero(answers != labels)} of {len(labels):,}")
        st.metric("Loss", f"{scores['before']['nll']:.4f}")
        st.metric("Calibration error", f"{scores['before']['ece']:.2%}")
    st.caption(
        f"Measured by this server on MNIST's {len(labels):,} test digits, which training has not seen, at T = 1. The "
        "loss is the mean cross-entropy. Confidence is the probability of the digit that is read; the calibration "
        f"error is the mean gap between confidence and accuracy, in {calibration.BINS} bins. The same network, trained "
        f"on MNIST alone as textbooks do it, has an accuracy of {textbook.test.accuracy:.2%}."
    )


@st.fragment
def show_confusions(temperature: float) -> None:
    matrix = calibration.confusion_matrix(test_digits().labels, test_logits().argmax(axis=1))
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    most_confused = np.unravel_index(wrong.argmax(), wrong.shape)
    choose = "Click a cell, or choose its two digits," if has_mouse() else "Choose the two digits of a cell"
    st.markdown(f"**Which digits are confused?** {choose} to see what is in it.")
    figure, digits = st.columns([4, 5])
    with digits:
        with st.container(horizontal=True):
            label = st.selectbox("Labelled", range(10), int(most_confused[0]), key="label", bind="query-params")
            answer = st.selectbox("Read as", range(10), int(most_confused[1]), key="answer", bind="query-params")
        show_cell(label, answer, temperature)
    with figure:
        show_chart(
            charts.confusion(matrix, (label, answer)),
            "confusion",
            f"How many test digits with each label are read as which digit; {wrong.sum()} are misread",
            on_click=choose_cell,
        )


def choose_cell() -> None:
    """Choose the cell of the confusion matrix that was clicked."""
    number = clicked_mark("confusion")
    if number is not None and number in range(100):
        st.session_state.label, st.session_state.answer = divmod(number, 10)


def show_cell(label: int, answer: int, temperature: float) -> None:
    """Show the test digits in a cell of the confusion matrix, if there are many by pages."""
    logits = test_logits()
    cell = np.flatnonzero((test_digits().labels == label) & (logits.argmax(axis=1) == answer))
    cell = cell[np.argsort(softmax(logits[cell]).max(axis=1), kind="stable")]  # the least confident answer first
    pages = max(1, -(-len(cell) // PAGEFUL))
    count = f"{len(cell):,} digits" if len(cell) != 1 else "1 digit"
    order = ", the least confident answer first:" if pages > 1 else ":"
    st.markdown(f"{count} labelled {label} and read as {answer}{order}")
    number = st.pagination(pages, key=f"page {label} {answer}") if pages > 1 else 1
    show_digits(cell[PAGEFUL * (number - 1) : PAGEFUL * number], temperature)


def show_misread(temperature: float) -> None:
    labels, logits = test_digits().labels, test_logits()
    misread = np.flatnonzero(logits.argmax(axis=1) != labels)
    misread = misread[np.argsort(-softmax(logits[misread]).max(axis=1), kind="stable")]
    st.markdown(
        f"**All {len(misread)} digits that it misreads**, the most confident answer at T = 1 first; below each, "
        "the answer and the right label:"
    )
    show_digits(misread, temperature)


def show_digits(numbers: NDArray[np.intp], temperature: float) -> None:
    """Show some of the test digits, each with its answer and, if that is wrong, its label, and their probabilities."""
    if not len(numbers):
        return
    digits, labels = test_digits()
    captions = []
    for label, p in zip(labels[numbers], softmax(test_logits()[numbers], temperature), strict=True):
        answer = p.argmax()
        right = "" if answer == label else f"  \n{label}: {percent(p[label], 0)}"
        captions.append(f"{answer}: {percent(p[answer], 0)}{right}")
    gallery(digits[numbers] / 255, captions)


def gallery(digits: NDArray[np.floating], captions: list[str]) -> None:
    """Show (n, 28, 28) images in [0, 1] side by side."""
    st.image([images.pixels_url(digit, margin=1) for digit in digits], captions, 80, alt=captions)


def show_calibration(scores: calibration.Summary, shipped: Report, temperature: float) -> None:
    labels, logits = test_digits().labels, test_logits()
    calibrated = f"T* = {shipped.temperature:.2f}"
    temperatures = {"T = 1": 1.0, calibrated: shipped.temperature}
    corrupted = dict(zip(temperatures, shipped.reliability, strict=True))
    if temperature not in (1, calibrated_temperature()):
        temperatures[f"T = {temperature:g}, set above"] = temperature
    plain = {name: calibration.reliability(softmax(logits, t), labels) for name, t in temperatures.items()}

    st.markdown(
        "**Is it calibrated?** Of the answers with a confidence of 90%, 90% should be right. Above the diagonal, more "
        f"answers are right than the confidence says; below it, fewer. {calibrated} is the calibrated temperature: of "
        f"all temperatures, it gives the lowest loss on the {VALIDATION:,} validation digits, each slightly turned, "
        "slanted, shifted and bent at random. The calibration error need not be lowest there as well."
    )
    left, right = st.columns(2)
    with left:
        show_chart(
            charts.reliability_diagram(plain),
            "reliability",
            "The share of answers to the test digits that are right, by their confidence",
        )
        st.caption(
            f"The test digits as they are. Calibration error {scores['before']['ece']:.2%} at T = 1, "
            f"{scores['after']['ece']:.2%} at T*. Most answers have a confidence near 100%. The others are few, so "
            "their 95% confidence intervals, the vertical lines, are long."
        )
    with right:
        show_chart(
            charts.reliability_diagram(corrupted, intervals=False),
            "reliability_corrupted",
            "The share of answers to corrupted test digits that are right, by their confidence",
        )
        st.caption(
            f"The test digits corrupted in {len(CORRUPTIONS)} ways. Calibration error "
            f"{shipped.corrupted.ece[0]:.2%} at T = 1, {shipped.corrupted.ece[1]:.2%} at T*."
        )
    if shipped.pens:
        st.caption(
            f"On digits that people wrote on tablets with a pen (UNIPEN), the calibration error is "
            f"{shipped.pens.ece[0]:.2%} at T = 1 and {shipped.pens.ece[1]:.2%} at T*."
        )
    how_measured("calibration", "python train.py", "python -m evaluation.pens FOLDER --half --output docs/pens.md")


def show_corrupted(reading: Reading, temperature: float, textbook: Report, shipped: Report) -> None:
    digit = np.rint(255 * reading.digit).astype(np.uint8)[None]
    corrupted = np.concatenate([corrupt(digit, corruption) for corruption in CORRUPTIONS])
    p = softmax(classifier().logits(corrupted), temperature)
    names = [corruption.__name__ for corruption in CORRUPTIONS]
    st.markdown(f"**What if it is corrupted?** The digit chosen above, and the test digits, in {len(names)} ways:")
    st.dataframe(
        {
            "digit": [images.pixels_url(image) for image in corrupted],
            "corruption": [name.replace("_", " ") for name in names],
            "read as": [f"{row.argmax()}, {percent(row.max())}" for row in p],
            "accuracy": [100 * shipped.corruptions[name] for name in names],
            "MNIST alone": [100 * textbook.corruptions[name] for name in names],
        },
        hide_index=True,
        row_height=44,
        height="content",
        column_config={
            "digit": st.column_config.ImageColumn("example", width=72),
            "accuracy": st.column_config.NumberColumn(format="%.2f%%", help="On the corrupted test digits"),
            "MNIST alone": st.column_config.NumberColumn(
                format="%.2f%%", help="The accuracy of the same network trained on MNIST alone"
            ),
        },
        alt="Each corruption, how the chosen digit is read with it, and the accuracy on the test digits",
    )
    st.caption(
        f"The accuracy on all corrupted test digits is {shipped.corrupted.accuracy:.2%}, of the network trained on "
        f"MNIST alone {textbook.corrupted.accuracy:.2%}. The digit chosen above is read now, at the temperature set "
        "above. The corruptions follow MNIST-C (Mu and Gilmer 2019)."
    )
    how_measured("corrupted", "python train.py", TRAIN_TEXTBOOK)


def show_training(textbook: Report, shipped: Report) -> None:
    st.markdown("**How it learned**, compared with the same network trained on MNIST alone, as textbooks do it:")
    show_chart(
        charts.learning_curves({"textbook": textbook.history, "this network": shipped.history}),
        "learning",
        f"Errors by epoch: {textbook.epochs} epochs on MNIST alone, {shipped.epochs} of this network",
    )
    st.caption(
        f"Solid lines: errors on the {VALIDATION:,} validation digits. Dotted lines: errors on the training data. "
        f"“Textbook” was trained on MNIST's digits as they are, for {textbook.seconds:.0f} seconds. The network of "
        f"these pages was trained for {shipped.seconds / 60:.0f} minutes: on the same digits, also distorted, blurred "
        "and scratched, on digits drawn stroke by stroke in other styles, and on images that are not digits. During "
        "training it can also answer “not a digit”."
    )
    how_measured("training", "python train.py", TRAIN_TEXTBOOK)


def how_measured(what: str, *commands: str) -> None:
    """Let a visitor who wants to know see the commands that made some numbers."""
    with st.popover("How this was measured", type="tertiary", key=f"how_{what}"):
        st.caption("By these commands, in this project's repository:" if len(commands) > 1 else "By this command:")
        st.code("\n".join(commands), language="sh", wrap_lines=True)


# The fourth tab: what it cannot do.


def what_it_cannot_do() -> None:
    show_worst_styles()
    show_worst_conditions()
    show_ood_detection()
    show_ood_examples()


def show_worst_styles() -> None:
    report = drawings_report()
    worst = sorted(report.styles, key=lambda style: style.accuracy)[:WORST]
    st.markdown(
        f"**Some handwriting.** {len(report.styles)} ways to write a digit were tried, with {report.samples} samples "
        f"each. For {sum(style.accuracy == 1 for style in report.styles)} of them, every sample was read correctly. "
        f"These {len(worst)} have the lowest accuracy, each shown by its worst sample:"
    )
    gallery(
        np.stack([style.worst for style in worst]),
        [f"{style.digit}, {style.name}  \n{style.accuracy:.0%}" + (" *" if style.held_out else "") for style in worst],
    )
    if any(style.held_out for style in worst):
        st.caption("An asterisk marks a style that was held out of training.")


def show_worst_conditions() -> None:
    report = drawings_report()
    hardest = {
        kind: min(tried, key=lambda condition: (condition.held_out, condition.mnist or 1))
        for kind, tried in report.conditions.items()
    }
    st.markdown("**Some conditions.** Of each kind, the one with the lowest accuracy:")
    st.table(
        {
            "kind": list(hardest),
            "condition": [condition.name for condition in hardest.values()],
            "held-out styles": [f"{condition.held_out:.1%}" for condition in hardest.values()],
            "MNIST's digits": ["" if one.mnist is None else f"{one.mnist:.1%}" for one in hardest.values()],
        },
        hide_index=True,
    )
    st.caption(
        "Accuracy on drawings in styles that were held out of training, and on drawings made from MNIST's validation "
        "digits, all preprocessed as on the page Draw. Without any of these conditions, it is "
        f"{report.held_out:.1%} on the held-out styles. These are hundreds of drawings, not thousands: a difference "
        "of one percentage point may be chance."
    )
    how_measured("drawings", "python -m evaluation.drawings --output docs/drawings.md")


def show_ood_detection() -> None:
    scores = ood_report()
    st.markdown(
        "**“Not a digit” as an answer.** The network knows only ten answers, and their probabilities add up to 100% "
        "whatever it is shown. But the logits, before softmax, also say whether any score is high at all. Their "
        r"**energy**, $-\ln \sum_i e^{z_i}$, is low if one is. Where it is above a threshold, the page Draw says "
        "“not a digit”. How often would it?"
    )
    st.table(
        {
            "input": list(scores),
            "images": [f"{kind.images:,}" for kind in scores.values()],
            "not a digit": [f"{kind.detected:.1%}" for kind in scores.values()],
            "higher energy than a digit": [
                "" if kind.auroc is None else f"{kind.auroc:.2%}" for kind in scores.values()
            ],
        },
        hide_index=True,
    )
    st.caption(
        "The last column compares random pairs, an image of this kind and a digit (the share is called AUROC): 50% "
        "is chance. Training has seen scribbles made in the same way, and letters in other fonts, except those that "
        "look like digits."
    )
    how_measured("ood", "python -m evaluation.not_a_digit --output docs/not_a_digit.md")


def show_ood_examples() -> None:
    threshold = load_calibration().energy_threshold
    kinds = {name: np.stack(kind.examples) for name, kind in ood_report().items() if kind.examples}
    st.markdown("Examples, and how the network reads them:")
    temperature = temperature_slider(width=300)
    for name, examples in (kinds | {"two digits at once": digit_pairs()}).items():
        logits = classifier().logits(examples)
        captions = [
            f"{p.argmax()}: {percent(p.max(), 0)}" + ("  \nnot a digit" if high else "")
            for p, high in zip(softmax(logits, temperature), energy(logits) > threshold, strict=True)
        ]
        st.caption(name[0].upper() + name[1:])
        gallery(examples, captions)


# The page.


@contextlib.contextmanager
def missing_file_shown() -> Iterator[None]:
    """Show a message in place of a tab, if a file that only this tab needs is missing or damaged."""
    try:
        yield
    except ModelFileError as error:
        show_error(error)


with page_frame(width=1100):
    st.title("Inside the network, and how well it reads", anchor=False)
    st.markdown("How does the network of the page Draw read this digit? And when is it wrong?")
    with st.container(width=460, horizontal=True, vertical_alignment="bottom"):
        _, reading = digit_picker()
    inside, looked, scored, limited = st.tabs(
        ["Layer by layer", "Where it looked", "What it scores", "What it cannot do"], key="part", bind="query-params"
    )
    if inside.open:
        with inside, missing_file_shown():
            layer_by_layer(reading)
    if looked.open:
        with looked:
            where_it_looked(reading)
    if scored.open:
        with scored, missing_file_shown():
            what_it_scores(reading)
    if limited.open:
        with limited, missing_file_shown():
            what_it_cannot_do()
