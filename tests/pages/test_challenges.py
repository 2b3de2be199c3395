"""The challenges of the page Draw without a browser."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from mnist_model.report import load_calibration
from mnist_model.softmax import softmax
from tests.support.pages import ROOT, take_ready
from ui.challenges import CHALLENGES
from ui.reading import read


@pytest.fixture
def page():
    return AppTest.from_file(ROOT / "app.py", default_timeout=30)


def button(page, label):
    return next((button for button in page.button if button.label == label), None)


def shown(page):
    """Return what the browser is to show of a score, or None if no challenge is open."""
    scores = [part.proto for part in page.get("bidi_component") if part.proto.id.endswith("-score")]
    return json.loads(scores[0].bytes) if scores else None


def draw(page, digit):
    """Have the page believe that a ready digit was drawn."""
    take_ready(page, digit)
    page.session_state.session.canvas.ends_with_stroke = True
    page.run()
    assert not page.exception


def shelf(page):
    return [kept.name for kept in page.session_state.session.shelf]


def test_who_does_not_play_sees_one_button(page):
    draw(page.run(), 7)
    assert shown(page) is None
    assert not page.selectbox
    assert shelf(page) == []


def test_the_button_opens_the_first_challenge_and_close_closes_it(page):
    button(page.run(), "Challenges").click().run()
    assert page.query_params["challenge"] == "tie"
    assert page.selectbox(key="challenge").options == [challenge.title for challenge in CHALLENGES.values()]
    assert shown(page)["energy_threshold"] == load_calibration().energy_threshold
    assert button(page, "Challenges") is None
    button(page, "Close").click().run()
    assert shown(page) is None
    assert "challenge" not in page.query_params


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_a_link_opens_a_challenge_and_says_at_what_temperature_it_is_scored(page, challenge):
    page.query_params["challenge"] = challenge
    page.run()
    assert not page.exception
    assert shown(page)["challenge"] == page.selectbox(key="challenge").value == challenge
    assert f"Score at T = {CHALLENGES[challenge].temperature}, wherever the slider is" in page.caption[0].value


@pytest.mark.parametrize("name", ["challenge", "meant"])
@pytest.mark.parametrize("value", ["", "nonsense", "<script>", "10", "-1", "\N{ARABIC-INDIC DIGIT SEVEN}", "tie "])
def test_a_link_to_a_challenge_or_a_digit_that_does_not_exist_is_reported(page, name, value):
    page.query_params[name] = value
    page.run()
    assert not page.exception
    assert "That did not work: this link" in page.toast[0].value
    assert name not in page.query_params
    assert shown(page) is None


def test_the_best_drawing_is_kept_with_its_score(page):
    page.query_params["challenge"] = "seven"
    draw(page.run(), 4)
    assert shown(page)["best"] is None
    draw(page, 7)
    best = shown(page)["best"]
    assert best == pytest.approx(softmax(page.session_state.session.reading.logits, 20)[7], abs=1e-6)
    assert shelf(page) == [f"7 at T = 20: {best:.1%}"]
    draw(page, 4)
    assert shown(page)["best"] == best
    assert len(shelf(page)) == 1


def test_a_kept_attempt_may_be_removed_and_another_drawing_get_its_name(page):
    page.query_params["challenge"] = "seven"
    draw(page.run(), 7)
    kept_drawings = page.session_state.session.shelf
    (kept,) = kept_drawings
    kept_drawings.remove(1)
    kept_drawings.add(read(kept.reading.png), kept.name)
    page.run()
    assert not page.exception


def test_a_drawing_that_was_loaded_is_scored_and_not_kept(page):
    page.query_params["challenge"] = "seven"
    take_ready(page.run(), 7)
    assert shown(page)["settled"] == page.session_state.session.reading.logits.tolist()
    assert shelf(page) == []


def test_whom_it_fools_says_first_which_digit_they_mean(page):
    page.query_params["challenge"] = "fool"
    draw(page.run(), 7)
    assert shelf(page) == []
    page.selectbox(key="meant").select("1").run()
    assert page.query_params["meant"] == "1"
    assert shown(page)["meant"] == 1
    assert shown(page)["best"] > 0.99
    assert shelf(page)[0].startswith("1 read as 7: ")


def test_another_challenge_can_be_chosen(page):
    page.query_params["challenge"] = "tie"
    page.run().selectbox(key="challenge").select("entropy").run()
    assert page.query_params["challenge"] == "entropy"
    assert shown(page)["challenge"] == "entropy"
