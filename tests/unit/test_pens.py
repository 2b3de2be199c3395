"""Real pens: UNIPEN's format, and the tables of how they are read."""

import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from evaluation import pens
from evaluation.unipen import HALF, PenDigit, UnipenError, read_digits
from mnist_model import WEIGHTS
from tests.support.driver import DIGITS

DOCUMENT = """\
.VERSION 1.0
.DATA_INFO Lines of a text
may begin with a number
7 7
    .PEN_DOWN or look like a statement:
8 8
.COORD Y T X
.X_POINTS_PER_MM 10
.Y_POINTS_PER_MM 20
"""
RECORDING = """\
.INCLUDE abc/abc.doc
.PEN_DOWN
.PEN_UP
 100 0 10

.PEN_DOWN
 200 1 20
 220 2 30
 240 3 30
.COMMENT
 5 5 5
.PEN_DOWN
0 0 0
.PEN_UP
 900 4 90
.PEN_DOWN
 100 5 10
 120 6 20
"""


@pytest.fixture
def unipen(tmp_path):
    """A function that writes a folder of UNIPEN: the statements of one writer, and a recording."""

    def write(statements, recording=RECORDING):
        for name, text in {
            "data/1a/abc/abc1/writer.dat": f".INCLUDE abc/data/one.dat\n{statements}\n",
            "include/abc/data/one.dat": recording,
            "include/abc/abc.doc": DOCUMENT,
        }.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


# The recording's strokes in units of length, y downwards: 100 points of y are 5 mm, 10 points of x are 1 mm.
FIRST = [[2, -10], [3, -11], [3, -12]]
SECOND = [[1, -5], [2, -6]]


@pytest.mark.parametrize(
    ("numbers", "strokes"),
    [
        ("1", [FIRST]),
        ("1-4", [FIRST, SECOND]),  # without what was left out, and without the pen's ways above the paper
        ("1,4", [FIRST, SECOND]),
        ("1:1-4:0", [FIRST[1:], SECOND[:1]]),
        ("1:0-1:1", [FIRST[:2]]),
        ("0-1", [FIRST]),
    ],
)
def test_segments_are_strokes_of_the_numbered_components(unipen, numbers, strokes):
    (digit,) = read_digits(unipen(f'.SEGMENT CHARACTER {numbers} OK "7"'))
    assert (digit.contributor, digit.label) == ("abc", 7)
    assert len(digit.strokes) == len(strokes)
    for found, expected in zip(digit.strokes, strokes, strict=True):
        np.testing.assert_allclose(found, expected)


def test_what_has_no_stroke_is_left_out(unipen):
    statements = '.SEGMENT CHARACTER 2 ? "0"\n.SEGMENT CHARACTER 3 ? "0"\n.SEGMENT CHARACTER 4 ? "1"'
    assert [digit.label for digit in read_digits(unipen(statements))] == [1]


@pytest.mark.parametrize(
    "statements",
    [
        '.SEGMENT CHARACTER 9 OK "7"',
        '.SEGMENT CHARACTER seven OK "7"',
        '.SEGMENT CHARACTER 1 OK "seven"',
        ".INCLUDE abc/data/missing.dat",
        ".COORD X T\n.PEN_DOWN\n1 2",
        ".PEN_DOWN\n1 2 three",
        ".PEN_DOWN\n1",
    ],
)
def test_a_file_that_cannot_be_read_is_named(unipen, statements):
    with pytest.raises(UnipenError, match=r"writer\.dat cannot be read"):
        list(read_digits(unipen(statements)))


def test_only_the_named_files_are_read(unipen, tmp_path):
    folder = unipen('.SEGMENT CHARACTER 1 OK "7"')
    writer = folder / "data" / "1a" / "abc" / "abc1" / "writer.dat"
    writer.with_name("another.dat").write_text(writer.read_text().replace('"7"', '"1"'))
    names = tmp_path / "names.txt"
    names.write_text("abc/abc1/writer.dat\n")
    assert [digit.label for digit in read_digits(folder)] == [1, 7]
    assert [digit.label for digit in read_digits(folder, names)] == [7]
    with pytest.raises(UnipenError, match=r"\.dat cannot be read"):
        list(read_digits(folder, HALF))


def test_a_folder_without_digits_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        pens.main([str(tmp_path)])
    assert re.search(rf"{re.escape(str(tmp_path))}.* has no \.dat file", capsys.readouterr().err)


def test_the_tables(tmp_path, unipen, capsys):
    """Of ten digits that are read right, one has the label of another."""
    recording, statements, components = ".COORD X Y\n", "", 0
    for digit, strokes in DIGITS.items():
        label = 5 if digit == 3 else digit
        statements += f'.SEGMENT CHARACTER {components}-{components + len(strokes) - 1} ? "{label}"\n'
        components += len(strokes)
        for stroke in strokes:
            recording += ".PEN_DOWN\n" + "".join(f"{1000 * x:.0f} {1000 * (1 - y):.0f}\n" for x, y in stroke)
    weights = tmp_path / "weights"
    weights.mkdir()
    for name in ("lenet5.tflite", "report.json"):
        shutil.copy(WEIGHTS / name, weights)
    output, sheet = tmp_path / "pens.md", tmp_path / "sheet.png"
    arguments = ["--weights", weights, "--output", output, "--sheet", sheet]

    pens.main([str(unipen(statements, recording)), *map(str, arguments)])
    found = json.loads((weights / "pens.json").read_text())
    assert found["conditions"]["in the middle of the canvas"] == pytest.approx(0.9)
    assert min(found["conditions"].values()) >= 0.7
    report = json.loads((weights / "report.json").read_text())
    assert report["pens"]["digits"] == 10
    assert report["pens"]["after"]["ece"] == pytest.approx(found["middle"]["summary"]["after"]["ece"], abs=1e-5)
    assert found["middle"]["contributors"] == {"abc": {"digits": 10, "accuracy": pytest.approx(0.9)}}
    expected = np.eye(10, dtype=int)
    expected[3, 3], expected[5, 3] = 0, 1
    np.testing.assert_array_equal(found["middle"]["confusion"], expected)
    assert "| 5 | 50.0% |" in output.read_text(encoding="utf-8")
    assert output.read_text(encoding="utf-8").strip() == capsys.readouterr().out.strip()
    with Image.open(sheet) as picture:
        cells = np.asarray(picture).reshape(picture.height, pens.COLUMNS, pens.CELL)
    assert [bool((cells[:, column] < 100).any()) for column in range(3)] == [True, False, False]


def test_a_digit_is_drawn_upright_where_and_as_large_as_it_should_be():
    """y points down, and the corner is the lower right one."""
    line = PenDigit("abc", 1, [np.array([[0.0, 0.0], [0.0, 5.0]]), np.array([[0.0, 0.0], [2.0, 0.0]])])
    drawn = pens.place_strokes(line.strokes, **pens.MIDDLE | {"size": 100, "pen": 14, "at": (1, 1)})
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(rows) == pytest.approx(114, abs=2)
    assert np.ptp(columns) == pytest.approx(54, abs=2)
    assert 300 < rows.max() < 320
    assert (drawn > 0)[rows.min() + 7].sum() > 40 > (drawn > 0)[rows.max() - 7].sum()
