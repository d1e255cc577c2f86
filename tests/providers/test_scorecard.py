"""What the contract's cases cannot show of the scorecard file: that edits are seen, all phases, and odd files."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exporter import settings
from exporter.errors import BadPayload, NotFound, SourceError, Unreachable
from exporter.kpis.quantities import QUANTITIES
from exporter.migration.phases import ATTESTABLE, PHASES
from exporter.model import Attestation, Facts, Phase, Reading
from exporter.providers.base import Since
from exporter.providers.scorecard import ScorecardFile, parse_scorecard
from exporter.yamlfile import ConfigError, YamlFile, parsed

NOW = 1_768_046_400.0
"""2026-01-10, noon."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scorecard.yml"


def polled(file: Path) -> Facts:
    provider = ScorecardFile.model_validate({"kind": "scorecard", "path": file})
    with provider.connect(time.monotonic() + 30, provider.auth()) as http:
        return Facts.merged(provider.fetch(http, Since(NOW)))


def read(text: str) -> Facts:
    return parse_scorecard(parsed(Path("page.yml"), text), NOW)


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read(text)
    return raised.value.faults


# The file


def test_an_edit_is_seen_at_the_next_poll_and_a_mistake_tells_nothing(file: Path) -> None:
    file.write_text("as_of: 2026-01-09\nreadings: {user_satisfaction: 80%}\n")
    assert [one.value for one in polled(file).readings] == [0.8]
    file.write_text("as_of: 2026-01-09\nreadings: {user_satisfaction: 80%%}\n")
    with pytest.raises(BadPayload, match=r"scorecard\.yml:2: readings\.user_satisfaction\.value: found text"):
        polled(file)
    file.write_text("as_of: 2026-01-09\nreadings: {user_satisfaction: 82%}\n")
    assert [one.value for one in polled(file).readings] == [0.82]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda file: None, NotFound, "there is no such file; create it, or correct `path`"),
        (lambda file: file.mkdir(), Unreachable, r"cannot be read \(Is a directory\); let the exporter read it"),
        (lambda file: file.symlink_to(file), Unreachable, r"cannot be read \(Too many levels of symbolic links\)"),
        (lambda file: file.write_bytes(b"\xff"), BadPayload, "is not UTF-8 text; save it as UTF-8"),
        (lambda file: file.write_text("a: 1\na: 2\nb: 1\nb: 2"), BadPayload, "a: .* twice; keep one; .*b: .* twice"),
    ],
    ids=["gone", "directory", "loop", "not text", "twice"],
)
def test_a_file_that_cannot_be_read_is_named_with_the_remedy(
    file: Path, make: Callable[[Path], Any], error: type[SourceError], words: str
) -> None:
    make(file)
    with pytest.raises(error, match=words) as raised:
        polled(file)
    assert type(raised.value) is error
    assert str(raised.value).startswith(str(file))


@pytest.mark.parametrize("text", ["", "{}", "as_of: 2026-01-09", "readings:", "# readings: {cost: 1}"])
def test_a_file_that_tells_nothing_is_one_that_is_being_saved(text: str) -> None:
    assert faults(text) == ["page.yml: tells nothing; write `readings: {}` where that is meant"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(file: Path) -> None:
    file.write_bytes("\ufeffas_of: 2026-01-09\r\nreadings:\r\n  cost: 5\r\n".encode())
    assert [one.value for one in polled(file).readings] == [5.0]


def test_a_file_that_is_missing_when_the_exporter_starts_is_a_fault_of_the_configuration(
    file: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yml"
    config.write_text(f"sources:\n  people:\n    kind: scorecard\n    path: {file}\n")
    with pytest.raises(ConfigError, match=r"config\.yml:4: sources\.people\.path: the file .* cannot be read"):
        settings.load(config)
    file.write_text("readings: {}\n")
    (source,) = settings.load(config).sources.values()
    assert (source.interval, source.stale_after) == (15, 365 * 86400)


# Readings


def test_every_quantity_can_be_told() -> None:
    values = {name: "14d" if quantity.unit == "seconds" else 1 for name, quantity in QUANTITIES.items()}
    facts = read(yaml.safe_dump({"as_of": "2026-01-09", "readings": values}))
    assert {one.quantity: one.value for one in facts.readings} == {
        name: 1209600.0 if value == "14d" else 1.0 for name, value in values.items()
    }
    assert facts.told == set(QUANTITIES)


def test_a_reading_s_own_date_wins_over_the_file_s() -> None:
    facts = read("as_of: 2026-01-08\nreadings: {cost: 5, data_consistency: {value: 100%, at: 2026-01-09}}")
    assert facts.readings == (Reading("cost", 5.0, 1767830400.0), Reading("data_consistency", 1.0, 1767916800.0))


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-01-09", 1767916800),
        ("'2026-01-09'", 1767916800),
        ("2026-01-09 12:00:00", 1767960000),
        ("2026-01-09T12:00:00Z", 1767960000),
        ("2026-01-09T12:00:00+01:00", 1767956400),
        ("'2026-01-09T12:00+01:00'", 1767956400),
        ("2026-01-11", 1768089600),
    ],
)
def test_a_date_without_a_zone_is_utc_and_without_a_time_the_beginning_of_its_day(written: str, at: float) -> None:
    assert read(f"as_of: {written}\nreadings: {{cost: 1}}").readings == (Reading("cost", 1.0, at),)


def test_a_duration_that_is_too_long_for_a_number_is_refused() -> None:
    (fault,) = faults(f"as_of: 2026-01-09\nreadings: {{time_to_proficiency: {'9' * 400}w}}")
    assert "not finite" in fault


@pytest.mark.parametrize("by", ['"a\\nb"', '"\\0"', '"\\ud800"', "' '", "x" * 101, "[a]", "true"])
def test_a_name_is_one_line_that_can_be_shown(by: str) -> None:
    (fault,) = faults(f"readings: {{cost: {{value: 1, at: 2026-01-09, by: {by}}}}}")
    assert fault == "page.yml:1: readings.cost.by: not a name; write one of at most 100 characters, in one line"


def test_a_wrong_date_of_the_file_is_told_once() -> None:
    (fault,) = faults("as_of: soon\nreadings: {cost: 1, data_consistency: 1}")
    assert fault.startswith("page.yml:1: as_of: not an ISO 8601 date")


@pytest.mark.parametrize("key", ['"a\\nb"', '"a\\0b"', '"a\\ud800b"'])
def test_a_key_is_shown_in_one_line_that_can_be_printed(key: str) -> None:
    assert faults(f"as_of: 2026-01-09\nreadings: {{{key}: 1}}")[0].startswith("page.yml:2: readings.a b: unknown key")


# Attestations and phases


def test_every_criterion_that_only_people_know_can_be_attested_and_no_other_one() -> None:
    names = {(spec.phase, criterion.key) for spec in PHASES for criterion in spec.exit_criteria}
    assert names > ATTESTABLE
    text = {f"{phase}.{key}": {"by": "Dalia", "at": "2026-01-09"} for phase, key in sorted(names)}
    told = faults(yaml.safe_dump({"attestations": text}))
    assert {fault.split(": ")[1] for fault in told} == {
        f"attestations.{phase}.{key}" for phase, key in names - ATTESTABLE
    }
    kept = {f"{phase}.{key}": text[f"{phase}.{key}"] for phase, key in ATTESTABLE}
    facts = read(yaml.safe_dump({"attestations": kept}))
    assert set(facts.attestations) == {Attestation(*one, holds=True, by="Dalia", at=1767916800.0) for one in ATTESTABLE}


@pytest.mark.parametrize(
    ("ended", "at"),
    [
        ("2026-01-09", 1768003200),
        ("'20260109'", 1768003200),
        ("2026-01-09T18:00:00Z", 1767981600),
        ("2026-01-10", 1768089600),
    ],
)
def test_a_day_on_which_a_phase_ended_belongs_to_it(ended: str, at: float) -> None:
    (dates,) = read(f"phases: {{pilot: {{started: 2026-01-09, ended: {ended}}}}}").phases
    assert (dates.phase, dates.started_at, dates.ended_at) == (Phase.PILOT, 1767916800.0, at)


def test_phases_may_end_on_the_same_day_and_leave_others_out() -> None:
    facts = read(
        "phases: {expansion: {ended: 2026-01-09}, assessment: {ended: 2026-01-09}, pilot: {started: 2026-01-09}}"
    )
    assert [one.phase for one in facts.phases] == [Phase.ASSESSMENT, Phase.PILOT, Phase.EXPANSION]


# Whatever it holds


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes(),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), some, max_size=3),
    max_leaves=6,
)
SECTION = ANYTHING | st.dictionaries(
    st.sampled_from(["cost", "time_to_proficiency", "user_satisfaction", "pilot.clear_path", "pilot", "assessment"]),
    ANYTHING | st.dictionaries(st.sampled_from(["value", "at", "by", "holds", "started", "ended"]), ANYTHING),
)


@given(st.dictionaries(st.sampled_from(["as_of", "readings", "attestations", "phases", "more"]), SECTION))
def test_any_file_is_taken_whole_or_refused_with_lines(content: dict[str, Any]) -> None:
    try:
        document = parsed(Path("page.yml"), yaml.safe_dump(content))
    except ConfigError:
        return
    outcome = _outcome(document)
    if isinstance(outcome, Facts):
        assert outcome.told is not None
        assert {one.quantity for one in outcome.readings} == outcome.told & set(QUANTITIES)
    else:
        assert all(fault.startswith("page.yml") and "\n" not in fault for fault in outcome)


def _outcome(document: YamlFile) -> Facts | list[str]:
    try:
        return parse_scorecard(document, NOW)
    except ConfigError as error:
        return error.faults
