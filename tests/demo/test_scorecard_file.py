from datetime import date

import pytest
import yaml

from exporter.demo.journey import travelling
from exporter.demo.organisation import Organisation
from exporter.demo.scorecard import ScorecardFile
from exporter.demo.times import DAY

START = 1_780_272_000  # 2026-06-01, a midnight


@pytest.fixture
def acme() -> Organisation:
    return travelling(START, repositories=2)


@pytest.fixture
def file(acme, tmp_path) -> ScorecardFile:
    made = ScorecardFile(tmp_path / "scorecard.yml", acme)
    made.write()
    return made


def read(file: ScorecardFile) -> dict:
    return yaml.safe_load(file.path.read_text(encoding="utf-8"))


def test_at_the_start_there_is_a_phase_and_an_empty_checklist(file):
    assert read(file) == {
        "readings": {"assessment_checklist": {"value": "0%", "at": date(2026, 6, 1), "by": "Dalia Haddad"}},
        "attestations": {},
        "phases": {"assessment": {"started": date(2026, 6, 1)}},
    }


def test_it_is_rewritten_as_time_goes_on(acme, file):
    acme.advance(START + 21 * DAY)
    file.write()
    told = read(file)
    assert told["readings"]["assessment_checklist"] == {
        "value": "100%",
        "at": date(2026, 6, 19),
        "by": "Dalia Haddad",
    }
    assert told["attestations"]["assessment.plan_approved"] == {"by": "Kavya Rao", "at": date(2026, 6, 22)}
    assert told["phases"] == {
        "assessment": {"started": date(2026, 6, 1), "ended": date(2026, 6, 21)},
        "preparation": {"started": date(2026, 6, 22)},
    }
    acme.advance(START + 52 * DAY)
    file.write()
    assert read(file)["readings"]["critical_issues"] == {"value": 1, "at": date(2026, 7, 21), "by": "Hiro Tanaka"}


def test_it_is_left_alone_while_nothing_changes(acme, file):
    before = file.path.stat()
    acme.advance(START + DAY - 1)
    file.write()
    after = file.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_it_is_replaced_whole(acme, file):
    with file.path.open(encoding="utf-8") as opened:
        acme.advance(START + 30 * DAY)
        file.write()
        assert yaml.safe_load(opened)["phases"] == {"assessment": {"started": date(2026, 6, 1)}}
    assert [path.name for path in file.path.parent.iterdir()] == ["scorecard.yml"]


def test_names_and_dates_are_plain_yaml(acme, file):
    acme.advance(START + 154 * DAY)
    file.write()
    assert "plan_approved:\n    by: Kavya Rao\n    at: 2026-06-22\n" in file.path.read_text(encoding="utf-8")
    assert len(read(file)["attestations"]) == 7
