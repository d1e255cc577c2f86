"""The README's pictures, taken anew: `make pictures`. Chromium looks at what is served; nothing is touched up.

The scorecard's are of an exporter that has polled simulated systems for 35 days (`tests.support.history`), the
error budget's is what `make stack` shows as soon as an alert fires.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from exporter.app import Exporter
from tests.support.chromium import Scheme, chromium, window
from tests.support.history import MINUTE, history, newcomer
from tests.support.prometheus import Prometheus
from tests.support.site import served
from tests.support.stack import ROOT, started
from tests.support.waiting import until

FOLDER = ROOT / "docs" / "pictures"
STALE_AFTER = 3 * 60 * MINUTE
"""By then what bridges, components and hosts told is too old to be shown."""
PATIENCE = 400
"""Seconds; by then the alerts of the error budgets fire in the stack."""


class Camera:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def take(self, name: str, url: str, *, width: int = 1280, height: int = 1500, scheme: Scheme = "light") -> None:
        with window(self._browser, width=width, scheme=scheme) as opened:
            opened.page.set_viewport_size({"width": width, "height": height})
            opened.page.goto(url, wait_until="networkidle")
            opened.page.screenshot(path=FOLDER / f"{name}.png")
        print(f"docs/pictures/{name}.png")

    def scorecard(self, name: str, exporter: Exporter, *, width: int = 1280, scheme: Scheme = "light") -> None:
        with served(exporter) as base:
            self.take(name, f"{base}/", width=width, scheme=scheme)


def healthy_and_in_an_incident(camera: Camera, folder: Path) -> None:
    with history(folder) as lived:
        camera.scorecard("scorecard-healthy", lived.exporter)
        camera.scorecard("scorecard-phone", lived.exporter, width=390, scheme="dark")
        lived.break_down()
        camera.scorecard("scorecard-incident", lived.exporter)


def all_sources_down(camera: Camera, folder: Path) -> None:
    with history(folder) as lived:
        lived.go_dark(STALE_AFTER)
        camera.scorecard("scorecard-down", lived.exporter)


def empty(camera: Camera, folder: Path) -> None:
    with newcomer(folder) as watched:
        watched.exporter.poll_once()
        camera.scorecard("scorecard-empty", watched.exporter)


def burning(camera: Camera, folder: Path) -> None:
    ports = ("--exporter-port=0", "--prometheus-port=0", "--alertmanager-port=0")
    with started(folder, *ports, "--incident", "bridge-outage") as stack:
        graph = stack.address("Error budgets")
        asked = Prometheus(graph.partition("/graph")[0])
        firing = 'count(ALERTS{alertstate="firing", alertname=~"OrchexKilo.+BudgetBurn"})'
        until(lambda: asked.value(firing), "an error budget's alert fires", PATIENCE)
        camera.take("prometheus-burn", graph, height=900)


SUBJECTS: tuple[Callable[[Camera, Path], None], ...] = (healthy_and_in_an_incident, all_sources_down, empty, burning)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        for subject in SUBJECTS:
            with tempfile.TemporaryDirectory() as folder:
                subject(Camera(browser), Path(folder))


if __name__ == "__main__":
    main()
