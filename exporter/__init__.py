"""ORCHEX-KILO exporter: polls CI systems, git hosts and the ORCHEX-KILO bridges for Prometheus."""

__version__ = "0.1.0"
