"""Risks: how high each documented risk is now, what drove it there, and what is done about it.

Of several exporters that the reader chose the worst counts: a risk is as high as one of them says.
"""

from __future__ import annotations

from collections.abc import Iterator

from alerts.terms import number as literal
from dashboards.board import Board, Row
from dashboards.panel import WHOLE, About, Column, Look, PanelBuilder, lines, number, rows, states
from dashboards.query import Query, of
from dashboards.style import BAND, LEVEL, LEVELS, PRESSURE, Colour, Limits, Words
from exporter.risks import RISKS, Band, Level, Risk, Signal, level
from exporter.status.sentences import named
from exporter.status.words import spaced

RUNBOOKS = ("OrchexKiloRiskCritical",)
SILENT = "No exporter answers"
OF_SERIES = "on (job, instance, risk)"
SERIOUS = Level.VERY_HIGH
SIGNALS = tuple((risk, signal) for risk in RISKS for signal in risk.signals)


def _worst(family: str) -> str:
    return f"max by (risk) ({of(family)})"


def _highest() -> PanelBuilder:
    look = Look(
        "Highest level",
        About(
            "The level of the highest risk, by the documented matrix.",
            "none documented; a risk that live signals raised to critical opens a ticket",
            "Look in the register which risk it is and what drove it, and start its mitigation.",
        ),
        unit="none",
        empty=SILENT,
        width=6,
        height=4,
        runbooks=RUNBOOKS,
        words=LEVEL.codes(),
    )
    return number(look, Query(f"max({of('orchex_kilo_risk_level')})", "highest"))


def _serious() -> PanelBuilder:
    look = Look(
        "Very high or critical",
        About(
            "How many risks are very high or critical now.",
            f"none documented; by documented likelihood and impact {_documented(SERIOUS)} of {len(RISKS)} are",
            "Start the mitigations that the register names, the highest risk first.",
        ),
        unit="short",
        empty=SILENT,
        width=6,
        height=4,
        runbooks=RUNBOOKS,
    )
    expr = f"sum({_worst('orchex_kilo_risk_level')} >= bool {SERIOUS.value})"
    return number(look, Query(expr, "very high or critical"))


def _documented(least: Level) -> int:
    """How many risks the register documents at this level or above."""
    return sum(level(risk.likelihood, risk.impact) >= least for risk in RISKS)


def _raised() -> PanelBuilder:
    look = Look(
        "Above their documented level",
        About(
            "How many risks are higher now than the register documents, because a live signal raised their likelihood.",
            "none documented; 0 is as planned",
            "Look in the register what drove them, and how long its signal has been like that below.",
        ),
        unit="short",
        empty=SILENT,
        width=6,
        height=4,
    )
    higher = f"{of('orchex_kilo_risk_level')} > bool {of('orchex_kilo_risk_documented_level')}"
    return number(look, Query(f"sum(max by (risk) ({higher}))", "higher than documented"))


def _unmeasured() -> PanelBuilder:
    look = Look(
        "Without a live signal",
        About(
            "How many risks have no signal that is known: their likelihood is the documented one, whatever happens.",
            "none documented; 0 once all sources are polled and all readings are told",
            "Add the sources or readings that the missing signals come from; the signals below say what they are.",
        ),
        unit="short",
        empty=SILENT,
        width=6,
        height=4,
    )
    driven = f"count(max by (risk) ({of('orchex_kilo_risk_driver_info')})) or vector(0)"
    expr = f"count({_worst('orchex_kilo_risk_level')}) - ({driven})"
    return number(look, Query(expr, "without a signal"))


def _matrix() -> PanelBuilder:
    look = Look(
        "Heat map",
        About(
            "The documented matrix: a row for each likelihood, a column for each impact. Each cell says the level that "
            "both make, and before it how many risks lie there now. The impact is the documented one, the likelihood "
            "moves with live signals.",
            "none documented; what lies far up and right is worst",
            "Start the mitigations of the risks that lie in very high or critical cells; the register names them.",
        ),
        unit="none",
        empty=SILENT,
        width=14,
        height=9,
        runbooks=RUNBOOKS,
    )
    likelihood = Column("Likelihood \\ impact", words=BAND, width=150)
    values = {
        f"Value #{letter}": Column(named(impact).capitalize(), "none", words=_cells(impact), filled=True)
        for letter, impact in zip("ABCDE", Band, strict=True)
    }
    queries = [_column(impact) for impact in Band]
    return rows(look, queries, {"likelihood": likelihood, **values}, by="likelihood", descending=likelihood.title)


def _column(impact: Band) -> str:
    """The cells of an impact by likelihood: 100 times the level, plus how many risks lie there."""
    return "\nor\n".join(
        f"label_replace(\n  {_code(level(likelihood, impact), 0)} + sum(\n"
        f"      ({_worst('orchex_kilo_risk_likelihood')} == bool {likelihood.value})\n"
        f"    * ({_worst('orchex_kilo_risk_impact')} == bool {impact.value})\n  ),\n"
        f'  "likelihood", "{likelihood.value}", "", ""\n)'
        for likelihood in Band
    )


def _cells(impact: Band) -> Words:
    """The words of what `_column` gives."""
    found = sorted({level(likelihood, impact) for likelihood in Band})
    return Words(
        {
            str(_code(each, count)): (f"{count} · {named(each)}" if count else named(each), LEVELS[each])
            for each in found
            for count in range(len(RISKS) + 1)
        }
    )


def _code(found: Level, count: int) -> int:
    return 100 * found.value + count


def _through_time() -> PanelBuilder:
    look = Look(
        "Levels",
        About(
            "The level of each risk through time, by the documented matrix.",
            "none documented; the register says each risk's documented level",
            "Where a level rose, look which signal rose at that time below.",
        ),
        unit="none",
        empty=SILENT,
        width=10,
        height=9,
        runbooks=RUNBOOKS,
        words=LEVEL.codes(),
    )
    titled = f"{of('orchex_kilo_risk_level')}\n  * {OF_SERIES} group_left (title)\n  {of('orchex_kilo_risk_info')}"
    return states(look, Query(f"max by (title) (\n  {titled}\n)", "{{title}}"))


def _register() -> PanelBuilder:
    look = Look(
        "Register",
        About(
            "Every documented risk, the highest first: its level now and as documented, likelihood now and impact, the "
            "signal that moved the likelihood with its value, and the documented mitigation.",
            "none documented; the level as documented is what was planned for",
            "Do what the mitigation says for what is above its documented level, the highest first.",
        ),
        unit="none",
        empty=SILENT,
        width=WHOLE,
        height=11,
        runbooks=RUNBOOKS,
    )
    info, driver = of("orchex_kilo_risk_info"), of("orchex_kilo_risk_driver_info")
    driving = f"{of('orchex_kilo_risk_signal')}\n    and on (job, instance, risk, signal)\n    {driver}"
    exprs = (
        _worst("orchex_kilo_risk_level"),
        f"max by (risk, title) ({info})",
        _worst("orchex_kilo_risk_documented_level"),
        _worst("orchex_kilo_risk_likelihood"),
        _worst("orchex_kilo_risk_impact"),
        f"topk by (risk) (1,\n  max by (risk, signal) (\n    {driving}\n  )\n)",
    )
    drivers = Words({signal.key: (_thresholds(signal), Colour.QUIET) for _, signal in SIGNALS})
    mitigations = Words({risk.key: (risk.mitigation, Colour.QUIET) for risk in RISKS})
    columns = {
        "title": Column("Risk", width=220),
        "Value #A": Column("Level", "none", words=LEVEL, width=90),
        "Value #C": Column("Documented", "none", words=LEVEL, width=110),
        "Value #D": Column("Likelihood", "none", words=BAND, width=100),
        "Value #E": Column("Impact", "none", words=BAND, width=90),
        "signal": Column("Driven by", words=drivers, empty="as documented"),
        "Value #F": Column("Signal", "none", width=80, decimals=2),
        "risk": Column("Mitigation", words=mitigations),
    }
    queries = exprs
    return rows(look, queries, columns, by="risk", descending="Level")


def _thresholds(signal: Signal) -> str:
    return f"{spaced(signal.key)} (elevated from {literal(signal.elevated)}, severe from {literal(signal.severe)})"


def _pressures() -> PanelBuilder:
    look = Look(
        "Signals",
        About(
            "How each live signal stands to its two thresholds: calm below both, elevated, or severe. Calm lowers the "
            "likelihood of its risk by one band, elevated raises it by one, severe by two; of several signals the "
            "worst counts.",
            "calm; each signal's thresholds are stated with its graph below",
            "Look at the graph of what is elevated or severe: it says what the signal is and the mitigation.",
        ),
        unit="none",
        empty="No signal is known: nothing is polled or told that they come from",
        width=WHOLE,
        height=11,
        words=PRESSURE.codes(),
    )
    return states(look, *(Query(_pressure(signal), f"{risk.title}: {spaced(signal.key)}") for risk, signal in SIGNALS))


def _pressure(signal: Signal) -> str:
    """Rounded as the exporter does before it compares."""
    value = f"round({_value(signal)}, 1e-9)"
    return f"1 + ({value} >= bool {literal(signal.elevated)}) + ({value} >= bool {literal(signal.severe)})"


def _value(signal: Signal) -> str:
    return f"max({of('orchex_kilo_risk_signal', signal=signal.key)})"


def _signal(risk: Risk, signal: Signal) -> PanelBuilder:
    look = Look(
        f"Signal: {spaced(signal.key)}",
        About(
            f"{signal.words[:1].upper()}{signal.words[1:]}: bad when it is high. A signal of the risk “{risk.title}”.",
            f"below {literal(signal.elevated)}; from there on it is elevated, from {literal(signal.severe)} on severe",
            f"The documented mitigation: {risk.mitigation}.",
        ),
        unit="none",
        empty="Not known: nothing is polled or told that it comes from, or there is no baseline",
        width=6,
        height=7,
        limits=Limits(Colour.GOOD, ((signal.elevated, Colour.CAREFUL), (signal.severe, Colour.BAD))),
    )
    return lines(look, Query(_value(signal), spaced(signal.key)), limited=True)


def _signals() -> Iterator[PanelBuilder]:
    return (_signal(risk, signal) for risk, signal in SIGNALS)


BOARD = Board(
    uid="orchex-kilo-risks",
    title="ORCHEX-KILO / Risks",
    about="How high is each documented risk now, what drove it there, and what is done about it?",
    days=90,
    rows=(
        Row("Now", (_highest(), _serious(), _raised(), _unmeasured(), _matrix(), _through_time(), _register())),
        Row("What drives them", (_pressures(), *_signals())),
    ),
)
