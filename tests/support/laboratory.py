"""Which mutants the unit tests do not see.

All mutants of the rules that a case tries stand in one rule file, each under a name of its own, and the case asks
of each what it asks of the rule: promtool then loads the case's series once, and not once a mutant.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, count
from pathlib import Path

from tests.support.mutants import Mutant
from tests.support.promtool import Data, Rule, Suite, rule_file, verdicts
from tests.support.trials import Rules, Trial, trials
from tests.support.vocabulary import Vocabulary

WORKERS = 2
AT_ONCE = 25
"""Mutants in a file: as many as leave something to do for each worker."""
CONTROL = "__as_it_is_"
"""Marks the rules as they are, of which every case must be true here too."""


@dataclass(frozen=True)
class Attempt:
    """A trial with `data` in place of the rule. `mark` is appended to the names of all that changes with it."""

    trial: Trial
    data: Data
    mark: str

    def rules(self) -> Iterator[tuple[tuple[int, str], Rule]]:
        """By their place; what the mutant does not change is the same for all."""
        trial = self.trial
        for place in trial.needed:
            rule = trial.rules.all[place]
            if place in trial.changed:
                yield (place, self.mark), self._marked(rule, self.data if place == trial.rule else rule.data)
            elif place in trial.beside:
                yield (place, self._others), replace(rule, data={**rule.data, "alert": rule.name + self._others})
            else:
                yield (place, ""), rule

    @property
    def _others(self) -> str:
        return f"__beside_{self.trial.rule}_"

    def _marked(self, rule: Rule, data: Data) -> Rule:
        name = "alert" if rule.alerts else "record"
        return replace(rule, data={**data, name: data[name] + self.mark, "expr": self._renamed(data["expr"])})

    def alert_tests(self) -> list[Data]:
        return [{**test, "alertname": test["alertname"] + self.mark} for test in self.trial.alert_tests]

    def queries(self) -> list[Data]:
        return [{**query, **self._asked(query)} for query in self.trial.queries]

    def _asked(self, query: Data) -> Data:
        samples = query.get("exp_samples") or []
        renamed = [{"labels": self._renamed(each["labels"]), "value": float(each["value"])} for each in samples]
        expression = self._renamed(query["expr"])
        if self.trial.beside:
            both = rf'alertname=~"\1{self.mark}|\1{self._others}"'
            expression = re.sub(rf'alertname="(\w+){self.mark}"', both, expression)
        return {"expr": expression, "exp_samples": renamed}

    def series(self) -> list[Data]:
        """What the case gives under a name that is changed."""
        given = self.trial.case.data["input_series"]
        renamed = [{**each, "series": self._renamed(each["series"])} for each in given]
        return [new for new, old in zip(renamed, given, strict=True) if new != old]

    def _renamed(self, expression: str) -> str:
        names = frozenset(self.trial.rules.all[place].name for place in self.trial.changed)
        return _any_of(names).sub(lambda name: name[0] + self.mark, expression)


@cache
def _any_of(names: frozenset[str]) -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"(?<![\w:])(?:{words})(?![\w:])")


@dataclass
class Laboratory:
    """Where mutants are tried, by this promtool; all files are written below `folder`."""

    promtool: str
    suites: Sequence[Suite]
    words: Vocabulary
    folder: Path

    def __post_init__(self) -> None:
        self._numbers = count()
        self._rules = [Rules(suite, self.words) for suite in self.suites]

    def survivors(self, mutants: Sequence[Mutant]) -> list[Mutant]:
        """Those that no case tells from the rule as it is. Who has fallen once is not tried again."""
        ways = {id(mutant.rule): trials(mutant.rule, self._rules) for mutant in mutants}
        alive = list(mutants)
        for step in range(max(map(len, ways.values()), default=0)):
            tried = [
                Attempt(ways[id(mutant.rule)][step], mutant.data, f"__{number}")
                for number, mutant in enumerate(alive)
                if step < len(ways[id(mutant.rule)])
            ]
            fallen = self._fallen(tried)
            alive = [mutant for number, mutant in enumerate(alive) if f"__{number}" not in fallen]
        return alive

    def _fallen(self, tried: Iterable[Attempt]) -> set[str]:
        """The marks of those that do not do what is asked of them."""
        by_case: dict[int, list[Attempt]] = {}
        for attempt in tried:
            by_case.setdefault(id(attempt.trial.case), []).append(attempt)
        fallen: set[str] = set()
        waiting = [attempts[n : n + AT_ONCE] for attempts in by_case.values() for n in range(0, len(attempts), AT_ONCE)]
        while waiting:
            files = {self._write(attempts): attempts for attempts in waiting}
            waiting = []
            for path, said in self._verdicts(files).items():
                marks, complete = _marks(said)
                fallen |= marks
                left = [attempt for attempt in files[path] if attempt.mark not in marks]
                if left and not complete:
                    waiting.append(left)
        return fallen

    def _write(self, attempts: Sequence[Attempt]) -> Path:
        """One case for all of them, and for each rule as it is."""
        suite, case = attempts[0].trial.rules.suite, attempts[0].trial.case
        as_they_are = {id(attempt.trial): attempt.trial for attempt in attempts}.values()
        controls = [
            Attempt(trial, trial.rules.all[trial.rule].data, f"{CONTROL}{n}") for n, trial in enumerate(as_they_are)
        ]
        everybody = [*attempts, *controls]
        asked = {
            "input_series": case.data["input_series"] + _together(each.series() for each in everybody),
            "alert_rule_test": _together(each.alert_tests() for each in everybody),
            "promql_expr_test": _together(each.queries() for each in everybody),
        }
        rules = dict(chain.from_iterable(each.rules() for each in everybody))
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        (folder / "rules.json").write_text(rule_file(rules[key] for key in sorted(rules)))
        test = folder / "test.json"
        whole = {**suite.settings(), "rule_files": ["rules.json"], "tests": [{**case.data, **asked}]}
        test.write_text(json.dumps(whole))
        return test

    def _verdicts(self, files: dict[Path, list[Attempt]]) -> dict[Path, str]:
        """The longest first, each to whoever has the least to do."""
        costs = {path: sum(attempt.trial.cost for attempt in attempts) for path, attempts in files.items()}
        parts: list[list[Path]] = [[] for _ in range(WORKERS)]
        for path in sorted(files, key=costs.__getitem__, reverse=True):
            min(parts, key=lambda part: sum(costs[other] for other in part)).append(path)
        with ThreadPoolExecutor(WORKERS) as pool:
            told = pool.map(lambda part: verdicts(self.promtool, part) if part else {}, parts)
            return dict(chain.from_iterable(part.items() for part in told))


def _together(parts: Iterable[Iterable[Data]]) -> list[Data]:
    return list(chain.from_iterable(parts))


def _marks(said: str) -> tuple[set[str], bool]:
    """Whose expectations were not met, and whether all were looked at: an error ends a case at once."""
    errors = re.findall(r"^ *rule: (\S+), time: .*, err: ", said, re.MULTILINE)
    failures = re.findall(r"^ *(?:alertname|expr): .*, time: .*$", said, re.MULTILINE)
    marks = [re.search(r"__\d+", line) for line in errors + failures]
    assert all(marks), f"the rules as they are fail:\n{said}"
    assert marks or said == "SUCCESS", f"promtool did not run it:\n{said}"
    return {mark[0] for mark in marks}, not errors
