"""What the reader chose beside job and instance: CI systems and git hosts, by their source."""

from __future__ import annotations

from typing import get_args

from dashboards.board import Choice
from dashboards.query import a_second, among, of
from exporter.providers import AnyProvider
from exporter.providers.base import Capability, Provider

FROM = 'source=~"$source"'
TOLD = frozenset({Capability.RUNS, Capability.REPOSITORIES, Capability.CHANGES})
"""What makes a source a CI system or a git host."""
OWNER = ("source", "vcs_owner_name")
OWNERS = "{{source}}: {{vcs_owner_name}}"


def _kinds() -> tuple[str, ...]:
    providers: tuple[type[Provider], ...] = get_args(get_args(AnyProvider)[0])
    return tuple(get_args(each.model_fields["kind"].annotation)[0] for each in providers if each.capabilities & TOLD)


KIND = among("kind", _kinds())
HOSTS = of("orchex_kilo_source_up", KIND, FROM)
SOURCES = Choice("source", f"label_values({of('orchex_kilo_source_up', KIND)}, source)")


def of_hosts(expr: str) -> str:
    """Without the other sources: bridges, components and feeds."""
    return f"{expr}\n  and on (job, instance, source)\n  {HOSTS}"


def quantile(share: float, histogram: str, *matchers: str) -> str:
    """By owner, estimated within the histogram's buckets. Where nothing happened there is none, not even NaN."""
    buckets = of(f"{histogram}_bucket", *matchers, FROM)
    return f"histogram_quantile({share},\n  {a_second(buckets, *OWNER, 'le')}\n) >= 0"
