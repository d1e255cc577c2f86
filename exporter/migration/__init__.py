"""The migration: stages of repositories, phases with their plan and gates, teams, the forecast.

Pure functions over the ledger's answers and the criteria. They know neither SQL nor HTTP nor Prometheus.
"""
