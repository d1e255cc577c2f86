"""Logging to standard error, as logfmt or JSON, in the keys of the Prometheus family."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

Format = Literal["logfmt", "json"]
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(level: str, form: Format, stream: TextIO | None = None) -> None:
    """Sends everything from `level` upwards to `stream` (standard error), and nowhere else."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(_Json() if form == "json" else _Logfmt())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # urllib3 tells of retries with the whole address, query included; the poller tells what matters.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    # Alembic tells of every start that there was nothing to do.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # uvicorn calls its greetings information.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _fields(record: logging.LogRecord, formatter: logging.Formatter) -> dict[str, object]:
    """The record as keys and values, in the order in which they are written."""
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    fields: dict[str, object] = {
        "ts": moment.replace("+00:00", "Z"),
        "level": {"WARNING": "warn", "CRITICAL": "error"}.get(record.levelname, record.levelname.lower()),
        "logger": record.name,
        "msg": record.getMessage(),
    }
    fields |= {key: value for key, value in vars(record).items() if key not in _STANDARD and value is not None}
    if record.exc_info:
        fields["trace"] = formatter.formatException(record.exc_info)
    return fields


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_fields(record, self), default=str, ensure_ascii=False)


class _Logfmt(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{key}={_quoted(str(value))}" for key, value in _fields(record, self).items())


def _quoted(value: str) -> str:
    """Bare where logfmt allows it, else as a JSON string: one record stays one line."""
    plain = value and not any(char in value for char in ' ="\\') and value.isprintable()
    return value if plain else json.dumps(value, ensure_ascii=False)
