"""The page Softmax, a lesson in five steps: from one threshold to softmax, and how a network with a softmax learns."""

import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_model import images
from mnist_model.classifier import ModelFileError
from mnist_model.lesson import THRESHOLDS, Moment
from mnist_model.softmax import (
    Fired,
    cross_entropy,
    cross_entropy_gradient,
    naive_softmax,
    one_hot,
    one_threshold,
    sample,
    sigmoid,
    softmax,
    ten_thresholds,
)
from ui.charts import lesson as charts
from ui.components.contents import mark_step
from ui.components.follower import follow
from ui.formatting import SUBSCRIPTS, percent
from ui.lesson_data import Example, examples, lesson, sigmoid_outputs, source
from ui.reading import Reading, test_digits
from ui.session import session
from ui.widgets import (
    DRAWING,
    digit_picker,
    draw_buttons,
    is_in_every_session,
    page_frame,
    share_draws,
    show_chart,
    show_error,
    temperature_slider,
    temperature_stops,
)

STEPS = {  # anchors and headings
    "one-threshold": "1. One output, one threshold",
    "ten-thresholds": "2. Ten outputs, ten thresholds",
    "softmax": "3. Softmax",
    "max-or-sample": "4. Max or sample",
    "cross-entropy": "5. One-hot labels and cross-entropy",
}
FIVE_LOGITS = (-1.0, 0.0, 1.0, 2.0, 3.0)
TOO_LARGE = (1000.0, 1001.0, 1002.0)  # for exp
LARGEST_INPUT = 40.0  # that a visitor can type: the smallest probability is still above 0 in 32 bits
ADDED = [number / 2 for number in range(-20, 21)]
FACTORS = [number / 10 for number in range(1, 51)]
DRAWS = (1, 10, 100, 1000)

# The code of each step in TensorFlow 2.
TENSORFLOW = {
    "one threshold": "yes = tf.sigmoid(z) > threshold",
    "ten thresholds": "fired = tf.reduce_sum(tf.cast(tf.sigmoid(z) > threshold, tf.int32), axis=1)",
    "softmax": "p = tf.nn.softmax(z / T)",
    "max or sample": "largest = tf.argmax(z)\ndrawn = tf.random.categorical([z], n)",
    "cross-entropy": "y = tf.one_hot(label, 10)\n"
    "with tf.GradientTape() as tape:\n"
    "    tape.watch(z)\n"
    "    loss = tf.nn.softmax_cross_entropy_with_logits(y, z / T)\n"
    "gradient = tape.gradient(loss, z)",
}


# What the steps share. Each step is a fragment: its controls rerun only this step.


def step_header(anchor: str) -> None:
    st.header(STEPS[anchor], anchor=anchor)


def contents() -> None:
    """Show links to the steps, which stay in view and mark the step that is read."""
    st.html(Path(__file__).with_suffix(".css"))
    with st.container(key="contents", horizontal=True, gap="xsmall"):
        for anchor, heading in STEPS.items():
            st.markdown(f":small[[{heading}](#{anchor})]", width="content")
    mark_step()


def show_code(step: str, *functions: Callable[..., Any]) -> None:
    with st.expander("The code", icon=":material/code:"):
        st.caption("With NumPy, from this project's source:")
        st.code("\n\n\n".join(map(source, functions)), wrap_lines=True)
        st.caption("The same in TensorFlow 2:")
        st.code(TENSORFLOW[step], wrap_lines=True)


def show_digit(digit: NDArray[np.floating], alt: str = "The digit chosen above") -> None:
    st.image(images.pixels_url(digit), alt=alt, width=56)


def slider(label: str, stops: Sequence[float], value: float, key: str) -> float:
    chosen: float = st.select_slider(label, stops, value, format_func="{:g}".format, key=key, bind="query-params")
    return chosen


def number_field(label: str, value: float, key: str) -> float:
    return st.number_input(
        label,
        -LARGEST_INPUT,
        LARGEST_INPUT,
        value,
        0.5,
        format="%g",
        key=key,
        bind="query-params",
        help=f"From {-LARGEST_INPUT:g} to {LARGEST_INPUT:g}",
    )


# Step 1.


@st.fragment
def one_output(reading: Reading) -> None:
    step_header("one-threshold")
    st.markdown(
        "Begin with a question that has two answers: is this a 7? A network with **one output** can learn to answer "
        "it. From the digit it computes a number *z*: the larger *z* is, the more the digit looks like a 7. The "
        "**sigmoid** maps this number, whatever it is, to a number between 0 and 1:"
    )
    st.latex(r"\sigma(z) = \frac{1}{1 + e^{-z}}")
    st.markdown("To get a yes or a no, choose a **threshold**. If the output is above it, the answer is yes.")
    left, right = st.columns([1, 3])
    digit = left.selectbox("Is this a", range(10), 7, format_func="{}?".format, key="question", bind="query-params")
    with right:
        threshold = slider("Threshold", THRESHOLDS, 0.5, "one_threshold")
    network = lesson().moments[-1].networks["sigmoid"]
    own = float(sigmoid(network.logits(reading.digit[None])[0, digit]))
    show_answer(reading, digit, own)
    show_hits_and_misses(digit, own, threshold)
    st.markdown(
        "A lower threshold means fewer misses and more false alarms, a higher one the opposite. You have to choose "
        "between the two, but **for one question, one threshold is enough**."
    )
    show_code("one threshold", sigmoid, one_threshold)


def show_answer(reading: Reading, digit: int, own: float) -> None:
    def answer(threshold: float) -> dict[str, str]:
        return {"Its output": shown, "The answer": f"yes, a {digit}" if own > threshold else f"no, not a {digit}"}

    # Never rounded to 0 or 1, which a sigmoid does not reach.
    shown = f"{own:.4f}".replace("1.0000", ">0.9999").replace("0.0000", "<0.0001")
    with st.container(horizontal=True, vertical_alignment="center"):
        show_digit(reading.digit)
        follow("one_threshold", THRESHOLDS, numbers=answer)


def show_hits_and_misses(digit: int, own: float, threshold: float) -> None:
    def counts(threshold: float) -> dict[str, str]:
        found = one_threshold(outputs, truth, threshold)
        return {
            "Hits": f"{found.hits:,}",
            "Misses": f"{found.misses:,}",
            "False alarms": f"{found.false_alarms:,}",
        }

    outputs, truth = sigmoid_outputs()[:, digit], test_digits().labels == digit
    st.markdown(
        f"How does it answer for MNIST's {len(outputs):,} test digits, {truth.sum():,} of which are labelled {digit}? "
        f"A **hit** is a {digit} with the answer yes, a **miss** a {digit} with the answer no, and a **false alarm** "
        "another digit with the answer yes:"
    )
    follow("one_threshold", THRESHOLDS, numbers=counts, charts={"histogram": charts.output_histogram_update})
    show_chart(
        charts.output_histogram(outputs, truth, digit, threshold, own),
        "histogram",
        f"How many test digits have which output, and a threshold of {threshold:.2f}: "
        + ", ".join(f"{name.lower()} {count}" for name, count in counts(threshold).items()),
    )
    st.caption(
        "The test digits by their output. The vertical axis is logarithmic; otherwise the few outputs that are neither "
        "near 0 nor near 1 could not be seen. The diamond is the digit chosen above. The output is one of the ten of "
        f"the network in step 2, after {lesson().epochs} epochs on MNIST's training digits."
    )


# Step 2.


@st.fragment
def ten_outputs(reading: Reading) -> None:
    step_header("ten-thresholds")
    st.markdown(
        "Which of the ten digits is it? One could ask ten such questions: **ten outputs**, each with its own sigmoid, "
        "each compared with the threshold. But nothing ensures that exactly one of them is above it. Watch such a "
        f"network **while it learns**: its weights change a little after each batch of {lesson().batch_size} digits. "
        "Beside it is a second network, which began with the same weights and saw the same digits, but was trained "
        "with softmax."
    )
    moment, threshold = choose_moment()
    left, right = st.columns(2)
    with left:
        show_ten_thresholds(reading, moment, threshold)
    with right:
        show_softmax(reading, moment)
    show_moment_scores(moment, threshold)
    show_failures(moment, threshold)
    show_code("ten thresholds", ten_thresholds)


def choose_moment() -> tuple[Moment, float]:
    """Let the visitor choose a moment of the training, and a threshold."""
    moments = {moment.step: moment for moment in lesson().moments}
    left, right = st.columns(2)
    step = left.select_slider(
        "Batches seen", list(moments), min(moments, key=lambda step: abs(step - 100)), key="age", bind="query-params"
    )
    with right:
        threshold = slider("Threshold", THRESHOLDS, 0.3, "ten_thresholds")
    return moments[step], threshold


def show_ten_thresholds(reading: Reading, moment: Moment, threshold: float) -> None:
    def answer(threshold: float) -> str:
        return ", ".join(map(str, np.flatnonzero(outputs > threshold))) or "no answer"

    outputs = sigmoid(moment.networks["sigmoid"].logits(reading.digit[None]))[0]
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        show_digit(reading.digit)
        follow(
            "ten_thresholds",
            THRESHOLDS,
            numbers=lambda threshold: {"Ten thresholds": answer(threshold)},
            charts={"ten_outputs": partial(charts.ten_outputs_update, outputs)},
        )
    show_chart(
        charts.ten_outputs(outputs, threshold),
        "ten_outputs",
        f"Ten outputs and the threshold. Above it: {answer(threshold)}",
    )


def show_softmax(reading: Reading, moment: Moment) -> None:
    p = softmax(moment.networks["softmax"].logits(reading.digit[None]))[0]
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        show_digit(reading.digit)
        st.metric("Softmax", f"{p.argmax()}, with {percent(p.max())}")
    show_chart(
        charts.ten_probabilities(p),
        "ten_probabilities",
        f"Ten probabilities, highest for {p.argmax()} with {percent(p.max())}",
    )


def show_moment_scores(moment: Moment, threshold: float) -> None:
    def shares(threshold: float) -> dict[str, str]:
        fired = moment.fired[THRESHOLDS.index(threshold)]
        one = exactly_one(fired)
        return {
            "None above it": share(fired.none, n),
            "Several": share(fired.several, n),
            "Exactly one": share(one, n),
            "Of these, right": share(fired.right, one) if one else "—",
            "Right with thresholds": share(fired.right, n),
            "Right with softmax": percent(moment.softmax),
        }

    moments, n = lesson().moments, lesson().digits
    st.markdown(f"The same for MNIST's {n:,} test digits, after {moment.step:,} batches:")
    follow(
        "ten_thresholds",
        THRESHOLDS,
        numbers=shares,
        charts={
            "answers_by_moment": partial(charts.answers_by_moment_update, moments, n),
            "failures": charts.failures_update,
        },
    )
    show_chart(
        charts.answers_by_moment(moments, n, threshold, moment.step),
        "answers_by_moment",
        f"The test digits with none, exactly one, or several outputs above a threshold of {threshold:.2f}, by batches "
        "seen, and the share that softmax reads correctly",
    )


def show_failures(moment: Moment, threshold: float) -> None:
    moments, n = lesson().moments, lesson().digits
    best = max(range(len(THRESHOLDS)), key=lambda number: exactly_one(moment.fired[number]))
    answered = exactly_one(moment.fired[best])
    answered_at_end = max(map(exactly_one, moments[-1].fired))
    st.markdown("How many test digits are left **without exactly one answer**, by batches seen and by threshold?")
    show_chart(
        charts.failures(moments, n, threshold, moment.step),
        "failures",
        "The share of test digits with none or several outputs above the threshold, by batches seen and by threshold",
    )
    st.markdown(
        f"After {moment.step:,} batches, even the best common threshold, {THRESHOLDS[best]:g}, leaves "
        f"**{share(n - answered, n)}** without exactly one answer, and nobody knows in advance which one is best. Of "
        f"the digits with exactly one answer, {share(moment.fired[best].right, answered)} are read correctly. At the "
        f"end of the training, the best threshold leaves {share(n - answered_at_end, n)}: once the network has learned "
        "well, the problem hardly shows. Softmax gives exactly one answer at any moment."
    )
    st.markdown(
        "One could drop the thresholds and take the largest of the ten outputs. That is always exactly one answer, too "
        f"({percent(moment.largest)} are right after {moment.step:,} batches), and it is half of the idea of softmax: "
        "the outputs compete. The other half is that they share a total of 1, and so become probabilities."
    )


def exactly_one(fired: Fired) -> int:
    """Return how many digits have exactly one output above the threshold."""
    return fired.right + fired.wrong


def share(count: int, total: int) -> str:
    """Write a share as a percentage; unlike a probability, it can be 0% or 100%."""
    return f"{count / total:.0%}" if count in (0, total) else percent(count / total)


# Step 3.


@st.fragment
def five_numbers() -> None:
    step_header("softmax")
    st.markdown(
        "Softmax turns any list of numbers, called **logits**, into probabilities: none of them is negative, and they "
        "add up to 1."
    )
    st.latex(r"p_i = \frac{e^{z_i}}{e^{z_1} + e^{z_2} + \dots + e^{z_K}}")
    with st.grid(5, min_column_width=60, gap="xsmall"):
        z = [number_field(f"z{SUBSCRIPTS[i]}", value, f"z{i + 1}") for i, value in enumerate(FIVE_LOGITS)]
    show_in_steps(z)
    show_changes(z)
    show_overflow()
    show_code("softmax", in_steps, naive_softmax, softmax)


def show_in_steps(z: Sequence[float]) -> None:
    powers, total, p = in_steps(z)
    st.table(
        {
            "z": [f"{value:g}" for value in z] + [""],
            "exponentiate": [*(f"{value:.7g}" for value in powers), f"sum: {total:.7g}"],
            "divide by the sum": [*map(eight_places, p), f"sum: {p.sum():.6g}"],
        },
        hide_index=True,
    )
    st.markdown(
        "Exponentiating makes all numbers positive and keeps their order; dividing by the sum makes them add up to 1. "
        "Computed with 32-bit numbers, as networks do, the result is:"
    )
    st.code(str(p), wrap_lines=True)


def in_steps(z: Sequence[float]) -> tuple[NDArray[np.float32], np.float32, NDArray[np.float32]]:
    """Compute softmax step by step with 32-bit numbers: the powers, their sum, and the probabilities."""
    powers = np.exp(z).astype(np.float32)
    total = powers.sum()
    return powers, total, powers / total


def eight_places(value: np.float32) -> str:
    """Write a number as NumPy prints it in an array, and a small one with a power of ten."""
    if value < 1e-4:
        return np.format_float_scientific(value, precision=6)
    return np.format_float_positional(value, precision=8)


def show_changes(z: Sequence[float]) -> None:
    st.markdown("**What changes the probabilities, and what does not?** Change all five numbers in the same way:")
    left, right = st.columns(2)
    with left:
        added = slider("Add to all of them", ADDED, 5.0, "added")
    with right:
        factor = slider("Multiply all of them by", FACTORS, 1.0, "factor")

    def changed(factor: float) -> NDArray[np.float64]:
        return softmax(factor * np.asarray(z) + added)

    before, after = softmax(z), changed(factor)
    follow(
        "factor",
        FACTORS,
        charts={"before_and_after": lambda factor: charts.before_and_after_update(changed(factor))},
    )
    show_chart(
        charts.before_and_after(before, after),
        "before_and_after",
        "The five probabilities after the change: " + ", ".join(percent(value) for value in after),
    )
    st.markdown(
        "- **Adding** a number to all of them changes nothing: $e^{z+c} = e^c\\, e^z$, and $e^c$ cancels.\n"
        "- **The order** of the probabilities never changes.\n"
        f"- **Multiplying** sharpens or flattens them. Multiplying the logits by {factor:g} is the same as dividing "
        f"them by T = {1 / factor:.3g}, and T is the **temperature**: a large factor is a low temperature, a small "
        "factor a high one."
    )


def show_overflow() -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        literal = naive_softmax(TOO_LARGE)
    large = [int(value) for value in TOO_LARGE]
    st.markdown(
        "**Overflow.** The largest 64-bit floating-point number is about $10^{308}$, and $e^{1000}$ is about "
        "$10^{434}$. Computed as it is written, the formula divides infinity by infinity, and the result is nan, *not "
        "a number*. But since adding a number to all logits changes nothing, one can first subtract the largest of "
        "them: then no power is larger than $e^0 = 1$."
    )
    st.code(f">>> naive_softmax({large})\n{literal}\n>>> softmax({large})\n{softmax(TOO_LARGE)}", wrap_lines=True)


# Step 4.


@st.fragment
def max_or_sample() -> None:
    step_header("max-or-sample")
    st.markdown(
        "There are two ways to pick one of several numbers. **Max** takes the largest. **Sampling** draws at random: "
        "each number with its softmax probability. Take two numbers:"
    )
    draws = session().pair_draws
    share_draws(draws)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=180), st.grid(2, min_column_width=60, gap="xsmall"):
            z = [number_field("a", 2.0, "a"), number_field("b", 1.0, "b")]
        draw_buttons(draws, DRAWS)
    p, larger = softmax(z), take_largest(z)
    drawn = sample(p, draws.count, draws.seed)
    show_draws(p, larger, drawn)
    often, seldom = "ab"[larger], "ab"[1 - larger]
    st.markdown(
        "If both numbers are equal, max always takes the first; sampling takes either, at random."
        if z[0] == z[1]
        else f"Max takes *{often}* every time, however small its lead, and *{seldom}* never. Sampling takes *{often}* "
        f"more often, but *{seldom}* as well. This is what the *soft* in softmax means, and why a program that writes "
        "text does not always write the same."
    )
    show_code("max or sample", take_largest, sample)


def show_draws(p: NDArray[np.float64], larger: int, drawn: NDArray[np.intp]) -> None:
    often, seldom = "ab"[larger], "ab"[1 - larger]
    counts = np.bincount(drawn, minlength=2)
    st.markdown(
        f"Softmax gives *a* {percent(p[0])} and *b* {percent(p[1])}. (For two numbers, "
        r"$p(a) = \sigma(a - b)$: the sigmoid of step 1 is softmax with the second number fixed at 0.)"
    )
    show_chart(
        charts.running_share(drawn != larger, float(p[1 - larger]), seldom),
        "running_share",
        f"The share of {seldom} in the draws so far, draw by draw; max never takes it",
    )
    st.table(
        {
            "picked by": ["max", "sampling"],
            "a": [f"{(len(drawn) if larger == 0 else 0):,}", f"{counts[0]:,}"],
            "b": [f"{(len(drawn) if larger == 1 else 0):,}", f"{counts[1]:,}"],
            "the last draws": [
                " ".join(often * min(len(drawn), 20)),
                " ".join("ab"[taken] for taken in drawn[-20:]),
            ],
        },
        hide_index=True,
    )


def take_largest(z: Sequence[float]) -> int:
    """Return the position of the largest number: max."""
    return int(np.argmax(z))


# Step 5.


@st.fragment
def learning(choice: str, reading: Reading) -> None:
    step_header("cross-entropy")
    st.markdown(
        "How does a network learn such probabilities? People have labelled each training digit with what it is meant "
        "to be. The label becomes a distribution as well, a **one-hot label**: 1 for the right digit, 0 for the "
        "others. The answers below are those of the network on the page Draw."
    )
    runner_up = int(np.argsort(reading.logits)[-2])
    digit = f"{choice} {zlib.crc32(reading.png.encode())}" if choice == DRAWING else choice
    label = st.segmented_control(
        "This digit is meant to be a",
        list(range(10)),
        default=runner_up,  # a label that teaches: with the winner there would hardly be a gradient
        required=True,
        key=f"label of {digit}",  # each digit has its own
        bind="query-params" if is_in_every_session(choice) else None,
        persist_state="session",
    )
    if label is None:  # the browser does not send that, but a client could
        label = runner_up
    st.caption(
        f"It begins with the digit that comes second, as if the network had misread it. Choose {reading.winner}, which "
        "the network reads, and see how little there is left to learn."
    )
    temperature = temperature_slider()
    st.code(f"y = {one_hot(label, 10).astype(int).tolist()}", wrap_lines=True)
    show_loss(reading, label)
    show_gradient(reading, label, temperature)
    show_examples(Example(reading.digit, label, reading.logits), temperature)
    show_code("cross-entropy", one_hot, cross_entropy, cross_entropy_gradient)


def show_loss(reading: Reading, label: int) -> None:
    def numbers(temperature: float) -> dict[str, str]:
        loss = float(cross_entropy(reading.logits, label, temperature))
        return {
            f"Probability of the {label}": percent(softmax(reading.logits, temperature)[label]),
            "Loss": in_four_places(loss),
        }

    st.markdown(
        "The **loss** measures how far the answer is from the label. It depends only on the probability of the right "
        "digit: the smaller this is, the larger the loss. This is the **cross-entropy** with a one-hot label:"
    )
    st.latex(rf"-\sum_i y_i \ln p_i = -\ln p_{{{label}}}")
    follow("T", temperature_stops(), numbers=numbers)


def show_gradient(reading: Reading, label: int, temperature: float) -> None:
    p, y = softmax(reading.logits, temperature), one_hot(label, 10)
    gradient = cross_entropy_gradient(reading.logits, label, temperature)
    st.markdown(
        "The **gradient** says how the loss changes when one logit grows a little. Training goes the opposite way: it "
        "raises the logit of the right digit and lowers the others, each in proportion to its error:"
    )
    if temperature == 1:
        st.latex(r"\text{gradient}_i = p_i - y_i")
    else:
        st.latex(r"\text{gradient}_i = \frac{p_i - y_i}{T}")
        st.caption(
            f"Networks learn from one-hot labels at T = 1. Here T is {temperature:g}; it divides the logits, and so "
            "the gradient."
        )
    follow(
        "T",
        temperature_stops(),
        charts={
            "answer_and_label": lambda t: charts.answer_and_label_update(softmax(reading.logits, t)),
            "gradient": lambda t: charts.gradient_bars_update(cross_entropy_gradient(reading.logits, label, t)),
        },
    )
    left, right = st.columns(2)
    with left:
        show_chart(
            charts.answer_and_label(p, y),
            "answer_and_label",
            f"The ten probabilities, and the label: 1 for {label}, whose probability is {percent(p[label])}",
        )
    with right:
        show_chart(
            charts.gradient_bars(gradient),
            "gradient",
            f"The gradient: {gradient[label]:.2g} for {label}, whose logit training raises, above 0 for the others",
        )


def show_examples(own: Example, temperature: float) -> None:
    compared = {"this digit": own} | examples()
    losses_at = partial(
        cross_entropy,
        [example.logits for example in compared.values()],
        [example.label for example in compared.values()],
    )
    names = [name.capitalize() for name in compared]
    st.markdown(
        "A confident right answer costs next to nothing, an undecided one costs some, and a confident wrong one costs "
        "most. This digit, and three test digits, which were chosen at T = 1:"
    )
    with st.grid(4, min_column_width=150):
        for name, (digit, label, logits) in compared.items():
            text = f"a {label}, read as {logits.argmax()}"
            with st.container(gap=None):
                show_digit(digit, f"{name}: {text}")
                st.markdown(f"**{name.capitalize()}**  \n{text}")
    st.markdown("Their losses:")
    follow(
        "T",
        temperature_stops(),
        numbers=lambda t: dict(zip(names, map(in_four_places, losses_at(t)), strict=True)),
        charts={"loss_curve": lambda t: charts.loss_curve_update(losses_at(t))},
    )
    show_chart(
        charts.loss_curve(losses_at(temperature), list(compared)),
        "loss_curve",
        "The loss over the probability of the right digit: 0 where it is 1, growing without limit as it goes to 0",
    )


def in_four_places(loss: float) -> str:
    return f"{loss:.4f}" if loss >= 0.0001 else "<0.0001"


# The page.


with page_frame(width=860):
    st.title("From one threshold to softmax", anchor=False)
    st.markdown(
        "A network computes scores, and we want an answer. Five steps show how a threshold turns a score into an "
        "answer, why ten thresholds do so badly, what softmax does instead, how to pick a digit from its "
        "probabilities, and how it is trained. All networks and digits here are real, beginning with this one:"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=400, horizontal=True, vertical_alignment="bottom", wrap=False):
            choice, reading = digit_picker()
        if not session().reading:
            st.page_link("app_pages/draw.py", label="Draw your own", icon=":material/draw:")
    contents()
    test_digits()  # if they are missing, page_frame says so; inside a fragment it could not
    try:
        lesson()
    except ModelFileError as error:  # the other steps do not use its networks
        show_error(error)
    else:
        one_output(reading)
        ten_outputs(reading)
    five_numbers()
    max_or_sample()
    learning(choice, reading)
