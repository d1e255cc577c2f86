"""When gates were first seen open is remembered, apart for each plan."""

from exporter.ledger import Ledger
from exporter.model import Phase
from tests.support.facts import DAY, NOW

PLAN = "2025-03-03"


def test_the_first_moment_of_each_gate_stays(url):
    with Ledger.open(url) as ledger:
        assert ledger.reached(PLAN) == {}
        ledger.reach(PLAN, {})
        ledger.reach(PLAN, {Phase.PREPARATION: NOW + DAY, Phase.ASSESSMENT: NOW})
        ledger.reach(PLAN, {Phase.ASSESSMENT: NOW - DAY, Phase.PREPARATION: NOW + 2 * DAY, Phase.PILOT: NOW + 2 * DAY})
    with Ledger.open(url) as ledger:
        assert list(ledger.reached(PLAN).items()) == [
            (Phase.ASSESSMENT, NOW),
            (Phase.PREPARATION, NOW + DAY),
            (Phase.PILOT, NOW + 2 * DAY),
        ]


def test_another_plan_begins_anew(ledger):
    ledger.reach(PLAN, {Phase.ASSESSMENT: NOW})
    assert ledger.reached("2025-04-07") == {}
    ledger.reach("2025-04-07", {Phase.ASSESSMENT: NOW + DAY})
    assert ledger.reached(PLAN) == {Phase.ASSESSMENT: NOW}
