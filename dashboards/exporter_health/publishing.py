"""What the exporter publishes, what its caps cut, and what a scrape costs."""

from __future__ import annotations

from alerts.health import SLOW_SCRAPE
from dashboards.exporter_health.exporters import NO_EXPORTER, NONE_ANSWERS
from dashboards.exporter_health.targets import of_exporters
from dashboards.panel import THIRD, About, Column, Look, PanelBuilder, lines, rows
from dashboards.query import RATE, Query, of
from dashboards.style import Colour, Limits

SCRAPES = "orchex_kilo_exporter_scrape_duration_seconds"
CUT = "orchex_kilo_exporter_series_cut"


def series() -> PanelBuilder:
    look = Look(
        "Series",
        About(
            "Series that each exporter publishes, and those that a cap kept out; without a line, none was cut.",
            "none documented; none cut",
            "If it grows without new repositories, see by family in Prometheus which labels grow.",
        ),
        unit="short",
        empty=NONE_ANSWERS,
        runbooks=("OrchexKiloSeriesCut",),
        least=0,
    )
    return lines(
        look,
        Query(f"max by (instance) ({of('orchex_kilo_exporter_series')})", "{{instance}}: published"),
        Query(f"sum by (instance) ({of(CUT)})", "{{instance}}: cut"),
    )


def cut() -> PanelBuilder:
    look = Look(
        "Series that caps cut",
        About(
            "Series that a cap keeps out of what is published, by family and cap.",
            "none",
            "Raise the cap in `series:`, or exclude repositories: what is cut is not shown whole anywhere.",
        ),
        unit="short",
        empty="No exporter tells of a cut",
        runbooks=("OrchexKiloSeriesCut",),
    )
    columns = {
        "instance": Column("Exporter"),
        "family": Column("Family"),
        "limit": Column("Cap"),
        "Value": Column("Series cut", unit="short"),
    }
    query = f"max by (instance, family, limit) ({of(CUT)})"
    return rows(look, [query], columns, descending="Series cut")


def scrape_duration() -> PanelBuilder:
    look = Look(
        "Scrape duration",
        About(
            "How long a scrape takes Prometheus, and how long of that the exporter needs to answer.",
            f"below {SLOW_SCRAPE} s, the dashed line; Prometheus gives up at 10 s by default",
            "Slow for Prometheus alone: network or TLS. Slow for the exporter too: it lacks processor time.",
        ),
        unit="s",
        empty=NO_EXPORTER,
        width=THIRD,
        runbooks=("OrchexKiloScrapeSlow",),
        limits=Limits(Colour.GOOD, ((SLOW_SCRAPE, Colour.BAD),)),
        least=0,
    )
    return lines(
        look,
        Query(f"max by (instance) ({of_exporters(of('scrape_duration_seconds'))})", "{{instance}}: Prometheus waits"),
        Query(_mean(f"{SCRAPES}_sum"), "{{instance}}: exporter answers"),
        limited=True,
    )


def scrape_size() -> PanelBuilder:
    look = Look(
        "Size of a scrape",
        About(
            "Bytes that a scrape is answered with, on average; compressed where the client asks for it.",
            "none documented; it follows the number of series",
            "A jump with the same number of series: a client that does not accept gzip.",
        ),
        unit="bytes",
        empty="No scrape was answered yet, or no exporter answers",
        width=THIRD,
        least=0,
    )
    return lines(look, Query(_mean("orchex_kilo_exporter_scraped_bytes_total"), "{{instance}}"))


def _mean(family: str) -> str:
    """By scrape, where there were any."""
    scrapes = f"sum by (instance) (rate({of(f'{SCRAPES}_count')}[{RATE}]))"
    return f"sum by (instance) (rate({of(family)}[{RATE}]))\n/\n({scrapes} > 0)"


def rendering() -> PanelBuilder:
    look = Look(
        "Cost of a snapshot",
        About(
            "How long the exporter takes to read a snapshot from its ledger, and to render it. No scrape waits for it.",
            "none documented; well below a second",
            "Slow reading: look at the ledger's disk or database. Slow rendering: there are many series.",
        ),
        unit="s",
        empty=NONE_ANSWERS,
        width=THIRD,
        runbooks=("OrchexKiloSnapshotOld",),
        least=0,
    )
    return lines(
        look,
        Query(f"max by (instance) ({of('orchex_kilo_exporter_snapshot_duration_seconds')})", "{{instance}}: read"),
        Query(f"max by (instance) ({of('orchex_kilo_exporter_render_duration_seconds')})", "{{instance}}: render"),
    )


PANELS = (series(), cut(), scrape_duration(), scrape_size(), rendering())
