"""Direct symptoms: what is broken now, whatever it does to the error budgets.

A stall and a growing queue are judged by the bridge's or queue's own history, which what goes on now is kept out of.
"""

from __future__ import annotations

from alerts.rule import Alert, Group, Record, Severity
from alerts.terms import DAY, HOUR, MINUTE, Terms
from exporter.model import Seconds

RIDDEN_OVER: Seconds = 5 * MINUTE
"""How long a page outlasts its reading: an exporter that restarts takes it away and back, and calls nobody twice."""

OUT_OF_THE_USUAL = 2
"""So many times the most that was seen: half as much again is one busy or quiet day."""

LEAST_SILENCE: Seconds = HOUR
"""A shorter silence is none, however busy the bridge is otherwise."""
SILENCES_KNOWN: Seconds = 10 * DAY
"""A week and a long weekend: a holiday beside a weekend is still measured against the weekend before."""
SILENCES_LEARNT: Seconds = 7 * DAY
"""Before a week is known, its weekend may not be, and would look like a stall."""
STEP: Seconds = 15 * MINUTE
"""Longer than any sensible time between two evaluations, so that no silence ends unseen between them. A silence is
learnt as longer than it was by less than this."""
UNSEEN: Seconds = HOUR
"""For so long a restart of bridge or exporter may hide the last event, and the silence around it is still learnt."""

QUEUE_FLOOR = 20
"""A queue of so many is worked off within minutes."""
PENDING_FLOOR = 10
"""So many pipeline runs may wait after any push to a repository with many pipelines."""
QUEUES_KNOWN: Seconds = 7 * DAY
"""With the peak of each day, and that of the Monday."""
QUEUES_LEARNT: Seconds = 3 * DAY
"""There is a working day in three, but for the longest weekends."""
GROWTH_UNLEARNT: Seconds = 6 * HOUR
"""What is newer is no history yet, so that a growth does not excuse itself: one that goes on evenly, from a queue that
is next to nothing, is told of until it is twice as old as this."""
GROWTH: Seconds = 20 * MINUTE
"""How long a queue must grow, and over what its trend is taken: the trend at the end of that time knows nothing of how
the growth began, and a sudden heap that is being worked off calls nobody."""

SILENCE = "bridge:orchex_kilo_bridge_silence:seconds"
ENDED_SILENCE = "bridge:orchex_kilo_bridge_ended_silence:seconds"
SILENCE_LIMIT = "bridge:orchex_kilo_bridge_silence_limit:seconds"
QUEUE = "queue:orchex_kilo_queue:length"
PENDING = 'cicd_pipeline_run_active{cicd_pipeline_run_state="pending"}'


def groups(terms: Terms) -> tuple[Group, ...]:
    # What explains another comes after it: then it ends after it, and nothing slips out in between.
    return (
        Group("orchex-kilo-symptoms", (bridge_circuit_open(), component_down(), bridge_down())),
        Group("orchex-kilo-stalls", (silence(), ended_silence(terms), silence_limit(terms), bridge_stalled())),
        Group("orchex-kilo-queues", (*queues(), queue_growing(terms), pipeline_queue_growing(terms))),
    )


def bridge_down() -> Alert:
    return Alert(
        name="OrchexKiloBridgeDown",
        expr="orchex_kilo_bridge_up == 0",
        severity=Severity.PAGE,
        lasting=2 * MINUTE,
        kept=RIDDEN_OVER,
        labels={"slo": "uptime"},
        summary="Bridge {{ $labels.bridge }} is down",
        description=(
            "{{ $labels.source }} last saw bridge {{ $labels.bridge }} inactive, degraded or unhealthy, or could not "
            "reach it; only active and healthy is up. This counts against the uptime."
        ),
    )


def component_down() -> Alert:
    return Alert(
        name="OrchexKiloComponentDown",
        expr="orchex_kilo_component_up == 0",
        severity=Severity.PAGE,
        lasting=2 * MINUTE,
        kept=RIDDEN_OVER,
        labels={"slo": "uptime"},
        summary="{{ $labels.component | toUpper }} is down",
        description=(
            "{{ $labels.source }} last saw {{ $labels.component | toUpper }} degraded or unhealthy, or got no answer; "
            "only healthy is up. This counts against the uptime."
        ),
    )


def bridge_circuit_open() -> Alert:
    return Alert(
        name="OrchexKiloBridgeCircuitOpen",
        expr='orchex_kilo_bridge_circuit_state{state="open"} == 1',
        severity=Severity.PAGE,
        lasting=2 * MINUTE,
        kept=RIDDEN_OVER,
        labels={"slo": "bridge_success"},
        summary="The circuit of bridge {{ $labels.bridge }} is open",
        description=(
            "{{ $labels.source }} reports the circuit breaker of bridge {{ $labels.bridge }} open: it refuses "
            "operations until it tries again (half-open) and succeeds."
        ),
    )


def silence() -> Record:
    """How long the bridge was silent when its source last succeeded: a source that fails lengthens no silence."""
    return Record(
        SILENCE,
        """\
  orchex_kilo_source_last_success_timestamp_seconds
- on (job, instance, source) group_right ()
  orchex_kilo_bridge_last_event_timestamp_seconds""",
    )


def ended_silence(terms: Terms) -> Record:
    """How far the last event has moved on: the silence that ended just now. One that goes on is not in it."""
    event = "orchex_kilo_bridge_last_event_timestamp_seconds"
    return Record(
        ENDED_SILENCE,
        f"{event}\n- max_over_time({event}[{terms.span(UNSEEN)}] offset {terms.span(STEP)})",
    )


def silence_limit(terms: Terms) -> Record:
    """What the history explains; absent until there is one.

    A stall that has ended is history too: for as long as that is known, only a longer one is told of.
    """
    known, learnt = terms.span(SILENCES_KNOWN), terms.span(SILENCES_LEARNT)
    early = terms.span(SILENCES_KNOWN - SILENCES_LEARNT)
    return Record(
        SILENCE_LIMIT,
        f"""\
  clamp_min(
    {OUT_OF_THE_USUAL} * max_over_time({ENDED_SILENCE}[{known}]),
    {terms.seconds(LEAST_SILENCE)}
  )
and
  present_over_time({ENDED_SILENCE}[{early}] offset {learnt})""",
    )


def bridge_stalled() -> Alert:
    return Alert(
        name="OrchexKiloBridgeStalled",
        expr=f"""\
  {SILENCE}
> on (job, instance, source, bridge)
  {SILENCE_LIMIT}
and on (job, instance, source, bridge)
  orchex_kilo_bridge_up == 1""",
        severity=Severity.TICKET,
        lasting=30 * MINUTE,
        kept=30 * MINUTE,
        labels={"slo": "bridge_success"},
        summary="Bridge {{ $labels.bridge }} is up but processes nothing",
        description=(
            "Bridge {{ $labels.bridge }} has processed no event for {{ $value | humanizeDuration }}, though "
            f"{{{{ $labels.source }}}} sees it up. That is more than {LEAST_SILENCE // MINUTE} minutes, and more "
            f"than {OUT_OF_THE_USUAL} times the longest silence that ended in the last {SILENCES_KNOWN // DAY} days."
        ),
    )


def queues() -> tuple[Record, Record]:
    """Both kinds of queue under one name."""
    return (
        Record(QUEUE, "orchex_kilo_bridge_queue_depth", {"queue": "bridge"}),
        Record(QUEUE, "orchex_kilo_orchex_queued_tasks", {"queue": "orchex"}),
    )


def queue_growing(terms: Terms) -> Alert:
    """Without an objective: what waits has not failed."""
    return Alert(
        name="OrchexKiloQueueGrowing",
        expr=_growing(QUEUE, QUEUE_FLOOR, terms),
        severity=Severity.PAGE,
        lasting=GROWTH,
        kept=15 * MINUTE,
        summary='The queue of {{ or $labels.bridge "ORCHEX" }} grows: {{ $value }} wait',
        description=(
            '{{ $value }} {{ if eq $labels.queue "bridge" }}events wait in bridge {{ $labels.bridge }}{{ else }}'
            f"tasks wait in ORCHEX{{{{ end }}}}: {_unusual(QUEUE_FLOOR)}. More comes in than is worked off."
        ),
    )


def pipeline_queue_growing(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloPipelineQueueGrowing",
        expr=_growing(PENDING, PENDING_FLOOR, terms),
        severity=Severity.TICKET,
        lasting=GROWTH,
        kept=30 * MINUTE,
        summary="Pipelines of {{ $labels.vcs_owner_name }} queue up: {{ $value }} pending",
        description=(
            "{{ $value }} pipeline runs of {{ $labels.vcs_owner_name }} are pending: "
            f"{_unusual(PENDING_FLOOR)}. {{{{ $labels.source }}}} starts fewer than are asked for."
        ),
    )


def _growing(queue: str, floor: int, terms: Terms) -> str:
    """Longer than the history explains, and still growing; nothing until there is a history."""
    known, learnt = terms.span(QUEUES_KNOWN), terms.span(QUEUES_LEARNT)
    early = terms.span(QUEUES_KNOWN - QUEUES_LEARNT)
    return f"""\
  {queue}
> clamp_min(
    {OUT_OF_THE_USUAL} * max_over_time({queue}[{known}] offset {terms.span(GROWTH_UNLEARNT)}),
    {floor}
  )
and
  deriv({queue}[{terms.span(GROWTH)}]) > 0
and
  present_over_time({queue}[{early}] offset {learnt})"""


def _unusual(floor: int) -> str:
    """What `_growing` found, in words."""
    return (
        f"more than {floor}, more than {OUT_OF_THE_USUAL} times the most in the {QUEUES_KNOWN // DAY} days until "
        f"{GROWTH_UNLEARNT // HOUR} hours ago, and growing for {GROWTH // MINUTE} minutes"
    )
