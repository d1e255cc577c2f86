"""`alertmanager.yml`: who hears of what. The file is written by hand, for its comments are meant for its readers."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import TypeAdapter

from alerts.terms import Terms
from exporter.providers.base import Duration

FILE = Path(__file__).parent / "alertmanager.yml"
_WAITING = re.compile(r"^(\s*(?:group_wait|group_interval|repeat_interval): )(\w+)", re.MULTILINE)
_SECONDS: TypeAdapter[float] = TypeAdapter(Duration)


def scaled(terms: Terms) -> str:
    """The file with its waiting times in scale. Office hours stay: they are on the wall's clock."""
    return _WAITING.sub(lambda found: found[1] + terms.span(_SECONDS.validate_python(found[2])), FILE.read_text())
