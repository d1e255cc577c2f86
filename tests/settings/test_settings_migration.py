"""`migration:`, `teams:` and `kpis:`: what they mean, and one clear line for every fault."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter import settings
from exporter.kpis.inputs import Baseline, Level
from exporter.kpis.verdict import Aim
from exporter.migration.plan import Size
from exporter.model import Phase
from exporter.yamlfile import ConfigError

SOURCES = 'sources: {kilo: {kind: kilo, url: "https://kilo.example"}}\n'


def at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=UTC).timestamp()


def loaded(folder: Path, text: str) -> settings.Settings:
    file = folder / "config.yml"
    file.write_text(SOURCES + text)
    return settings.load(file)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    return [fault.removeprefix(str(folder / "config.yml")) for fault in caught.value.faults]


def test_a_plan_is_made_of_the_documented_timeline(tmp_path: Path) -> None:
    migration = loaded(tmp_path, "migration: {start: 2026-09-07, developers: 120}\n").migration
    assert migration is not None
    plan = migration.plan()
    assert (migration.start_at, plan.size) == (at(2026, 9, 7), Size.MEDIUM)
    assert plan.phases[Phase.PILOT].begin == at(2026, 10, 19)
    assert plan.end == at(2027, 1, 25)
    assert migration.baseline_window(90 * 86400) == (at(2026, 6, 9), at(2026, 9, 7))


def test_given_dates_win_and_their_last_day_belongs_to_them(tmp_path: Path) -> None:
    text = """\
migration:
  start: 2026-09-07
  size: medium
  phases: {pilot: {start: 2026-10-20, end: 2026-11-08}}
"""
    migration = loaded(tmp_path, text).migration
    assert migration is not None
    pilot = migration.plan().phases[Phase.PILOT]
    assert (pilot.begin, pilot.end) == (at(2026, 10, 20), at(2026, 11, 9))


@pytest.mark.parametrize(("text", "until"), [("", "merged"), (", cycle_time_until: deployed", "deployed")])
def test_a_cycle_ends_with_the_merge_unless_it_is_said_otherwise(tmp_path: Path, text: str, until: str) -> None:
    migration = loaded(tmp_path, f"migration: {{start: 2026-09-07, size: small{text}}}\n").migration
    assert migration is not None
    assert migration.cycle_time_until == until


def test_a_cycle_ends_with_nothing_else(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "migration: {start: 2026-09-07, size: small, cycle_time_until: released}\n")
    assert "cycle_time_until" in fault
    assert "'merged' or 'deployed'" in fault


def test_baselines_are_given_in_their_units(tmp_path: Path) -> None:
    text = "migration: {start: 2026-09-07, size: small, baselines: {cycle_time: 30h, cost: 1000}}\n"
    migration = loaded(tmp_path, text).migration
    assert migration is not None
    assert migration.baselines.levels() == {Level.CYCLE_TIME: Baseline(108000.0), Level.COST: Baseline(1000.0)}


@pytest.mark.parametrize(
    ("text", "target"), [("85%", 0.85), ("0.85", 0.85), ('"0.85"', 0.85)], ids=["percent", "number", "text"]
)
def test_a_target_is_a_share_or_a_percentage(tmp_path: Path, text: str, target: float) -> None:
    kpis = loaded(tmp_path, f"kpis: {{template_adoption: {{target: {text}, owner: Platform}}}}\n").kpis
    assert kpis["template_adoption"].aim == Aim(target=target, owner="Platform")


def test_a_target_in_time_is_a_duration(tmp_path: Path) -> None:
    kpis = loaded(tmp_path, "kpis: {time_to_proficiency: {target: 10d}, bridge_latency: {target: 400ms}}\n").kpis
    assert [wanted.target for wanted in kpis.values()] == [864000.0, 0.4]


def test_the_environment_overrides_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHEX_KILO_KPIS__UPTIME__TARGET", "99.95%")
    assert loaded(tmp_path, "").kpis["uptime"].target == pytest.approx(0.9995)


def test_teams_keep_their_order(tmp_path: Path) -> None:
    teams = loaded(tmp_path, 'teams: {"pay-*": payments, "acme/*": rest}\n').teams
    assert list(teams.items()) == [("pay-*", "payments"), ("acme/*", "rest")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            "migration: {start: 2026-09-07}\n",
            ":2: migration: give `size` (small, medium, large) or `developers`",
            id="neither size nor developers",
        ),
        pytest.param("migration: {size: medium}\n", ":2: migration.start: missing; give it a value", id="no start"),
        pytest.param(
            "migration:\n  start: 2026-09-07\n  size: medium\n  baseline: {}\n",
            ":5: migration.baseline: unknown key; did you mean `baselines`?",
            id="misspelt key",
        ),
        pytest.param(
            "migration:\n  start: 2026-09-07\n  size: medium\n  baselines:\n    cicle_time: 30h\n",
            ":6: migration.baselines.cicle_time: unknown key; did you mean `cycle_time`?",
            id="misspelt baseline",
        ),
        pytest.param(
            "migration:\n  start: 2026-09-07\n  size: medium\n  phases:\n"
            "    pilot: {start: 2026-11-08, end: 2026-10-20}\n",
            ":6: migration.phases.pilot: it ends before it begins; exchange `start` and `end`",
            id="backwards",
        ),
        pytest.param(
            "kpis:\n  template_adoptoin: {target: 85%}\n",
            ":3: kpis.template_adoptoin: no such criterion; did you mean `template_adoption`? "
            "(found 'template_adoptoin')",
            id="misspelt criterion",
        ),
        pytest.param(
            "kpis:\n  template_adoption: {target: 85}\n",
            ":2: kpis: the target of template_adoption must lie between 0 and 1; write 0.85 or 85%",
            id="85 instead of 85%",
        ),
        pytest.param(
            "kpis:\n  uptime: {traget: 1}\n",
            ":3: kpis.uptime.traget: unknown key; did you mean `target`?",
            id="misspelt key of a criterion",
        ),
        pytest.param(
            "teams: {" + ", ".join(f"r{n}: t{n}" for n in range(101)) + "}\n",
            ":2: teams: more than 100 teams; group them",
            id="too many teams",
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(tmp_path, text) == [fault]


def test_weeks_outside_the_timeline_s_range_name_the_range(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, "migration: {start: 2026-09-07, size: medium, weeks: 40}\n")
    assert fault.startswith(":2: migration: ")
    assert "12" in fault
    assert "20" in fault
