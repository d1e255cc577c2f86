"""One record, one line, in either format."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest

from exporter import logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield
    root.handlers[:] = before[1]
    root.setLevel(before[0])
    logging.captureWarnings(capture=False)


def written(form: logs.Format, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    logs.configure(level, form, stream)
    return stream


def test_logfmt_quotes_what_would_break_a_line() -> None:
    stream = written("logfmt")
    logging.getLogger("x").warning('a "b"\nc', extra={"source": "acme", "reason": None})
    (line,) = stream.getvalue().splitlines()
    assert 'level=warn logger=x msg="a \\"b\\"\\nc" source=acme' in line
    assert "reason" not in line


def test_json_is_json() -> None:
    stream = written("json")
    logging.getLogger("x").error("schlecht", extra={"source": "ä"})
    record = json.loads(stream.getvalue())
    assert {key: record[key] for key in ("level", "logger", "msg", "source")} == {
        "level": "error",
        "logger": "x",
        "msg": "schlecht",
        "source": "ä",
    }
    assert record["ts"].endswith("Z")


def test_a_trace_stays_in_its_line() -> None:
    stream = written("logfmt")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("x").exception("broken")
    (line,) = stream.getvalue().splitlines()
    assert "trace=" in line
    assert "ZeroDivisionError" in line


def test_the_level_is_the_least_that_is_written() -> None:
    stream = written("logfmt", "warn")
    logging.getLogger("x").info("no")
    logging.getLogger("x").warning("yes")
    assert [line.split("msg=")[1] for line in stream.getvalue().splitlines()] == ["yes"]


def test_retries_are_not_told_with_their_address() -> None:
    stream = written("logfmt", "debug")
    logging.getLogger("urllib3.connectionpool").warning("Retrying … /path?token=hunter2")
    assert stream.getvalue() == ""


def test_warnings_go_the_same_way() -> None:
    stream = written("logfmt")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("careful", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "careful" in stream.getvalue()
    assert stream is not sys.stderr
