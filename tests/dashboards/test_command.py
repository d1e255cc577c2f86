"""`python -m dashboards` as its users run it: what it writes, what it says, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dashboards.__main__ import BOARDS
from tests.support.promtool import ROOT

FOLDER = ROOT / "dashboards"
FILES = [board.file for board in BOARDS]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # The SDK's own warnings are not what the command says.
    return subprocess.run(
        [sys.executable, "-m", "dashboards", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_is_committed_is_what_would_be_written() -> None:
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_file_is_of_a_board_and_the_page_tells_of_it() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.json")) == sorted(FILES)
    page = (FOLDER / "README.md").read_text()
    assert [name for name in FILES if f"]({name})" not in page] == []


def test_the_page_tells_of_every_panel() -> None:
    page = (FOLDER / "README.md").read_text()
    titles = {panel["title"] for name in FILES for panel in json.loads((FOLDER / name).read_text())["panels"]}
    assert [title for title in titles if title not in page] == []


def test_it_writes_every_board_and_says_which(tmp_path: Path) -> None:
    done = run(f"--output={tmp_path}")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == sorted(f"{tmp_path}/{name} written" for name in FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_built_twice_it_is_the_same_to_the_byte(tmp_path: Path) -> None:
    """By two processes, whose sets are in different orders."""
    for name in ("one", "other"):
        run(f"--output={tmp_path / name}")
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_keys_are_sorted_and_letters_are_themselves(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_it_leaves_alone_what_is_settled(tmp_path: Path) -> None:
    run(f"--output={tmp_path}")
    (tmp_path / FILES[0]).write_text("{}\n")
    done = run(f"--output={tmp_path}")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/{FILES[0]} written\n")


def test_a_changed_file_is_drift(tmp_path: Path) -> None:
    run(f"--output={tmp_path}")
    file = tmp_path / FILES[0]
    changed = file.read_text().replace('"title": "', '"title": "My ', 1)
    file.write_text(changed)
    done = run("--check", f"--output={tmp_path}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{file} differs; run: python -m dashboards\n"
    assert file.read_text() == changed


def test_a_missing_file_is_drift(tmp_path: Path) -> None:
    done = run("--check", f"--output={tmp_path}")
    assert done.returncode == 1
    assert sorted(done.stderr.splitlines()) == sorted(
        f"{tmp_path}/{name} differs; run: python -m dashboards" for name in FILES
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["https://docs.example/runbooks", "https://docs.example/runbooks/"])
def test_runbooks_are_linked_where_they_are_published(address: str, tmp_path: Path) -> None:
    run(f"--output={tmp_path}", f"--runbooks={address}")
    for name in FILES:
        variables = json.loads((tmp_path / name).read_text())["templating"]["list"]
        [found] = [each["query"] for each in variables if each["name"] == "runbooks"]
        assert found == "https://docs.example/runbooks"
