"""The criteria: what is documented as success, how each is computed, and how far away it is.

Pure functions over the ledger's answers. They know neither SQL nor HTTP nor Prometheus.
"""
