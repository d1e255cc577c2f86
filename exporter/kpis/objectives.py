"""Error budgets: what may fail of a criterion that nearly always must hold, and how fast that is spent.

Pure. The status document and the rules in `alerts/` both read it.
"""

from __future__ import annotations

from exporter.kpis.criteria import Criterion
from exporter.kpis.verdict import DIGITS

OBJECTIVES = ("uptime", "error_rate", "bridge_success")
"""The criteria that have an error budget, by key. It lasts for the documented window."""


def budget(criterion: Criterion, target: float) -> float:
    """The share that may fail: what is left of 1, or the target itself where lower is better."""
    return round(1 - target, DIGITS) if criterion.comparison.higher_is_better else target


def burn_rate(failed: float | None, allowed: float) -> float | None:
    """How many times as fast as would spend the whole budget in exactly its window.

    `failed` is the share of a window that failed, None where nothing was observed; `allowed` the budget.
    None too when nothing may fail: there is no budget to spend.
    """
    return None if failed is None or allowed <= 0 else failed / allowed


def remaining(failed: float | None, allowed: float) -> float | None:
    """The share of the budget that is left by what `failed` in its window; below 0 it is overspent. None as above."""
    rate = burn_rate(failed, allowed)
    return None if rate is None else 1 - rate
