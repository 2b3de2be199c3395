"""What a session holds: the shelf, the canvas, random draws."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.reading import Reading
from ui.session import LARGEST_SEED, Canvas, Draws, Session, Shelf, ShelfFullError, printable
from ui.widgets import picker_labels


def reading(digit):
    return Reading(f"drawing of a {digit}", np.zeros((28, 28), np.float32), np.eye(10, dtype=np.float32)[digit])


@pytest.fixture
def shelf():
    return Shelf()


def names(shelf):
    return [kept.name for kept in shelf]


def test_a_drawing_is_named_after_its_digit_or_as_given(shelf):
    shelf.add(reading(3))
    shelf.add(reading(3), " my  own\nname ")
    shelf.add(reading(3), " \n\t\x00")
    assert names(shelf) == ["a 3", "my own name", "a 3 (2)"]


def test_a_number_is_never_used_again(shelf):
    shelf.add(reading(1))
    shelf.add(reading(2))
    shelf.remove(2)
    shelf.remove(2)
    shelf.add(reading(3))
    assert [(number, kept.reading.winner) for number, kept in shelf.items()] == [(1, 1), (3, 3)]
    assert 2 not in shelf
    assert shelf[3].name == "a 3"


def test_a_full_shelf_takes_no_more(shelf):
    for _ in range(Shelf.CAPACITY):
        shelf.add(reading(1))
    with pytest.raises(ShelfFullError, match="holds 12"):
        shelf.add(reading(2))
    assert len(shelf) == Shelf.CAPACITY
    shelf.remove(5)
    shelf.add(reading(2))
    assert names(shelf)[-1] == "a 2"


def test_renaming_keeps_the_order_and_the_other_names(shelf):
    for digit in (1, 2, 3):
        shelf.add(reading(digit))
    shelf.rename(2, "a 3")
    assert names(shelf) == ["a 1", "a 3 (2)", "a 3"]
    shelf.rename(3, "a 3")  # its own name
    shelf.rename(1, "  ")
    shelf.rename(7, "not there")
    assert names(shelf) == ["a 1", "a 3 (2)", "a 3"]


@given(st.text())
def test_any_name_is_made_to_fit_on_a_label(name):
    fitting = printable(name)
    assert len(fitting) <= Shelf.LONGEST_NAME
    assert fitting.isprintable()
    assert printable(fitting) == fitting


# Names that are likely to clash: those of the other choices, and those that are given to tell drawings apart.
clashing = st.sampled_from([*sorted(Shelf.RESERVED_NAMES), "a 3", "a 3 (2)", "x" * 20, "x" * 25, "x" * 16 + " (2)"])
numbers = st.integers(1, Shelf.CAPACITY)


@given(
    st.lists(clashing | st.text(), min_size=1, max_size=Shelf.CAPACITY),
    st.lists(st.tuples(numbers, clashing | st.text())),
    st.sampled_from([None, 3]),
)
def test_whatever_the_names_all_labels_of_the_picker_differ(added, renamed, drawn):
    visitor = Session()
    if drawn is not None:
        visitor.load_on_canvas(reading(drawn))
    for name in added:
        visitor.shelf.add(reading(3), name)
    for number, name in renamed:
        visitor.shelf.rename(number, name)
    labels = picker_labels(visitor).values()
    assert len(set(labels)) == len(labels) == len(added) + 11 + (drawn is not None)
    for kept in visitor.shelf:
        assert kept.name == printable(kept.name) != ""


def test_each_drawing_that_the_canvas_is_to_load_differs_from_the_one_before():
    canvas = Canvas()
    loaded = [canvas.loaded]
    for objects in ([], [{"type": "Image"}], [{"type": "Image"}]):
        canvas.load(None, *objects)
        assert canvas.loaded["objects"] == objects
        assert canvas.loaded not in loaded
        loaded.append(canvas.loaded)


def test_a_restored_canvas_goes_on_counting():
    canvas = Canvas()
    canvas.restore({"objects": [], "number": 7}, 7)
    assert canvas.needs_reading
    canvas.load(None)
    assert canvas.loaded["number"] == 8


STROKES = [{"type": "Path", "path": number} for number in range(3)]


def objects(canvas):
    assert canvas.loaded["objects"] == json.loads(canvas.shown.objects)
    return canvas.loaded["objects"]


def test_strokes_clear_and_what_was_loaded_are_undone_and_redone():
    visitor = Session()
    canvas = visitor.canvas
    canvas.drawn(STROKES[:1], reading(1))
    canvas.drawn(STROKES[:2], reading(4))
    visitor.clear_canvas()
    visitor.load_on_canvas(reading(8))
    picture = objects(canvas)
    seen = [(picture, 8), ([], None), (STROKES[:2], 4), (STROKES[:1], 1), ([], None)]
    for content, digit in seen[1:]:
        canvas.undo()
        canvas.drawn(content, reading(digit) if digit else None)  # the browser sends back what it has loaded
        assert objects(canvas) == content
        assert (visitor.reading and visitor.reading.winner) == digit
    canvas.undo()  # nothing is left
    assert objects(canvas) == []
    for content, digit in seen[-2::-1]:
        canvas.redo()
        canvas.drawn(content, reading(digit) if digit else None)
        assert objects(canvas) == content
        assert (visitor.reading and visitor.reading.winner) == digit


def test_a_stroke_after_an_undo_leaves_nothing_to_redo():
    canvas = Canvas()
    canvas.drawn(STROKES[:1], reading(1))
    canvas.undo()
    canvas.drawn(STROKES[1:2], reading(7))
    assert not canvas.future
    canvas.undo()
    assert objects(canvas) == []


def test_what_a_canvas_sends_again_is_no_step():
    canvas = Canvas()
    for _ in range(2):
        canvas.drawn(STROKES[:1], reading(1))
    assert len(canvas.past) == 1


def test_undo_may_be_faster_than_the_canvas():
    """The canvas sends back what it has loaded after 0.2 s, when it may have been told to load something else."""
    canvas = Canvas()
    canvas.drawn(STROKES[:1], reading(1))
    canvas.drawn(STROKES[:2], reading(4))
    canvas.load(None)
    canvas.undo()
    canvas.undo()
    for sent, digit in (([], None), (STROKES[:2], 4), (STROKES[:1], 1)):
        canvas.drawn(sent, digit and reading(digit))
        assert canvas.shown.reading.winner == 1
    assert [json.loads(snapshot.objects) for snapshot in canvas.past] == [[]]
    assert [json.loads(snapshot.objects) for snapshot in canvas.future] == [[], STROKES[:2]]
    canvas.drawn(STROKES[:1] + STROKES[2:], reading(7))
    canvas.undo()
    assert objects(canvas) == STROKES[:1]


def test_only_so_much_can_be_undone():
    canvas = Canvas()
    for number in range(3 * Canvas.MOST_UNDONE):
        canvas.drawn(STROKES[: 1 + number % 2], reading(4))
    assert len(canvas.past) == Canvas.MOST_UNDONE


def test_a_drawing_is_loaded_on_the_canvas_and_cleared():
    visitor = Session()
    visitor.load_on_canvas(reading(4))
    assert visitor.reading.winner == 4
    assert visitor.canvas.loaded["objects"][0]["src"] == "drawing of a 4"
    visitor.clear_canvas()
    assert visitor.reading is None
    assert visitor.canvas.loaded["objects"] == []


def test_notices_say_what_was_kept_and_what_was_not():
    visitor = Session()
    visitor.add_to_shelf(reading(4), "![](//a.b)")
    for _ in range(Shelf.CAPACITY):
        visitor.add_to_shelf(reading(5))
    assert r"“\!\[\]\(\/\/a\.b\)”" in visitor.notices[0].text
    assert [notice.problem for notice in visitor.notices] == [False] * Shelf.CAPACITY + [True]


def test_the_best_attempt_takes_the_place_of_the_one_before():
    visitor = Session()
    visitor.shelf.add(reading(1))
    for score in (0.5, 0.4, 0.9, 0.9):
        visitor.keep_attempt("tie", score, reading(4), f"a tie: {score}")
    visitor.keep_attempt("seven", 0.2, reading(7), "a seven: 0.2")
    assert names(visitor.shelf) == ["a 1", "a tie: 0.9", "a seven: 0.2"]
    assert (visitor.best_score("tie"), visitor.best_score("seven"), visitor.best_score("fool")) == (0.9, 0.2, None)
    assert not visitor.notices


def test_an_attempt_that_was_renamed_or_removed_is_left_alone():
    visitor = Session()
    visitor.keep_attempt("tie", 0.1, reading(4), "a tie: 0.1")
    visitor.shelf.rename(1, "mine")
    visitor.keep_attempt("tie", 0.2, reading(4), "a tie: 0.2")
    visitor.shelf.remove(2)
    visitor.keep_attempt("tie", 0.3, reading(4), "a tie: 0.3")
    assert names(visitor.shelf) == ["mine", "a tie: 0.3"]


def test_on_a_full_shelf_an_attempt_is_scored_and_not_kept():
    visitor = Session()
    for _ in range(Shelf.CAPACITY):
        visitor.shelf.add(reading(1))
    for _ in range(2):
        visitor.keep_attempt("tie", 0.5, reading(4), "a tie: 0.5")
    assert visitor.best_score("tie") == 0.5
    assert [notice.problem for notice in visitor.notices] == [True]


def test_only_what_was_drawn_last_ends_with_a_stroke():
    canvas = Canvas()
    canvas.load(reading(4), *STROKES[:1])
    canvas.drawn(STROKES[:1], reading(4))  # the browser sends back what it has loaded
    assert not canvas.ends_with_stroke
    canvas.drawn(STROKES[:2], reading(4))
    assert canvas.ends_with_stroke
    canvas.undo()
    assert not canvas.ends_with_stroke


@given(st.integers(0, 100), st.lists(st.integers(0, 1000)))
def test_draws_are_counted_up_to_the_most(count, more):
    draws = Draws(count, most=100)
    seed = draws.seed
    for each in more:
        draws.draw(each)
    assert draws.count == min(100, count + sum(more))
    assert draws.exhausted == (draws.count == 100)
    assert draws.seed == seed
    draws.start_over()
    assert draws.count == 0
    assert 0 <= draws.seed <= LARGEST_SEED


def test_sessions_share_nothing_that_changes():
    one, other = Session(), Session()
    assert one.id != other.id
    for field in dataclasses.fields(Session):
        value = getattr(one, field.name)
        if not isinstance(value, str | int | None):
            assert value is not getattr(other, field.name)
