"""Every test of the ledger's meaning runs on SQLite and on a real PostgreSQL server."""

import pytest

from exporter.ledger import Ledger
from tests.ledger import postgresql


@pytest.fixture(scope="session")
def server():
    with postgresql.running() as server:
        yield server


@pytest.fixture
def file(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, file):
    if request.param == "sqlite":
        return f"sqlite:///{file}"
    return request.getfixturevalue("server").new_schema()


@pytest.fixture
def ledger(url):
    with Ledger.open(url) as ledger:
        yield ledger
