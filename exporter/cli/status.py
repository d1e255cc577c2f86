"""`status`: where the migration stands, by the ledger or by a running exporter."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from exporter import settings
from exporter.app import Exporter
from exporter.cli import flags
from exporter.cli.endings import FAILED, end, faults_end_it
from exporter.errors import SourceError
from exporter.providers.base import TlsOptions, read_secret
from exporter.status.remote import Basic, ask
from exporter.status.shape import Status


def _address(_: click.Context, __: click.Parameter, url: str | None) -> str | None:
    """The base address of an exporter that is given as a flag."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise click.BadParameter("not a base address; write it like http://127.0.0.1:9847")
    if "@" in parts.netloc:
        raise click.BadParameter("no user or password in an address; use --username and --password-file")
    return url


@click.command()
@flags.config_file
@click.option("--url", callback=_address, help="Ask the exporter that runs there; otherwise the ledger is read.")
@click.option("--username", help="Who asks, where the exporter wants a password.")
@click.option("--password-file", type=click.Path(path_type=Path), help="A file that holds the password.")
@click.option("--ca-file", type=click.Path(path_type=Path), help="The CA that signed the exporter's certificate, PEM.")
@click.option("--cert-file", type=click.Path(path_type=Path), help="A client certificate for mutual TLS, PEM.")
@click.option("--key-file", type=click.Path(path_type=Path), help="The client certificate's key, PEM.")
@click.option("--json", "as_json", is_flag=True, help="Print the document, by docs/status.schema.json.")
@click.option("--strict", is_flag=True, help="Exit with 1, too, when a criterion has no data or is stale.")
def status(config_file: Path, url: str | None, as_json: bool, strict: bool, **access: Any) -> None:  # noqa: FBT001  # click gives flags by name
    """Show where the migration stands; exit 1 if one of the twelve criteria is missed."""
    with faults_end_it():
        found = _remembered(config_file, **access) if url is None else _asked(url, **access)
    if as_json:
        click.echo(json.dumps(found.model_dump(mode="json", exclude_unset=True), indent=2))
    else:
        _shown(found)
    unknown = found.summary.no_data + found.summary.stale
    sys.exit(0 if found.summary.ok and not (strict and unknown) else FAILED)


def _remembered(config_file: Path, **access: Any) -> Status:
    """The status by the ledger, without a poll."""
    if any(access.values()):
        raise click.UsageError("credentials and certificates go with --url")
    exporter = Exporter(settings.load(config_file))
    try:
        found = exporter.status()
    finally:
        exporter.close()
    if all(source.last_success is None for source in found.sources):
        end(["the ledger remembers no poll; begin with `serve` or `once`, or ask a running exporter with --url"])
    return found


def _asked(
    url: str,
    username: str | None,
    password_file: Path | None,
    ca_file: Path | None,
    cert_file: Path | None,
    key_file: Path | None,
) -> Status:
    """The status of a running exporter."""
    if (username is None) != (password_file is None):
        raise click.UsageError("--username and --password-file belong together; give both")
    if (cert_file is None) != (key_file is None):
        raise click.UsageError("--cert-file and --key-file belong together; give both")
    tls = TlsOptions(ca_file=ca_file, cert_file=cert_file, key_file=key_file).for_http()
    try:
        password = read_secret(password_file)
        return ask(url, Basic(username, password) if username and password else None, tls)
    except SourceError as error:
        end([str(error)])


def _shown(found: Status) -> None:
    """As the terminal can show it; what goes into a file has no blanks at the ends of its lines."""
    from rich.console import Console  # noqa: PLC0415  # nobody but this command pays for it

    from exporter.status.terminal import show  # noqa: PLC0415  # as above

    console = Console()
    with console.capture() as captured:
        show(found, console)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())
