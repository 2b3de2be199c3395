"""The lesson: from one threshold to softmax, and how a network with a softmax learns."""

import ast
import inspect
import secrets
from collections.abc import Callable

import numpy as np
import streamlit as st

from app_pages.common import (
    Reading,
    ask_for_model,
    choose,
    classifier,
    follow_link,
    state,
    temperature_slider,
    test_digits,
)
from mnist_model import charts, images, lesson, lesson_charts
from mnist_model.classifier import ModelFileError
from mnist_model.data import DataError
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

FIVE = (-1.0, 0.0, 1.0, 2.0, 3.0)  # the article's
LARGEST = 40.0  # number that a reader may give: even then 32 bits hold the smallest probability
TOO_LARGE = (1000.0, 1001.0, 1002.0)  # for exp

DRAWS = (1, 10, 100, 1000)
MOST_DRAWS = 10_000

# What TensorFlow 2 has for the same.
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


# What the steps show.


@st.cache_resource
def the_lesson() -> lesson.Lesson:
    return lesson.load_lesson()


@st.cache_resource
def outputs_of_test_digits() -> np.ndarray:
    """The ten sigmoids' outputs for each of the test digits, (n, 10), at the end of their training."""
    return sigmoid(the_lesson().moments[-1].networks["sigmoid"].logits(test_digits().images / np.float32(255)))


@st.cache_resource
def three_answers() -> dict[str, tuple[np.ndarray, int, np.ndarray]]:
    """Of the test digits, the surest right answer, one in two minds, and the surest wrong: image, label, logits."""
    digits, labels = test_digits()
    logits = classifier().logits(digits / np.float32(255))
    p = softmax(logits)
    of_label, right = p[np.arange(len(p)), labels], p.argmax(axis=1) == labels
    chosen = {
        "confident and right": np.where(right, of_label, 0).argmax(),
        "hesitant": np.abs(of_label - 0.5).argmin(),
        "confident and wrong": np.where(right, 0, p.max(axis=1)).argmax(),
    }
    return {name: (digits[number] / 255, int(labels[number]), logits[number]) for name, number in chosen.items()}


def source(function: Callable) -> str:
    """A function as it runs here, without its docstring."""
    code = inspect.getsource(function)
    lines, docstring = code.splitlines(), ast.parse(code).body[0].body[0]
    return "\n".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])


def show_code(step: str, *functions: Callable) -> None:
    with st.expander("The code", icon=":material/code:"):
        st.caption("With NumPy, from this project's source:")
        st.code("\n\n\n".join(map(source, functions)))
        st.caption("The same in TensorFlow 2:")
        st.code(TENSORFLOW[step])


def chart(figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, config=charts.CONFIG, key=key, alt=alt)


def picture(digit: np.ndarray, alt: str = "The digit that was chosen above") -> None:
    st.image(images.pixels_url(digit), alt=alt, width=56)


def threshold_slider(value: float, key: str) -> float:
    return st.select_slider(
        "Threshold", lesson.THRESHOLDS, value, format_func="{:g}".format, key=key, bind="query-params"
    )


def share(count: int, of: int) -> str:
    """Write a count as a share, 0 and all of them as just that."""
    return f"{count / of:.0%}" if count in (0, of) else charts.percent(count / of)


# The steps. Each reruns by itself.


@st.fragment
def one_output(reading: Reading) -> None:
    st.subheader("1. One output, one threshold", anchor="one-threshold")
    st.markdown(
        "Begin with a question that has two answers: is this a 7? A network with **one output** can learn it. "
        "It looks at the digit and gives a number *z*, the larger, the more it looks like a 7. The **sigmoid** "
        "squeezes that number, whatever it is, between 0 and 1:"
    )
    st.latex(r"\sigma(z) = \frac{1}{1 + e^{-z}}")
    st.markdown("To get a yes or a no, choose a **threshold**. An output over it means yes.")
    question, slider = st.columns([1, 3])
    digit = question.selectbox("Is this a", range(10), 7, format_func="{}?".format, key="question")
    with slider:
        threshold = threshold_slider(0.5, "one_threshold")

    trained = the_lesson().moments[-1].networks["sigmoid"]
    own = float(sigmoid(trained.logits(reading.digit[None])[0, digit]))
    with st.container(horizontal=True, vertical_alignment="center"):
        picture(reading.digit)
        answer = f"**yes, a {digit}**" if own > threshold else f"**no {digit}**"
        # Like a percentage, never rounded to a 0 or a 1, which no sigmoid gives.
        shown = f"{own:.4f}".replace("1.0000", ">0.9999").replace("0.0000", "<0.0001")
        st.markdown(f"Its output is **{shown}**, so the answer is {answer}.", width="content")

    outputs, truth = outputs_of_test_digits()[:, digit], test_digits().labels == digit
    found = one_threshold(outputs, truth, threshold)
    st.markdown(
        f"And MNIST's {len(outputs):,} test digits, of which {truth.sum():,} are a {digit}? A **hit** is a {digit} "
        f"that was found, a **miss** one that was not, a **false alarm** something else that was taken for a {digit}:"
    )
    with st.container(horizontal=True, gap="large"):
        st.metric("Hits", f"{found.hits:,}", width="content")
        st.metric("Misses", f"{found.misses:,}", width="content")
        st.metric("False alarms", f"{found.false_alarms:,}", width="content")
    chart(
        lesson_charts.histogram(outputs, truth, digit, threshold, own),
        "histogram",
        f"How many test digits have which output: {found.hits:,} hits, {found.misses:,} misses, "
        f"{found.false_alarms:,} false alarms at a threshold of {threshold:.2f}",
    )
    st.caption(
        "The digits by their output; each step upwards is ten times as many, or else the few that are neither near 0 "
        "nor near 1 could not be seen. The diamond is the digit chosen above. The network is one output of the ten in "
        f"the next step, and has learned from {the_lesson().epochs} rounds of MNIST's training digits."
    )
    st.markdown(
        "Lower the threshold: fewer misses, more false alarms. Raise it: the other way round. That trade remains, but "
        "**one threshold does serve one question**."
    )
    show_code("one threshold", sigmoid, one_threshold)


@st.fragment
def ten_outputs(reading: Reading) -> None:
    st.subheader("2. Ten outputs, ten thresholds", anchor="ten-thresholds")
    st.markdown(
        "Which of the ten digits is it? One could ask ten such questions: **ten outputs**, each with its own sigmoid, "
        "and each compared with the threshold. But nothing makes exactly one of them say yes. Watch such a network "
        "**while it learns**: it adjusts itself a little after each batch of "
        f"{the_lesson().batch_size} digits. Beside it is a second one: same start, same digits, but trained with "
        "softmax."
    )
    moments, n = the_lesson().moments, the_lesson().digits
    steps = [moment.step for moment in moments]
    age, slider = st.columns(2)
    step = age.select_slider(
        "Age, in batches",
        steps,
        min(steps, key=lambda step: abs(step - 100)),
        key="age",
        bind="query-params",
    )
    with slider:
        threshold = threshold_slider(0.3, "ten_thresholds")
    moment = next(moment for moment in moments if moment.step == step)
    fired = moment.fired[lesson.THRESHOLDS.index(threshold)]

    left, right = st.columns(2)
    with left:
        outputs = sigmoid(moment.networks["sigmoid"].logits(reading.digit[None]))[0]
        over = np.flatnonzero(outputs > threshold)
        match over.tolist():
            case []:
                said = "none fires: **no answer**"
            case [only]:
                said = f"**{only}**"
            case [*others, last]:
                said = f"**{', '.join(map(str, others))} and {last}** at once"
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            picture(reading.digit)
            st.markdown(f"**Ten thresholds**: {said}")
        chart(
            lesson_charts.over_threshold(outputs, threshold),
            "ten_outputs",
            f"Ten outputs and the threshold: {len(over)} of them over it",
        )
    with right:
        p = softmax(moment.networks["softmax"].logits(reading.digit[None]))[0]
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            picture(reading.digit)
            st.markdown(f"**Softmax**: **{p.argmax()}**, with {charts.percent(p.max())}")
        chart(
            lesson_charts.one_winner(p),
            "softmax_of_same_age",
            f"Ten probabilities, highest for {p.argmax()} with {charts.percent(p.max())}",
        )

    st.markdown(f"The same for MNIST's {n:,} test digits, after {step:,} batches:")
    one = single(fired)
    with st.container(horizontal=True):
        st.metric("None over it", share(fired.none, n), width="content")
        st.metric("Several", share(fired.several, n), width="content")
        st.metric("Exactly one", share(one, n), width="content")
        st.metric("of these, right", share(fired.right, one) if one else "—", width="content")
    with st.container(horizontal=True):
        st.metric("Right, by thresholds", share(fired.right, n), width="content")
        st.metric("Right, by softmax", charts.percent(moment.softmax), width="content")
    chart(
        lesson_charts.ages(moments, n, threshold, step),
        "ages",
        f"What a threshold of {threshold:.2f} makes of the test digits at each age, and how many softmax reads right",
    )
    st.markdown("How many digits get **no single answer**, at each age and each threshold?")
    chart(
        lesson_charts.failures(moments, n, threshold, step),
        "failures",
        "The share of test digits with no output over the threshold or several, by age and threshold",
    )
    best = max(range(len(lesson.THRESHOLDS)), key=lambda number: single(moment.fired[number]))
    answered, end = single(moment.fired[best]), n - max(map(single, moments[-1].fired))
    st.markdown(
        f"After {step:,} batches, even the best common threshold, {lesson.THRESHOLDS[best]:g}, leaves "
        f"**{share(n - answered, n)}** without a single answer, and nobody knows it beforehand. Of the single answers "
        f"it gives, {share(moment.fired[best].right, answered)} are right. At the end {share(end, n)} are left "
        "without: a network near its best hides the problem. Softmax gives one answer at any age."
    )
    st.markdown(
        "One could drop the thresholds and take the largest of the ten outputs. That, too, is always one answer "
        f"({charts.percent(moment.largest)} right at this age), and half of the idea of softmax: the outputs compete. "
        "The other half is that they share what there is to share, and so become probabilities."
    )
    show_code("ten thresholds", ten_thresholds)


def single(fired: Fired) -> int:
    return fired.right + fired.wrong


@st.fragment
def five_numbers() -> None:
    st.subheader("3. Softmax", anchor="softmax")
    st.markdown(
        "Softmax turns any list of numbers, called **logits**, into probabilities: none is negative, and together they "
        "make 1."
    )
    st.latex(r"p_i = \frac{e^{z_i}}{e^{z_1} + e^{z_2} + \dots + e^{z_K}}")
    with st.grid(5, min_column_width=60, gap="xsmall"):
        z = [number(f"$z_{i + 1}$", value, f"z{i + 1}") for i, value in enumerate(FIVE)]
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
        "Exponentiating makes all of them positive and keeps their order; dividing makes them add up to 1. With the "
        "powers rounded to 32 bits, as networks compute, the result is:"
    )
    st.code(str(p), wrap_lines=True)

    st.markdown("**What changes, and what does not?** Do the same to all five numbers:")
    adding, multiplying = st.columns(2)
    added = adding.slider("Add to all of them", -10.0, 10.0, 5.0, 0.5, key="added")
    factor = multiplying.slider("Multiply all of them by", 0.1, 5.0, 1.0, 0.1, key="factor")
    after = softmax(factor * np.asarray(z) + added)
    chart(
        lesson_charts.before_and_after(p, after),
        "before_and_after",
        "The five probabilities before and after: " + ", ".join(charts.percent(value) for value in after),
    )
    st.markdown(
        "- **Adding** the same to all changes nothing: $e^{z+c} = e^c\\, e^z$, and $e^c$ cancels.\n"
        "- **The order** stays whatever you do here.\n"
        "- **Multiplying** changes how sure the answer sounds. "
        f"{factor:g} times the logits is the same as dividing them by T = {1 / factor:.3g}: that is the "
        "**temperature**. Large factors are cold, small ones are hot."
    )
    st.markdown(
        "**Overflow.** A computer's numbers end near $10^{308}$, and $e^{1000}$ is about $10^{434}$. Taken literally, "
        "the formula divides infinity by infinity, which is no number: nan. But since adding changes nothing, one may "
        "first subtract the largest number from all, and then no power is above $e^0 = 1$."
    )
    with np.errstate(over="ignore", invalid="ignore"):
        literal = naive_softmax(TOO_LARGE)
    large = [int(value) for value in TOO_LARGE]
    st.code(f">>> naive_softmax({large})\n{literal}\n>>> softmax({large})\n{softmax(TOO_LARGE)}")
    show_code("softmax", in_steps, naive_softmax, softmax)


def in_steps(z: list[float]) -> tuple[np.ndarray, np.float32, np.ndarray]:
    """Softmax, step by step, with 32 bits: the powers, their sum, and the probabilities."""
    powers = np.exp(z).astype(np.float32)
    total = powers.sum()
    return powers, total, powers / total


def eight_places(value: np.float32) -> str:
    """Write a number as NumPy prints it in an array of its like, and a small one by its power of ten."""
    if value < 1e-4:
        return np.format_float_scientific(value, precision=6)
    return np.format_float_positional(value, precision=8)


def number(label: str, value: float, key: str) -> float:
    return st.number_input(label, -LARGEST, LARGEST, value, 0.5, format="%g", key=key)


@st.fragment
def max_or_sample() -> None:
    st.subheader("4. Max or sample", anchor="max-or-sample")
    st.markdown(
        "There are two ways to pick from scores. **Max** takes the largest. **Sampling** draws at random, each as "
        "often as its softmax probability says. Take two numbers:"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=180), st.grid(2, min_column_width=60, gap="xsmall"):
            z = [number("a", 2.0, "a"), number("b", 1.0, "b")]
        for more in DRAWS:
            st.button(f"+{more:,}", key=f"draw_{more}", on_click=draw, args=(more,), disabled=full())
        st.button("Start over", icon=":material/restart_alt:", on_click=start_over)
    p = softmax(z)
    larger = take_largest(z)
    often, seldom = "ab"[larger], "ab"[1 - larger]
    drawn = sample(p, state.pair_draws, state.pair_seed)
    counts = np.bincount(drawn, minlength=2)
    st.markdown(
        f"Softmax gives a {charts.percent(p[0])} and b {charts.percent(p[1])}. (For two numbers, "
        r"$p(a) = \sigma(a - b)$: the sigmoid of the first step is softmax with the second number fixed at 0.)"
    )
    chart(
        lesson_charts.running_share(drawn != larger, float(p[1 - larger]), seldom),
        "running_share",
        f"How often {seldom} was drawn so far, draw by draw; max never takes it",
    )
    st.table(
        {
            "": ["max", "sampling"],
            "a": [f"{(state.pair_draws if larger == 0 else 0):,}", f"{counts[0]:,}"],
            "b": [f"{(state.pair_draws if larger == 1 else 0):,}", f"{counts[1]:,}"],
            "the last of them": [
                " ".join(often * min(state.pair_draws, 20)),
                " ".join("ab"[taken] for taken in drawn[-20:]),
            ],
        },
        hide_index=True,
    )
    st.markdown(
        "Where two are alike, max takes the first, always; sampling takes both in turn, as chance will have it."
        if z[0] == z[1]
        else f"Max takes {often} every time, by however little it leads, and {seldom} starves. Sampling takes {often} "
        f"often and {seldom} now and then. That is what *soft* means; and why a program that writes text does not "
        "always write the same."
    )
    show_code("max or sample", take_largest, sample)


def take_largest(z: list[float]) -> int:
    """Max: the place of the largest."""
    return int(np.argmax(z))


def full() -> bool:
    return state.pair_draws >= MOST_DRAWS


def draw(more: int) -> None:
    state.pair_draws = min(state.pair_draws + more, MOST_DRAWS)


def start_over() -> None:
    state.pair_draws, state.pair_seed = 0, secrets.randbelow(2**32)


@st.fragment
def learning(chosen: str, reading: Reading) -> None:
    st.subheader("5. One-hot labels and cross-entropy", anchor="cross-entropy")
    st.markdown(
        "How does a network learn such probabilities? Somebody says what each digit is meant to be, and that becomes a "
        "distribution as well, a **one-hot label**: 1 for the right digit, 0 for the others. The answers below are "
        "those of the network on the page Draw."
    )
    label = st.segmented_control(
        "This digit is meant to be a",
        list(range(10)),
        default=int(reading.logits.argmax()),
        required=True,
        key=f"meant {chosen}",
    )
    if label is None:  # no browser of ours sends that
        label = int(reading.logits.argmax())
    temperature = temperature_slider()
    p, y = softmax(reading.logits, temperature), one_hot(label, 10)
    loss = float(cross_entropy(reading.logits, label, temperature))
    gradient = cross_entropy_gradient(reading.logits, label, temperature)
    st.code(f"y = {y.astype(int).tolist()}")
    st.markdown(
        "The **loss** measures how far the answer is from the label. Of all the probabilities it looks only at the "
        "right digit's, and the smaller it is, the larger the loss. That is the **cross-entropy** with a one-hot label."
    )
    st.latex(rf"-\sum_i y_i \ln p_i = -\ln p_{{{label}}} = {in_tex(loss)}")
    st.markdown(
        "The **gradient** says how the loss changes when one logit grows a little. Training goes the other way: the "
        "right digit's logit up, the others down, each by as much as it is off:"
    )
    if temperature == 1:
        st.latex(r"\text{gradient}_i = p_i - y_i")
    else:
        st.latex(r"\text{gradient}_i = \frac{p_i - y_i}{T}")
        st.caption(f"Training is done at T = 1; here T is {temperature:g}, and divides the logits and so the gradient.")
    left, right = st.columns(2)
    with left:
        chart(
            lesson_charts.label_and_answer(p, y),
            "label_and_answer",
            f"The ten probabilities, and the label: 1 for {label}, which the network gives {charts.percent(p[label])}",
        )
    with right:
        chart(
            lesson_charts.pushes(gradient),
            "pushes",
            f"The gradient: {gradient[label]:.2g} for {label}, which training pushes up, above 0 for the others",
        )
    st.markdown(
        "Being right and sure costs next to nothing, hesitating costs some, and being sure of something wrong costs "
        "most. This digit, and three from the test set that were chosen at T = 1:"
    )
    compared = {"this digit": (reading.digit, label, reading.logits)} | three_answers()
    losses = [float(cross_entropy(logits, meant, temperature)) for _, meant, logits in compared.values()]
    with st.grid(4, min_column_width=150):
        for (name, (digit, meant, logits)), cost in zip(compared.items(), losses, strict=True):
            with st.container(gap=None):
                picture(digit, f"{name}: a {meant}, read as {logits.argmax()}")
                st.markdown(f"**{name.capitalize()}**  \na {meant}, read as {logits.argmax()}  \nloss ${in_tex(cost)}$")
    chart(
        lesson_charts.surprise(losses, list(compared)),
        "surprise",
        "The loss over the probability of the right digit: 0 at 1, without limit towards 0",
    )
    show_code("cross-entropy", one_hot, cross_entropy, cross_entropy_gradient)


def in_tex(value: float) -> str:
    """Write a number to four places, or one that would be nothing then to two digits."""
    if value >= 0.001 or value == 0:
        return f"{value:.4f}"
    digits, power = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}"


def page() -> None:
    st.header("From one threshold to softmax", anchor=False)
    st.markdown(
        "A network gives scores; we want an answer. In five steps: how a threshold makes one, why ten thresholds do "
        "so badly, what softmax does instead, how to pick from it, and how it is trained. All of it with real networks "
        "and real digits, beginning with this one."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        chosen, reading = choose()
        test_digits()  # here, where a message is made of it if there are none
        if not state.get("reading"):
            st.page_link("app_pages/draw.py", label="Draw your own", icon=":material/draw:")
    try:
        the_lesson()
    except ModelFileError as error:  # the other steps need none of its networks
        st.error(str(error), icon=":material/error:")
    else:
        one_output(reading)
        ten_outputs(reading)
    five_numbers()
    max_or_sample()
    learning(chosen, reading)


if "pair_draws" not in state:
    start_over()
    state.pair_draws = 100
if "T" not in state:
    follow_link()

ask_for_model()
with st.container(horizontal_alignment="center"), st.container(width=860):
    try:
        page()
    except DataError as error:  # no test digits
        st.error(str(error), icon=":material/error:")
