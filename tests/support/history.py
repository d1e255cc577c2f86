"""An exporter with 35 days behind it, of an organisation in the middle of its migration: lived in half a minute.

The exporter, its ledger, the simulated systems and every poll of them are real; time is not: it jumps. For 35 days,
from the pilot into the expansion, ORCHEX, KILO and the bridges are polled twice a day and all else once; an outage is
long over, and one poll of a host was refused. Then the exporter is restarted with usual intervals, and the day grows
busy, so that what is measured in minutes has something to measure.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from exporter import backfill, settings
from exporter.app import Exporter
from exporter.backfill.reporter import Lines
from exporter.demo.activity import Tempo
from exporter.demo.catalogue import OWNER
from exporter.demo.config import configuration, whole_configuration
from exporter.demo.hosts import SPREADS
from exporter.demo.journey import HISTORY_DAYS, SEED, TEMPO, Journey
from exporter.demo.life import Load
from exporter.demo.organisation import Organisation
from exporter.demo.programme import SIZE
from exporter.demo.scorecard import ScorecardFile
from exporter.demo.server import DemoServer
from exporter.demo.times import DAY, HOUR, MINUTE, WEEK, midnight, moment_of
from exporter.ledger import Ledger

START = moment_of(date(2026, 9, 7))
"""The migration's first day, a Monday."""
BEGINS = START + 42 * DAY + 9 * HOUR
"""The exporter is new; the pilot has just begun."""
TURNS = BEGINS + 35 * DAY
"""From here on it polls as often as usual."""
WHILE = 70 * MINUTE
"""How long all is well after that, and then how long it is not."""
OUTAGES = (("bridge-outage", 43, 44),)
"""By day of the migration: in the history, and no longer in the windows of 30 days."""
REFUSED_AT = START + 75 * DAY + 9 * HOUR
REFUSING = "gitlab"
TROUBLE = ("bridge-outage", "error-burst")
LOAD = Load(k2a=1 / WEEK, a2k=20_000 / WEEK, tasks=12_000 / WEEK, step=5 * MINUTE)
"""The journey's, in finer steps."""
BUSY = Tempo(HOUR, HOUR, 2 * HOUR, (5 * MINUTE, 20 * MINUTE), (2 * MINUTE, 10 * MINUTE), TEMPO.work)
QUIET = Load(k2a=0.0, a2k=0.0, tasks=0.0, step=HOUR)
COMPONENTS = ("orchex", "kilo", "bridges")
HOSTS = ("acme", "gitlab", "gitea", "git", "jenkins")
Data = dict[str, Any]


class Hurrying(Journey):
    """As the journey, and busier from shortly before the turn on."""

    def plan(self, acme: Organisation) -> None:
        super().plan(acme)
        for activity in acme.activities.values():
            if activity.repository.plan.alive:
                activity.live(BUSY, TURNS - HOUR, None)


class Watched:
    """An organisation, and an exporter that polls it as it is configured whenever time goes by.

    `look` is told of it after each `step` of so many seconds. `failed` are the polls that failed, with their moments.
    """

    def __init__(self, acme: Organisation, begins: int, look: "Look") -> None:
        self.acme = acme
        self.server = DemoServer(acme, self.now)
        self.step = HOUR
        self.restarted_at = begins
        self.failed: list[tuple[str, int]] = []
        self.exporter: Exporter
        self._moment = begins
        self._look = look

    def now(self) -> float:
        return float(self._moment)

    def start(self, configured: Data) -> None:
        """An exporter begins, which polls every source at once."""
        self.exporter, self.restarted_at = Exporter(settings.from_data(configured), now=self.now), self._moment
        self._poll()

    def restart(self, configured: Data) -> None:
        """It leaves its ledger to one that is configured otherwise."""
        self.exporter.close()
        self.start(configured)

    def live(self, seconds: int) -> None:
        """Lets time go by; each source is polled whenever its interval is over."""
        ends = self._moment + seconds
        while self._moment < ends:
            self._moment += self.step
            self._poll()
            self._look(self)

    def _poll(self) -> None:
        gone = self._moment - self.restarted_at
        pollers = self.exporter.pollers.values()
        due = [poller for poller in pollers if gone % poller.provider.interval == 0]
        if len(due) == len(pollers):
            healths = self.exporter.poll_once()
        elif due:
            healths = [poller.poll() for poller in due]
            self.exporter.publisher.refresh()
        else:
            healths = []
        self.failed += [(health.name, self._moment) for health in healths if not health.up]


Look = Callable[[Watched], None]


def away(_: Watched) -> None:
    """Nobody looks."""


class History(Watched):
    """Healthy when it is given, after 35 days; `break_down` when that has been seen."""

    def __init__(self, folder: Path, look: Look) -> None:
        life = Hurrying(load=LOAD, incidents=OUTAGES)
        acme = Organisation(
            SEED, START, HISTORY_DAYS, repositories=16, fresh_bridges=True, life=life, spread=SPREADS["all"]
        )
        super().__init__(acme, BEGINS, look)
        self.server.faults = self._refused
        self._ledger = f"sqlite:///{folder}/history.db"
        self._scorecard = ScorecardFile(folder / "scorecard.yml", acme)

    def break_down(self) -> None:
        """K2A is out, and many operations of every kind fail, for as long as it was healthy."""
        for name in TROUBLE:
            self.acme.begin(name, self._moment)
        self.live(WHILE)

    def go_dark(self, seconds: int) -> None:
        """All systems are gone, and with them the file that people edit: for less than a day."""
        self.server.stop()
        self._scorecard.path.unlink()
        self.live(seconds)

    def begin(self) -> None:
        """Lives from the first poll on until all is well."""
        self.acme.advance(self._moment)
        self._scorecard.write()
        configured = self._configured("12h", "1d", "1d")
        self._measure(configured)
        self.start(configured)
        self.live(TURNS - BEGINS)
        self.restart(self._configured("2m", "10m", "1h"))
        self.step = MINUTE
        self.live(WHILE)
        assert self.failed == [(REFUSING, REFUSED_AT)]

    def _poll(self) -> None:
        if self._moment % DAY < self.step:  # what people write down changes at midnight
            self.acme.advance(self._moment)
            self._scorecard.write()
        super()._poll()

    def _measure(self, configured: Data) -> None:
        """The level before the migration."""
        window = backfill.Window(START - 28 * DAY, float(START))
        with Ledger.open(self._ledger) as ledger:
            sources = settings.from_data(configured).sources
            backfill.measure(ledger, sources, window, Lines(lambda _: None), self.now)

    def _configured(self, components: str, hosts: str, others: str) -> Data:
        """The demo's configuration, with intervals for the three kinds of sources."""
        made = whole_configuration(
            self.acme, self.server.addresses, self._ledger, self._scorecard.path, self.server.tokens, others
        )
        for names, interval in ((COMPONENTS, components), (HOSTS, hosts)):
            for name in names:
                made["sources"][name]["interval"] = interval
        return made

    def _refused(self, request: Request) -> Response | None:
        if self._moment == REFUSED_AT and request.url.path.startswith(f"/{REFUSING}/"):
            return JSONResponse({"message": "401 Unauthorized"}, 401)
        return None


@contextmanager
def history(folder: Path, look: Look = away) -> Iterator[History]:
    """Takes half a minute. `folder` is for the ledger, the scorecard file and mirrors."""
    lived = History(folder, look)
    with lived.server:
        lived.begin()
        try:
            yield lived
        finally:
            lived.exporter.close()


@contextmanager
def newcomer(folder: Path, look: Look = away) -> Iterator[Watched]:
    """An organisation on its second day: the tools answer and have nothing to do, and its host has no repository.

    It has planned its migration, and no other system tells of it. It is there when the history's trouble ends.
    """
    first = TURNS - DAY
    acme = Organisation(SEED, midnight(first), 0, repositories=0, fresh_bridges=True, life=Journey(QUIET, incidents=()))
    watched = Watched(acme, first, look)
    with watched.server as server:
        at, tokens = server.addresses, server.tokens
        made = configuration(acme, at, f"sqlite:///{folder}/newcomer.db", folder, tokens, "1h")
        host = {"kind": "github", "url": at.github, "owner": OWNER, "token": tokens.github, "interval": "1h"}
        made["sources"]["acme"] = host
        made["migration"] = {"start": acme.programme.date(0).isoformat(), "size": SIZE}
        watched.start(made)
        try:
            watched.live(DAY)
            watched.step = MINUTE
            watched.live(2 * WHILE)
            assert watched.failed == []
            yield watched
        finally:
            watched.exporter.close()
