"""How far the teams and the pilot really are."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from exporter.demo.catalogue import Standing, is_pilot
from exporter.demo.truth.facts import migrated, stage

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation


def teams(acme: Organisation) -> dict[str, Counter[str]]:
    """Each team's repositories in scope by stage."""
    with acme.lock:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for repository in acme.truth.in_scope():
            found[repository.plan.team][stage(repository)] += 1
        return dict(sorted(found.items()))


def team_shares(acme: Organisation) -> dict[str, float | None]:
    """The migrated share of each team; None where none of its repositories counts."""
    return {team: migrated(stages) for team, stages in teams(acme).items()}


def pilot_share(acme: Organisation) -> float | None:
    """Pilot repositories that are integrated and green ÷ those that use either tool and can be read."""
    with acme.lock:
        pilot = [r for r in acme.truth.in_scope() if is_pilot(r.name) and not r.unreadable]
        using = [repository for repository in pilot if repository.standing is not Standing.NONE]
        green = _green(acme)
        good = [r for r in using if r.standing is Standing.INTEGRATED and r.name in green]
        return len(good) / len(using) if using else None


def _green(acme: Organisation) -> set[str]:
    """Repositories whose newest finished run of the tools, on the default branch, was integrated and succeeded."""
    telling = [f for f in acme.journal.finished if f.default_branch and f.workflow != "other"]
    newest = {f.repository: f for f in sorted(telling, key=lambda f: f.created_at)}
    return {name for name, f in newest.items() if (f.workflow, f.result) == ("integrated", "success")}
