"""A process that polls for ever, to be killed; it prints each poll that was kept.

Each poll has three runs, a change, and a bridge that did two things. Its number is its mark, so that
what must be there follows from the marks alone. Polls overlap: each repeats the runs of the one before.
"""

import sys

from exporter.ledger import Ledger
from exporter.model import Facts
from tests.support.facts import NOW, bridge, change, probe, run


def runs_of(poll):
    return [run(f"{poll}-{number}", ended=NOW + poll, pipeline=f"pipeline {number}") for number in range(3)]


def facts_of(poll):
    return Facts(
        runs=(*runs_of(poll - 1), *runs_of(poll)) if poll > 1 else tuple(runs_of(poll)),
        changes=(change(str(poll), merged=NOW + poll),),
        probes=(probe(),),
        bridges=(bridge(events=poll * 2, errors=poll),),
        marks={"poll": str(poll)},
    )


def main(url):
    with Ledger.open(url) as ledger:
        poll = int(ledger.marks("acme").get("poll", "0"))
        while True:
            poll += 1
            ledger.record("acme", facts_of(poll), at=NOW + poll, gap=60, succeeded=True)
            sys.stdout.write(f"{poll}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
