"""What only a server can do to us, on a real one."""

import socket

import pytest

from exporter.ledger import (
    Ledger,
    LedgerError,
    LedgerLocked,
    LedgerReadOnly,
    LedgerUnavailable,
    LedgerUnstorable,
)
from exporter.model import Facts
from tests.ledger import postgresql
from tests.support.facts import NOW, run, sums


def record(ledger, *runs):
    ledger.record("acme", Facts(runs=runs), at=NOW, gap=60, succeeded=True)


def causes(error):
    while error is not None:
        yield f"{error!r} {error}"
        error = error.__cause__ or error.__context__


def refused(url):
    """What a log would show of the refusal, without the secret in any spelling."""
    with pytest.raises(LedgerError) as caught:
        Ledger.open(url)
    shown = " ".join(causes(caught.value))
    assert postgresql.PASSWORD not in shown
    assert postgresql.QUOTED not in shown
    assert "wrong-secret" not in shown
    return caught.value


def test_a_wrong_password_is_told_without_it(server):
    error = refused(server.url("postgres", password="wrong-secret"))
    assert isinstance(error, LedgerUnavailable)
    assert f"the ledger postgresql://keeper@127.0.0.1:{server.port}/postgres cannot be used" in str(error)
    assert "password authentication failed" in str(error)


def test_a_password_among_the_options_is_not_shown_either(server):
    url = f"postgresql://keeper@127.0.0.1:{server.port}/postgres?password=wrong-secret&application_name=wrong-secret"
    assert "password authentication failed" in str(refused(url))


def test_a_server_that_is_not_there_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = refused(f"postgresql://keeper:{postgresql.QUOTED}@127.0.0.1:{port}/kept")
    assert isinstance(error, LedgerUnavailable)
    assert f"the ledger postgresql://keeper@127.0.0.1:{port}/kept cannot be used" in str(error)
    assert "see that it is there and that the exporter may use it" in str(error)


def test_a_database_that_is_not_there_is_named(server):
    assert 'database "nowhere" does not exist' in str(refused(server.url("nowhere")))


def test_a_database_that_may_only_be_read_is_refused(server):
    url = server.new_database()
    Ledger.open(url).close()
    with server.connect() as connection:
        connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on")
    with pytest.raises(LedgerReadOnly, match="may not be written"):
        Ledger.open(url)


def test_a_source_that_another_exporter_writes_for_too_long_is_told(server):
    url = server.new_schema()
    with Ledger.open(url, patience=0.05) as one, Ledger.open(url, patience=0.05) as two:
        with one._database.writing("source acme"):
            with pytest.raises(LedgerLocked, match="is held by another process"):
                record(two, run())
            two.record("other", Facts(), at=NOW, gap=60, succeeded=True)
        record(two, run())
        assert two.view("acme").totals == sums(run())


def test_connections_that_the_server_ended_are_made_anew(server):
    url = server.new_database()
    with Ledger.open(url) as ledger:
        record(ledger, run("1"))
        with server.connect() as connection:
            ours = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
            assert connection.execute(ours, [url.rpartition("/")[2]]).fetchall() == [(True,)]
        record(ledger, run("2"))
        assert ledger.view("acme").totals == sums(run("1"), run("2"))


def break_while_writing(ledger, server):
    with ledger._database.writing("source acme") as writing:
        writing.exec_driver_sql("INSERT INTO marks VALUES ('acme', 'a', '1')")
        process = writing.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with server.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def test_a_connection_that_breaks_in_the_middle_keeps_nothing(server):
    with Ledger.open(server.new_schema()) as ledger:
        with pytest.raises(LedgerUnavailable):
            break_while_writing(ledger, server)
        assert ledger.marks("acme") == {}


def test_text_that_the_server_cannot_hold_keeps_nothing_of_its_poll(server):
    with Ledger.open(server.new_schema()) as ledger:
        with pytest.raises(LedgerUnstorable, match="cannot hold a value of this poll"):
            record(ledger, run("1"), run("2", pipeline="a\0b"))
        assert ledger.view("acme").totals == {}
