"""Every ledger that was ever written can be opened, whole or not at all."""

import logging
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from exporter.answers import (
    AdoptionDay,
    CycleEnd,
    MeasuredBaseline,
    Median,
    Operations,
    RepositoryView,
    Slowdown,
    SourceView,
    Span,
    Standing,
)
from exporter.ledger import Ledger, LedgerError, LedgerForeign
from exporter.ledger.address import parse_address
from exporter.ledger.engine import Database
from exporter.ledger.migrate import MIGRATIONS, VERSION_TABLE, bring_up
from exporter.ledger.schema import METADATA
from exporter.model import (
    ActiveRuns,
    Circuit,
    Component,
    Facts,
    Health,
    OrchexReading,
    Phase,
    Probe,
    Reading,
    Result,
    Stage,
    TaskReading,
    Workflow,
)
from exporter.totals import Family
from tests.ledger import revision_1
from tests.support.facts import LEGACY, NOW, SHOP, bridge, change, deployment, run, state

LATER = """
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    op.add_column("runs", sa.Column("branch", sa.Text))
    op.create_table("later", sa.Column("id", sa.Text, primary_key=True))
    {then}
"""


@pytest.fixture
def old(file):
    revision_1.write(file)
    return file


def later(folder, then="pass"):
    """The migrations of a later version, whose last revision does `then` at its end."""
    migrations = folder / "100% later"
    shutil.copytree(MIGRATIONS, migrations)
    (migrations / "versions" / "r0005_later.py").write_text(LATER.format(then=then))
    return migrations


def migrate(url, migrations):
    database = Database(parse_address(url), 10)
    try:
        bring_up(database, migrations)
    finally:
        database.close()


def rows(file):
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: sorted(connection.execute(f"SELECT * FROM {name}")) for (name,) in tables}


def test_the_migrations_lead_to_the_schema(ledger):
    with ledger._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
        keys = {table: inspect(connection).get_pk_constraint(table)["constrained_columns"] for table in METADATA.tables}
    assert keys == {name: [column.name for column in table.primary_key] for name, table in METADATA.tables.items()}


def test_a_ledger_of_revision_1_answers_as_it_did(old):
    with Ledger.open(f"sqlite:///{old}") as ledger:
        assert ledger.view("acme") == SourceView(
            last_success_at=NOW,
            repositories=(
                RepositoryView(
                    SHOP,
                    Stage.ROLLED_BACK,
                    template=False,
                    active_at=NOW - 64,
                    workflow=Workflow.INTEGRATED,
                    workflow_at=NOW - 64,
                    workflow_result=Result.SUCCESS,
                    source="acme",
                ),
            ),
            totals={
                Family.RUNS: {("acme", "shop", "ci", "success"): 41.0},
                Family.BRIDGE_OPERATIONS: {("k2a",): 7.0},
            },
            active=(ActiveRuns(SHOP, pending=1),),
            probes=(Probe(Component.K2A, Health.HEALTHY, 0.25, "2.1"),),
            bridges=(bridge(version="2.1", events=100, errors=2, circuit=Circuit.HALF_OPEN),),
            tasks=(TaskReading("24h", 9, 2),),
            orchex=(
                OrchexReading(queued=1, error_ratio=0.25, agents={"healthy": 3}, parts={"router": Health.DEGRADED}),
            ),
        )
        assert ledger.marks("acme") == {"runs acme/shop": "2025-06-15T15:06:40Z"}
        assert ledger.spans(0) == (Span("acme", Component.K2A, NOW - 1000, NOW, up=True),)
        assert ledger.operations(0) == {Component.K2A: Operations(7, 1)}
        assert ledger.run_results(0) == {Result.SUCCESS: 1}
        assert ledger.slowdowns([0]) == [Slowdown(without_baseline=1)]
        assert ledger.lead_time(0) is None
        assert ledger.adoption() == {}
        assert ledger.baseline() is None
        assert ledger.trends(NOW) == {}


def test_a_ledger_of_revision_1_goes_on_where_it_stood(old):
    with Ledger.open(f"sqlite:///{old}") as ledger:
        facts = Facts(
            runs=(run("1"), run("2"), run("pruned", ended=1_749_000_000.0)),
            changes=(change("1"),),
            bridges=(bridge(events=104, errors=2),),
            repositories=(state(LEGACY),),
            readings=(Reading("cost", 7.0, NOW),),
        )
        ledger.record("acme", facts, at=NOW + 30, gap=60, succeeded=True)
        view = ledger.view("acme")
        assert ledger.adoption() == {"acme": (AdoptionDay(20254, migrated=0, whole=1),)}
    assert view.totals[Family.RUNS]["acme", "shop", "ci", "success"] == 42
    assert view.totals[Family.BRIDGE_OPERATIONS]["k2a",] == 11
    assert Family.CHANGES not in view.totals
    assert view.repositories[0].stage is Stage.ROLLED_BACK
    assert view.readings == (Reading("cost", 7.0, NOW),)


OLD_RUNS = """
INSERT INTO runs VALUES
    ('acme', 'acme', 'shop', '1', 1, 'ci', 'success', 'integrated', true, 100, 104, 160),
    ('acme', 'acme', 'shop', '1', 2, 'ci', 'error', 'integrated', true, 100, 200, 260),
    ('acme', 'acme', 'shop', '2', 1, 'ci', 'failure', 'integrated', false, 100, 104, 300),
    ('acme', 'acme', 'shop', '3', 1, 'ci', 'failure', 'other', true, 100, 104, 300)
"""
OLD_STATE = """
INSERT INTO repositories VALUES
    ('acme', 'acme', 'gone', 'legacy', false, NULL, NULL), ('acme', 'acme', 'shop', 'integrated', true, NULL, 50)
"""
OLD_ACTIVITY = """
INSERT INTO activity VALUES
    ('acme', 'acme', 'gone', 100, 'legacy', 100), ('acme', 'acme', 'shop', 100, 'integrated', 100)
"""


def begun(url, tmp_path, revision, *statements):
    """A ledger as an exporter of this revision has left it."""
    migrations = tmp_path / f"revision {revision}"
    newer = f"r000[{revision + 1}-9]*"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns(newer))
    migrate(url, migrations)
    database = Database(parse_address(url), 10)
    with database.writing("test") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    database.close()


def test_activity_of_revision_1_takes_its_result_from_its_run(url, tmp_path):
    """Of a run and its repetitions from the last; where the run was pruned, there is none."""
    begun(url, tmp_path, 1, OLD_RUNS, OLD_STATE, OLD_ACTIVITY)
    with Ledger.open(url) as ledger:
        gone, shop = ledger.view("acme").repositories
    assert (gone.workflow, gone.workflow_result) == (Workflow.LEGACY, None)
    assert (shop.workflow, shop.workflow_result) == (Workflow.INTEGRATED, Result.ERROR)


OLD_BASELINE = """
INSERT INTO baselines VALUES
    ('run_seconds', 0, 100, 200, 60, 7, 2), ('cycle_seconds', 0, 100, 200, 7200, 5, 1)
"""
OLD_CHANGE = "INSERT INTO changes VALUES ('acme', 'acme', 'shop', '1', 1749992800, 1749996400, 1749999000)"


def test_a_baseline_and_changes_of_revision_2_are_of_merges(url, tmp_path):
    begun(url, tmp_path, 2, OLD_BASELINE, OLD_CHANGE)
    with Ledger.open(url) as ledger:
        baseline = MeasuredBaseline(0, 100, 200, Median(60, 7, 2), Median(7200, 5, 1), CycleEnd.MERGED)
        assert ledger.baseline() == baseline
        ledger.record("acme", Facts(deployments=(deployment(),)), at=NOW, gap=60, succeeded=True)
        assert ledger.view("acme").totals[Family.DEPLOYED_SECONDS] == {("acme", "shop"): 7200}


def test_a_ledger_of_revision_3_begins_to_remember_what_criteria_stand_at(url, tmp_path):
    begun(url, tmp_path, 3, "INSERT INTO reached VALUES ('2025-03-03', 'assessment', 1749992800)")
    with Ledger.open(url) as ledger:
        ledger.stand({"uptime": 0.5}, at=NOW)
    with Ledger.open(url) as ledger:
        assert ledger.trends(NOW) == {"uptime": (Standing(NOW, 0.5),)}
        assert ledger.reached("2025-03-03") == {Phase.ASSESSMENT: 1749992800}


def test_an_older_ledger_is_migrated_and_a_copy_kept(old, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    before = rows(old)
    migrate(f"sqlite:///{old}", later(tmp_path))
    after = rows(old)
    assert after[VERSION_TABLE] == [("0005",)]
    assert after["later"] == []
    assert after["totals"] == before["totals"]
    assert after["runs"] == [(*row, None) for row in before["runs"]]
    copy = old.with_name("ledger.db.revision-0001.backup")
    assert rows(copy) == before
    assert str(copy) in caplog.text
    assert not list(tmp_path.glob("*.partial"))


def test_a_migration_that_fails_changes_nothing(old, tmp_path):
    before = rows(old)
    for _ in range(2):
        migrations = later(tmp_path, then='op.execute("INSERT INTO nowhere VALUES (1)")')
        with pytest.raises(LedgerError, match="no such table: nowhere"):
            migrate(f"sqlite:///{old}", migrations)
        shutil.rmtree(migrations)
        assert rows(old) == before
        assert rows(old.with_name("ledger.db.revision-0001.backup")) == before
    with Ledger.open(f"sqlite:///{old}") as ledger:
        assert ledger.run_results(0) == {Result.SUCCESS: 1}


def test_a_migration_that_fails_on_a_server_changes_nothing(server, tmp_path):
    url = server.new_database()
    with Ledger.open(url) as ledger:
        ledger.record("acme", Facts(runs=(run(),)), at=NOW, gap=60, succeeded=True)
    with pytest.raises(LedgerError, match='"nowhere" does not exist'):
        migrate(url, later(tmp_path, then='op.execute("INSERT INTO nowhere VALUES (1)")'))
    with Ledger.open(url) as ledger:
        assert ledger.run_results(0) == {Result.SUCCESS: 1}


def test_opening_what_is_current_makes_no_copy(url, file):
    for _ in range(2):
        Ledger.open(url).close()
        assert {path.name for path in file.parent.iterdir()} <= {"ledger.db"}


def test_a_server_that_holds_our_names_for_something_else_is_refused(server):
    url = server.new_database()
    name = url.rpartition("/")[2]
    with server.connect(name) as connection:
        connection.execute("CREATE TABLE dashboards (id integer)")
    Ledger.open(url).close()  # a shared database is common there
    with server.connect(name) as connection:
        connection.execute(f"DROP TABLE {VERSION_TABLE}")
    with pytest.raises(LedgerForeign, match="it holds the table activity of something else"):
        Ledger.open(url)


OPENING = """
import sys
from exporter.ledger import Ledger
print("here", flush=True)
sys.stdin.readline()
Ledger.open(sys.argv[1]).close()
"""


def test_many_may_open_a_new_ledger_at_once(url):
    """As exporters that are started together do."""
    command = (sys.executable, "-c", OPENING, url)
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    exporters = [subprocess.Popen(command, **streams) for _ in range(4)]
    for exporter in exporters:
        assert exporter.stdout.readline() == "here\n"
    for exporter in exporters:
        exporter.stdin.write("go\n")
        exporter.stdin.flush()
    ends = [(*exporter.communicate(timeout=30), exporter.returncode) for exporter in exporters]
    assert ends == [("", "", 0)] * 4
    with Ledger.open(url) as ledger:
        assert ledger.view("acme") == SourceView()
