"""What a Prometheus would hold that had scraped exporters and evaluated the rules all along, made afterwards.

`Tape` notes what is published, moment by moment, as OpenMetrics; promtool makes blocks of it, and a real Prometheus
answers from them. It also answers every rule's expression, step by step; what rules record is noted in turn, and made
blocks before the next rules read it. Only how alerts come to fire and end is written here anew (`course`), since
promtool backfills none.
"""

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, starmap
from pathlib import Path
from typing import TextIO

from alerts.objectives import SAMPLE, SAMPLED
from tests.support.history import Watched
from tests.support.prometheus import STORAGE, Labels, Points, Prometheus, answering
from tests.support.promtool import Rule, duration, in_turn, run, shipped

LINE = re.compile(r"^([\w:]+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
ALL_TIME = "--max-block-duration=2000h"
"""As few blocks as can be: promtool reads its whole input for each."""
MOST_STEPS = 10_000
"""Of a range query; Prometheus refuses more than 11,000."""
USUAL_LOOKBACK = 300
Series = tuple[Labels, Points]
Course = list[tuple[float, str, float]]
"""Of an alert: moments, `pending` or `firing`, and since when it is active."""


@dataclass(frozen=True)
class Era:
    """A time in which somebody looked every `step` seconds, first one step after `start`."""

    start: int
    end: int
    step: int

    @property
    def moments(self) -> list[float]:
        return [float(moment) for moment in range(self.start + self.step, self.end + 1, self.step)]

    @property
    def lookback(self) -> int:
        """How long a value holds: Prometheus' usual time, or until the next look."""
        return max(USUAL_LOOKBACK, self.step + 60)

    def pieces(self, step: int) -> Iterator[tuple[int, int, int]]:
        """First and last moment and step of range queries that together look at all of it."""
        length = MOST_STEPS * step
        for start in range(self.start, self.end, length):
            yield start + step, min(self.end, start + length), step


class Tape:
    """Scrapes of one exporter, written to `file` as OpenMetrics with the moments of the scrapes.

    Between two polls an exporter publishes anew all the time, which here it does not: the moment of its snapshot is set
    to that of the scrape. The process is one of the test's; the moment it began is set to the exporter's last restart.
    """

    def __init__(self, file: TextIO, job: str, instance: str) -> None:
        self._file = file
        self._target = f'job="{job}",instance="{instance}"'
        self._noted = b""
        self._body = ""

    def scrape(self, watched: Watched) -> None:
        begun = time.perf_counter()
        found = watched.exporter.exposition().openmetrics
        took = time.perf_counter() - begun
        watched.exporter.scraped(took, len(found))
        if found is not self._noted:
            self._noted, self._body = found, self._samples(found.decode(), watched.restarted_at)
        now = int(watched.now())
        published = self._body.replace("\n", f" {now}\n")
        self._file.write(published.replace("SNAPSHOT", str(now)) + self._about(took, now))

    def _samples(self, text: str, restarted_at: int) -> str:
        """Without moments; in the order in which they came."""

        def targeted(line: re.Match[str]) -> str:
            name, labels, value = line.groups()
            if name == "process_start_time_seconds":
                value = restarted_at
            if name == "orchex_kilo_exporter_snapshot_timestamp_seconds":
                value = "SNAPSHOT"
            return f"{name}{{{self._target}{',' + labels if labels else ''}}} {value}"

        samples = "".join(line + "\n" for line in text.splitlines() if not line.startswith("#"))
        return LINE.sub(targeted, samples)

    def _about(self, took: float, now: int) -> str:
        """What Prometheus says of a scrape."""
        count = self._body.count("\n")
        told = {"up": 1, "scrape_duration_seconds": took, "scrape_samples_scraped": count}
        told |= {"scrape_samples_post_metric_relabeling": count}
        return "".join(f"{name}{{{self._target}}} {value} {now}\n" for name, value in told.items())


@dataclass(frozen=True)
class Backfilled:
    """Two Prometheus that hold the same. To `strict` a value holds as long as usual; to `patient` from one look to the
    next, however long that was."""

    strict: Prometheus
    patient: Prometheus

    def at(self, expression: str, moment: float) -> list[tuple[Labels, float]]:
        """At a moment of the last era."""
        return self.strict.at(expression, moment)

    def between(self, expression: str, start: float, end: float, step: float) -> list[tuple[Labels, Points]]:
        return self.patient.between(expression, start, end, step)


@contextmanager
def backfilled(folder: Path, tape: Path, eras: Sequence[Era]) -> Iterator[Backfilled]:
    """What is on the tape, and what the rules made of it. The eras follow one another; the last one's steps are short.

    `tape` ends without the last line of its format, and is gone in the end.
    """
    _blocks(folder, tape)
    for rules in in_turn([rule for rule in shipped() if not rule.alerts]):
        _note(folder, chain.from_iterable(starmap(_recorded, _evaluated(folder, rules, eras))))
    moments = [moment for era in eras for moment in era.moments]
    alerts = _evaluated(folder, [rule for rule in shipped() if rule.alerts], eras)
    _note(folder, (line for rule, found in alerts for line in _alerted(rule, found, moments)))
    twin = folder / "twin"
    twin.mkdir()
    shutil.copytree(folder / STORAGE, twin / STORAGE, copy_function=os.link)
    with (
        answering(folder, eras[-1].lookback) as strict,
        answering(twin, max(era.lookback for era in eras)) as patient,
    ):
        yield Backfilled(strict, patient)


def course(active: set[float], moments: Iterable[float], lasting: float, keeping: float) -> Course:
    """How an alert goes whose expression gives something at the `active` ones of `moments`.

    It fires when it has been active for `lasting` seconds, and ends when it has not been for `keeping` ones.
    """
    found: Course = []
    since: float | None = None
    quiet: float | None = None
    firing = False
    for now in moments:
        if now in active:
            since, quiet = now if since is None else since, None
            firing = firing or now - since >= lasting
        else:
            quiet = now if quiet is None else quiet
            firing = firing and now - quiet < keeping
            since = since if firing else None
        if since is not None:
            found.append((now, "firing" if firing else "pending", since))
    return found


def _evaluated(folder: Path, rules: Sequence[Rule], eras: Sequence[Era]) -> list[tuple[Rule, list[Series]]]:
    """What each rule's expression gives, by the steps of the eras."""
    found: list[tuple[Rule, list[Series]]] = [(rule, []) for rule in rules]
    for era in eras:
        with answering(folder, era.lookback) as prometheus:
            for rule, series in found:
                for piece in era.pieces(_step(rule, era)):
                    series.extend(prometheus.between(rule.expr, *piece))
    return found


def _step(rule: Rule, era: Era) -> int:
    """The samples of the uptime stand for a time: they are always recorded at their own interval."""
    return int(SAMPLE) if rule.name == SAMPLED else era.step


def _recorded(rule: Rule, found: Sequence[Series]) -> Iterator[str]:
    for labels, points in found:
        series = _spelt(rule.name, {**labels, **rule.labels})
        yield from (f"{series} {value!r} {moment!r}" for moment, value in points)


def _alerted(rule: Rule, found: Sequence[Series], moments: Sequence[float]) -> Iterator[str]:
    lasting, keeping = (duration(rule.data.get(key, "0")).total_seconds() for key in ("for", "keep_firing_for"))
    active: dict[tuple[tuple[str, str], ...], set[float]] = {}
    for labels, points in found:
        told = {**labels, **rule.labels, "alertname": rule.name, "__name__": ""}
        active.setdefault(tuple(sorted(told.items())), set()).update(moment for moment, _ in points)
    for key, when in active.items():
        labels = dict(key)
        for moment, state, since in course(when, moments, lasting, keeping):
            yield f"{_spelt('ALERTS', {**labels, 'alertstate': state})} 1 {moment!r}"
            yield f"{_spelt('ALERTS_FOR_STATE', labels)} {since!r} {moment!r}"


def _spelt(name: str, labels: Labels) -> str:
    """A series as OpenMetrics writes it, under this name."""
    escaped = {label: re.sub(r'[\\"]', r"\\\g<0>", value) for label, value in labels.items()}
    pairs = (f'{label}="{value}"' for label, value in escaped.items() if value and label != "__name__")
    return f"{name}{{{','.join(pairs)}}}"


def _note(folder: Path, samples: Iterable[str]) -> None:
    tape = folder / "noted.om"
    tape.write_text("".join(f"{line}\n" for line in samples))
    _blocks(folder, tape)


def _blocks(folder: Path, tape: Path) -> None:
    """Adds a tape to what the Prometheus of the folder holds."""
    with tape.open("a") as file:
        file.write("# EOF\n")
    done = run("promtool", "tsdb", "create-blocks-from", ALL_TIME, "openmetrics", tape, folder / STORAGE)
    assert done.returncode == 0, done.stdout
    tape.unlink()
