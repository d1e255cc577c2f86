"""Status documents of organisations that are well, in trouble, or not known, made by hand from the whole one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from exporter.kpis.measure import Absence
from exporter.kpis.verdict import State
from exporter.model import Circuit, Component, Health, Stage, Workflow
from exporter.scorecard import Scorecard
from exporter.snapshot import Snapshot
from exporter.status.document import document
from exporter.status.shape import (
    BridgeStatus,
    Burn,
    ComponentStatus,
    Criterion,
    ObjectiveStatus,
    RepositoryStatus,
    SourceStatus,
    Status,
    Success,
    Summary,
    TrendPoint,
)
from tests.support import world

WHOLE = document(world.snapshot(), "0.1.0")
NOW = WHOLE.taken_at
HOSTILE = "\"'><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><b>{{ 7*7 }}"
WINDOWS = ("1h", "24h", "7d", "30d")


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def source(name: str = "acme", **changes: object) -> SourceStatus:
    """A source that is well, but for `changes`."""
    well: dict[str, object] = {
        "kind": "github",
        "up": True,
        "last_success": ago(12),
        "stale": False,
        "unreadable": 0,
        "error": None,
        "detail": "",
        "interval_seconds": 60.0,
        "max_age_seconds": 600.0,
        "next_poll": ago(-48),
        "polls": 120,
    }
    return SourceStatus(name=name, **{**well, **changes})  # type: ignore[arg-type]  # tests know the fields


def failing(name: str = "kilo", **changes: object) -> SourceStatus:
    told = {"up": False, "error": "timeout", "detail": "no answer within 10 s", "failures": {"timeout": 3}}
    return source(name, **{**told, **changes})


def component(name: Component = Component.ORCHEX, **changes: object) -> ComponentStatus:
    well = {"source": "orchex", "up": True, "health": Health.HEALTHY, "version": "3.0.0", "response_seconds": 0.0625}
    return ComponentStatus(component=name, **{**well, **changes})  # type: ignore[arg-type]  # tests know the fields


def bridge(name: Component = Component.K2A, **changes: object) -> BridgeStatus:
    success = tuple(Success(window=window, operations=1000.0, ratio=0.9975) for window in WINDOWS)
    well = {
        "source": "bridges",
        "up": True,
        "health": Health.HEALTHY,
        "circuit": Circuit.CLOSED,
        "version": "2.1.0",
        "last_event": ago(9),
        "queue_depth": 2,
        "response_seconds": 0.125,
        "success": success,
    }
    return BridgeStatus(bridge=name, **{**well, **changes})  # type: ignore[arg-type]  # tests know the fields


def objective(
    key: str = "error_rate", title: str = "Error rate", *, remaining: float | None = 0.75, rate: float | None = 0.25
) -> ObjectiveStatus:
    """`rate` is that of the shortest window."""
    rates = (None,) * 4 if remaining is None else (rate, 0.5, 0.25, 1 - remaining)
    burns = tuple(
        Burn(window=window, error_ratio=None if burn is None else burn / 100, rate=burn)
        for window, burn in zip(WINDOWS, rates, strict=True)
    )
    return ObjectiveStatus(criterion=key, title=title, budget=0.01, remaining=remaining, burns=burns)


def trend(first: float, last: float, *, days: int = 12, points: int = 24) -> tuple[TrendPoint, ...]:
    """A straight line."""
    step = days * 86400 / (points - 1)
    return tuple(
        TrendPoint(at=ago((points - 1 - number) * step), value=first + (last - first) * number / (points - 1))
        for number in range(points)
    )


def changed(criteria: tuple[Criterion, ...], changes: Mapping[str, Mapping[str, object]]) -> tuple[Criterion, ...]:
    return tuple(each.model_copy(update=changes.get(each.key, {})) for each in criteria)


def with_states(status: Status, states: Mapping[str, State]) -> Status:
    """The twelve in these states (else met), and counted."""
    twelve = status.criteria[:12]
    found = {each.key: states.get(each.key, State.MET) for each in twelve}
    counted = {state.value: list(found.values()).count(state) for state in State}
    judged = {
        each.key: {"state": found[each.key], "value": None if found[each.key] is State.NO_DATA else each.value or 0.75}
        for each in twelve
    }
    for each in twelve:
        if judged[each.key]["value"] is None:
            unseen = {"absence": each.absence or Absence.NO_OBSERVATIONS, "at": None, "age_seconds": None}
            judged[each.key] |= {**unseen, "remedy": each.remedy or "wait for the sources", "trend": ()}
        else:
            judged[each.key] |= {"at": each.at or ago(60), "age_seconds": each.age_seconds or 60.0, "trend": each.trend}
    summary = Summary(**counted, ok=not counted["missed"])
    return status.model_copy(update={"criteria": changed(status.criteria, judged), "summary": summary})


def healthy() -> Status:
    trends = {
        each.key: {"trend": trend(each.value * 0.8, each.value)} for each in WHOLE.criteria if each.value is not None
    }
    status = WHOLE.model_copy(
        update={
            "criteria": changed(WHOLE.criteria, trends),
            "objectives": (
                objective("uptime", "System uptime"),
                objective(),
                objective("bridge_success", "Bridge success"),
            ),
            "components": (component(), component(Component.KILO, source="kilo", response_seconds=0.25)),
            "bridges": (bridge(), bridge(Component.A2K, queue_depth=None)),
            "sources": (source(), source("ci", kind="jenkins"), source("orchex", kind="orchex"), source("kilo")),
        }
    )
    return with_states(status, {})


def incident() -> Status:
    """A bridge is down, a budget burns, a source fails, criteria are missed."""
    down = bridge(
        up=False,
        health=Health.UNHEALTHY,
        circuit=Circuit.OPEN,
        queue_depth=412,
        last_event=ago(1500),
        success=tuple(
            Success(window=window, operations=900.0, ratio=ratio)
            for window, ratio in zip(WINDOWS, (0.25, 0.9375, 0.984375, 0.9921875), strict=True)
        ),
    )
    status = healthy().model_copy(
        update={
            "bridges": (down, bridge(Component.A2K)),
            "objectives": (
                objective("uptime", "System uptime", remaining=-0.25, rate=1000.0),
                objective(remaining=0.5, rate=24.0),
                objective("bridge_success", "Bridge success", remaining=0.25, rate=75.0),
            ),
            "sources": (source(), source("ci", kind="jenkins"), source("orchex", kind="orchex"), failing()),
        }
    )
    missed = dict.fromkeys(("uptime", "workflow_adoption", "template_adoption"), State.MISSED)
    status = status.model_copy(update={"criteria": changed(status.criteria, {"uptime": {"value": 0.9975}})})
    return with_states(status, {**missed, "error_rate": State.AT_RISK, "cost_savings": State.NO_DATA})


def half() -> Status:
    """Two of four sources fail; one so long that its facts are gone."""
    old = failing("ci", kind="jenkins", stale=True, last_success=ago(7200), failures={"rejected": 2, "timeout": 118})
    sources = (source(), old, source("orchex", kind="orchex"), failing())
    known = {"components": healthy().components[:1], "sources": sources}
    return with_states(healthy().model_copy(update=known), {"workflow_adoption": State.STALE})


def down() -> Status:
    """All sources fail, and nothing that they told is fresh."""
    sources = tuple(failing(name, stale=True, last_success=ago(7200)) for name in ("acme", "ci", "orchex", "kilo"))
    status = WHOLE.model_copy(
        update={
            "components": (),
            "bridges": (),
            "objectives": tuple(
                objective(each.criterion, each.title, remaining=None, rate=None) for each in WHOLE.objectives
            ),
            "sources": sources,
        }
    )
    lost = {each.key: {"coverage": None, "trend": ()} for each in WHOLE.criteria}
    gone = status.model_copy(update={"criteria": changed(status.criteria, lost)})
    return with_states(gone, dict.fromkeys(lost, State.NO_DATA))


def empty() -> Status:
    """Nothing is configured, nothing is known."""
    return document(Snapshot(world.NOW, scorecard=Scorecard()), "0.1.0")


def unpolled() -> Status:
    """Sources are configured, and none was asked yet."""
    waiting = tuple(source(name, up=None, last_success=None, polls=0) for name in ("acme", "kilo"))
    return empty().model_copy(update={"sources": waiting})


def unplanned() -> Status:
    """Without `migration.start`, without teams."""
    found = healthy()
    no_plan = dict.fromkeys(
        ("start", "size", "current", "planned_end", "slip_seconds", "slip_ratio", "on_plan", "planned_ratio")
    )
    no_dates = dict.fromkeys(("state", "planned_begin", "planned_end", "started", "ended", "deviation"))
    phases = tuple(phase.model_copy(update=no_dates) for phase in found.migration.phases)
    changes = {**no_plan, "phases": phases, "teams": ()}
    return found.model_copy(update={"migration": found.migration.model_copy(update=changes)})


def repository(name: str, **changes: object) -> RepositoryStatus:
    usual = {"source": "acme", "team": "web", "stage": Stage.LEGACY, "template": False, "workflow": Workflow.LEGACY}
    return RepositoryStatus(name=name, **{**usual, **changes})  # type: ignore[arg-type]  # tests know the fields


def with_remaining(repositories: int, status: Status = WHOLE) -> Status:
    found = tuple(repository(f"acme/service-{number}") for number in range(repositories))
    return status.model_copy(update={"migration": status.migration.model_copy(update={"remaining": found})})


def worded(text: str, status: Status) -> Status:
    """With `text` wherever other people's words may stand."""
    sources = tuple(failing(text, kind=text, error=text, detail=text, failures={text: 10**5}) for _ in status.sources)
    teams = tuple(each.model_copy(update={"team": text}) for each in status.migration.teams)
    gates = tuple(
        phase.model_copy(
            update={
                "gate": phase.gate.model_copy(
                    update={
                        "criteria": tuple(each.model_copy(update={"because": text}) for each in phase.gate.criteria)
                    }
                )
            }
        )
        for phase in status.migration.phases
    )
    migration = status.migration.model_copy(
        update={
            "teams": teams[:1],
            "phases": gates,
            "remaining": (repository(text, team=text, source=text), repository(f"acme/{text}")),
        }
    )
    return status.model_copy(
        update={
            "sources": sources,
            "criteria": tuple(each.model_copy(update={"owner": text, "remedy": text}) for each in status.criteria),
            "components": tuple(
                each.model_copy(update={"source": text, "version": text}) for each in status.components
            ),
            "bridges": tuple(each.model_copy(update={"source": text, "version": text}) for each in status.bridges),
            "migration": migration,
        }
    )
