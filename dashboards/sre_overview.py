"""SRE overview: is it up, is it failing, where, since when, and how fast does the error budget go."""

from __future__ import annotations

from alerts.terms import CRITERIA
from dashboards.board import Board, Row
from dashboards.panel import About, Look, lines, number, states
from dashboards.query import Query, Shape, coded, of
from dashboards.style import CIRCUIT, limits, wanted

UPTIME = CRITERIA["uptime"]


def _uptime() -> Look:
    return Look(
        "Uptime, 30 days",
        About(
            "Share of the observed time in which ORCHEX, KILO and both bridges all answered healthy.",
            f"{wanted(UPTIME)}, over 30 days",
            "Look which component was down below, and follow the runbook.",
        ),
        unit="percentunit",
        empty="No component is polled",
        width=4,
        height=5,
        decimals=3,
        runbooks=("OrchexKiloUptimeBudgetBurn",),
        limits=limits(UPTIME),
    )


BOARD = Board(
    uid="orchex-kilo-sre-overview",
    title="ORCHEX-KILO / SRE overview",
    about="Is the integration up, does it fail, where, since when, and how fast does the error budget go?",
    days=7,
    rows=(
        Row(
            "Objectives",
            (
                number(_uptime(), Query(f"min({of('orchex_kilo_uptime_ratio', window='30d')})", shape=Shape.NUMBER)),
                lines(_uptime(), Query(f"min({of('orchex_kilo_uptime_ratio', window='30d')})", "uptime"), limited=True),
                states(
                    _uptime(),
                    Query(coded("orchex_kilo_bridge_circuit_state", CIRCUIT.meaning, ["bridge"]), "{{bridge}}"),
                ),
            ),
        ),
    ),
)
