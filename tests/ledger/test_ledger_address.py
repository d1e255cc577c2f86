"""The ledger's address: for SQLAlchemy whole, for people without secrets."""

import pytest

from exporter.ledger.address import parse_address
from exporter.ledger.errors import LedgerUnavailable
from exporter.ledger.faults import fault


@pytest.mark.parametrize(
    ("text", "driver", "place"),
    [
        ("sqlite:///ledger.db", "sqlite+pysqlite", "ledger.db"),
        ("sqlite:////var/lib/ledger.db", "sqlite+pysqlite", "/var/lib/ledger.db"),
        ("postgresql://u:p%40ss@db/kept", "postgresql+psycopg", "postgresql://u@db/kept"),
        ("postgresql+psycopg://u:p@db:5433/kept?sslmode=require", "postgresql+psycopg", "postgresql://u@db:5433/kept"),
        ("postgresql:///kept", "postgresql+psycopg", "postgresql:///kept"),
    ],
)
def test_what_is_connected_to_and_what_is_shown(text, driver, place):
    address = parse_address(text)
    assert address.url.drivername == driver
    assert address.place == place
    assert (address.file is None) is text.startswith("postgresql")


def test_the_password_stays_for_the_driver():
    assert parse_address("postgresql://u:p%40ss@db/kept").url.password == "p@ss"


def test_what_a_driver_repeats_is_shown_without_secrets():
    address = parse_address("postgresql://u:s3cret@db/kept?sslpassword=hidden&connect_timeout=1")
    assert address.without_secrets("neither s3cret nor hidden in 1 s") == "neither *** nor *** in 1 s"
    assert parse_address("postgresql://u@db/kept").without_secrets("as it is") == "as it is"


def test_a_fault_is_told_without_secrets():
    told = str(fault(parse_address("postgresql://u:s3cret@db/kept"), LedgerUnavailable, "s3cret is wrong"))
    assert told.startswith("the ledger postgresql://u@db/kept cannot be used (*** is wrong): ")
