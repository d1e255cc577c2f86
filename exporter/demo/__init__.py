"""A small simulated organisation behind real HTTP APIs on loopback.

It uses nothing else of the exporter: what it knows to be true can be held against what the exporter says.
"""

from exporter.demo.running import running_demo

__all__ = ["running_demo"]
