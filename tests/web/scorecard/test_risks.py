"""The risk register on the page."""

from exporter.risks import Band, Level
from tests.web import states
from tests.web.reader import shown
from tests.web.states import WHOLE

RISK = WHOLE.risks[0]
ORDER = {"critical": 5, "very high": 4, "high": 3, "medium": 2, "low": 1}


def levels(table):
    return [ORDER[row["Level"].split(" documented")[0][2:]] for row in table]


def test_the_highest_stand_first_the_others_are_folded_away():
    section = shown(WHOLE).at("risks")
    top, others = section.table("High and above"), section.table("Below high")
    assert len(top) + len(others) == len(WHOLE.risks)
    assert levels(top) == sorted(levels(top), reverse=True)
    assert min(levels(top)) >= 3
    assert max(levels(others)) <= 2
    [folded] = section.all("details")
    assert folded.all("summary")[0].text == f"{len(others)} below high"


def test_a_risk_with_what_drove_it():
    risk = RISK.model_copy(update={"level": Level.CRITICAL, "likelihood": Band.VERY_HIGH})
    [row] = shown(WHOLE.model_copy(update={"risks": (risk,)})).table("High and above")
    assert row == {
        "Risk": "Integration bridge failure",
        "Level": "▲ critical documented: high",
        "Likelihood": "very high",
        "Impact": "high",
        "Driven by": "bridge burn 1: failed share of the bridges' operations in the last hour ÷ "
        "what the documented target allows",
        "Mitigation": "Circuit breakers, parallel systems, comprehensive testing",
    }


def test_a_risk_of_which_no_signal_is_known():
    documented = {"driver": None, "likelihood": RISK.documented_likelihood, "level": RISK.documented_level}
    [row] = shown(WHOLE.model_copy(update={"risks": (RISK.model_copy(update=documented),)})).table("High and above")
    assert (row["Level"], row["Driven by"]) == ("▲ high", "as documented")


def test_without_high_risks():
    low = tuple(each.model_copy(update={"level": Level.LOW}) for each in WHOLE.risks)
    assert "None is high." in shown(WHOLE.model_copy(update={"risks": low})).at("risks").text
    assert "None is high." in shown(states.empty()).at("risks").text
