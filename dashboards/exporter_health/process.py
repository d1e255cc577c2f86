"""What the exporter's process takes from its machine."""

from __future__ import annotations

from dashboards.exporter_health.targets import of_exporters
from dashboards.panel import THIRD, About, Look, PanelBuilder, lines
from dashboards.query import RATE, Query, of

UNTOLD = "No exporter answers, or its system does not tell"


def memory() -> PanelBuilder:
    look = Look(
        "Memory",
        About(
            "Resident memory of each exporter's process.",
            "none documented; it follows the number of series, and does not grow by itself",
            "If it grows for days without new repositories, keep its log and open an issue; a restart loses nothing.",
        ),
        unit="bytes",
        empty=UNTOLD,
        width=THIRD,
        least=0,
    )
    return lines(look, Query(_by_instance(of("process_resident_memory_bytes")), "{{instance}}"))


def processor() -> PanelBuilder:
    look = Look(
        "Processor time",
        About(
            "Processor time of each exporter's process; 100% is one core.",
            "none documented; some per cent, more while polls read much",
            "At 100% polls and scrapes come late: lengthen intervals, or give it more.",
        ),
        unit="percentunit",
        empty=UNTOLD,
        width=THIRD,
        least=0,
    )
    return lines(look, Query(_by_instance(f"rate({of('process_cpu_seconds_total')}[{RATE}])"), "{{instance}}"))


def files() -> PanelBuilder:
    look = Look(
        "Open files",
        About(
            "Open files and connections of each exporter's process, as a share of what its system allows.",
            "none documented; a few per cent",
            "At 100% no source can be read: raise the limit, and look who holds connections open.",
        ),
        unit="percentunit",
        empty=UNTOLD,
        width=THIRD,
        least=0,
        most=1,
    )
    share = f"{of('process_open_fds')} / {of('process_max_fds')}"
    return lines(look, Query(_by_instance(share), "{{instance}}"))


def _by_instance(expr: str) -> str:
    return f"max by (instance) ({of_exporters(expr)})"


PANELS = (memory(), processor(), files())
