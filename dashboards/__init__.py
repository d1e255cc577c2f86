"""Grafana dashboards, built from the catalogue and the metric declarations by `python -m dashboards`.

They read the exporter and the alerts' recorded series; neither reads them.
"""
