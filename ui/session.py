"""What one visitor's session holds: one dataclass, under one key of Streamlit's session state.

The only other keys there are those of widgets, which Streamlit reads and writes.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import streamlit as st

from ui.formatting import escape_markdown
from ui.reading import Reading

LARGEST_SEED = 2**32 - 1

# What the picker of digits calls its choices that are not on the shelf.
DRAWING_LABEL = "Your drawing, a {}"
FOUR_OR_NINE = "A 4 or a 9"
READY_LABEL = "A ready {}"


def session() -> "Session":
    """Return this visitor's session. It begins with an empty canvas and an empty shelf."""
    if "session" not in st.session_state:
        st.session_state.session = Session()
    found: Session = st.session_state.session
    return found


class Notice(NamedTuple):
    """Something that has happened, or went wrong, and is shown once."""

    text: str
    problem: bool = False


# The shelf.


class KeptDrawing(NamedTuple):
    """A drawing on the shelf."""

    name: str
    reading: Reading


class Attempt(NamedTuple):
    """The best drawing of a visitor in a challenge."""

    score: float
    kept: KeptDrawing | None  # as it was put on the shelf; None if that was full


class ShelfFullError(ValueError):
    """The shelf holds as many drawings as it can. The message says how many."""


class Shelf:
    """The drawings that a visitor has kept.

    Each has a number, which is never used again, and a name of its own: Streamlit maps the label of a choice back to
    the choice, so the picker of digits could not tell two of one name apart.
    """

    CAPACITY = 12
    LONGEST_NAME = 20  # characters
    RESERVED_NAMES = frozenset(
        {FOUR_OR_NINE, *map(READY_LABEL.format, range(10)), *map(DRAWING_LABEL.format, range(10))}
    )

    def __init__(self) -> None:
        self._drawings: dict[int, KeptDrawing] = {}
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._drawings)

    def __iter__(self) -> Iterator[KeptDrawing]:
        return iter(self._drawings.values())

    def __contains__(self, number: object) -> bool:
        return number in self._drawings

    def __getitem__(self, number: int) -> KeptDrawing:
        return self._drawings[number]

    @property
    def last_number(self) -> int:
        """The number of the drawing that was added last; 0 before the first."""
        return self._last_number

    def items(self) -> list[tuple[int, KeptDrawing]]:
        """Return the numbers and the drawings, the oldest first."""
        return list(self._drawings.items())

    def add(self, reading: Reading, name: str = "") -> KeptDrawing:
        """Add a drawing under a name or, without one, under the digit it is read as. Raises ShelfFullError."""
        if len(self) >= self.CAPACITY:
            raise ShelfFullError(f"the shelf holds {self.CAPACITY} drawings; remove one first")
        kept = KeptDrawing(self._unique_name(printable(name) or f"a {reading.winner}"), reading)
        self._last_number += 1
        self._drawings[self._last_number] = kept
        return kept

    def rename(self, number: int, name: str) -> None:
        """Rename a drawing. A name without a printable character changes nothing, nor does a number not in use."""
        if number in self and (name := printable(name)):
            self._drawings[number] = self[number]._replace(name=self._unique_name(name, ignore=number))

    def remove(self, number: int) -> None:
        """Remove a drawing, if it is there."""
        self._drawings.pop(number, None)

    def _unique_name(self, name: str, ignore: int | None = None) -> str:
        """Return a printable name, with a number behind it if another drawing than `ignore` has the same."""
        taken = self.RESERVED_NAMES | {kept.name for number, kept in self.items() if number != ignore}
        unique, number = name, 1
        while unique in taken:
            number += 1
            suffix = f" ({number})"
            unique = name[: self.LONGEST_NAME - len(suffix)].strip() + suffix
        return unique


def printable(name: str) -> str:
    """Return what fits on a label of a name that may hold anything: one line, at most Shelf.LONGEST_NAME long."""
    letters = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(letters.split())[: Shelf.LONGEST_NAME].strip()


# The canvas.

Drawing = dict[str, Any]  # as the canvas takes and sends it: {"objects": strokes and pictures, ...}


class Snapshot(NamedTuple):
    """What was on the canvas at one time."""

    objects: str  # the strokes and pictures, in JSON: a tenth of the memory of its lists and numbers
    reading: Reading | None  # None without ink


@dataclass
class Canvas:
    """The drawing canvas of the page Draw. What is on it lives in the browser; this is what the server knows of it."""

    MOST_UNDONE: ClassVar = 20

    shown: Snapshot = field(default_factory=lambda: Snapshot("[]", None))
    past: list[Snapshot] = field(default_factory=list)  # what can be undone, the oldest first
    future: list[Snapshot] = field(default_factory=list)  # what was undone, the last one last
    loaded: Drawing = field(default_factory=lambda: {"objects": [], "number": 1})
    """What the browser was last told to load; it loads it when this changes."""
    loads: int = 1  # how many drawings it was told to load; the number in each makes it differ from the one before
    loading: list[list[Any]] = field(default_factory=list)
    """The marks of what it was told to load and has not sent back yet, the oldest first."""
    packed: tuple[str, str] | None = None
    """A picture, as PNG in a data URL, that stands for strokes which only a browser's tab had, and these in a link."""
    ends_with_stroke: bool = False  # whether the visitor drew last, and what it shows was not loaded
    needs_reading: bool = False  # whether it shows a drawing that this session has not read

    def drawn(self, objects: list[Drawing], reading: Reading | None) -> None:
        """Take down what the browser sends after a stroke, or after it has loaded what it was told to."""
        marks, earlier = _marks(objects), self.loading[:-1]
        if marks in earlier:  # it has been told to load something else meanwhile
            del self.loading[: earlier.index(marks) + 1]
            return
        snapshot = Snapshot(json.dumps(objects), reading)
        # What it has loaded it may write in another way.
        has_loaded = bool(self.loading) and len(marks) == len(self.loading[-1])
        if not has_loaded and snapshot.objects != self.shown.objects:
            self._remember()
            self.ends_with_stroke = True
        self.shown, self.loading = snapshot, []

    def load(self, reading: Reading | None, *objects: Drawing) -> None:
        """Replace what is on it by these strokes and pictures, of which this is the reading."""
        snapshot = Snapshot(json.dumps(objects), reading)
        if snapshot.objects != self.shown.objects:
            self._remember()
        self._show(snapshot)

    def load_strokes(self, objects: list[Drawing]) -> None:
        """Replace what is on it by strokes of which only the browser can make a picture, to be read."""
        self.load(None, *objects)
        self.needs_reading = True

    def undo(self) -> None:
        """Go back to what was on it before the last stroke, or before it was cleared or something was loaded."""
        if self.past:
            self.future.append(self.shown)
            self._show(self.past.pop())

    def redo(self) -> None:
        if self.future:
            self.past.append(self.shown)
            self._show(self.future.pop())

    def reload(self) -> None:
        """Have a canvas that is new in the browser load what was on the last one. It does not send that back."""
        self.loaded = {"objects": json.loads(self.shown.objects), "number": self.loads}

    def restore(self, loaded: Drawing, number: int) -> None:
        """Go on with the canvas of another session, which was last told to load this drawing, its `number`th.

        The browser still shows what was drawn on it since, and sends it with its first message to this session.
        """
        self.loaded, self.loads, self.needs_reading = loaded, number, True

    def _remember(self) -> None:
        self.past = [*self.past, self.shown][-self.MOST_UNDONE :]
        self.future.clear()

    def _show(self, snapshot: Snapshot) -> None:
        self.shown, self.ends_with_stroke = snapshot, False
        self.loads += 1
        self.reload()
        self.loading = [*self.loading, _marks(self.loaded["objects"])][-self.MOST_UNDONE :]


def _marks(objects: list[Any]) -> list[Any]:
    """Return the paths of strokes and the sources of pictures, by which a drawing is known again."""
    return [drawn.get("path", drawn.get("src")) if isinstance(drawn, dict) else None for drawn in objects]


def reload_new_canvas() -> None:
    """Have a canvas that is new in the browser, as after a visit to another page, load the drawing of the last one."""
    canvas = session().canvas
    # The widget "canvas", of which Streamlit forgets what a page does not show. A restored canvas is not new.
    if "canvas" not in st.session_state and not canvas.needs_reading:
        canvas.reload()


# Random draws.


@dataclass
class Draws:
    """Random draws from a softmax: how many so far, at most how many, and the seed with which they can be repeated."""

    count: int
    most: int
    seed: int = field(default_factory=lambda: secrets.randbelow(LARGEST_SEED))
    belongs_in_url: bool = False  # whether these are not the draws that every visitor begins with

    @property
    def exhausted(self) -> bool:
        return self.count >= self.most

    def draw(self, more: int) -> None:
        self.count, self.belongs_in_url = min(self.count + more, self.most), True

    def start_over(self) -> None:
        self.count, self.seed, self.belongs_in_url = 0, secrets.randbelow(LARGEST_SEED), True

    def restore(self, count: int, seed: int) -> None:
        """Go on with draws that were made elsewhere. Raises ValueError if they are impossible."""
        if not (0 <= count <= self.most and 0 <= seed <= LARGEST_SEED):
            raise ValueError(f"draws must be from 0 to {self.most}, and a seed from 0 to {LARGEST_SEED}")
        self.count, self.seed, self.belongs_in_url = count, seed, True


@dataclass
class Session:
    """All that belongs to one visitor."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    restored_from: str | None = None  # the id of the session whose copy the browser gave back
    canvas: Canvas = field(default_factory=Canvas)
    shelf: Shelf = field(default_factory=Shelf)
    best_attempts: dict[str, Attempt] = field(default_factory=dict)  # by challenge
    notices: list[Notice] = field(default_factory=list)
    ready_digits_taken: int = 0
    suggested_temperatures: list[str] | None = None  # on the page Temperatures, for the digit there
    looked_at: str | None = None  # the PNG of the drawing that there was when the picker was last shown
    digit_draws: Draws = field(default_factory=lambda: Draws(10, most=100_000))  # on the page Temperatures
    pair_draws: Draws = field(default_factory=lambda: Draws(100, most=10_000))  # in the lesson's fourth step

    @property
    def reading(self) -> Reading | None:
        """The reading of the drawing on the canvas; None while it has no ink."""
        return self.canvas.shown.reading

    def report_problem(self, text: str) -> None:
        self.notices.append(Notice(text, problem=True))

    def load_on_canvas(self, reading: Reading) -> None:
        """Replace what is on the canvas by a drawing: a picture, which can be drawn over."""
        picture = {"type": "Image", "src": reading.png, "left": 0, "top": 0, "originX": "left", "originY": "top"}
        self.canvas.load(reading, picture)

    def clear_canvas(self) -> None:
        self.canvas.load(None)

    def add_to_shelf(self, reading: Reading, name: str = "") -> None:
        """Keep a drawing and say so, or say that the shelf is full."""
        try:
            kept = self.shelf.add(reading, name)
        except ShelfFullError as error:
            self.report_problem(str(error))
        else:
            shown = escape_markdown(kept.name)
            self.notices.append(Notice(f"Kept as “{shown}”, on the page Temperatures, under Several drawings"))

    def best_score(self, challenge: str) -> float | None:
        """Return the visitor's best score in a challenge, or None before the first attempt."""
        best = self.best_attempts.get(challenge)
        return best.score if best else None

    def keep_attempt(self, challenge: str, score: float, reading: Reading, name: str) -> None:
        """Keep a drawing if it is the best attempt at a challenge so far, in place of the one that was.

        An attempt that the visitor has renamed stays.
        """
        best = self.best_attempts.get(challenge)
        if best and score <= best.score:
            return
        if best:
            for number, kept in self.shelf.items():
                if kept is best.kept:
                    self.shelf.remove(number)
        added = None
        try:
            added = self.shelf.add(reading, name)
        except ShelfFullError as error:
            self.report_problem(str(error))
        self.best_attempts[challenge] = Attempt(score, added)
