"""The document's shape: frozen models whose docstrings become its JSON Schema.

`VERSION` is raised when a field is removed or comes to mean something else. Fields may be added
without that, so readers pass over those that they do not know. This program always writes every field;
those with a default came later, and a document of an older exporter may be read without them.
`model_dump(exclude_unset=True)` then says again what that exporter said, and no more. Moments are ISO
8601 in UTC, durations are seconds, ratios are shares of 1; null means "not known".
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from exporter.kpis import criteria
from exporter.kpis.measure import Absence
from exporter.kpis.quantities import Unit
from exporter.kpis.verdict import State
from exporter.migration.findings import Holding
from exporter.migration.forecast import Outlook
from exporter.migration.gates import GateState
from exporter.migration.plan import Size
from exporter.migration.schedule import PhaseState
from exporter.model import Circuit, Component, Health, Phase, Stage, Workflow
from exporter.risks import Band, Level

VERSION: Literal[1] = 1
PLACE = "/api/v1/status"
"""Where a running exporter serves the document."""


def _by_name(words: type[Band | Level]) -> BeforeValidator:
    def read(value: Any) -> Any:
        return {word.name.lower(): word for word in words}.get(value, value)

    return BeforeValidator(read)


def _names(words: type[Band | Level]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [word.name.lower() for word in words]})


_NAME: PlainSerializer = PlainSerializer(lambda word: word.name.lower(), when_used="json")
BandName: TypeAlias = Annotated[Band, _by_name(Band), _NAME, _names(Band)]
LevelName: TypeAlias = Annotated[Level, _by_name(Level), _NAME, _names(Level)]


class Part(BaseModel):
    """Base of the document's parts."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Share(Part):
    """Some of a whole."""

    part: int
    """How many of the whole."""
    whole: int
    """How many could be judged."""
    unknown: int
    """How many could not be judged; they are in neither."""
    ratio: float | None
    """part ÷ whole; null when the whole is 0."""


NOTHING = Share(part=0, whole=0, unknown=0, ratio=None)
"""Of nothing: not known."""


class Range(Part):
    """From the least to the most."""

    least: int
    """The least."""
    most: int | None
    """The most; null: without bound."""


class Exporter(Part):
    """The exporter that wrote the document."""

    version: str
    """Its version."""


class Summary(Part):
    """The twelve documented criteria, counted by state. Companions are not counted."""

    met: int
    """Met with a margin."""
    at_risk: int
    """Met, but by less than the margin."""
    missed: int
    """Not met."""
    no_data: int
    """Without a value."""
    stale: int
    """With a value that is too old to be judged."""
    ok: bool
    """Whether none of them is missed."""


class TrendPoint(Part):
    """What a criterion stood at before."""

    at: datetime
    """When it did."""
    value: float
    """What it stood at, in the criterion's unit."""


class Criterion(Part):
    """A success criterion, or one of its companions, against its target."""

    key: str
    """Its name for programs."""
    title: str
    """Its name for people."""
    tier: criteria.Tier
    """One of the documented twelve, or a companion."""
    category: criteria.Category
    """What kind of success it stands for."""
    value: float | None
    """What it stands at, in its unit; a stale value stays."""
    unit: Unit
    """The unit of value, target, documented target and margin."""
    comparison: criteria.Comparison
    """How the value must compare with the target; > and < are strict."""
    target: float
    """The target in force."""
    documented_target: float
    """The documented target, whatever is configured."""
    margin: float
    """Met by less than this is at risk."""
    state: State
    """Where it stands, in a word."""
    met: bool | None
    """Whether the comparison holds; null without a fresh value."""
    coverage: float | None
    """The share of the scope that the value rests on; null where the scope is not known."""
    baseline: float | None
    """The level before the migration that it is compared with, in the unit of what is compared."""
    at: datetime | None
    """When the value was last observed."""
    age_seconds: float | None
    """How long ago that was when the document was made."""
    absence: Absence | None
    """Why there is no value."""
    remedy: str | None
    """What would bring a value."""
    owner: str
    """Who answers for it."""
    words: str
    """The migration document's own words."""
    window: str | None
    """The window that it looks at; null: none."""
    trend: tuple[TrendPoint, ...] = ()
    """What it stood at before, oldest first and the farther back the sparser; nothing while it had no fresh value."""


class Burn(Part):
    """How a window went against an objective."""

    window: str
    """The window, back from now."""
    error_ratio: float | None
    """The share that failed: of operations, or of the observed time; null: nothing was observed."""
    rate: float | None
    """That share ÷ the error budget: at 1 the budget lasts exactly its 30 days; null: also when nothing may fail."""


class ObjectiveStatus(Part):
    """A criterion that nearly always must hold, as an error budget over 30 days."""

    criterion: str
    """The criterion's key."""
    title: str
    """Its name for people."""
    budget: float
    """The share that may fail by the target in force."""
    remaining: float | None
    """The share of the 30 days' budget that is left; below 0 it is overspent; null: as in a burn's rate."""
    burns: tuple[Burn, ...]
    """The windows, shortest first."""


class ComponentStatus(Part):
    """ORCHEX or KILO, as a source last saw it."""

    component: Component
    """Which of them."""
    source: str
    """The source that tells."""
    up: bool
    """Whether it answered healthy."""
    health: Health
    """Its own word; unhealthy too when nothing answered."""
    version: str
    """Its version as it reports it; empty: it does not."""
    response_seconds: float | None
    """The time in which it answered; null: nothing did."""


class Success(Part):
    """How the operations of a window ended."""

    window: str
    """The window, back from now."""
    operations: float
    """How many there were."""
    ratio: float | None
    """The share that succeeded; null: there were none."""


class BridgeStatus(Part):
    """A bridge, as a source last saw it."""

    bridge: Component
    """Which of the two."""
    source: str
    """The source that tells."""
    up: bool
    """Whether it is active and healthy."""
    health: Health
    """Its own word; unhealthy too when it is not active or nothing answered."""
    circuit: Circuit | None
    """Its circuit breaker; null: it does not say."""
    version: str
    """Its version as it reports it; empty: it does not."""
    last_event: datetime | None
    """When it last processed an event; null: it does not say."""
    queue_depth: int | None
    """How many events wait; null: it does not say."""
    response_seconds: float | None
    """Its own average response time; null: it does not say."""
    success: tuple[Success, ...]
    """How its operations ended, whatever source told of them: by window, shortest first."""


class ExitCriterion(Part):
    """One exit criterion of a phase."""

    key: str
    """Its name for programs."""
    words: str
    """The migration document's own words."""
    holding: Holding
    """Whether it holds."""
    because: str
    """By what it holds or does not, or what would tell."""


class Gate(Part):
    """The gate at the end of a phase."""

    state: GateState
    """Blocked when an exit criterion does not hold, else unknown when one is not known, else open."""
    blockers: tuple[str, ...]
    """The keys of the exit criteria that do not hold."""
    criteria: tuple[ExitCriterion, ...]
    """All of its exit criteria."""


class PhaseStatus(Part):
    """One of the six phases. Without a configured start there are no dates and no state."""

    phase: Phase
    """Its name for programs."""
    title: str
    """Its name for people."""
    state: PhaseState | None
    """Whether it is still to come, current or done."""
    planned_begin: datetime | None
    """When it is planned to begin."""
    planned_end: datetime | None
    """When it is planned to end, this moment excluded; null too for a phase without end."""
    started: datetime | None
    """When it really began."""
    ended: datetime | None
    """When it really ended."""
    deviation: float | None
    """(real − planned) ÷ planned duration; null until it has ended or lasts longer than planned."""
    gate: Gate
    """What lets the next phase begin."""


class Weeks(Part):
    """The weeks of a phase, counted from 1."""

    phase: Phase
    """The phase."""
    first: int
    """Its first week."""
    last: int | None
    """Its last week; null: without end."""


class SizeStatus(Part):
    """One of the three documented timelines, by size of the organisation."""

    size: Size
    """Its name."""
    words: str
    """The migration document's own words."""
    developers: Range
    """How many developers such an organisation has."""
    people: Range
    """How many people the migration needs."""
    weeks: Range
    """How many weeks it takes from start to full adoption."""
    phases: tuple[Weeks, ...]
    """The weeks of each phase, in its long form."""
    end: datetime | None
    """When this timeline would end with full adoption; null without a configured start."""
    chosen: bool
    """Whether the plan follows it."""


class ForecastStatus(Part):
    """When a share of the repositories will be migrated, if it goes on as so far."""

    goal: float
    """The share that is to be migrated."""
    outlook: Outlook
    """What can be said of it."""
    expected: datetime | None
    """The expected moment; null unless the outlook is forecast."""
    earliest: datetime | None
    """Of ten simulated futures, one is earlier."""
    latest: datetime | None
    """Of ten simulated futures, one is later; null too when that lies beyond the horizon."""
    days: int
    """How many days of history it rests on."""
    days_needed: int
    """How many it needs at the least."""


class TeamStatus(Part):
    """A team's repositories."""

    team: str
    """Its name."""
    migrated: Share
    """Its integrated repositories, of those that use either tool."""
    template_adoption: Share = NOTHING
    """Its repositories that use a KILO template, of those that could be read."""
    workflow_adoption: Share = NOTHING
    """Its repositories that ran the integrated workflow last, of those with CI activity in 30 days."""


class RepositoryStatus(Part):
    """A repository that is not integrated yet, or no more."""

    name: str
    """Owner and name."""
    source: str
    """The source that hosts it."""
    team: str | None
    """The team that it belongs to; null without configured teams."""
    stage: Stage
    """How far it has come; unknown: it could not be read."""
    template: bool | None
    """Whether it uses a KILO template; null: it could not be read."""
    workflow: Workflow | None
    """What its newest default-branch run of either tool executed; null: there was none."""


class Migration(Part):
    """How far the migration is, against its plan. Without a configured start there is no plan."""

    start: datetime | None
    """When it starts, as configured."""
    size: Size | None
    """The timeline that the plan follows."""
    current: Phase | None
    """The phase that it is in; null before the start."""
    planned_end: datetime | None
    """When full adoption is planned to be complete."""
    slip_seconds: float | None
    """How late the current phase is; below 0 is ahead of plan."""
    slip_ratio: float | None
    """The slip as a share of the planned time from start to full adoption."""
    on_plan: bool | None
    """Whether the slip is within the documented tolerance."""
    migrated: Share
    """Integrated repositories, of those that use either tool."""
    planned_ratio: float | None
    """The share that the plan wants migrated by now."""
    pilot: Share
    """Pilot repositories that are integrated and whose newest integrated run succeeded."""
    phases: tuple[PhaseStatus, ...]
    """The six phases, in order."""
    sizes: tuple[SizeStatus, ...]
    """The three documented timelines."""
    forecasts: tuple[ForecastStatus, ...]
    """One for each goal."""
    teams: tuple[TeamStatus, ...]
    """Each team, when teams are configured."""
    remaining: tuple[RepositoryStatus, ...] = ()
    """The repositories that use either tool and are not integrated, and those that could not be read; by team."""


class Signal(Part):
    """A live number that is bad when it is high."""

    key: str
    """Its name for programs."""
    words: str
    """What it is."""
    value: float | None
    """What it stands at; null: not known."""


class RiskStatus(Part):
    """A documented risk, and where live signals move it."""

    key: str
    """Its name for programs."""
    title: str
    """Its name for people."""
    likelihood: BandName
    """How likely it is, by the worst signal that is known."""
    impact: BandName
    """How much it would harm, as documented."""
    level: LevelName
    """What the documented matrix makes of likelihood and impact."""
    documented_likelihood: BandName
    """How likely it is by the document."""
    documented_level: LevelName
    """What the matrix makes of the documented likelihood."""
    driver: str | None
    """The key of the signal that moved the likelihood; null: no signal is known."""
    signals: tuple[Signal, ...]
    """All signals that could move it."""
    mitigation: str
    """What the migration document sets against it."""


class SourceStatus(Part):
    """One source of facts."""

    name: str
    """Its name in the configuration."""
    kind: str
    """The provider that reads it."""
    up: bool | None
    """Whether its last poll succeeded; null: not polled by this process."""
    last_success: datetime | None
    """When a poll last succeeded."""
    stale: bool
    """Whether its last good facts are too old to be shown."""
    unreadable: int
    """How many items its last poll could not read."""
    error: str | None
    """The reason of the last poll's failure; null after a good one."""
    detail: str
    """What that error says."""
    interval_seconds: float = 0.0
    """How often it is polled."""
    max_age_seconds: float = 0.0
    """How long its last good facts are shown."""
    next_poll: datetime | None = None
    """When it will be polled next; null: not planned."""
    polls: int = 0
    """How often this process has polled it."""
    failures: dict[str, int] = Field(default_factory=dict)
    """How many of those polls failed, by reason."""


class Status(Part):
    """Where the migration stands: success criteria, phases, plan, forecast, risks and sources."""

    schema_version: Literal[1]
    """The version of this schema."""
    taken_at: datetime
    """As of when all of it holds."""
    exporter: Exporter
    """Who wrote it."""
    summary: Summary
    """The twelve criteria, counted."""
    criteria: tuple[Criterion, ...]
    """The twelve criteria, then their companions."""
    objectives: tuple[ObjectiveStatus, ...] = ()
    """The criteria that have an error budget."""
    components: tuple[ComponentStatus, ...] = ()
    """ORCHEX and KILO, by source; without what is too old to be shown."""
    bridges: tuple[BridgeStatus, ...] = ()
    """The bridges, by source; without what is too old to be shown."""
    migration: Migration
    """Phases, plan and progress."""
    risks: tuple[RiskStatus, ...]
    """The risk register."""
    sources: tuple[SourceStatus, ...]
    """What all of it was learned from."""
