"""Where colours begin: at the catalogue's targets and margins, at the alerts' thresholds, and nowhere else.

All is read out of the boards' JSON and worked out anew here.
"""

import copy
import re
from collections.abc import Iterator, Mapping

import pytest

from alerts.burn import URGENCIES
from alerts.health import EXPIRING, OLD_SNAPSHOT, SLOW_SCRAPE, SPENT
from exporter.kpis.catalogue import CRITERIA, DOCUMENTED
from exporter.kpis.criteria import Criterion
from exporter.migration.phases import PILOT_SUCCESS
from exporter.migration.plan import COMPLETE, EXPANDED
from exporter.migration.schedule import TOLERANCE
from exporter.risks import RISKS
from tests.support.boardhouse import parts
from tests.support.grafana import Dashboard, Data, Panel, built
from tests.support.promtool import selectors

Steps = list[tuple[float | None, str]]
"""From which value on which colour holds; None is from below."""
BOARDS = built()
each_board = pytest.mark.parametrize("board", BOARDS, ids=str)
BY_KEY = {criterion.key: criterion for criterion in CRITERIA}
OF_ITSELF = {
    "orchex_kilo_uptime_ratio": "uptime",
    "orchex_kilo_error_ratio": "error_rate",
    "orchex_kilo_bridge_success_ratio": "bridge_success",
    "orchex_kilo_performance_impact_ratio": "performance_impact",
    "orchex_kilo_template_adoption_ratio": "template_adoption",
    "orchex_kilo_workflow_adoption_ratio": "workflow_adoption",
    "orchex_kilo_bridge_response_seconds": "bridge_latency",
}
"""Families that are what a criterion is about, whatever it makes of them."""
PART_OF = {"orchex_kilo_workflow_runs_total": "error_rate"}
"""Families of which a part of a criterion is worked out: they may wear its limits."""
FACTORS = sorted(burn.factor for urgency in URGENCIES for burn in urgency.burns)
OTHERS: Mapping[str, tuple[float, ...]] = {
    "slo:period_error_budget_remaining:ratio": (0,),
    "slo:current_burn_rate:ratio": tuple(FACTORS),
    "orchex_kilo_migrated_ratio": (EXPANDED, COMPLETE),
    "orchex_kilo_team_migrated_ratio": (COMPLETE,),
    "orchex_kilo_pilot_success_ratio": (PILOT_SUCCESS,),
    "orchex_kilo_schedule_slip_ratio": (-TOLERANCE, TOLERANCE),
    "orchex_kilo_phase_duration_deviation_ratio": (-TOLERANCE, TOLERANCE),
    "orchex_kilo_kpi_state": (1,),  # how many are in a state: any
    "orchex_kilo_source_rate_limit_remaining": (SPENT,),
    "orchex_kilo_exporter_snapshot_timestamp_seconds": (OLD_SNAPSHOT,),
    "orchex_kilo_source_token_expiry_timestamp_seconds": (0, EXPIRING),
    "scrape_duration_seconds": (SLOW_SCRAPE,),
}
"""Where else colours may begin, by the family that is shown."""


def limits(criterion: Criterion) -> Steps:
    """The documented target and the margin before it, from the bad side to the good one."""
    higher_is_better = criterion.comparison.value in (">", ">=")
    sign = 1 if higher_is_better else -1
    safe = round(criterion.target + sign * criterion.margin, 9)
    if higher_is_better:
        return [(None, "red"), (criterion.target, "orange"), (safe, "green")]
    return [(None, "green"), (safe, "orange"), (criterion.target, "red")]


def worn(panel: Panel) -> Iterator[Steps]:
    """Of the panel, and of each column or line that has its own; what has one colour alone wears none."""
    for properties in (panel.defaults, *(each.properties for each in panel.overrides)):
        steps = [(each["value"], each["color"]) for each in properties.get("thresholds", {}).get("steps", [])]
        if len(steps) > 1:
            yield steps


def asked(board: Dashboard, panel: Panel) -> Iterator[tuple[str, dict[str, str]]]:
    """Metrics, each with the values that its labels shall have."""
    for target in panel.targets:
        for selector in selectors(board.expanded(target.expr)):
            yield str(selector.name), {each.name: each.value for each in selector.matchers.matchers}


def shown(board: Dashboard, panel: Panel) -> set[str]:
    """The criteria whose values are shown. Multiplied with the baseline a value is another number: a time."""
    found = list(asked(board, panel))
    if any(name == "orchex_kilo_kpi_baseline" for name, _ in found):
        return set()
    of_itself = {OF_ITSELF[name] for name, _ in found if name in OF_ITSELF}
    values = {key for name, labels in found if name == "orchex_kilo_kpi_value" for key in labels["kpi"].split("|")}
    return of_itself | values


def allowed(board: Dashboard, panel: Panel) -> list[list[float]]:
    """Where colours may begin on a panel that shows no criterion, or several."""
    found = []
    for name, labels in asked(board, panel):
        if name in OTHERS:
            found.append(list(OTHERS[name]))
        elif name in PART_OF:
            found.append([value for value, _ in limits(BY_KEY[PART_OF[name]])[1:]])
        elif name.startswith("slo:sli_error:ratio_rate"):
            target = BY_KEY[labels["slo"]].target
            found.append([factor * min(target, 1 - target) for factor in FACTORS])
        elif name == "orchex_kilo_risk_signal":
            signals = [signal for risk in RISKS for signal in risk.signals if signal.key == labels.get("signal")]
            found += [[signal.elevated, signal.severe] for signal in signals]
    return found


def faults(board: Dashboard) -> Iterator[str]:
    for panel in board.asking:
        criteria, wears = shown(board, panel), list(worn(panel))
        if len(criteria) == 1:
            wanted = limits(BY_KEY[criteria.pop()])
            if not wears or any(steps != wanted for steps in wears):
                yield f"{panel}: wears {wears} and not {wanted}"
        else:
            may = [pytest.approx(values) for values in allowed(board, panel)]
            yield from (f"{panel}: wears {each}" for each in wears if [value for value, _ in each[1:]] not in may)


@each_board
def test_colours_begin_where_catalogue_and_alerts_say(board: Dashboard) -> None:
    assert list(faults(board)) == []


@each_board
def test_colours_begin_one_above_the_other(board: Dashboard) -> None:
    for panel in board.asking:
        for first, *steps in worn(panel):
            values = [value for value, _ in steps]
            assert first[0] is None, str(panel)
            assert values == sorted(set(values)), str(panel)


def test_every_documented_criterion_is_shown_with_its_limits() -> None:
    alone = [shown(board, panel) for board in BOARDS for panel in board.asking]
    assert {criterion.key for criterion in DOCUMENTED} <= {key for keys in alone if len(keys) == 1 for key in keys}


def test_all_that_may_have_limits_of_its_own_has_them() -> None:
    """Otherwise nobody would notice that they are gone."""
    names = {name for board in BOARDS for panel in board.asking if list(worn(panel)) for name, _ in asked(board, panel)}
    assert (OTHERS.keys() | PART_OF.keys()) - names == set()


PERCENT, UNITS = "%", {"": 1, "ms": 0.001, "s": 1, "d": 86400}


def numbers(text: str) -> list[float]:
    """As they are meant: 99% is 0.99, 500 ms is 0.5."""
    found = re.findall(r"(\d+(?:\.\d+)?) ?(%|ms\b|s\b|d\b|)", text)
    return [float(number) * (0.01 if unit == PERCENT else UNITS[unit]) for number, unit in found]


def untold(board: Dashboard) -> Iterator[str]:
    """Panels that wear a criterion's limits and do not tell its target as it compares. Some have the same limits."""
    for panel in board.asking:
        text = parts(panel)["target"]
        for steps in worn(panel):
            may = [criterion for criterion in CRITERIA if limits(criterion) == steps]
            if may and not any(tells(text, criterion) for criterion in may):
                yield f"{panel}: {text}"


def tells(text: str, criterion: Criterion) -> bool:
    return f"{criterion.comparison.value} " in text and pytest.approx(criterion.target) in numbers(text)


@each_board
def test_what_wears_a_criterions_limits_tells_its_target(board: Dashboard) -> None:
    assert list(untold(board)) == []


def changed(title: str, steps: list[Data], description: str | None = None) -> Dashboard:
    """The panel of this title, alone on its board, with other limits."""
    board = next(each for each in BOARDS if title in map(str, each.asking))
    panel = copy.deepcopy(next(each.data for each in board.asking if each.title == title))
    panel["fieldConfig"]["defaults"]["thresholds"]["steps"] = steps
    panel["description"] = description or panel["description"]
    return Dashboard({**board.data, "panels": [panel]})


def of_criteria() -> list[tuple[str, Criterion]]:
    """The panels that show one alone, by their titles."""
    found = [(str(panel), shown(board, panel)) for board in BOARDS for panel in board.asking]
    return [(title, BY_KEY[next(iter(keys))]) for title, keys in found if len(keys) == 1]


def as_steps(steps: Steps) -> list[Data]:
    return [{"value": value, "color": colour} for value, colour in steps]


@pytest.mark.parametrize(("title", "criterion"), of_criteria(), ids=lambda given: getattr(given, "key", given))
def test_limits_that_are_not_the_criterions_are_found(title: str, criterion: Criterion) -> None:
    right = limits(criterion)
    assert list(faults(changed(title, as_steps(right)))) == []
    turned = [(value, colour) for (value, _), (_, colour) in zip(right, reversed(right), strict=True)]
    shifted = [(value and value * 1.01, colour) for value, colour in right]
    for wrong in (turned, shifted, right[:1], right[:2]):
        assert list(faults(changed(title, as_steps(wrong)))), wrong


def test_limits_of_no_source_are_found() -> None:
    [board] = [each for each in BOARDS if str(each) == "orchex-kilo-phases-and-gates"]
    title = next(str(panel) for panel in board.asking if panel.title.startswith("Pilot success"))
    assert list(faults(changed(title, as_steps([(None, "red"), (0.9, "green")]))))


def test_a_target_that_is_not_the_criterions_is_found() -> None:
    title, criterion = of_criteria()[0]
    for text in ("> 99%", f"< {criterion.target:%}", "none documented"):
        board = changed(title, as_steps(limits(criterion)), f"It is.\n\n**Target:** {text}\n\n**What to do:** Look.")
        assert list(untold(board)) == [f"{title}: {text}"]


def test_numbers_are_read_as_they_are_meant() -> None:
    assert numbers("> 99.9%, < 500 ms, 0.5 s, 14 d, 20 times") == pytest.approx([0.999, 0.5, 0.5, 14 * 86400, 20])
