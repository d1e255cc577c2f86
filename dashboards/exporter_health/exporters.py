"""The exporters themselves: whether they answer, what runs, and how old what they publish is."""

from __future__ import annotations

from alerts.health import OLD_SNAPSHOT, RESTARTS
from alerts.terms import number
from dashboards.exporter_health.targets import KNOWN, of_exporters
from dashboards.panel import THIRD, WHOLE, About, Column, Look, PanelBuilder, lines, rows, states
from dashboards.query import RANGE, Query, of
from dashboards.style import UP, Colour, Limits, Words
from exporter.snapshot import REFRESH_INTERVAL

CONFIGURATION = Words({"1": ("in use", Colour.GOOD), "0": ("LAST ONE REFUSED", Colour.BAD)})
AGE = Limits(Colour.GOOD, ((OLD_SNAPSHOT, Colour.BAD),))
STARTED = "process_start_time_seconds"
NO_EXPORTER = f"No exporter was scraped in the last {KNOWN}"
NONE_ANSWERS = "No exporter answers"
STRIP = 6
"""Height."""


def exporters() -> PanelBuilder:
    look = Look(
        "Exporters now",
        About(
            "Each exporter that Prometheus scrapes: whether it answers, what runs and since when, how often it was "
            "started anew in the time that is shown, how old its snapshot is, and whether it runs with the "
            "configuration that it was last given.",
            f"up, configuration in use, snapshot no older than {number(OLD_SNAPSHOT)} s; the alert on restarts fires "
            f"beyond {RESTARTS} within an hour",
            "Follow the runbook of what is not so.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        width=WHOLE,
        height=STRIP,
        runbooks=("OrchexKiloExporterDown", "OrchexKiloExporterAbsent", "OrchexKiloRestarting"),
    )
    columns = {
        "instance": Column("Exporter"),
        "Value #A": Column("Answers", words=UP, unit="none"),
        "version": Column("Version"),
        "python_version": Column("Python"),
        "Value #C": Column("Running for", unit="s"),
        "Value #D": Column("Restarts", unit="none"),
        "Value #E": Column("Snapshot's age", unit="s", limits=AGE),
        "Value #F": Column("Configuration", words=CONFIGURATION, unit="none"),
        "Value #G": Column("Configuration loaded", unit="dateTimeFromNow"),
        "Value #H": Column("Series", unit="short"),
    }
    exprs = (
        f"max by (instance) ({of_exporters(of('up'))})",
        f"max by (instance, version, python_version) ({of('orchex_kilo_exporter_build_info')})",
        f"time() - max by (instance) ({of_exporters(of(STARTED))})",
        f"max by (instance) ({of_exporters(f'changes({of(STARTED)}[{RANGE}])')})",
        _age(),
        f"min by (instance) ({of('orchex_kilo_exporter_config_last_reload_successful')})",
        f"1000 * max by (instance) ({of('orchex_kilo_exporter_config_last_reload_success_timestamp_seconds')})",
        f"max by (instance) ({of('orchex_kilo_exporter_series')})",
    )
    return rows(look, exprs, columns, by="instance")


def up() -> PanelBuilder:
    look = Look(
        "Exporter up or down",
        About(
            "Whether Prometheus could scrape each exporter.",
            "up; while it is down, nothing is known of what it watches",
            "Follow the runbook; the alerts that rest on this exporter are silent meanwhile.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        width=THIRD,
        height=STRIP,
        runbooks=("OrchexKiloExporterDown",),
        words=UP.labels(),
    )
    return states(look, Query(f"min by (instance) ({of_exporters(of('up'))})", "{{instance}}"))


def configuration() -> PanelBuilder:
    look = Look(
        "Configuration through time",
        About(
            "Whether each exporter runs with the configuration that it was last given. One that it refuses changes "
            "nothing: the one before stays in use.",
            "in use",
            "Its log names each fault; mend them and load the configuration again.",
        ),
        unit="none",
        empty=NONE_ANSWERS,
        width=THIRD,
        height=STRIP,
        runbooks=("OrchexKiloReloadFailed",),
        words=CONFIGURATION.labels(),
    )
    expr = f"min by (instance) ({of('orchex_kilo_exporter_config_last_reload_successful')})"
    return states(look, Query(expr, "{{instance}}"))


def snapshot() -> PanelBuilder:
    look = Look(
        "Age of the snapshot",
        About(
            f"How old what each exporter publishes is; it is put together anew every {number(REFRESH_INTERVAL)} s.",
            f"below {number(OLD_SNAPSHOT)} s, the dashed line: then the alert fires",
            "If it grows, the exporter answers with old values: look into its log.",
        ),
        unit="s",
        empty=NONE_ANSWERS,
        width=THIRD,
        height=STRIP,
        runbooks=("OrchexKiloSnapshotOld",),
        limits=AGE,
        least=0,
    )
    return lines(look, Query(_age(), "{{instance}}"), limited=True)


def _age() -> str:
    return f"time() - max by (instance) ({of('orchex_kilo_exporter_snapshot_timestamp_seconds')})"


PANELS = (exporters(), up(), configuration(), snapshot())
