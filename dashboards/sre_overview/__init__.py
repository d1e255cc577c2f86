"""SRE overview: is it up, is it failing, where, since when, and how fast does the error budget go."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.sre_overview import bridges, burn, components, errors, now

BOARD = Board(
    uid="orchex-kilo-sre-overview",
    title="ORCHEX-KILO / SRE overview",
    about="Is the integration up, does it fail, where, since when, and how fast does the error budget go?",
    days=7,
    rows=(
        Row("Are we up, and what burns", now.PANELS),
        Row("Burn through time", burn.PANELS),
        Row("Bridges: k2a is KILO to ORCHEX, a2k is ORCHEX to KILO", bridges.PANELS),
        Row("Components", components.PANELS),
        Row("Where errors come from", errors.PANELS),
    ),
)
