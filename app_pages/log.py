"""The server's log: one line for whatever goes wrong.

Anybody on the internet can make something go wrong, as often as they like. A traceback each time would fill the disk
and hide the rest; and a text that breaks its line could forge others.
"""

import logging
import traceback

LONGEST = 300  # characters of a message


def one_line_each() -> None:
    """Let every log record of this process be one line, with the place of an error in place of its traceback.

    Not at the level debug: `streamlit run app.py --logger.level debug` shows all of it.
    """
    logging.setLogRecordFactory(record)


def record(name: str, level: int, *arguments, **more) -> logging.LogRecord:
    """Make a record as `logging.LogRecord` does, of one line."""
    made = logging.LogRecord(name, level, *arguments, **more)
    if logging.getLogger(name).isEnabledFor(logging.DEBUG):
        return made
    try:
        text = made.getMessage()
    except Exception:  # its arguments do not fit; logging itself would not fail of it either
        text = str(made.msg)
    if made.exc_info and made.exc_info[1]:
        error = made.exc_info[1]
        text = f"{text}: {type(error).__name__}: {str(error)[:LONGEST]}"
        if frames := traceback.extract_tb(error.__traceback__):
            text = f"{text[:LONGEST]} ({frames[-1].filename}:{frames[-1].lineno})"
    made.msg, made.args, made.exc_info, made.stack_info = _printable(text), (), None, None
    return made


def _printable(text: str) -> str:
    """Write a text so that it cannot break its line, nor move the cursor of a terminal."""
    short = text if len(text) <= 2 * LONGEST else text[: 2 * LONGEST] + "..."
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in short)
