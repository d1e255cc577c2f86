"""How a command ends when it cannot go on: a line for each fault, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from exporter.ledger import LedgerError
from exporter.web.server import ListenError
from exporter.yamlfile import ConfigError

FAILED = 1
UNUSABLE = 2
INTERRUPTED = 130


@contextmanager
def faults_end_it() -> Iterator[None]:
    """A configuration, address or ledger that cannot be used: each fault a line, exit code 2."""
    try:
        yield
    except ConfigError as error:
        end(error.faults)
    except (ListenError, LedgerError) as error:
        end([str(error)])


def end(faults: list[str]) -> NoReturn:
    """Nothing can be done with what was given: each fault a line, exit code 2."""
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(UNUSABLE)
