"""Every metric family, declared once.

`FAMILIES` is all of them in the order of the exposition. A family is added by declaring it in the
module of its noun; a new module is added to `_MODULES`. Health comes first: caps cut from the end.
"""

from exporter.metrics import (
    bridges,
    criteria,
    itself,
    migration,
    objectives,
    orchex,
    repositories,
    risks,
    runs,
    sources,
)
from exporter.metrics.declare import Family

_MODULES = (objectives, itself, sources, criteria, migration, risks, bridges, orchex, repositories, runs)

FAMILIES: tuple[Family, ...] = tuple(
    found for module in _MODULES for found in vars(module).values() if isinstance(found, Family)
)
