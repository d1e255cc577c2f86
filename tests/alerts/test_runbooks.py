"""The runbooks: one an alert, in one form, whose queries and links lead somewhere."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from alerts.__main__ import built
from alerts.terms import Terms
from exporter.cli import main
from tests.support import promtool as tool
from tests.support.prometheus import prometheus
from tests.support.vocabulary import TARGET, Vocabulary, exposed
from tests.support.waiting import until

FOLDER = tool.ALERTS / "runbooks"
ROLLBACK = FOLDER / "rollback.md"
ALERTING = sorted({rule.name for rule in tool.shipped() if rule.alerts})
PAGES = sorted(FOLDER.glob("*.md"))
RUNBOOKS = [page for page in PAGES if page != ROLLBACK]
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "When to roll back"]
NOBODY = "127.0.0.1:9"
KINDS = ["Emergency", "Partial", "Phased", "Complete"]

each_runbook = pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def headings(text: str, level: int) -> list[str]:
    return re.findall(rf"^#{{{level}}} (.+)$", text, re.MULTILINE)


def test_every_alert_has_a_runbook_and_the_other_way_round() -> None:
    assert [page.stem for page in RUNBOOKS] == ALERTING


@each_runbook
def test_a_runbook_has_its_form(page: Path) -> None:
    text = page.read_text()
    assert headings(text, 1) == [page.stem]
    assert headings(text, 2) == SECTIONS
    assert re.match(r"# \w+\n\n(Page|Ticket|Severity none)", text), "a line of severity and threshold comes first"


@each_runbook
def test_a_runbook_says_every_severity_of_its_alert(page: Path) -> None:
    first = page.read_text().split("\n## ")[0].lower()
    severities = {rule.severity for rule in tool.shipped() if rule.alerts and rule.name == page.stem}
    assert [severity for severity in severities - {"none"} if severity not in first] == []


def test_the_rollback_page_has_every_kind() -> None:
    found = headings(ROLLBACK.read_text(), 2)
    assert [kind for kind in KINDS if kind not in found] == []


def fences(page: Path, language: str) -> list[str]:
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [body.strip() for named, body in found if named == language]


@pytest.fixture(scope="module")
def words(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """What a page may name: also what Prometheus says of itself and of a scrape, as a real one does."""
    with prometheus(tmp_path_factory.mktemp("prometheus"), NOBODY, alertmanagers=[NOBODY]) as running:
        text = requests.get(f"{running.url}/metrics", timeout=10).text
        until(lambda: running.query("scrape_samples_scraped"), "Prometheus has tried to scrape")
        names = requests.get(f"{running.url}/api/v1/label/__name__/values", timeout=10).json()["data"]
    scraped = {name: TARGET for name in names if name.startswith("scrape_")}
    itself = {each.name: TARGET | set(each.labels) for each in exposed(text) if each.name.startswith("prometheus_")}
    return Vocabulary({**itself, **scraped, **vocabulary.labels})


@each_runbook
def test_queries_can_be_pasted_and_name_only_what_exists(page: Path, words: Vocabulary) -> None:
    assert fences(page, "promql")
    assert [(query, fault) for query in fences(page, "promql") for fault in words.faults(query)] == []


@each_runbook
def test_queries_stand_in_fences_of_their_own_language(page: Path) -> None:
    """Otherwise nobody would have tried them."""
    assert set(re.findall(r"^ *```(\w+)$", page.read_text(), re.MULTILINE)) <= {"promql"}
    assert [
        command for command in fences(page, "") if re.search(r"\w\{|\b(sum|max|min|rate|increase) ?\(", command)
    ] == []


@each_page
def test_metrics_that_are_mentioned_exist(page: Path, vocabulary: Vocabulary) -> None:
    """Names and labels; `orchex_kilo_source_*` means all that begin so."""
    known = {*vocabulary.labels, *(label for labels in vocabulary.labels.values() for label in labels)}
    named = set(re.findall(r"(?<![\w:])(?:\w+:)?(?:orchex_kilo|cicd|vcs)_[\w:]*(?:\*|\b)", page.read_text()))
    assert [name for name in named if not any(fnmatchcase(each, name) for each in known)] == []


@each_page
def test_alerts_that_are_mentioned_exist(page: Path) -> None:
    assert set(re.findall(r"\bOrchexKilo\w+", page.read_text())) - set(ALERTING) == set()


@each_page
def test_commands_of_the_exporter_exist(page: Path) -> None:
    text = page.read_text()
    commands = set(re.findall(r"\borchex-kilo-exporter ([a-z][a-z-]*)", text))
    assert commands - set(main.commands) == set()
    flags = {flag for command in main.commands.values() for option in command.params for flag in option.opts}
    assert set(re.findall(r"--(?:config|web|log)\.[a-z.-]+[a-z]", text)) - flags == set()


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    broken = [(path, anchor) for path, anchor in links if not leads(page.parent / path if path else page, anchor)]
    assert broken == []


def leads(target: Path, anchor: str) -> bool:
    return target.is_file() and (not anchor or anchor in anchors(target.read_text()))


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Requests are no news."""


@contextmanager
def published(folder: Path) -> Iterator[str]:
    """The folder on an ephemeral port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_every_runbook_url_leads_to_its_page(tmp_path: Path) -> None:
    with published(FOLDER) as address, requests.Session() as session:
        found = {}
        for name, text in built(Terms(runbooks=address), here=False).items():
            file = tmp_path / Path(name).name
            file.write_text(text)
            for rule in tool.read_rules(file) if name.startswith("rules/") else ():
                if rule.alerts:
                    found[rule.name] = session.get(rule.annotations["runbook_url"], timeout=10).text.splitlines()[0]
    assert found == {name: f"# {name}" for name in ALERTING}
