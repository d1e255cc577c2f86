"""A feed: the scorecard file, in which people write what they know. It asks nobody over the network.

    as_of: 2026-11-20                      # the date of every reading that has none of its own
    readings:                              # quantities of `exporter.kpis.quantities`
      user_satisfaction: 0.87              # a number, a percentage, or a duration such as 14d
      training_completion: {value: 93%, at: 2026-11-20, by: Inês Carvalho, coverage: 80%}
    attestations:                          # exit criteria that only people know
      assessment.plan_approved: {by: Dalia Haddad, at: 2026-09-21}      # `holds: false` for the opposite
    phases:
      assessment: {started: 2026-09-07, ended: 2026-09-25}

A date without a time is the beginning of that day in UTC; as `ended`, its end. The file is read at
each poll, which is how changes are seen. It is taken whole or not at all: a mistake fails the poll,
with the place of every mistake in the message, and what the file told before stays. So does a file
that is missing (`not_found`), cannot be read (`unreachable`), or holds nothing, as files do while
they are being saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field

from exporter import yamlfile
from exporter.errors import BadPayload, NotFound, Unreachable
from exporter.http import Http
from exporter.kpis.quantities import COVERAGE, QUANTITIES, Quantity, Unit, kind_of
from exporter.migration.phases import ATTESTABLE, PHASES
from exporter.model import Attestation, Facts, Moment, Phase, PhaseDates, Reading
from exporter.providers.base import (
    DAY,
    READINGS_KEPT,
    Capability,
    Duration,
    Provider,
    Since,
    moment_of,
    parse_duration,
)
from exporter.providers.integration import one_line
from exporter.yamlfile import ConfigError, Key, YamlFile, did_you_mean

T = TypeVar("T")
LONGEST_NAME = 100


class ScorecardFile(Provider):
    """A feed of what people know: a YAML file with readings, attested exit criteria, and the phases' dates."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.READINGS})

    kind: Literal["scorecard"]
    path: Path
    """The file. It is read at every poll; while it holds a mistake, what it told before stays."""
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 15.0
    max_age: Duration = READINGS_KEPT
    """Age of the last success at which what the file told is dropped."""

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        text = read_text(self.path)
        try:
            yield parse_scorecard(yamlfile.parsed(self.path, text), since.now)
        except ConfigError as error:
            raise BadPayload("; ".join(error.faults)) from None


def read_text(path: Path) -> str:
    """The file's text. Raises NotFound, Unreachable or BadPayload."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound(f"{path}: there is no such file; create it, or correct `path`") from None
    except UnicodeDecodeError:
        raise BadPayload(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Unreachable(f"{path}: cannot be read ({error.strerror}); let the exporter read it") from None


def parse_scorecard(document: YamlFile, now: Moment) -> Facts:
    """All that the file tells. Raises ConfigError with every fault."""
    sheet = _Sheet(document, now)
    said = sheet.fields((), document.data, ("as_of", "readings", "attestations", "phases"))
    readings = sheet.mapping(("readings",), said.get("readings", {}), QUANTITIES)
    attestations = sheet.mapping(("attestations",), said.get("attestations", {}), (*_ATTESTABLE, *_COMPUTED))
    phases = sheet.mapping(("phases",), said.get("phases", {}), Phase)
    if not said.keys() - {"as_of"}:
        sheet.fault((), "tells nothing; write `readings: {}` where that is meant")
    facts = Facts(
        readings=tuple(_readings(sheet, readings, said)),
        attestations=tuple(_attestations(sheet, attestations)),
        phases=tuple(_phases(sheet, phases)),
        told=frozenset((*readings, *attestations, *phases)),
    )
    if sheet.faults:
        raise ConfigError(sheet.faults)
    return facts


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The file while it is read, and the faults that were found so far."""

    document: YamlFile
    now: Moment
    faults: list[str] = field(default_factory=list)

    def fault(self, key: Key, problem: str) -> None:
        place = self.document.place(key)
        self.faults.append(f"{place}: {one_line('.'.join(key))}: {problem}" if key else f"{place}: {problem}")

    def mapping(self, key: Key, told: Any, known: Iterable[str]) -> dict[str, Any]:
        """The mapping at `key`, with its `known` keys alone."""
        names = frozenset(map(str, known))
        if not isinstance(told, dict):
            self.fault(key, f"found {kind_of(told)}, not keys with values; known: {', '.join(sorted(names))}")
            return {}
        for name in told:
            if name not in names:
                self.fault((*key, str(name)), f"unknown key{did_you_mean(str(name), names)}")
        return {name: value for name, value in told.items() if name in names}

    def fields(self, key: Key, told: Any, known: Iterable[str]) -> dict[str, Any]:
        """The same, without keys that were left empty."""
        return {name: value for name, value in self.mapping(key, told, known).items() if value is not None}

    def take(self, key: Key, told: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> T | None:
        """What `name` below `key` holds, read; None where it is not there, and where it is a fault."""
        if name not in told:
            return None
        try:
            return read(told[name])
        except ValueError as error:
            self.fault((*key, name), str(error))
            return None

    def need(self, key: Key, told: Mapping[str, Any], *names: str) -> None:
        for name in names:
            if name not in told:
                self.fault(key, f"`{name}` is missing; write {_NEEDED[name]}")

    def moment(self, told: Any) -> Moment:
        """The moment that a date means, with a time or without."""
        try:
            return moment_of(_iso_8601(told), self.now)
        except ValueError as error:
            again = "write when it was, like 2026-11-20 or 2026-11-20T14:30:00+01:00"
            raise ValueError(f"{error}; {again}") from None

    def end(self, told: Any) -> Moment:
        """The same, but the end of a day that has no time."""
        return self.moment(told) + (DAY if _is_whole_day(told) else 0)


_NEEDED = {
    "value": "what it is",
    "at": "the date on which it was so",
    "by": "who vouches for it",
}


def _readings(sheet: _Sheet, told: Mapping[str, Any], top: Mapping[str, Any]) -> Iterator[Reading]:
    as_of = sheet.take((), top, "as_of", sheet.moment)
    needed = ("value",) if "as_of" in top else ("value", "at")
    for name, entry in told.items():
        key = ("readings", name)
        short = {"value": entry} if not isinstance(entry, dict) else entry
        said = sheet.fields(key, short, ("value", "at", "by", "coverage"))
        sheet.need(key, said, *needed)
        value = sheet.take(key, said, "value", partial(value_of, QUANTITIES[name]))
        at = sheet.take(key, said, "at", sheet.moment) or as_of
        coverage = sheet.take(key, said, "coverage", partial(value_of, COVERAGE))
        by = sheet.take(key, said, "by", _name) or ""
        if value is not None and at is not None:
            yield Reading(name, value, at, coverage, by)


def value_of(quantity: Quantity, told: Any) -> float:
    """The quantity's value out of a number, a percentage, or a duration. Raises ValueError with the remedy."""
    if quantity.unit is Unit.SECONDS:
        return quantity.read(parse_duration(told if isinstance(told, str) else ""))
    shares = "percent" in quantity.units
    percentage = shares and isinstance(told, str) and told.endswith("%")
    try:
        return quantity.read(told, "percent" if percentage else None)
    except ValueError as error:
        raise ValueError(f"{error}; write {'a share such as 0.93 or 93%' if shares else 'a number'}") from None


def _name(told: Any) -> str:
    if not isinstance(told, str) or not told.strip() or not told.isprintable() or len(told) > LONGEST_NAME:
        raise ValueError(f"not a name; write one of at most {LONGEST_NAME} characters, in one line")
    return told.strip()


def _truth(told: Any) -> bool:
    if not isinstance(told, bool):
        raise ValueError("neither true nor false; write one of them")  # noqa: TRY004  # a fault of the file
    return told


_ATTESTABLE = {f"{phase}.{key}": (phase, key) for phase, key in ATTESTABLE}
_ALL = frozenset(f"{spec.phase}.{criterion.key}" for spec in PHASES for criterion in spec.exit_criteria)
_COMPUTED = _ALL - _ATTESTABLE.keys()


def _attestations(sheet: _Sheet, told: Mapping[str, Any]) -> Iterator[Attestation]:
    for name, entry in told.items():
        key = ("attestations", name)
        if name in _COMPUTED:
            sheet.fault(key, "this criterion is computed, so nobody can attest it; remove the key")
            continue
        said = sheet.fields(key, entry, ("holds", "by", "at"))
        if isinstance(entry, dict):
            sheet.need(key, said, "by", "at")
        holds = sheet.take(key, {"holds": True, **said}, "holds", _truth)
        by = sheet.take(key, said, "by", _name)
        at = sheet.take(key, said, "at", sheet.moment)
        if holds is not None and by is not None and at is not None:
            yield Attestation(*_ATTESTABLE[name], holds, by, at)


def _phases(sheet: _Sheet, told: Mapping[str, Any]) -> list[PhaseDates]:
    """The phases in their order."""
    dates = [_dates(sheet, phase, told[phase]) for phase in Phase if phase in told]
    ended = [(one.phase, one.ended_at) for one in dates if one.ended_at is not None]
    for (earlier, before), (later, after) in pairwise(ended):
        if after < before:
            problem = f"lies before the end of {earlier}, a phase before it; correct one of them"
            sheet.fault(("phases", later, "ended"), problem)
    return dates


def _dates(sheet: _Sheet, phase: Phase, entry: Any) -> PhaseDates:
    key = ("phases", phase)
    said = sheet.fields(key, entry, ("started", "ended"))
    started = sheet.take(key, said, "started", sheet.moment)
    ended = sheet.take(key, said, "ended", sheet.end)
    if not said and isinstance(entry, dict):
        sheet.fault(key, "holds no date; write `started`, `ended` or both")
    if started is not None and ended is not None and ended <= started:
        sheet.fault((*key, "ended"), "does not lie after `started`; correct one of them")
    return PhaseDates(phase, started, ended)


def _iso_8601(told: Any) -> str:
    if not isinstance(told, date | str):
        raise ValueError(f"found {kind_of(told)}, not a date")  # noqa: TRY004  # a fault of the file
    return told.isoformat() if isinstance(told, date) else told


def _is_whole_day(told: date | str) -> bool:
    if isinstance(told, date):
        return not isinstance(told, datetime)
    try:
        date.fromisoformat(told)
    except ValueError:
        return False
    return True
