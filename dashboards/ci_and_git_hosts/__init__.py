"""CI and git hosts: what runs, how it ends and how long it takes, by host, owner, repository and team."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.ci_and_git_hosts import changes, hosts, migration, repositories, runs
from dashboards.ci_and_git_hosts.chosen import SOURCES

BOARD = Board(
    uid="orchex-kilo-ci-and-git-hosts",
    title="ORCHEX-KILO / CI and git hosts",
    about="What do CI systems and git hosts do, what has the migration changed, and can the hosts be read at all?",
    days=7,
    rows=(
        Row("Hosts", hosts.PANELS),
        Row("Pipeline runs", runs.PANELS),
        Row("Changes", changes.PANELS),
        Row("Before and after the migration", migration.PANELS),
        Row("Repositories and teams", repositories.PANELS),
    ),
    choices=(SOURCES,),
)
