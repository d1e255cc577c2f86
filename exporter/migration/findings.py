"""Whether an exit criterion holds, and the ways of finding out: each a pure function of the situation.

What is old or absent is unknown, and the finding says what would tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from exporter.kpis.criteria import Comparison
from exporter.kpis.quantities import QUANTITIES, Unit
from exporter.kpis.ratios import Share
from exporter.kpis.verdict import State, Verdict
from exporter.migration.progress import Progress
from exporter.model import Attestation, Component, Phase, Reading, iso_day


class Holding(StrEnum):
    """Whether an exit criterion holds."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """What exit criteria are checked against."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """The newest reading of each quantity."""
    attestations: Mapping[tuple[Phase, str], Attestation] = field(default_factory=dict)
    up: Mapping[Component, bool] = field(default_factory=dict)
    """The required components as they were last seen; one that was not seen lately is absent."""
    required: frozenset[Component] = frozenset(Component)


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it holds, and by what: a value, a name with a date, or what would tell it."""

    holding: Holding
    because: str


Check: TypeAlias = Callable[[Situation], Finding]


def targets_met(*keys: str) -> Check:
    """Every one of these criteria meets its target, be it by less than its margin."""
    return _verdicts(
        keys, lambda verdict: verdict.met is True, lambda verdict: _wanted(verdict.criterion.comparison, verdict.target)
    )


def targets_exceeded(*keys: str) -> Check:
    """Every one of these criteria meets its target by its margin at least."""

    def wanted(verdict: Verdict) -> str:
        return f"{_wanted(verdict.criterion.comparison, verdict.target)} by {_percent(verdict.margin)} at least"

    return _verdicts(keys, lambda verdict: verdict.state is State.MET, wanted)


def value(key: str, comparison: Comparison, bound: float) -> Check:
    """The criterion's fresh value against a bound that is not its target."""
    return _verdicts(
        (key,),
        lambda verdict: verdict.value is not None and comparison.holds(verdict.value, bound),
        lambda _: _wanted(comparison, bound),
    )


def reading(quantity: str, comparison: Comparison, bound: float) -> Check:
    """A quantity that a feed tells against a bound."""
    show = "{:g}".format if QUANTITIES[quantity].unit is Unit.COUNT else _percent

    def check(situation: Situation) -> Finding:
        found = situation.readings.get(quantity)
        if found is None:
            return Finding(Holding.UNKNOWN, f"let a feed tell `{quantity}`")
        because = f"{quantity} {show(found.value)} on {iso_day(found.at)}, wanted {comparison} {show(bound)}"
        return _finding(comparison.holds(found.value, bound), because)

    return check


def repositories(share: Callable[[Progress], Share], at_least: float, remedy: str) -> Check:
    """A share of repositories; `remedy` is what would tell it."""

    def check(situation: Situation) -> Finding:
        found = share(situation.progress)
        if found.ratio is None:
            return Finding(Holding.UNKNOWN, remedy)
        because = f"{found.part} of {found.whole} repositories, {_percent(found.ratio)}"
        unread = f"; {found.unknown} could not be read" if found.unknown else ""
        wanted = _wanted(Comparison.AT_LEAST, at_least)
        return _finding(Comparison.AT_LEAST.holds(found.ratio, at_least), f"{because}, wanted {wanted}{unread}")

    return check


def components_up(situation: Situation) -> Finding:
    """Every required component was healthy when it was last seen."""
    required = [component for component in Component if component in situation.required]
    return _worst([_seen(component, situation.up.get(component)) for component in required])


def attested(situation: Situation, phase: Phase, key: str) -> Finding:
    """What a person vouches for."""
    word = situation.attestations.get((phase, key))
    if word is None:
        return Finding(Holding.UNKNOWN, f"attest {phase}.{key} in a scorecard file")
    return _finding(word.holds, f"{'attested' if word.holds else 'denied'} by {word.by} on {iso_day(word.at)}")


def _verdicts(keys: Sequence[str], holds: Callable[[Verdict], bool], wanted: Callable[[Verdict], str]) -> Check:
    def judge(key: str, verdict: Verdict | None) -> Finding:
        if verdict is None:
            return Finding(Holding.UNKNOWN, f"{key} was not judged")
        title = verdict.criterion.title
        if verdict.value is None or verdict.at is None:
            return Finding(Holding.UNKNOWN, f"{title}: {verdict.remedy}")
        if verdict.met is None:
            return Finding(Holding.UNKNOWN, f"{title}: renew its value of {iso_day(verdict.at)}, which is too old")
        return _finding(holds(verdict), f"{title} {_percent(verdict.value)}, wanted {wanted(verdict)}")

    return lambda situation: _worst([judge(key, situation.verdicts.get(key)) for key in keys])


def _seen(component: Component, up: bool | None) -> Finding:  # noqa: FBT001  # what was seen, not a switch
    if up is None:
        return Finding(Holding.UNKNOWN, f"poll a source that reports {component}")
    return _finding(up, f"{component} was last seen {'' if up else 'not '}healthy")


def _worst(findings: Sequence[Finding]) -> Finding:
    """Unmet before unknown before met, because of all that are so."""
    order = (Holding.UNMET, Holding.UNKNOWN, Holding.MET)
    worst = min((finding.holding for finding in findings), key=order.index)
    return Finding(worst, "; ".join(finding.because for finding in findings if finding.holding is worst))


def _finding(holds: bool, because: str) -> Finding:  # noqa: FBT001  # what was found, not a switch
    return Finding(Holding.MET if holds else Holding.UNMET, because)


def _wanted(comparison: Comparison, bound: float) -> str:
    return f"{comparison} {_percent(bound)}"


def _percent(ratio: float) -> str:
    return f"{round(100 * ratio, 2):g}%"
