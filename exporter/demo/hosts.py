"""The git hosts that Acme's repositories lie on, and in whose words their runs end. It knows no API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeAlias

from exporter.demo.catalogue import Plan, Trait


class Host(StrEnum):
    """A git host with its CI. Plain git has none of its own: Jenkins builds for it."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    GIT = "git"


Spread: TypeAlias = Callable[[Plan], Host]
"""On which host a repository lies."""

TOLD: Mapping[Host, Mapping[str, str]] = {
    Host.GITHUB: {},
    Host.GITLAB: {},
    Host.GITEA: {"error": "failure", "timeout": "failure"},
    Host.GIT: {"error": "failure", "timeout": "cancellation"},
}
"""Results that a host has no word for, and what it says instead: Jenkins aborts what takes too long."""


def all_on(host: Host) -> Spread:
    return lambda _: host


ON_GITHUB = all_on(Host.GITHUB)


def over_all(plan: Plan) -> Host:
    """One after another; what only an API can say of a repository (archived, fork) is no matter of plain git."""
    ordinary = plan.trait in (Trait.ORDINARY, Trait.REGRETS)
    hosts = list(Host) if ordinary else [host for host in Host if host is not Host.GIT]
    return hosts[plan.index % len(hosts)]


SPREADS: Mapping[str, Spread] = {**{host.value: all_on(host) for host in Host}, "all": over_all}
"""What can be asked for by name."""


def told(result: str, host: Host) -> str:
    """A result as the host can tell it."""
    return TOLD[host].get(result, result)
