"""The exporter's demo with Prometheus and Alertmanager around it, without containers: `python -m stack`.

`compose.yaml` runs the same, and Grafana, in containers. Both read the configuration files in this folder. The package
knows the rules' routes and otherwise only programs, flags and addresses.
"""
