"""`alertmanager.yml`: who hears of what. The file is written by hand, for its comments are meant for its readers."""

from __future__ import annotations

import re
from pathlib import Path

from alerts.terms import Terms
from exporter.providers.base import parse_duration

FILE = Path(__file__).parent / "alertmanager.yml"


def scaled(terms: Terms) -> str:
    """The file with its waiting times in scale."""
    times = re.compile(r"^(\s*(?:group_wait|group_interval|repeat_interval): )(\S+)$", re.MULTILINE)
    return times.sub(lambda found: found[1] + terms.span(parse_duration(found[2])), FILE.read_text())
