"""Each rule with one small mistake at a time: some unit test must fail."""

from pathlib import Path

import pytest
import yaml

from tests.support import promtool as tool
from tests.support.laboratory import Laboratory
from tests.support.mutants import Mutant, mutants
from tests.support.vocabulary import Vocabulary

INFO = "an _info series is always 1"
ALWAYS = "it fires whatever the value is"
EQUIVALENT = {
    (
        "OrchexKiloReadingStale ticket",
        "* on (job, instance, kpi) group_left (title, owner) ⇒ / on (job, instance, kpi) group_left (title, owner)",
    ): INFO,
    (
        "OrchexKiloRiskCritical ticket",
        "* on (job, instance, risk) group_left (title) ⇒ / on (job, instance, risk) group_left (title)",
    ): INFO,
    ("OrchexKiloWatchdog none", "vector(1) ⇒ vector(2)"): ALWAYS,
    ("OrchexKiloWatchdog none", "vector(1) ⇒ vector(0)"): ALWAYS,
}
"""By rule and change: why no test could tell the difference."""


@pytest.fixture(scope="module")
def survivors(promtool: str, vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> list[Mutant]:
    """Of all rule files: together they keep all processors busy."""
    folder = tmp_path_factory.mktemp("mutants")
    return Laboratory(promtool, tool.suites(), vocabulary, folder).survivors(list(mutants(tool.shipped())))


@pytest.mark.parametrize("path", tool.rule_files(), ids=lambda path: path.stem)
def test_no_mutant_survives(path: Path, survivors: list[Mutant], record_property) -> None:
    made = {mutant.key for mutant in mutants(tool.shipped()) if mutant.rule.file == path.stem}
    found = made & {mutant.key for mutant in survivors}
    excused = made & EQUIVALENT.keys()
    killed, able = len(made - found), len(made - excused)
    record_property("told", f"Mutants of {path.stem}: {killed} of {able} killed, {len(excused)} are equivalent")
    assert found <= excused, told("No unit test fails with", found - excused)
    assert excused <= found, told("These are no equivalents, for a unit test fails with", excused - found)


def told(words: str, keys: set[tuple[str, str]]) -> str:
    return "\n  ".join((f"{words}:", *(f"{rule}: {change}" for rule, change in sorted(keys))))


def test_every_excuse_is_for_a_mutant() -> None:
    assert EQUIVALENT.keys() - {mutant.key for mutant in mutants(tool.shipped())} == set()


RULE = {"alert": "Down", "expr": 'up{job="a"} == 0', "for": "2m", "labels": {"severity": "page"}}
CASE = {
    "name": "Down: firing",
    "interval": "1m",
    "input_series": [{"series": 'up{job="a", instance="x"}', "values": "0x9"}],
    "alert_rule_test": [
        {"alertname": "Down", "eval_time": "1m", "exp_alerts": []},
        {
            "alertname": "Down",
            "eval_time": "2m",
            "exp_alerts": [{"exp_labels": {"severity": "page", "job": "a", "instance": "x"}}],
        },
    ],
}
MISTAKES = {
    'up{job="a"} == 0 ⇒ up{job="ax"} == 0',
    'up{job="a"} == 0 ⇒ up{job="a"} != 0',
    'up{job="a"} == 0 ⇒ up{job="a"} == 1',
    'up{job="a"} == 0 ⇒ up{job="a"} == -1',
    "no matcher of job",
    "for: 2m ⇒ 4m",
    "for: 2m ⇒ 60s",
}


def tried(folder: Path, case: dict, promtool: str, vocabulary: Vocabulary) -> set[str]:
    """The changes that survive where there is this one rule and this one case."""
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": [RULE]}]}))
    (folder / "tests.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [case]}))
    made = list(mutants(tool.read_rules(folder / "rules.yml")))
    assert {mutant.change for mutant in made} == MISTAKES
    laboratory = Laboratory(promtool, [tool.read_suite(folder / "tests.yml")], vocabulary, folder)
    return {mutant.change for mutant in laboratory.survivors(made)}


def test_what_no_case_sees_survives(tmp_path: Path, promtool: str, vocabulary: Vocabulary) -> None:
    """That other jobs are left out is tried nowhere."""
    assert tried(tmp_path, CASE, promtool, vocabulary) == {"no matcher of job"}


def test_what_is_not_looked_at_survives(tmp_path: Path, promtool: str, vocabulary: Vocabulary) -> None:
    assert tried(tmp_path, {**CASE, "alert_rule_test": []}, promtool, vocabulary) == MISTAKES


def test_a_case_that_is_wrong_itself_is_no_test(tmp_path: Path, promtool: str, vocabulary: Vocabulary) -> None:
    wrong = {**CASE, "input_series": [{"series": 'up{job="a", instance="y"}', "values": "0x9"}]}
    with pytest.raises(AssertionError, match="the rules as they are fail"):
        tried(tmp_path, wrong, promtool, vocabulary)
