"""The server's log: one line for whatever goes wrong.

Anybody on the internet can make something go wrong, as often as they like. A traceback each time would fill the disk
and hide the rest; and a text that breaks its line could forge others.
"""

import logging
import traceback
from typing import Any

LONGEST = 300  # characters of a message


def use_one_line_records() -> None:
    """Make every log record of this process one line, with the place of an error instead of its traceback.

    Not at the level debug: `streamlit run app.py --logger.level debug` shows all of it.
    """
    logging.setLogRecordFactory(one_line_record)


def one_line_record(name: str, level: int, *arguments: Any, **options: Any) -> logging.LogRecord:
    """Make a record of one line. Parameters as for `logging.LogRecord`. Like that, it never raises in the caller."""
    record = logging.LogRecord(name, level, *arguments, **options)
    if logging.getLogger(name).isEnabledFor(logging.DEBUG):
        return record
    try:
        text = record.getMessage()
    except Exception:  # the arguments do not fit the message, or cannot be turned into text
        text = _text(record.msg)
    if record.exc_info and record.exc_info[1]:
        error = record.exc_info[1]
        text = f"{text}: {type(error).__name__}: {_text(error)[:LONGEST]}"
        if frames := traceback.extract_tb(error.__traceback__):
            text = f"{text[:LONGEST]} ({frames[-1].filename}:{frames[-1].lineno})"
    record.msg, record.args, record.exc_info, record.stack_info = _printable(text), (), None, None
    return record


def _text(value: object) -> str:
    """Turn anything into text, even what raises when it is asked for its own."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__} without a text>"


def _printable(text: str) -> str:
    """Write a text so that it cannot break its line, nor move the cursor of a terminal."""
    short = text if len(text) <= 2 * LONGEST else text[: 2 * LONGEST] + "..."
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in short)
