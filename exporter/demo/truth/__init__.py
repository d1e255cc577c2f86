"""What the organisation knows to be true of itself, worked out without any of the exporter's code.

`facts` counts what happened; `criteria`, `progress`, `phases` and `gates` say what it means for the
migration, by their own plain logic and with figures typed from the documentation.
"""

from exporter.demo.truth.facts import Operations, RunKey, Truth

__all__ = ["Operations", "RunKey", "Truth"]
