"""What is written for readers is true: pages fit the declarations, the README's examples work."""

import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import settings
from exporter.cli import main
from exporter.exposition import EXTRA_FAMILIES
from exporter.http import Http
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.quantities import QUANTITIES
from exporter.metrics import FAMILIES
from exporter.migration.phases import PHASES
from exporter.migration.plan import TIMELINES
from exporter.model import Facts
from exporter.providers.base import Since
from exporter.providers.scorecard import ScorecardFile
from exporter.risks import RISKS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SERIES = {family.name for family in FAMILIES + EXTRA_FAMILIES}


def test_the_reference_pages_fit_the_declarations() -> None:
    built = subprocess.run([sys.executable, "docs/build.py", "--check"], cwd=ROOT, capture_output=True, check=False)
    assert (built.returncode, built.stderr.decode()) == (0, "")


def test_the_criteria_page_tells_every_criterion_exit_criterion_risk_and_quantity() -> None:
    page = (ROOT / "docs" / "criteria.md").read_text()
    exits = [criterion for spec in PHASES for criterion in spec.exit_criteria]
    signals = [signal for risk in RISKS for signal in risk.signals]
    wanted = [f'kpi="{criterion.key}"' for criterion in CRITERIA] + [f"| `{name}` |" for name in QUANTITIES]
    wanted += [known.words for known in (*CRITERIA, *exits, *signals, *TIMELINES.values())]
    wanted += [risk.mitigation for risk in RISKS]
    assert [words for words in wanted if words not in page] == []


EXAMPLES = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def test_the_readme_s_configurations_are_valid_alone_and_together(tmp_path: Path) -> None:
    (scorecard,) = (block for block in EXAMPLES if "attestations:" in block)
    (tmp_path / "scorecard.yml").write_text(scorecard)
    configurations = [block for block in EXAMPLES if "sources:" in block]
    assert len(configurations) == 3
    merged: dict[str, Any] = {}
    for text in configurations:
        for secret in re.findall(r"/run/secrets/(\w+)", text):
            (tmp_path / secret).write_text("secret")
        file = tmp_path / "config.yml"
        file.write_text(
            text.replace("/run/secrets", str(tmp_path)).replace("scorecard.yml", f"{tmp_path}/scorecard.yml")
        )
        settings.load(file)
        loaded = yaml.safe_load(file.read_text())
        merged = {**merged, **loaded, "sources": {**merged.get("sources", {}), **loaded["sources"]}}
    assert len(settings.from_data(merged).sources) == 11


def test_the_readme_s_prometheus_configuration_loads_the_rules(tmp_path: Path) -> None:
    parts = [yaml.safe_load(block) for block in EXAMPLES if "scrape_configs:" in block or "rule_files:" in block]
    assert len(parts) == 2
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(parts[0] | parts[1]))
    shutil.copytree(ROOT / "alerts" / "rules", tmp_path / "orchex-kilo" / "rules")
    command = ["promtool", "check", "config", str(tmp_path / "prometheus.yml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert f"{len(list((ROOT / 'alerts' / 'rules').iterdir()))} rule files found" in checked.stdout


def test_the_readme_s_scorecard_file_tells_what_it_seems_to(tmp_path: Path) -> None:
    (text,) = (block for block in EXAMPLES if "attestations:" in block)
    file = tmp_path / "scorecard.yml"
    file.write_text(text)
    provider = ScorecardFile(kind="scorecard", path=file)
    now = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    with Http(deadline=time.monotonic() + 10) as http:
        facts = Facts.merged(provider.fetch(http, Since(now)))
    assert {reading.quantity: reading.value for reading in facts.readings} == {
        "training_completion": 0.93,
        "assessment_checklist": 1.0,
    }
    assert [str(each.phase) for each in facts.attestations] == ["assessment", "assessment"]
    assert [str(each.phase) for each in facts.phases] == ["assessment"]


def test_every_command_and_flag_is_in_the_readme_and_the_other_way_round() -> None:
    commands = main.commands
    flags = {flag for command in commands.values() for option in command.params for flag in option.opts}
    assert set(re.findall(r"^\| `([a-z][a-z-]*)` \|", README, re.MULTILINE)) == set(commands)
    assert flags <= set(re.findall(r"--[a-z.-]+[a-z]", README))
    named = set(re.findall(r"--(?:config|web|log)\.[a-z.-]+[a-z]", README))
    assert named <= flags


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_metric_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"\b(?:orchex_kilo|cicd|vcs)_[a-z_]+[a-z]\b", page.read_text()))
    labels = {label for family in FAMILIES for label in family.labels}
    lines = {name + suffix for name in SERIES for suffix in ("", "_count", "_sum", "_bucket")}
    assert {name for name in named if not any(name == line for line in lines | labels)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_place_in_the_plan_of_the_house_exists_and_the_other_way_round() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    plan = text[text.index("| place |") : text.index("## The price of a provider")]
    named = {name.strip("/") for name in re.findall(r"`(?:exporter/)?([a-z]+(?:\.py|/))`", plan)}
    there = {path.name for path in (ROOT / "exporter").iterdir() if not path.name.startswith(("__", "py."))}
    assert there <= named
    elsewhere = {path.name for folder in (ROOT, ROOT / "tests") for path in folder.iterdir()}
    assert named - there <= elsewhere


def test_the_readme_shows_real_output() -> None:
    """Each line of the shown output is of a family that exists, with the labels that it has."""
    (shown,) = re.findall(r"<!-- output -->\n```\n(.*?)```", README, re.DOTALL)
    declared = {family.name: set(family.labels) for family in FAMILIES}
    lines = shown.strip().splitlines()
    assert len(lines) > 5
    for line in lines:
        name, labels = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? [0-9.e+-]+", line).groups()
        assert set(re.findall(r"(\w+)=", labels or "")) == declared[name]
