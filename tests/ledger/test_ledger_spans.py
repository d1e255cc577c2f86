"""Probes become spans; what was not observed lies in none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.answers import Span
from exporter.ledger import Ledger
from exporter.ledger.spans import Stretch, follow
from exporter.model import Component, Facts
from tests.support.facts import NOW, probe

GAP = 60.0
A, B = Component.ORCHEX, Component.K2A


def see(ledger, at, *probes, source="acme"):
    ledger.record(source, Facts(probes=probes), at=NOW + at, gap=GAP, succeeded=True)


def up(begin, end):
    return Stretch(begin, end, up=True)


def down(begin, end):
    return Stretch(begin, end, up=False)


def told(ledger, since=0.0, **options):
    return [(span.component, span.begin - NOW, span.end - NOW, span.up) for span in ledger.spans(since, **options)]


def test_one_state_is_one_span(ledger):
    for at in (0, 30, 60, 120):
        see(ledger, at, probe(A))
    assert told(ledger) == [(A, 0, 120, True)]


def test_the_time_up_to_a_change_belongs_to_the_state_before(ledger):
    for at, up in ((0, True), (30, True), (60, False), (90, False), (120, True)):
        see(ledger, at, probe(A, up=up))
    assert told(ledger) == [(A, 0, 60, True), (A, 60, 120, False), (A, 120, 120, True)]


def test_a_pause_longer_than_the_gap_was_not_observed(ledger):
    for at in (0, 60, 120.5, 150):
        see(ledger, at, probe(A))
    assert told(ledger) == [(A, 0, 60, True), (A, 120.5, 150, True)]


def test_a_clock_that_was_set_back_neither_shortens_nor_overlaps(ledger):
    for at, up in ((0, True), (60, True), (20, False), (50, True), (90, True)):
        see(ledger, at, probe(A, up=up))
    assert told(ledger) == [(A, 0, 90, True)]


def test_of_two_looks_at_once_the_later_counts(ledger):
    see(ledger, 0, probe(A, up=True), probe(A, up=False))
    assert told(ledger) == [(A, 0, 0, False)]
    see(ledger, 30, probe(A, up=False), probe(A, up=True))
    assert told(ledger) == [(A, 0, 30, False), (A, 30, 30, True)]


def test_sources_and_components_are_apart(ledger):
    see(ledger, 0, probe(A), probe(B, up=False))
    see(ledger, 10, probe(A), source="other")
    see(ledger, 30, probe(A), probe(B, up=False))
    assert told(ledger) == [(B, 0, 30, False), (A, 0, 30, True), (A, 10, 10, True)]
    assert told(ledger, sources={"other"}) == [(A, 10, 10, True)]
    assert ledger.spans(0, ["other"]) == (Span("other", A, NOW + 10, NOW + 10, up=True),)


def test_a_window_cuts_what_began_before_it(ledger):
    for at, up in ((0, True), (30, False), (60, True), (90, True)):
        see(ledger, at, probe(A, up=up))
    assert told(ledger, NOW + 45) == [(A, 45, 60, False), (A, 60, 90, True)]
    assert told(ledger, NOW + 91) == []


def test_a_span_goes_on_after_a_restart(url):
    for at in (0, 30):
        with Ledger.open(url) as ledger:
            see(ledger, at, probe(A))
    with Ledger.open(url) as ledger:
        assert told(ledger) == [(A, 0, 30, True)]


def test_pruning_removes_only_what_ended_before(url):
    with Ledger.open(url, retention=100) as ledger:
        for at, up in ((0, True), (30, False), (60, True), (90, True), (120, True)):
            see(ledger, at, probe(A, up=up))
        ledger.prune(NOW + 131)
        assert told(ledger) == [(A, 30, 60, False), (A, 60, 120, True)]


@given(st.lists(st.tuples(st.integers(-200, 400), st.booleans()), max_size=30))
def test_spans_never_overlap_and_hold_no_gap(looks):
    spans = {}
    for at, healthy in looks:
        newest = spans[max(spans)] if spans else None
        spans |= {stretch.begin: stretch for stretch in follow(newest, up=healthy, at=at, gap=GAP)}
    ordered = [spans[begin] for begin in sorted(spans)]
    assert all(span.begin <= span.end for span in ordered)
    assert all(left.end <= right.begin for left, right in pairwise(ordered))
    forward = [at for i, (at, _) in enumerate(looks) if at >= max((earlier for earlier, _ in looks[:i]), default=at)]
    watched = sum(right - left for left, right in pairwise(forward) if right - left <= GAP)
    assert sum(span.end - span.begin for span in ordered) == watched


@pytest.mark.parametrize(
    ("newest", "at", "healthy", "expected"),
    [
        (None, 5, True, (up(5, 5),)),
        (up(0, 5), 65, True, (up(0, 65),)),
        (up(0, 5), 65.1, True, (up(65.1, 65.1),)),
        (up(0, 5), 4.9, False, ()),
        (up(0, 5), 5, False, (up(0, 5), down(5, 5))),
        (up(0, 5), 9, False, (up(0, 9), down(9, 9))),
    ],
)
def test_what_a_probe_changes(newest, at, healthy, expected):
    assert follow(newest, up=healthy, at=at, gap=GAP) == expected
