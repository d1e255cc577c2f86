"""How long ago, and how soon."""

import pytest

from exporter.web.scorecard.moments import future, past, when
from tests.web.states import NOW, ago


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (0.4, "just now"),
        (1, "1 s ago"),
        (119.9, "119 s ago"),
        (120, "2 min ago"),
        (7200, "2 h ago"),
        (40 * 86400, "40 d ago"),
    ],
)
def test_the_past(seconds, words):
    assert past(ago(seconds), NOW).words == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3600, "in 60 min"), (1, "in 1 s"), (0.2, "now"), (-0.9, "now"), (-5, "due 5 s ago")],
)
def test_the_future(seconds, words):
    assert future(ago(-seconds), NOW).words == words


def test_a_moment_is_given_for_machines_too():
    found = when(NOW, "now")
    assert (found.words, found.utc, found.iso) == ("now", "2025-06-15 15:06:40 UTC", "2025-06-15T15:06:40Z")


def test_what_is_not_known_is_no_moment():
    assert past(None, NOW) is None
    assert future(None, NOW) is None
