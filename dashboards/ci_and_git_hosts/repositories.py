"""Which repositories fail most and which are slow, how far they have migrated, and so by team."""

from __future__ import annotations

from dashboards.ci_and_git_hosts.chosen import FROM
from dashboards.ci_and_git_hosts.runs import BADLY, JUDGED, SUCCESS
from dashboards.panel import About, Column, Look, PanelBuilder, lines, rows
from dashboards.progress import TEAMS_MIGRATED, of_teams
from dashboards.query import RANGE, Query, of, once
from dashboards.style import STAGE
from exporter.migration.plan import COMPLETE, EXPANDED
from exporter.model import Stage

RUNS = "cicd_repository_run_duration_seconds"
MOST = 10
"""Rows of a table that asks for the worst."""


def _total(family: str, *matchers: str) -> str:
    """The increase in the time that is shown, by owner and repository."""
    increase = f"increase({of(family, *matchers, FROM)}[{RANGE}])"
    owner, name = "vcs_owner_name", "vcs_repository_name"
    found = f"label_join(\n  {once(increase, owner, name)},\n  'repository', '/', '{owner}', '{name}'\n)"
    return f"max by (repository) ({found})"


def failing() -> PanelBuilder:
    look = Look(
        f"The {MOST} repositories that fail most",
        About(
            "Repositories with the most runs that ended in failure, error or timeout in the time that is shown, and "
            "their share of the runs that ended so or in success.",
            "none documented; a test that fails now and then does its work",
            "A large share of failures: ask the team that owns the repository what is broken.",
        ),
        unit="short",
        empty="No run has failed",
        height=10,
    )
    failed = _total(f"{RUNS}_count", BADLY)
    most = f"topk({MOST}, {failed} > 0)"
    share = f"{failed}\n/ ({_total(f'{RUNS}_count', JUDGED)} > 0)\nand on (repository)\n{most}"
    columns = {
        "repository": Column("Repository"),
        "Value #A": Column("Failed runs", "short", width=110, decimals=0),
        "Value #B": Column("Failed share", "percentunit", width=110, decimals=1),
    }
    queries = [most, share]
    return rows(look, queries, columns, by="repository", descending="Failed runs")


def slowest() -> PanelBuilder:
    look = Look(
        f"The {MOST} slowest repositories",
        About(
            "Repositories whose successful runs took longest on average in the time that is shown, and how many there "
            "were.",
            "none documented as a time; what is usual for each repository",
            "Look at the pipelines of the first ones: caches, parallel steps, the size of workers.",
        ),
        unit="s",
        empty="No run has succeeded",
        height=10,
    )
    runs = _total(f"{RUNS}_count", SUCCESS)
    most = f"topk({MOST},\n{_total(f'{RUNS}_sum', SUCCESS)}\n/ ({runs} > 0)\n)"
    columns = {
        "repository": Column("Repository"),
        "Value #A": Column("Mean duration", "s", width=130, decimals=0),
        "Value #B": Column("Successful runs", "short", width=130, decimals=0),
    }
    queries = [most, f"{runs}\nand on (repository)\n{most}"]
    return rows(look, queries, columns, by="repository", descending="Mean duration")


def by_stage() -> PanelBuilder:
    look = Look(
        "Repositories of chosen hosts, by stage",
        About(
            "Repositories in scope of the chosen hosts by their stage in the migration. What could not be read is no "
            "stage: it is counted by itself.",
            f"{EXPANDED:.0%} of those that use either tool integrated at the end of Expansion, {COMPLETE:.0%} at the "
            "end of Full Adoption",
            "Rolled back: ask the team why. Could not be read: the host's row above says how many items, and the "
            "exporter's log why.",
        ),
        unit="short",
        empty="No git host is polled, or it has no repository in scope",
        height=10,
        least=0,
    )
    told = {stage: STAGE.meaning[stage] for stage in reversed(Stage)}
    queries = [
        Query(once(of("orchex_kilo_repositories", FROM, stage=stage)), text) for stage, (text, _) in told.items()
    ]
    return lines(look, *queries, stacked=True, colours=dict(told.values()))


def by_team() -> PanelBuilder:
    look = Look(
        "Repositories by team",
        About(
            "Each team's repositories by their stage, and the integrated share of those that use either tool. Of all "
            "hosts, whichever source is chosen.",
            f"{EXPANDED:.0%} at the end of Expansion, {COMPLETE:.0%} at the end of Full Adoption",
            "Talk to the teams that have not begun; look with those that rolled back for the reason.",
        ),
        unit="short",
        empty="No team is configured (teams), or none owns a repository",
        height=10,
    )
    exprs = [TEAMS_MIGRATED]
    columns = {
        "team": Column("Team"),
        "Value #A": Column("Migrated", "percentunit", width=90, decimals=0, empty="uses neither"),
    }
    for letter, (stage, (text, _)) in zip("BCDEFG", STAGE.meaning.items(), strict=True):
        exprs.append(of_teams(stage))
        columns[f"Value #{letter}"] = Column(text.capitalize(), "none", decimals=0)
    return rows(look, exprs, columns, by="team", descending="Migrated")


PANELS = (failing(), slowest(), by_stage(), by_team())
