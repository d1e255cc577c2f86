"""The two kinds of chance that the standard library does not offer in whole numbers."""

from __future__ import annotations

import math
import random


def gap(rng: random.Random, mean: float) -> int:
    """Whole seconds, at least 1, until the next of events that come every `mean` seconds by chance."""
    return max(1, round(rng.expovariate(1 / mean)))


def poisson(rng: random.Random, mean: float) -> int:
    """How many events a time sees that sees `mean` of them on average (Knuth; for small means)."""
    limit, product, events = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        events += 1
    return events


def between(rng: random.Random, low: float, high: float) -> int:
    """Whole seconds between two bounds, each order of magnitude as likely as the other."""
    return max(1, round(math.exp(rng.uniform(math.log(low), math.log(high)))))
