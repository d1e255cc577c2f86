"""What cannot be opened is refused in words, and left as it is."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from exporter.ledger import (
    Ledger,
    LedgerCorrupt,
    LedgerForeign,
    LedgerFull,
    LedgerLocked,
    LedgerNewer,
    LedgerUrl,
)
from exporter.ledger.migrate import VERSION_TABLE
from exporter.model import Facts
from tests.support.facts import NOW, run, sums

SECRET = "hunter2-secret"


def record(ledger, *runs, **facts):
    ledger.record("acme", Facts(runs=runs, **facts), at=NOW, gap=60, succeeded=True)


@pytest.fixture
def sqlite_url(file):
    return f"sqlite:///{file}"


@pytest.fixture
def written(sqlite_url, file):
    """A closed ledger file with enough in it to be damaged in the middle."""
    with Ledger.open(sqlite_url) as ledger:
        record(ledger, *(run(str(i), pipeline=f"pipeline {i}") for i in range(200)))
    return file


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "not a database URL; write sqlite:///ledger.db"),
        ("ledger.db", "not a database URL"),
        (f"postgresql://user:{SECRET}@host:port/db", "not a database URL"),
        (f"postgresql://user:a@b:{SECRET}@host/db", "not a database URL"),
        ("sqlite://", "write sqlite:///ledger.db"),
        ("sqlite:///:memory:", "SQLite needs the path of a file"),
        ("sqlite:///file:x.db?uri=true", "SQLite needs the path of a file"),
        ("sqlite:////no/such/folder/ledger.db", "there is no folder /no/such/folder; create it"),
        ("sqlite:////tmp", "/tmp is a folder; name a file in it"),
        (f"mysql://user:{SECRET}@host/db", "'mysql' is not supported; write"),
        (f"postgresql+psycopg2://user:{SECRET}@host/db", "'postgresql+psycopg2' is not supported"),
        (f"postgresql://user:{SECRET}@host", "it names no database"),
        (f"postgresql://user:a@{SECRET}@host/db", "write an @ in a user or password as %40"),
    ],
)
def test_a_url_that_cannot_be_used_says_what_would_be_right(url, told):
    with pytest.raises(LedgerUrl, match=r"^ledger\.url: ") as caught:
        Ledger.open(url)
    assert told in str(caught.value)
    assert SECRET not in words(caught.value)


def words(error):
    """The message and those of all its causes, as a log would show them."""
    if error is None:
        return ""
    return f"{error!r} {words(error.__cause__ if error.__suppress_context__ else error.__context__)}"


def test_a_missing_driver_says_which_extra_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerUrl, match=r"pip install 'orchex-kilo-exporter\[postgresql\]'") as caught:
        Ledger.open(f"postgresql://user:{SECRET}@host/db")
    assert SECRET not in words(caught.value)


def test_an_empty_file_becomes_a_ledger(file, sqlite_url):
    file.touch()
    with Ledger.open(sqlite_url) as ledger:
        record(ledger, run())
        assert ledger.view("acme").totals == sums(run())


def test_the_file_keeps_a_write_ahead_log(written):
    with closing(sqlite3.connect(written)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough " * 30, b"short", b"SQLite format 3\0" + b"\0" * 2000]
)
def test_what_is_no_database_is_refused_and_left_alone(file, sqlite_url, content):
    file.write_bytes(content)
    with pytest.raises(LedgerCorrupt) as caught:
        Ledger.open(sqlite_url)
    assert str(file) in str(caught.value)
    assert "restore it from a backup, or move it aside" in str(caught.value)
    assert file.read_bytes() == content


def overwritten(content):
    return content[:4096] + b"\xaa" * (len(content) - 8192) + content[-4096:]


def cut(content):
    return content[: len(content) // 2]


@pytest.mark.parametrize("damaged", [overwritten, cut])
def test_a_damaged_file_is_refused_and_left_alone(written, sqlite_url, damaged):
    content = damaged(written.read_bytes())
    written.write_bytes(content)
    with pytest.raises(LedgerCorrupt, match="move it aside") as caught:
        Ledger.open(sqlite_url)
    assert "\n" not in str(caught.value)
    assert written.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_alone(file, sqlite_url):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE dashboards (id INTEGER)")
    content = file.read_bytes()
    with pytest.raises(LedgerForeign, match="it holds the table dashboards of something else; name another database"):
        Ledger.open(sqlite_url)
    assert file.read_bytes() == content


def test_a_newer_ledger_is_refused_and_left_alone(written, sqlite_url):
    with closing(sqlite3.connect(written)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        connection.commit()
    content = written.read_bytes()
    with pytest.raises(
        LedgerNewer, match=r"has revision 9999, this exporter knows up to .*: a newer exporter wrote it"
    ):
        Ledger.open(sqlite_url)
    assert written.read_bytes() == content
    assert not list(written.parent.glob("*.backup*"))


OPENING = """
import sys
from exporter.ledger import Ledger, LedgerReadOnly, LedgerUrl
try:
    Ledger.open("sqlite:///" + sys.argv[1]).close()
except (LedgerReadOnly, LedgerUrl) as error:
    print(error)
"""


def open_without_privileges(file):
    """Opens a ledger in a process that file permissions hold for, also when root runs the tests."""
    plain = (sys.executable, "-c", OPENING, str(file))
    without = () if os.getuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    done = subprocess.run((*without, *plain), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_file_that_may_not_be_written_is_refused(written):
    written.chmod(0o400)
    told = open_without_privileges(written)
    written.chmod(0o600)
    assert f"the ledger {written} may not be written" in told
    assert "let the exporter's user write the file and its folder" in told
    assert open_without_privileges(written) == ""


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_may_not_be_written_is_refused(there, written):
    if not there:
        written.unlink()
    written.parent.chmod(0o500)
    told = open_without_privileges(written)
    written.parent.chmod(0o700)
    assert f"the ledger {written} may not be written" in told
    assert written.exists() is there


def test_a_folder_that_may_not_be_entered_is_refused(tmp_path):
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o000)
    told = open_without_privileges(closed / "inner" / "ledger.db")
    closed.chmod(0o700)
    assert told.startswith("ledger.url: ")
    assert f"{closed}/inner" in told
    assert "name another file" in told


def test_a_ledger_that_another_process_holds_is_refused_after_a_while(written, sqlite_url):
    with Ledger.open(sqlite_url, patience=0.05) as ledger:
        before = ledger.view("acme")
        with closing(sqlite3.connect(written, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerLocked, match=f"the ledger {written} is held by another process"):
                record(ledger, run("new"))
            with pytest.raises(LedgerLocked):
                Ledger.open(sqlite_url, patience=0.05)
            assert ledger.view("acme") == before  # readers do not wait for a writer
            other.execute("ROLLBACK")
        record(ledger, run("new", pipeline="new"))
        assert ledger.run_results(0) == {"success": 201}


def test_a_full_disk_loses_nothing_and_is_over_when_there_is_room(sqlite_url, file):
    with Ledger.open(sqlite_url) as ledger:
        record(ledger, run("before"), marks={"a": "1"})
        pages = [1]  # no file grows below its size: from here on it is full

        @event.listens_for(ledger._database._engine, "checkout")
        def limit(raw, _record, _proxy):
            raw.execute(f"PRAGMA max_page_count={pages[0]}")

        many = [run(str(i), pipeline=f"pipeline {i}") for i in range(500)]
        with pytest.raises(LedgerFull, match=f"the ledger {file} has no room left .* free some space"):
            record(ledger, *many, marks={"a": "2"})
        assert ledger.view("acme").totals == sums(run("before"))
        assert ledger.marks("acme") == {"a": "1"}
        pages[0] = 100_000
        record(ledger, *many, marks={"a": "2"})
        assert ledger.view("acme").totals == sums(run("before"), *many)
        assert ledger.marks("acme") == {"a": "2"}


def test_damage_that_appears_while_it_is_open_is_told(written, sqlite_url):
    with Ledger.open(sqlite_url) as ledger:
        size = written.stat().st_size
        ledger._database._engine.dispose()  # what a connection has read before, it would not read again
        with written.open("r+b") as damaged:
            damaged.seek(4096)
            damaged.write(b"\xaa" * (size - 4096))
        with pytest.raises(LedgerCorrupt, match="restore it from a backup"):
            ledger.view("acme")
        with pytest.raises(LedgerCorrupt):
            record(ledger, run("new"))


def test_a_refused_ledger_leaves_no_open_file(file, sqlite_url):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE dashboards (id INTEGER)")
    with pytest.raises(LedgerForeign) as caught:  # the error is held, and by its traceback whatever was open
        Ledger.open(sqlite_url)
    assert caught.value.__traceback__ is not None
    assert str(file) not in [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    assert [path.name for path in file.parent.iterdir()] == [file.name]
