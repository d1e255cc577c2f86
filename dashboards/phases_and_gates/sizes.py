"""The documented plans by size of the organisation."""

from __future__ import annotations

from dashboards.panel import About, Column, Look, PanelBuilder, rows
from dashboards.phases_and_gates.plan import NO_PLAN
from dashboards.progress import DAY, last_day
from dashboards.query import coded, of
from dashboards.style import CHOSEN_PLAN, PHASE_TITLES
from exporter.migration.plan import TIMELINES, Size
from exporter.model import Phase


def sizes() -> PanelBuilder:
    documented = "; ".join(f"{each.size}: {each.least} to {each.most} weeks" for each in TIMELINES.values())
    look = Look(
        "Plan by size",
        About(
            "The documented length of the whole migration by size of the organisation, the day when full adoption "
            "would end by its long form, and which timeline the plan follows.",
            documented,
            "If the wrong one is followed, correct migration.size or migration.developers.",
        ),
        unit="none",
        empty=NO_PLAN,
        width=9,
    )
    adopted = of("orchex_kilo_plan_phase_end_timestamp_seconds", phase=Phase.ADOPTION)
    return rows(
        look,
        [
            f"max by (size) ({of('orchex_kilo_plan_duration_seconds', bound='least')})",
            f"max by (size) ({of('orchex_kilo_plan_duration_seconds', bound='most')})",
            last_day(f"max by (size) ({adopted})"),
            f"max by (size) ({of('orchex_kilo_plan_chosen')})",
        ],
        {
            "size": Column("Size"),
            "Value #A": Column("At least", "s"),
            "Value #B": Column("At most", "s"),
            "Value #C": Column("Adopted by", DAY),
            "Value #D": Column("Plan", words=CHOSEN_PLAN),
        },
        by="size",
        ordered="Value #A",
    )


def timelines() -> PanelBuilder:
    look = Look(
        "Timelines by size",
        About(
            "When each phase would begin and end (its last day) by the documented timeline of each size. Optimization "
            "goes on without end.",
            "that of the size that the plan follows",
            "Compare with the plan and course of the phases above, where other dates may be configured.",
        ),
        unit="none",
        empty=NO_PLAN,
        width=15,
    )
    order = coded("orchex_kilo_phase_state", PHASE_TITLES.meaning, ["phase"], "phase")
    begins = "orchex_kilo_plan_phase_start_timestamp_seconds"
    ends = "orchex_kilo_plan_phase_end_timestamp_seconds"
    queries, columns = [order], {"phase": Column("Phase", words=PHASE_TITLES)}
    for size, (first, last) in zip(Size, (("B", "C"), ("D", "E"), ("F", "G")), strict=True):
        queries.append(f"max by (phase) ({of(begins, size=size)}) * 1000")
        queries.append(last_day(f"max by (phase) ({of(ends, size=size)})"))
        columns[f"Value #{first}"] = Column(f"{size.capitalize()}, from", DAY)
        columns[f"Value #{last}"] = Column(f"{size.capitalize()}, to", DAY)
    return rows(look, queries, columns, by="phase", ordered="Value #A")
