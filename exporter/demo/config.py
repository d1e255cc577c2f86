"""The ordinary exporter configuration for the organisation, as plain data. Nothing in it is the demo's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exporter.demo.api.people.learning import COURSE
from exporter.demo.catalogue import ARCHIVE_PATTERN, OWNER, PILOT_PATTERNS, in_scope
from exporter.demo.deployment import PRODUCTION
from exporter.demo.files import INTEGRATED, SEPARATE, job_name, workflow_name
from exporter.demo.hosts import Host
from exporter.demo.organisation import Organisation
from exporter.demo.programme import SIZE
from exporter.demo.server import Addresses, Tokens
from exporter.demo.truth import baselines

INTERVAL = "5s"
USER = "demo"
Data = dict[str, Any]


def configuration(
    acme: Organisation,
    addresses: Addresses,
    ledger_url: str,
    folder: Path,
    tokens: Tokens | None = None,
    interval: str = INTERVAL,
) -> Data:
    """What a configuration file would say of the systems alone: ORCHEX, KILO, the bridges, and each host in use.

    Mirrors of plain git are kept below `folder`.
    """
    secrets = tokens or Tokens()
    return {
        "ledger": {"url": ledger_url},
        "sources": {
            "orchex": _source("orchex", addresses.orchex, secrets.orchex, interval),
            "kilo": _source("kilo", addresses.kilo, secrets.kilo, interval),
            "bridges": _source("bridge", addresses.bridges, secrets.orchex, interval),
            **_hosts(acme, addresses, folder, secrets, interval),
        },
    }


def _hosts(acme: Organisation, addresses: Addresses, folder: Path, secrets: Tokens, interval: str) -> Data:
    """The hosts on which there are repositories. GitHub's source is called `acme`, the others as their host."""
    chosen: Data = {"exclude": [ARCHIVE_PATTERN], "history": "7d"}
    tools, apart = workflow_name(INTEGRATED), workflow_name(SEPARATE)
    github = {**_source("github", addresses.github, secrets.github, interval), "owner": OWNER, **chosen}
    github |= {"environments": [PRODUCTION]}
    gitlab = {**_source("gitlab", addresses.gitlab, secrets.gitlab, interval), "group": OWNER, **chosen}
    gitlab |= {"integrated_pipelines": [tools], "legacy_pipelines": [apart], "environments": [PRODUCTION]}
    gitea = {**_source("gitea", addresses.gitea, secrets.gitea, interval), "owner": OWNER, **chosen}
    jenkins = {**_source("jenkins", addresses.jenkins, secrets.jenkins, interval), "user": USER, "history": "7d"}
    jenkins |= {"integrated_jobs": [f"*/{job_name(INTEGRATED)}/*"], "legacy_jobs": [f"*/{job_name(SEPARATE)}/*"]}
    clones = [f"{addresses.git}/{each.full_name}.git" for each in acme.on(Host.GIT).values() if in_scope(each.plan)]
    plain = {"kind": "git", "repositories": clones, "user": USER, "token": secrets.git, "interval": interval}
    plain["cache"] = str(folder / "mirrors")
    sources = {
        Host.GITHUB: {"acme": github},
        Host.GITLAB: {"gitlab": gitlab},
        Host.GITEA: {"gitea": gitea},
        Host.GIT: {"jenkins": jenkins, "git": plain},
    }
    return {name: source for host, named in sources.items() if acme.on(host) for name, source in named.items()}


def whole_configuration(
    acme: Organisation,
    addresses: Addresses,
    ledger_url: str,
    scorecard: Path,
    tokens: Tokens | None = None,
    interval: str = INTERVAL,
) -> Data:
    """The same with all that tells of the migration: people's systems, the scorecard file, its plan, the teams."""
    secrets = tokens or Tokens()
    systems = configuration(acme, addresses, ledger_url, scorecard.parent, secrets, interval)
    feeds = {
        name: {**_source("http_json", f"{addresses.people}/{name}", secrets.people, interval), "readings": readings}
        for name, readings in _readings(acme).items()
    }
    office = {"office": {"kind": "scorecard", "path": str(scorecard), "interval": interval}}
    return {
        **systems,
        "sources": {**systems["sources"], **feeds, **office},
        "migration": {
            "start": acme.programme.date(0).isoformat(),
            "size": SIZE,
            "pilot": list(PILOT_PATTERNS),
            "baselines": _baselines(acme),
        },
        "teams": {name: repository.plan.team for name, repository in acme.repositories.items()},
    }


def _source(kind: str, url: str, token: str, interval: str) -> Data:
    return {"kind": kind, "url": url, "token": token, "interval": interval}


def _baselines(acme: Organisation) -> Data:
    """The levels before. One that has its history before the migration leaves what can be measured to `backfill`."""
    given: Data = {
        "violations_per_repository_week": baselines.violations(),
        "cost": baselines.monthly_cost(),
        "tickets_per_week": baselines.weekly_tickets(),
    }
    if acme.life.from_the_start:
        return given
    durations = {"run_duration": baselines.run_level(acme), "cycle_time": baselines.cycle_level(acme)}
    return given | {name: f"{seconds}s" for name, seconds in durations.items() if seconds is not None}


def _readings(acme: Organisation) -> dict[str, Data]:
    """By system: each quantity's expressions. Where K2A tells of violations alone, the report's are left out."""
    quality = {
        "data_consistency": _percent("scores.data_consistency.percent"),
        "analysis_speed_increase": _percent("trends.analysis_speed.changed_percent"),
        "manual_effort_reduction": _percent("trends.manual_effort.reduced_percent"),
        "maintenance_cost_reduction": _percent("trends.maintenance_cost.reduced_percent"),
        "security_incident_reduction": _percent("trends.security_incidents.reduced_percent"),
        "compliance_score_increase": _percent("trends.compliance_score.changed_percent"),
        "code_quality_increase": _percent("trends.code_quality.changed_percent"),
        "defect_reduction": _percent("trends.defects.reduced_percent"),
    }
    if not acme.life.from_the_start:
        violations = {"value": "violations.per_week", "time": "violations.counted_at", "unit": "per_week"}
        quality["violations_per_week"] = violations
    course = f"courses[?slug=='{COURSE}'] | [0]"
    learned = "generated_at"
    proficiency = {"value": f"{course}.median_days_to_proficiency", "time": learned, "unit": "days"}
    desk = 'queues."developer-tools".last_week'
    return {
        "learning": {
            "training_completion": _percent(f"{course}.progress.completed_percent", learned),
            "time_to_proficiency": proficiency,
        },
        "survey": {"user_satisfaction": _percent("waves[-1].results.satisfied_percent", "waves[-1].closed_on")},
        "billing": {"cost": {"value": "statements[-1].total", "time": "statements[-1].closed_at"}},
        "helpdesk": {
            "tickets_per_week": {"value": f"{desk}.opened_per_day", "time": f"{desk}.until", "unit": "per_day"}
        },
        "quality": quality,
    }


def _percent(value: str, time: str = "reported_on") -> dict[str, str]:
    return {"value": value, "time": time, "unit": "percent"}
