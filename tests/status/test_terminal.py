"""The look in a terminal: all is there, at any width, in any encoding, whatever is not known."""

import re
from collections import Counter
from datetime import datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from exporter.kpis.catalogue import CRITERIA
from exporter.migration.forecast import Outlook
from exporter.migration.gates import GateState
from exporter.migration.phases import PHASES
from exporter.migration.plan import TIMELINES
from exporter.risks import RISKS
from exporter.scorecard import Scorecard
from exporter.snapshot import Snapshot
from exporter.status.criteria import STATES
from exporter.status.document import document
from exporter.status.shape import Status
from exporter.status.terminal import show
from tests.support import statuses, world

GOLDEN = Path(__file__).parent.parent / "golden" / "status.txt"
MIGRATION = statuses.WHOLE.migration


def shown(status: Status, width: int = 80, **manner: object) -> str:
    file = StringIO()
    show(status, Console(file=file, width=width, **{"color_system": None, **manner}))
    return file.getvalue()


def lines(status: Status, width: int = 80) -> list[str]:
    return [line.rstrip() for line in shown(status, width).splitlines()]


def with_migration(**changes: object) -> Status:
    return statuses.WHOLE.model_copy(update={"migration": MIGRATION.model_copy(update=changes)})


def letters(text: str) -> Counter[str]:
    return Counter(sign for sign in text if not sign.isspace())


def test_the_status_is_the_golden_one(request: pytest.FixtureRequest) -> None:
    """`pytest --update-golden` writes it anew; the difference is then read in review."""
    found = "\n".join(lines(statuses.WHOLE)) + "\n"
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.key)
def test_every_criterion_has_a_line_with_its_state(criterion) -> None:
    (found,) = (each for each in statuses.WHOLE.criteria if each.key == criterion.key)
    row = rf"{re.escape(criterion.title)} .* {STATES[found.state].plain}\b"
    assert [line for line in lines(statuses.WHOLE) if re.match(row, line)]


@pytest.mark.parametrize("spec", PHASES, ids=lambda spec: spec.phase)
def test_every_phase_has_a_line(spec) -> None:
    row = rf"{re.escape(spec.title)} +(done|current|to come) .* (open|blocked by \d of \d|not known)"
    assert [line for line in lines(statuses.WHOLE) if re.fullmatch(row, line)]


@pytest.mark.parametrize("timeline", TIMELINES.values(), ids=lambda timeline: timeline.size)
def test_every_size_has_a_line(timeline) -> None:
    row = rf"{timeline.size} .* {timeline.least} to {timeline.most} +2025-\d\d-\d\d( +chosen)?"
    assert [line for line in lines(statuses.WHOLE) if re.fullmatch(row, line)]


def test_every_risk_has_a_line_the_highest_level_first() -> None:
    levels = ["low", "medium", "high", "very high", "critical"]
    titles = "|".join(re.escape(risk.title) for risk in RISKS)
    found = [re.match(rf"({titles}) +({'|'.join(levels)}) ", line) for line in lines(statuses.WHOLE)]
    rows = [match for match in found if match]
    assert {match[1] for match in rows} == {risk.title for risk in RISKS}
    assert [levels.index(match[2]) for match in rows] == sorted(
        (levels.index(match[2]) for match in rows), reverse=True
    )


def test_the_current_phase_shows_its_exit_criteria() -> None:
    text = shown(statuses.WHOLE)
    (pilot,) = (spec for spec in PHASES if spec.phase == "pilot")
    assert f"blocked by: {pilot.exit_criteria[0].words}" in text
    assert [each.words for each in pilot.exit_criteria if f"{each.words}: " not in text] == []


@given(st.integers(20, 250))
@settings(max_examples=30, deadline=None)
def test_no_width_cuts_anything_off(width: int) -> None:
    text = shown(statuses.WHOLE, width)
    assert letters(text) == letters(shown(statuses.WHOLE, 300))
    assert max(len(line) for line in text.splitlines()) <= width


@given(statuses.with_gaps())
@settings(deadline=None)
def test_whatever_is_not_known_can_be_shown(status: Status) -> None:
    text = shown(status)
    assert "None" not in text
    assert [each.title for each in status.criteria if each.title not in text] == []


def test_nothing_that_may_be_unknown_needs_to_be_known() -> None:
    text = shown(statuses.without(list(statuses.gaps())))
    assert "None" not in text
    assert "no plan: give migration.start" in text


def test_an_empty_scorecard_can_be_shown() -> None:
    text = shown(document(Snapshot(world.NOW, scorecard=Scorecard()), "0.1.0"))
    assert "0 of 0 criteria met" in text
    assert "no repositories that use either tool" in text
    assert "all well" in text


def test_colours_only_repeat_what_the_words_say() -> None:
    coloured = shown(statuses.WHOLE, color_system="standard", force_terminal=True)
    assert "\x1b[1;31mMISSED" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(statuses.WHOLE)


def test_no_color_and_dumb_terminals_get_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in shown(statuses.WHOLE, color_system="auto", force_terminal=True)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in shown(statuses.WHOLE, color_system="auto", force_terminal=True)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_signs_that_the_terminal_lacks_are_written_in_others(encoding: str) -> None:
    words = "≥ 90% − within ±10% … 日"
    first = MIGRATION.phases[2].gate.criteria[0].model_copy(update={"because": words})
    gate = MIGRATION.phases[2].gate.model_copy(update={"criteria": (first,)})
    phases = (*MIGRATION.phases[:2], MIGRATION.phases[2].model_copy(update={"gate": gate}), *MIGRATION.phases[3:])
    out = BytesIO()
    file = TextIOWrapper(out, encoding=encoding)
    show(with_migration(phases=phases), Console(file=file, width=120, color_system=None))
    file.flush()
    written = out.getvalue().decode(encoding)
    assert (words if encoding == "utf-8" else ">= 90% - within ") in written


def test_other_peoples_texts_neither_move_the_cursor_nor_are_markup() -> None:
    team = MIGRATION.teams[0].model_copy(update={"team": "\x1b[2J[red]web[/red]\n\u202eevil :boom:"})
    text = shown(with_migration(teams=(team,)))
    assert " [2J[red]web[/red]  evil :boom:" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "80% by 4 August 2025 (between 25 July 2025 and 24 August 2025), from 40 days of history"),
        ({"latest": None}, "(25 July 2025 at the earliest, the latest is too far away to give a day)"),
        ({"outlook": Outlook.REACHED, "expected": None}, "80%: reached"),
        ({"outlook": Outlook.NO_PROGRESS, "expected": None}, "80%: not in sight, nothing was gained lately"),
        ({"outlook": Outlook.BEYOND_HORIZON, "expected": None}, "80%: too far away to give a day"),
        (
            {"outlook": Outlook.NOT_ENOUGH_DATA, "expected": None, "days": 5},
            "80%: not enough data: 5 of 14 days",
        ),
        (
            {"outlook": Outlook.NOT_ENOUGH_DATA, "expected": None},
            "80%: not enough data: no repository uses either tool",
        ),
    ],
)
def test_the_forecast_in_words(changes, words) -> None:
    forecast = MIGRATION.forecasts[0].model_copy(update=changes)
    assert words in shown(with_migration(forecasts=(forecast,)), 200)


@pytest.mark.parametrize(
    ("slip", "ratio", "on_plan", "words"),
    [
        (2 * 86400.0, 1 / 70, True, "on plan: 2 d late (1.43% of the plan)"),
        (-5 * 86400.0, -1 / 28, True, "on plan: 5 d ahead (3.57% of the plan)"),
        (21 * 86400.0, 0.15, False, "NOT ON PLAN: 21 d late (15% of the plan)"),
        (0.0, 0.0, True, "on plan: neither late nor ahead"),
    ],
)
def test_the_slip_in_words(slip, ratio, on_plan, words) -> None:
    status = with_migration(slip_seconds=slip, slip_ratio=ratio, on_plan=on_plan)
    assert words in shown(status)


def test_before_the_start_the_headline_says_when_it_begins() -> None:
    assert "Phase    not begun, starts on 24 April 2025" in shown(with_migration(current=None))


@pytest.mark.parametrize(
    ("ended", "shown_as"),
    [("2025-05-15T00:00Z", "2025-05-14"), ("2025-05-15T09:30Z", "2025-05-15")],
    ids=["the end of a day", "a moment in it"],
)
def test_a_phase_that_ended_with_a_day_shows_that_day(ended, shown_as) -> None:
    done = MIGRATION.phases[0].model_copy(update={"ended": datetime.fromisoformat(ended)})
    (row,) = (line for line in lines(with_migration(phases=(done,))) if line.startswith("Assessment "))
    assert row.split()[3] == shown_as


@pytest.mark.parametrize(
    ("share", "planned", "filled", "mark"),
    [(0.0, None, 0, None), (1.0, 1.0, 39, 39), (0.5, 0.5, 20, 20), (0.99, None, 39, None)],
)
def test_the_bar_shows_what_is_done_and_what_is_planned(share, planned, filled, mark) -> None:
    migrated = MIGRATION.migrated.model_copy(update={"ratio": share})
    text = shown(with_migration(migrated=migrated, planned_ratio=planned))
    (drawn,) = re.findall(r"\[([#.|]{40})\]", text)
    assert (drawn.count("#"), drawn.find("|")) == (filled, -1 if mark is None else mark)


def test_a_source_that_is_well_is_not_listed() -> None:
    text = shown(statuses.WHOLE)
    assert "kilo  failing: timeout; never polled with success" in text
    assert "acme  1 of its items could not be read; last success 5 s ago" in text
    assert "\nbridges " not in text


def test_a_stale_source_is_listed_and_named_in_the_headline() -> None:
    stale = statuses.WHOLE.sources[0].model_copy(update={"name": "ci", "stale": True, "unreadable": 0})
    text = shown(statuses.WHOLE.model_copy(update={"sources": (stale,)}))
    assert "Sources  1 of 1 failing: ci" in text
    assert "ci  stale: its facts are left out; last success 5 s ago" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [(GateState.OPEN, "its gate is open"), (GateState.UNKNOWN, "not known whether its gate is open")],
)
def test_a_gate_that_is_not_blocked_in_the_headline(state, words) -> None:
    pilot = MIGRATION.phases[2]
    changed = pilot.model_copy(update={"gate": pilot.gate.model_copy(update={"state": state})})
    phases = (*MIGRATION.phases[:2], changed, *MIGRATION.phases[3:])
    assert f"Phase    Pilot Migration (3 of 6), {words}" in shown(with_migration(phases=phases))
