"""What the page Softmax shows, loaded or computed once for all sessions: its networks, examples, and source code."""

import ast
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_model.lesson import Lesson, load_lesson
from mnist_model.softmax import sigmoid, softmax
from ui.reading import classifier, test_digits


class Example(NamedTuple):
    """A digit, what it is meant to be, and what the network makes of it."""

    digit: NDArray[np.floating]  # (28, 28), in [0, 1]
    label: int
    logits: NDArray[np.floating]  # (10,)


@st.cache_resource(show_spinner=False)
def lesson() -> Lesson:
    """Return the networks of steps 1 and 2. Raises ModelFileError."""
    return load_lesson()


@st.cache_resource(show_spinner=False)
def sigmoid_outputs() -> NDArray[np.float64]:
    """Return the outputs of the fully trained sigmoid network for MNIST's test digits, (n, 10), in [0, 1]."""
    return sigmoid(lesson().moments[-1].networks["sigmoid"].logits(test_digits().images / np.float32(255)))


@st.cache_resource(show_spinner=False)
def examples() -> dict[str, Example]:
    """Return three test digits: the most confident right answer, the most undecided, the most confident wrong one."""
    digits, labels = test_digits()
    logits = classifier().logits(digits / np.float32(255))
    p = softmax(logits)
    of_label, right = p[np.arange(len(p)), labels], p.argmax(axis=1) == labels
    numbers = {
        "confident and right": np.where(right, of_label, 0).argmax(),
        "undecided": np.abs(of_label - 0.5).argmin(),
        "confident and wrong": np.where(right, 0, p.max(axis=1)).argmax(),
    }
    return {name: Example(digits[at] / 255, int(labels[at]), logits[at]) for name, at in numbers.items()}


def source(function: Callable[..., Any]) -> str:
    """Return the source code of a function, without its docstring."""
    code = inspect.getsource(function)
    lines, definition = code.splitlines(), ast.parse(code).body[0]
    assert isinstance(definition, ast.FunctionDef)
    docstring = definition.body[0]
    return "\n".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])
