"""`python -m alerts` as its users run it: what it writes, what it says, and how it ends."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from alerts.terms import JOB
from tests.support import promtool as tool
from tests.support.mutants import tokens
from tests.support.promtool import ROOT, Rule

CONFIGURATION = {"sources": {"kilo": {"kind": "kilo", "url": "http://127.0.0.1:9"}}}
FILES = [f"rules/{path.name}" for path in tool.rule_files()] + ["alertmanager.yml"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alerts", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def written(folder: Path, *arguments: str) -> list[Rule]:
    """The rules that it writes with these arguments."""
    done = run(f"--output={folder}", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [rule for path in sorted((folder / "rules").glob("*.yml")) for rule in tool.read_rules(path)]


def test_what_is_committed_is_what_would_be_written() -> None:
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_writes_every_file_and_says_which(tmp_path: Path) -> None:
    done = run(f"--output={tmp_path}")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == sorted(f"{tmp_path}/{name} written" for name in FILES)
    for name in FILES:
        assert (tmp_path / name).read_text() == (ROOT / "alerts" / name).read_text()


def test_it_leaves_alone_what_is_settled(tmp_path: Path) -> None:
    run(f"--output={tmp_path}")
    (tmp_path / FILES[0]).write_text("groups: []\n")
    done = run(f"--output={tmp_path}")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/{FILES[0]} written\n")


def test_a_changed_file_is_drift(tmp_path: Path) -> None:
    run(f"--output={tmp_path}")
    file = tmp_path / FILES[0]
    changed = file.read_text().replace("expr:", "expr: 1 *", 1)
    file.write_text(changed)
    done = run("--check", f"--output={tmp_path}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{file} differs; run: python -m alerts\n"
    assert file.read_text() == changed


def test_a_missing_file_is_drift(tmp_path: Path) -> None:
    done = run("--check", f"--output={tmp_path}")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, len(FILES))
    assert list(tmp_path.iterdir()) == []


def durations(rule: Rule) -> list[str]:
    """Every time in a rule, as it stands there."""
    given = [rule.data[key] for key in ("for", "keep_firing_for") if key in rule.data]
    return given + [token.text for token in tokens(rule.expr) if token.kind == "duration"]


def test_a_scale_shortens_every_time(tmp_path: Path, promtool: str) -> None:
    shortened = written(tmp_path, "--scale=0.01")
    shipped = tool.shipped()
    assert list(map(str, shortened)) == list(map(str, shipped))
    for rule, short in zip(shipped, shortened, strict=True):
        wanted = [tool.duration(text) / 100 for text in durations(rule)]
        assert [tool.duration(text) for text in durations(short)] == wanted, str(rule)
    checked = tool.run(promtool, "check", "rules", *sorted((tmp_path / "rules").glob("*.yml")))
    assert checked.returncode == 0, checked.stdout


def test_a_scale_shortens_the_evaluation_of_groups_and_the_waiting_of_routes(tmp_path: Path) -> None:
    written(tmp_path, "--scale=0.01")
    for name in FILES[:-1]:
        whole, short = (yaml.safe_load((folder / name).read_text()) for folder in (ROOT / "alerts", tmp_path))
        intervals = [group["interval"] for group in whole["groups"] if "interval" in group]
        shorter = [group["interval"] for group in short["groups"] if "interval" in group]
        assert [tool.duration(text) for text in shorter] == [tool.duration(text) / 100 for text in intervals]
    routes = [yaml.safe_load((folder / FILES[-1]).read_text())["route"] for folder in (ROOT / "alerts", tmp_path)]
    waits = [tool.duration(route["group_interval"]) for route in routes]
    assert waits[1] == waits[0] / 100


@pytest.mark.parametrize("scale", ["0", "-1", "1.5", "fast"])
def test_a_scale_that_makes_no_sense_is_refused(scale: str, tmp_path: Path) -> None:
    done = run(f"--output={tmp_path}", f"--scale={scale}")
    assert done.returncode == 2
    assert "--scale" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_another_job_is_named_wherever_one_is(tmp_path: Path) -> None:
    theirs = written(tmp_path, "--job=theirs")
    named = [
        matcher.value
        for rule in theirs
        for selector in tool.selectors(rule.expr)
        for matcher in selector.matchers.matchers
        if matcher.name == "job"
    ]
    assert set(named) == {"theirs"}
    assert [str(rule) for rule in theirs if JOB in rule.expr] == []


@pytest.mark.parametrize("address", ["https://docs.example/runbooks", "https://docs.example/runbooks/"])
def test_runbooks_are_linked_where_they_are_published(address: str, tmp_path: Path) -> None:
    alerting = [rule for rule in written(tmp_path, f"--runbooks={address}") if rule.alerts]
    assert alerting
    for rule in alerting:
        assert rule.annotations["runbook_url"] == f"https://docs.example/runbooks/{rule.name}.md"


def configured(folder: Path, **kpis: object) -> str:
    file = folder / "config.yml"
    file.write_text(yaml.safe_dump({**CONFIGURATION, "kpis": kpis}))
    return f"--config.file={file}"


def test_a_configuration_without_targets_changes_nothing(tmp_path: Path) -> None:
    assert [rule.data for rule in written(tmp_path / "built", configured(tmp_path))] == [
        rule.data for rule in tool.shipped()
    ]


AIMS = {"uptime": ("99.5%", 0.005), "error_rate": ("2%", 0.02), "bridge_success": ("98%", 0.02)}


@pytest.mark.parametrize(("kpi", "target", "budget"), [(key, *aim) for key, aim in AIMS.items()])
def test_the_literals_follow_a_target_in_the_configuration(
    kpi: str, target: str, budget: float, tmp_path: Path
) -> None:
    """Those of this objective alone."""
    theirs = written(tmp_path / "built", configured(tmp_path, **{kpi: {"target": target}}))
    recorded = {rule.labels["slo"]: rule.expr for rule in theirs if rule.name == "slo:error_budget:ratio"}
    assert recorded[kpi] == f"vector({budget:g})"
    burning = [(rule, other) for rule, other in zip(tool.shipped(), theirs, strict=True) if "BudgetBurn" in rule.name]
    assert {rule.labels["slo"] for rule, other in burning if rule.data != other.data} == {kpi}
    limits = {number for rule, _ in burning for number in limits_of(rule) if rule.labels["slo"] == kpi}
    scaled = {number for _, other in burning for number in limits_of(other) if other.labels["slo"] == kpi}
    before = next(
        rule.expr for rule in tool.shipped() if rule.name == "slo:error_budget:ratio" and rule.labels["slo"] == kpi
    )
    factor = budget / float(before.removeprefix("vector(").removesuffix(")"))
    assert sorted(scaled) == pytest.approx([limit * factor for limit in sorted(limits)])


def limits_of(rule: Rule) -> set[float]:
    """What ratios are compared with."""
    found = tokens(rule.expr)
    return {float(number.text) for sign, number in pairwise(found) if sign.text == ">" and number.kind == "number"}


def test_a_broken_configuration_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(
        yaml.safe_dump({**CONFIGURATION, "kpis": {"uptime": {"tarket": 0.995}}, "wep": {}}, sort_keys=False)
    )
    done = run(f"--output={tmp_path / 'built'}", f"--config.file={file}")
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{file}:") for line in lines)
    assert not (tmp_path / "built").exists()


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run(f"--output={tmp_path}", f"--config.file={tmp_path}/config.yml")
    assert done.returncode == 2
    assert f"{tmp_path}/config.yml" in done.stderr


def test_a_target_whose_budget_could_not_burn_is_refused(tmp_path: Path) -> None:
    """14.4 times 8% are more than all: such an alert could never fire."""
    done = run(f"--output={tmp_path / 'built'}", configured(tmp_path, error_rate={"target": "8%"}))
    assert (done.returncode, done.stdout) == (2, "")
    assert "kpis.error_rate.target" in done.stderr
    assert not (tmp_path / "built").exists()
