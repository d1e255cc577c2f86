"""`python -m dashboards`: writes the boards, or says with `--check` which have drifted."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from alerts.files import settle
from alerts.terms import RUNBOOKS
from dashboards import (
    ci_and_git_hosts,
    exporter_health,
    migration_scorecard,
    phases_and_gates,
    risks,
    sre_overview,
)
from dashboards.page import page

HERE = Path(__file__).parent
BOARDS = (
    sre_overview.BOARD,
    migration_scorecard.BOARD,
    phases_and_gates.BOARD,
    risks.BOARD,
    ci_and_git_hosts.BOARD,
    exporter_health.BOARD,
)


def built(runbooks: str, *, here: bool) -> dict[str, str]:
    """Every file by its path; the page for readers only beside the boards' code."""
    return {board.file: board.text(runbooks) for board in BOARDS} | ({"README.md": page(BOARDS)} if here else {})


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file differs from what would be written.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=HERE, help="Where to write.")
@click.option("--runbooks", default=RUNBOOKS, show_default=True, help="Where alerts/runbooks is published.")
def main(*, check: bool, output: Path, runbooks: str) -> None:
    """Build the dashboards for Grafana."""
    files = built(runbooks.rstrip("/"), here=output == HERE)
    sys.exit(settle(output, files, check=check, command="python -m dashboards"))


if __name__ == "__main__":
    main()
