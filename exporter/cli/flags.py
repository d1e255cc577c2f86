"""The flags that several commands share, in the Prometheus family's style."""

from __future__ import annotations

from pathlib import Path

import click

config_file = click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("orchex-kilo-exporter.yml"),
    show_default=True,
    help="The configuration, YAML.",
)
listen_address = click.option(
    "--web.listen-address", "listen_address", metavar="HOST:PORT", help="Where to listen; overrides the configuration."
)
web_config = click.option(
    "--web.config.file",
    "web_config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TLS and basic authentication, in exporter-toolkit's format.",
)
lifecycle = click.option("--web.enable-lifecycle", "lifecycle", is_flag=True, help="Allow POST /-/reload.")
log_level = click.option(
    "--log.level",
    "log_level",
    type=click.Choice(["debug", "info", "warn", "error"]),
    default="info",
    show_default=True,
    help="The least severity that is logged.",
)
log_format = click.option(
    "--log.format", "log_format", type=click.Choice(["logfmt", "json"]), default="logfmt", show_default=True
)
