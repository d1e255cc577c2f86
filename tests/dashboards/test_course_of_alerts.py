"""How the history's alerts go is said in a few lines of ours: real Prometheus code says the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backfilled import course
from tests.support.promtool import verdicts


@pytest.mark.parametrize(("lasting", "keeping"), [(0, 0), (2, 0), (0, 3), (2, 1), (2, 3)])
def test_alerts_go_as_promtool_has_them_go(lasting: int, keeping: int, tmp_path: Path) -> None:
    """Minutes; the expression gives something at those that are marked."""
    marks = "_x_xxxxx_x__xxx_xx____xxx___x"
    active = {60.0 * minute for minute, mark in enumerate(marks) if mark == "x"}
    moments = [60.0 * minute for minute in range(len(marks))]
    states = {moment: (state, since) for moment, state, since in course(active, moments, 60 * lasting, 60 * keeping)}
    assert {state for state, _ in states.values()} >= {"firing"}
    rule = f"{{alert: Fires, expr: mark == 1, for: {lasting}m, keep_firing_for: {keeping}m}}"
    (tmp_path / "rules.yml").write_text(f"groups: [{{name: one, rules: [{rule}]}}]\n")
    asked = [
        f"  - {{expr: '{expr}', eval_time: {int(moment)}s, exp_samples: [{samples}]}}"
        for moment in moments
        for expr, samples in told(*states.get(moment, ("", 0)))
    ]
    values = " ".join("1" if mark == "x" else "0" for mark in marks)
    series = f"input_series: [{{series: mark, values: '{values}'}}]"
    test = ["- interval: 1m", f"  {series}", "  promql_expr_test:", *asked]
    file = tmp_path / "tests.yml"
    file.write_text("\n".join(["rule_files: [rules.yml]", "evaluation_interval: 1m", "tests:", *test, ""]))
    assert verdicts("promtool", [file]) == {file: "SUCCESS"}


def told(state: str, since: float) -> Iterator[tuple[str, str]]:
    """Queries of an alert's series, and what promtool must find."""
    yield "ALERTS", f'{{labels: \'ALERTS{{alertname="Fires", alertstate="{state}"}}\', value: 1}}' if state else ""
    yield "max(ALERTS_FOR_STATE)", f"{{value: {since}}}" if state else ""
