"""A ledger as revision 0001 left it, in plain SQL: never changed, so that every later version can open it."""

import sqlite3
from contextlib import closing

TABLES = """
CREATE TABLE orchex_kilo_ledger_revision (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE sources (source TEXT NOT NULL, last_success_at DOUBLE, pruned_to DOUBLE,
    PRIMARY KEY (source)) WITHOUT ROWID;
CREATE TABLE marks (source TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE TABLE totals (source TEXT NOT NULL, family TEXT NOT NULL, labels TEXT NOT NULL, value DOUBLE NOT NULL,
    PRIMARY KEY (source, family, labels)) WITHOUT ROWID;
CREATE TABLE latest (source TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL,
    PRIMARY KEY (source, kind, key)) WITHOUT ROWID;
CREATE TABLE runs (source TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, run_id TEXT NOT NULL,
    attempt BIGINT NOT NULL, pipeline TEXT NOT NULL, result TEXT NOT NULL, workflow TEXT NOT NULL,
    default_branch BOOLEAN NOT NULL, created_at DOUBLE NOT NULL, started_at DOUBLE, finished_at DOUBLE NOT NULL,
    PRIMARY KEY (source, owner, name, run_id, attempt)) WITHOUT ROWID;
CREATE INDEX runs_by_workflow ON runs (workflow, finished_at, source, result);
CREATE INDEX runs_by_end ON runs (source, finished_at);
CREATE TABLE changes (source TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, change_id TEXT NOT NULL,
    first_commit_at DOUBLE NOT NULL, opened_at DOUBLE NOT NULL, merged_at DOUBLE NOT NULL,
    PRIMARY KEY (source, owner, name, change_id)) WITHOUT ROWID;
CREATE INDEX changes_by_end ON changes (source, merged_at);
CREATE TABLE spans (source TEXT NOT NULL, component TEXT NOT NULL, begin_at DOUBLE NOT NULL, end_at DOUBLE NOT NULL,
    up BOOLEAN NOT NULL, PRIMARY KEY (source, component, begin_at)) WITHOUT ROWID;
CREATE INDEX spans_by_end ON spans (end_at);
CREATE TABLE bridge_counts (source TEXT NOT NULL, bridge TEXT NOT NULL, events BIGINT, errors BIGINT,
    validations BIGINT, templates_served BIGINT, PRIMARY KEY (source, bridge)) WITHOUT ROWID;
CREATE TABLE operations (source TEXT NOT NULL, bridge TEXT NOT NULL, bucket BIGINT NOT NULL, total DOUBLE NOT NULL,
    failed DOUBLE NOT NULL, PRIMARY KEY (source, bridge, bucket)) WITHOUT ROWID;
CREATE TABLE repositories (source TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, stage TEXT NOT NULL,
    template BOOLEAN, evidence TEXT, integrated_at DOUBLE, PRIMARY KEY (source, owner, name)) WITHOUT ROWID;
CREATE TABLE activity (source TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, active_at DOUBLE NOT NULL,
    workflow TEXT, workflow_at DOUBLE, PRIMARY KEY (source, owner, name)) WITHOUT ROWID;
"""

# What one poll of a GitHub-shaped source and one of a bridge left behind, at second 1750000000.
ROWS = """
INSERT INTO orchex_kilo_ledger_revision VALUES ('0001');
INSERT INTO sources VALUES ('acme', 1750000000.0, 1749000000.0);
INSERT INTO marks VALUES ('acme', 'runs acme/shop', '2025-06-15T15:06:40Z');
INSERT INTO totals VALUES ('acme', 'runs', '["acme", "shop", "ci", "success"]', 41.0),
    ('acme', 'bridge_operations', '["k2a"]', 7.0);
INSERT INTO runs VALUES ('acme', 'acme', 'shop', '1', 1, 'ci', 'success', 'integrated', 1,
    1749999936.0, 1749999940.0, 1750000000.0);
INSERT INTO changes VALUES ('acme', 'acme', 'shop', '1', 1749992800.0, 1749996400.0, 1750000000.0);
INSERT INTO spans VALUES ('acme', 'k2a', 1749999000.0, 1750000000.0, 1);
INSERT INTO bridge_counts VALUES ('acme', 'k2a', 100, 2, NULL, NULL);
INSERT INTO operations VALUES ('acme', 'k2a', 1749999960, 7.0, 1.0);
INSERT INTO latest VALUES
    ('acme', 'bridge', 'k2a', '{"bridge":"k2a","active":true,"health":"healthy","version":"2.1","events":100,"errors":2,
        "last_event_at":null,"circuit":"half-open","queue_depth":null,"avg_response":null,"validations":null,
        "templates_served":null,"cache_hit_ratio":null}'),
    ('acme', 'probe', 'k2a', '{"component":"k2a","health":"healthy","latency":0.25,"version":"2.1"}'),
    ('acme', 'task', '24h', '{"period":"24h","tasks":9,"failed":2}'),
    ('acme', 'orchex', '', '{"queued":1,"running":null,"avg_wait":null,"requests_per_second":null,"avg_response":null,
        "error_ratio":0.25,"agents":{"healthy":3},"parts":{"router":"degraded"}}'),
    ('acme', 'active', '["acme", "shop"]',
        '{"repository":{"owner":"acme","name":"shop"},"pending":1,"executing":0,"finalizing":0}');
INSERT INTO repositories VALUES ('acme', 'acme', 'shop', 'rolled_back', 0,
    '{"legacy_config":true,"integrated_config":false,"legacy_workflow":false,"integrated_workflow":false,
        "backup":true,"template":false}', 1749990000.0);
INSERT INTO activity VALUES ('acme', 'acme', 'shop', 1749999936.0, 'integrated', 1749999936.0);
"""


def write(file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(TABLES + ROWS)
