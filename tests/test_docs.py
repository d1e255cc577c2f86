"""What is written for readers is true: pages fit the declarations, the README's examples work."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from exporter import settings
from exporter.cli import main
from exporter.exposition import EXTRA_FAMILIES
from exporter.metrics import FAMILIES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SERIES = {family.name for family in FAMILIES + EXTRA_FAMILIES}


def test_the_reference_pages_fit_the_declarations() -> None:
    built = subprocess.run([sys.executable, "docs/build.py", "--check"], cwd=ROOT, capture_output=True, check=False)
    assert (built.returncode, built.stderr.decode()) == (0, "")


def test_the_readme_s_configuration_is_valid(tmp_path: Path) -> None:
    (text,) = (block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "sources:" in block)
    secrets = re.findall(r"/run/secrets/\w+", text)
    assert secrets
    for secret in secrets:
        (tmp_path / Path(secret).name).write_text("secret")
    file = tmp_path / "config.yml"
    file.write_text(text.replace("/run/secrets", str(tmp_path)))
    assert len(settings.load(file).sources) == 5


def test_every_command_and_flag_is_in_the_readme_and_the_other_way_round() -> None:
    commands = main.commands
    flags = {flag for command in commands.values() for option in command.params for flag in option.opts}
    assert set(re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE)) == set(commands)
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
