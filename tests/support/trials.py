"""What the unit tests say of one rule: the cases that try it, and the rules that these need for that."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain

import promql_parser

from tests.support.promtool import Case, Data, Rule, Suite, duration, fits, moment, selectors
from tests.support.vocabulary import Vocabulary

KEENEST = ("threshold", "firing", "recovery", "quiet")
"""The kinds of cases that see the most mistakes."""
Places = frozenset[int]
"""Rules, by their places in the files of a suite."""


@cache
def _selected(expression: str) -> tuple[promql_parser.VectorSelector, ...]:
    return tuple(selectors(expression))


def _fits(selector: promql_parser.VectorSelector, rule: Rule) -> bool:
    """Whether it names what the rule makes, and none of the rule's labels says otherwise.

    Who asks for alerts of any name would see those of all mutants: that counts as a question to none.
    """
    matchers = selector.matchers.matchers
    if not rule.alerts:
        return selector.name == rule.name and _agrees(matchers, rule.labels)
    named = any(each.name == "alertname" and each.op == promql_parser.MatchOp.Equal for each in matchers)
    return selector.name == "ALERTS" and named and _agrees(matchers, {"alertname": rule.name, **rule.labels})


def _agrees(matchers: Iterable[promql_parser.Matcher], labels: Mapping[str, str]) -> bool:
    return all(fits(each, labels[each.name]) for each in matchers if each.name in labels)


class Rules:
    """The rules of a suite, and which rest on which."""

    def __init__(self, suite: Suite, words: Vocabulary) -> None:
        self.suite = suite
        self.all = suite.rules
        self._labels = [words.result(rule.expr) | set(rule.labels) for rule in self.all]
        self._below = [self.of(rule.expr) for rule in self.all]

    def of(self, expression: str) -> Places:
        """Those that may make what an expression selects."""
        found = _selected(expression)
        return frozenset(
            place for place, rule in enumerate(self.all) if any(_fits(selector, rule) for selector in found)
        )

    def named(self, alert: str) -> Places:
        return frozenset(place for place, rule in enumerate(self.all) if rule.alerts and rule.name == alert)

    def needed(self, places: Places) -> Places:
        """These, and all that they rest on."""
        while more := places.union(*(self._below[place] for place in places)) - places:
            places |= more
        return places

    def changed(self, places: Places) -> Places:
        """These, and what changes with them: what rests on them, and what that selects under the same names."""
        while more := (self._resting_on(places) | self._beside(places)) - places:
            places |= more
        return places

    def _resting_on(self, places: Places) -> Places:
        return frozenset(place for place, below in enumerate(self._below) if below & places)

    def _beside(self, places: Places) -> Places:
        names = {self.all[place].name for place in places}
        selected = frozenset().union(*(self._below[place] for place in places))
        return frozenset(place for place in selected if self.all[place].name in names)

    def made_by(self, labels: dict[str, str], places: Places) -> Places:
        """Of these, the rules that make a series with such labels: those whose own labels say the most of it."""
        names = labels.keys() - {"alertname", "alertstate", "__name__"}
        own = {place: self.all[place].labels.items() for place in places if names <= self._labels[place]}
        fitting = {place: len(said) for place, said in own.items() if said <= labels.items()}
        most = max(fitting.values(), default=0)
        return frozenset(place for place, length in fitting.items() if length == most)


@dataclass(frozen=True)
class Trial:
    """What a case expects of a rule and of what changes with it: its `alert_tests` and `queries`.

    Rules `beside` it do not change, but alert under the same name, and are counted with it.
    """

    rules: Rules
    case: Case
    rule: int
    changed: Places
    alert_tests: Sequence[Data] = ()
    queries: Sequence[Data] = ()
    beside: Places = frozenset()

    @cached_property
    def asked(self) -> Places:
        """The rules that are expected to do something."""
        told = (self.rules.named(test["alertname"]) for test in self.alert_tests)
        asked = (self.rules.of(query["expr"]) for query in self.queries)
        return frozenset(chain(*told, *asked)) & (self.changed | self.beside)

    @cached_property
    def needed(self) -> Places:
        return self.rules.needed(self.asked)

    @property
    def rank(self) -> tuple[bool, int, int, float]:
        """What is said of the rule itself comes first, where its own file is tried, at its threshold."""
        kind = self.case.kind if self.case.named else ""
        place = KEENEST.index(kind) if kind in KEENEST else len(KEENEST)
        return self.rule not in self.asked, len(self.rules.suite.data["rule_files"]), place, self.cost

    @cached_property
    def cost(self) -> float:
        """How much promtool has to do for one mutant, roughly."""
        step = duration(self.rules.suite.data.get("evaluation_interval", "1m"))
        last = max(moment(test) for test in (*self.alert_tests, *self.queries))
        return (last / step + 1) * (5 + len(self.case.data["input_series"])) * len(self.needed & self.changed)


def trials(rule: Rule, suites: Iterable[Rules]) -> list[Trial]:
    """All that is tried of a rule, or of what is built on it, first what is most likely to see a mistake."""
    found = chain.from_iterable(_of_suite(rule, rules) for rules in suites if rule in rules.all)
    return sorted(found, key=lambda trial: trial.rank)


def _of_suite(rule: Rule, rules: Rules) -> Iterator[Trial]:
    place = rules.all.index(rule)
    alone = rules.changed(frozenset({place}))
    for case in rules.suite.cases:
        yield from _of_case(Trial(rules, case, place, alone))


def _of_case(trial: Trial) -> Iterator[Trial]:
    """What is said of the rule alone; what counts it with others of its name; and what is told of them together."""
    rules, changed = trial.rules, trial.changed
    tests = [(test, rules.named(test["alertname"])) for test in trial.case.alert_tests]
    queries = [(query, rules.of(query["expr"])) for query in trial.case.queries]
    tests, queries = ([(each, of) for each, of in found if of & changed] for found in (tests, queries))
    told = [_own_alerts(test, of, trial) for test, of in tests]
    asked = [_own_samples(query, of, trial) for query, of in queries]
    others = [(query, of) for (query, of), own in zip(queries, asked, strict=True) if own is None]
    counted = [(query, of) for query, of in others if _counts_alerts(query)]
    left = [(test, of) for (test, of), own in zip(tests, told, strict=True) if own is None]
    asking = [(query, of) for query, of in others if not _counts_alerts(query)]
    beside = frozenset().union(*(of for _, of in counted)) - changed
    together = rules.changed(changed.union(*(of for _, of in left + asking)))
    yield from (
        each
        for each in (
            replace(trial, alert_tests=[t for t in told if t], queries=[q for q in asked if q]),
            replace(trial, queries=[query for query, _ in counted], beside=beside),
            replace(trial, alert_tests=[t for t, _ in left], queries=[q for q, _ in asking], changed=together),
        )
        if each.alert_tests or each.queries
    )


def _counts_alerts(query: Data) -> bool:
    """Whether it looks for alerts of one name and says no name in what it expects."""
    names = re.findall(r'alertname(=~?)"', query["expr"] + str(query.get("exp_samples")))
    return names == ["="] and "by (alertname" not in query["expr"]


def _own_alerts(test: Data, of: Places, trial: Trial) -> Data | None:
    """The test with what it expects of the changed rules alone; None where that cannot be told."""
    expected = test.get("exp_alerts") or []
    makers = [trial.rules.made_by(alert.get("exp_labels", {}), of) for alert in expected]
    own = _own(expected, makers, of, trial.changed)
    return None if own is None else {**test, "exp_alerts": own}


def _own_samples(query: Data, of: Places, trial: Trial) -> Data | None:
    expected = query.get("exp_samples") or []
    if of <= trial.changed:
        return query
    if not isinstance(promql_parser.parse(query["expr"]), promql_parser.VectorSelector):
        return None
    labels = [dict(re.findall(r'(\w+)="([^"]*)"', sample["labels"])) for sample in expected]
    own = _own(expected, [trial.rules.made_by(each, of) for each in labels], of, trial.changed)
    return None if own is None else {**query, "exp_samples": own}


def _own(expected: Sequence[Data], makers: Sequence[Places], of: Places, changed: Places) -> list[Data] | None:
    if of <= changed:
        return list(expected)
    if any(made & changed and not made <= changed for made in makers) or not all(makers):
        return None
    return [each for each, made in zip(expected, makers, strict=True) if made <= changed]
