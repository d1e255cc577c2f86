"""Alertmanager's configuration of the stack: the shipped routes, and receivers that need nothing filled in."""

import subprocess
import sys
from pathlib import Path

import yaml

from alerts import routing

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "stack" / "alertmanager.yml"


def test_the_file_is_what_would_be_built() -> None:
    command = [sys.executable, "-m", "stack.routes", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_routes_are_the_shipped_ones_and_nobody_is_told() -> None:
    shipped, ours = yaml.safe_load(routing.FILE.read_text()), yaml.safe_load(FILE.read_text())
    receivers = shipped.pop("receivers")
    assert ours.pop("receivers") == [{"name": receiver["name"]} for receiver in receivers]
    assert ours == shipped


def test_alertmanager_takes_it() -> None:
    checked = subprocess.run(["amtool", "check-config", str(FILE)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_prometheus_takes_its_own_with_all_rules() -> None:
    command = ["promtool", "check", "config", str(ROOT / "stack" / "prometheus.yml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert f"{len(list((ROOT / 'alerts' / 'rules').iterdir()))} rule files found" in checked.stdout
