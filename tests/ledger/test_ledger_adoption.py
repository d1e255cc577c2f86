"""The history of the adoption: one count a day and source, the day's last, kept for ever."""

import pytest

from exporter.answers import AdoptionDay
from exporter.ledger import Ledger, LedgerUnstorable
from exporter.model import Evidence, Facts, Repository
from tests.support.facts import DAY, INTEGRATED, LEGACY, NOW, SHOP, WEB, run, state

TODAY = 20254
"""The day of NOW, which is 2025-06-15 15:06:40 UTC."""
MIDNIGHT = TODAY * DAY
NONE, PARTIAL = Evidence(), Evidence(integrated_config=True)


def record(ledger, *states, source="acme", at=NOW, **facts):
    ledger.record(source, Facts(repositories=states, **facts), at=at, gap=60.0, succeeded=True)


def named(evidence, number):
    return state(evidence, Repository("acme", f"service-{number}"))


@pytest.mark.parametrize(
    ("evidences", "migrated", "whole"),
    [
        ((INTEGRATED,), 1, 1),
        ((LEGACY,), 0, 1),
        ((PARTIAL,), 0, 1),
        ((NONE,), 0, 0),
        ((None,), 0, 0),
        ((INTEGRATED, INTEGRATED, LEGACY, PARTIAL, NONE, None), 2, 4),
    ],
)
def test_repositories_that_use_either_tool_are_the_whole(ledger, evidences, migrated, whole):
    record(ledger, *(named(evidence, number) for number, evidence in enumerate(evidences)))
    assert ledger.adoption() == {"acme": (AdoptionDay(TODAY, migrated, whole),)}


def test_a_roll_back_is_not_migrated_and_still_of_the_whole(ledger):
    record(ledger, state(INTEGRATED), at=NOW - DAY)
    record(ledger, state(LEGACY))
    assert ledger.adoption()["acme"] == (AdoptionDay(TODAY - 1, 1, 1), AdoptionDay(TODAY, 0, 1))


def test_the_last_count_of_a_day_stays(url):
    for at, evidence in ((MIDNIGHT - 1, LEGACY), (MIDNIGHT, LEGACY), (MIDNIGHT + DAY - 1, INTEGRATED)):
        with Ledger.open(url) as ledger:
            record(ledger, state(evidence), at=at)
    with Ledger.open(url) as ledger:
        assert ledger.adoption()["acme"] == (AdoptionDay(TODAY - 1, 0, 1), AdoptionDay(TODAY, 1, 1))


def test_a_poll_that_tells_of_no_repositories_counts_none(ledger):
    record(ledger, runs=(run(),))
    assert ledger.adoption() == {}
    record(ledger, state(LEGACY), state(LEGACY, WEB))
    record(ledger, at=NOW + DAY)
    record(ledger, at=NOW + 2 * DAY, scope=frozenset([SHOP]))
    assert ledger.adoption()["acme"] == (AdoptionDay(TODAY, 0, 2), AdoptionDay(TODAY + 2, 0, 1))


def test_sources_are_apart(ledger):
    record(ledger, state(INTEGRATED))
    record(ledger, state(LEGACY), state(LEGACY, WEB), source="other")
    other = (AdoptionDay(TODAY, 0, 2),)
    assert ledger.adoption() == {"acme": (AdoptionDay(TODAY, 1, 1),), "other": other}
    assert ledger.adoption(["other", "unheard"]) == {"other": other}
    assert ledger.adoption([]) == {}


def test_a_poll_that_is_not_kept_leaves_no_day(ledger):
    with pytest.raises(LedgerUnstorable):
        record(ledger, state(INTEGRATED), marks={"a": "lone \ud800 surrogate"})
    assert ledger.adoption() == {}
