"""A real PostgreSQL server of our own: on loopback, in a folder that is removed afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

PASSWORD = "s3cret:/@pässword"
QUOTED = "s3cret%3A%2F%40p%C3%A4ssword"
MISSING = "PostgreSQL's server programs are missing; as root: apt-get install postgresql"


@dataclass
class Server:
    port: int
    databases: int = 0

    def url(self, database, password=QUOTED):
        return f"postgresql://keeper:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database="postgres"):
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="keeper", password=PASSWORD, dbname=database, autocommit=True
        )

    def new_schema(self):
        """The URL of a new, empty place: a schema is made in a moment, a database is not."""
        self.databases += 1
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA ledger_{self.databases}")
        return self.url(f"postgres?options=-csearch_path%3Dledger_{self.databases}")

    def new_database(self):
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"ledger_{self.databases}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)


def program(name):
    """Debian keeps the servers of each version in a folder that is not on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found += [Path(there)] if (there := shutil.which(name)) else []
    assert found, MISSING
    return str(found[0])


def as_server(*command):
    """The server refuses to run as root: then it runs as the user that its package made."""
    return command if os.getuid() else ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command)


@contextmanager
def running():
    folder = Path(tempfile.mkdtemp(prefix="ledger-postgresql-"))
    try:
        port = prepare(folder)
        log = folder / "log"
        with log.open("wb") as output:
            start = as_server(program("postgres"), "-D", str(folder / "data"))
            process = subprocess.Popen(start, stdout=output, stderr=output, cwd=folder)
        try:
            yield wait_for(Server(port), process, log)
        finally:
            process.send_signal(2)  # the fast way to end: it waits for no client
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def prepare(folder):
    secret = folder / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    if not os.getuid():
        for path in (folder, secret):
            os.chown(path, pwd.getpwnam("postgres").pw_uid, -1)
    options = ("--username=keeper", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale")
    make = as_server(program("initdb"), "-D", str(folder / "data"), *options, "--no-sync")
    done = subprocess.run(make, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = f"listen_addresses='127.0.0.1'\nport={port}\nunix_socket_directories=''\nfsync=off\n"
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(settings)
    return port


def wait_for(server, process, log):
    deadline = time.monotonic() + 30
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return server
