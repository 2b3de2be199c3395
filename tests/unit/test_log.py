import io
import logging

import pytest

from ui.server import log


@pytest.fixture
def written():
    """A logger whose records go through `log.one_line_record`, and what it has written."""
    stream = io.StringIO()
    logger = logging.getLogger("test_log")
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    logger.propagate = False
    factory = logging.getLogRecordFactory()
    log.use_one_line_records()
    yield logger, stream
    logging.setLogRecordFactory(factory)
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def fail(text):
    raise ValueError(text)


def test_an_error_is_one_line_with_its_place(written):
    logger, stream = written
    try:
        fail("no digit")
    except ValueError:
        logger.exception("Uncaught %s", "error")
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("Uncaught error: ValueError: no digit (")
    assert line.endswith(f"test_log.py:{fail.__code__.co_firstlineno + 1})")


@pytest.mark.parametrize("text", ["two\nlines", "\r2026-11-23 all is well", "\x1b[2J", "\u2028", "\x00"])
def test_no_text_breaks_the_line(written, text):
    logger, stream = written
    try:
        fail(text)
    except ValueError:
        logger.exception("of %s", text)
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().rstrip("\n").isprintable()


def test_arguments_that_do_not_fit_the_message_are_left_out(written):
    logger, stream = written
    logger.error("%d of %s", "one")
    assert stream.getvalue() == "%d of %s\n"


class WithoutTextError(Exception):
    """An exception that cannot be turned into text."""

    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def test_an_exception_without_a_text_does_not_raise_in_the_caller(written):
    logger, stream = written
    try:
        raise WithoutTextError
    except WithoutTextError:
        logger.exception("Uncaught")
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("Uncaught: WithoutTextError: <WithoutTextError without a text> (")


@pytest.mark.parametrize("message", ["of %s", "of %r"])
def test_an_argument_without_a_text_does_not_raise_in_the_caller(written, message):
    logger, stream = written
    logger.error(message, WithoutTextError())
    assert stream.getvalue() == f"{message}\n"


def test_a_message_without_a_text_does_not_raise_in_the_caller(written):
    logger, stream = written
    logger.error(WithoutTextError())
    assert stream.getvalue() == "<WithoutTextError without a text>\n"


def test_the_stack_is_left_out(written):
    logger, stream = written
    logger.error("here", stack_info=True)
    assert stream.getvalue() == "here\n"


def test_a_long_text_is_cut(written):
    logger, stream = written
    logger.error("%s", "x" * 1_000_000)
    assert len(stream.getvalue()) < 1000


def test_at_the_level_debug_the_traceback_is_there(written):
    logger, stream = written
    logger.setLevel(logging.DEBUG)
    try:
        fail("no digit")
    except ValueError:
        logger.exception("Uncaught")
    assert "Traceback" in stream.getvalue()
